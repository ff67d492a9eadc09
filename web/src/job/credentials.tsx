// Another user name or password for a job whose sign-in was refused.
import { type FormEvent, useId, useRef, useState } from 'react';
import { request } from '../api/client';
import { type CredentialsInput, RerunJobDocument, SetCredentialsDocument } from '../gql/graphql';
import { useJobs } from '../jobs/context';
import type { Job } from '../jobs/store';
import { PasswordField, TextField } from '../new-job/fields';
import type { Errors } from '../new-job/form';
import { Modal } from '../ui/dialog';
import { say } from '../ui/toast';
import type { SideName } from './sign-in';

interface Props {
  job: Pick<Job, 'id' | 'name' | 'status' | 'canRerun'> & Record<SideName, { host: string; user: string }>;
  /** The sides that refused the sign-in. */
  refused: readonly SideName[];
  /** Called once it is saved, with the run that was queued, if any was. */
  onSaved: (run: Job | null) => void;
  onClose: () => void;
}

const sides = ['source', 'destination'] as const;

/** Changes what a job signs in with. What is typed stays in the fields alone, and goes with them. */
export function CredentialsDialog({ job, refused, onSaved, onClose }: Props) {
  const jobs = useJobs();
  const id = useId();
  const form = useRef<HTMLFormElement>(null);
  const [busy, setBusy] = useState(false);
  const [errors, setErrors] = useState<Errors>({});
  const name = (side: SideName, what: 'user' | 'password') => `${id}.${side}.${what}`;

  const show = (found: Errors) => {
    setErrors(found);
    requestAnimationFrame(() => form.current?.querySelector<HTMLElement>('[aria-invalid="true"], .form-error')?.focus());
  };

  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const typed = new FormData(event.currentTarget);
    const again = (event.nativeEvent as SubmitEvent).submitter?.getAttribute('value') === 'again';
    const input: Partial<Record<SideName, CredentialsInput>> = {};
    for (const side of sides) {
      const user = String(typed.get(name(side, 'user')) ?? '');
      const password = String(typed.get(name(side, 'password')) ?? '');
      const change = { ...(user === job[side].user ? {} : { user }), ...(password === '' ? {} : { password }) };
      if (Object.keys(change).length > 0) input[side] = change;
    }
    if (Object.keys(input).length === 0) {
      show(Object.fromEntries(refused.map((side) => [name(side, 'password'), 'Enter the right password.'])));
      return;
    }
    setBusy(true);
    const saved = await request(SetCredentialsDocument, { jobId: job.id, ...input });
    if (saved.failure) {
      setBusy(false);
      const [, side, what] = /^(source|destination)\.(user|password)$/.exec(saved.failure.field ?? '') ?? [];
      show({ [side ? `${id}.${side}.${what}` : '']: saved.failure.message });
      return;
    }
    jobs.take(saved.data.setCredentials);
    if (!again) {
      onSaved(null);
      return;
    }
    const run = await request(RerunJobDocument, { id: job.id });
    if (run.data) jobs.take(run.data.rerunJob);
    else say(run.failure.message);
    onSaved(run.data?.rerunJob ?? null);
  };

  return (
    <Modal title={`Change what “${job.name}” signs in with`} busy={busy} onClose={onClose}>
      <form ref={form} noValidate autoComplete="off" onSubmit={(event) => void submit(event)}>
        {errors[''] && (
          <p className="notice tone-bad form-error" role="alert" tabIndex={-1}>
            {errors['']}
          </p>
        )}
        <div className="dialog-text">
          {sides.map((side) => (
            <fieldset key={side}>
              <legend>
                {side === 'source' ? 'Source' : 'Destination'}, {job[side].host}
                {refused.includes(side) && <span className="tone-bad"> refused the sign-in</span>}
              </legend>
              <TextField field={name(side, 'user')} name={name(side, 'user')} label="User" defaultValue={job[side].user} error={errors[name(side, 'user')]} />
              <PasswordField
                field={name(side, 'password')}
                name={name(side, 'password')}
                label="Password"
                data-first={refused[0] === side || undefined}
                error={errors[name(side, 'password')]}
                hint={refused.includes(side) ? undefined : 'Empty: it stays as it is.'}
              />
            </fieldset>
          ))}
        </div>
        <div className="dialog-buttons">
          <button type="button" onClick={onClose} disabled={busy}>
            Keep as it is
          </button>
          <button type="submit" value="save" className={job.canRerun ? '' : 'primary'} disabled={busy}>
            Save
          </button>
          {job.canRerun && (
            <button type="submit" value="again" className="primary" disabled={busy}>
              Save and run again
            </button>
          )}
        </div>
      </form>
    </Modal>
  );
}
