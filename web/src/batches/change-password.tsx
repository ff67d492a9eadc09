// The button that mends a refused sign-in where a batch names it.
import { type ComponentProps, useState } from 'react';
import { CredentialsDialog } from '../job/credentials';
import { say } from '../ui/toast';

type Props = Pick<ComponentProps<typeof CredentialsDialog>, 'job' | 'refused'>;

export function ChangePassword({ job, refused }: Props) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <button type="button" className="plain change-password" aria-label={`Change password… of ${job.name}`} onClick={() => setOpen(true)}>
        Change password…
      </button>
      {open && (
        <CredentialsDialog
          job={job}
          refused={refused}
          onSaved={(run) => {
            setOpen(false);
            say(run ? `“${run.name}” is queued again.` : 'Saved. The next run signs in with it.');
          }}
          onClose={() => setOpen(false)}
        />
      )}
    </>
  );
}
