import { plural } from '../ui/format';
import { Question } from '../ui/dialog';
import type { Action } from './actions';
import type { Job } from './store';

interface Props {
  action: Action;
  /** The jobs that it will be done to. */
  jobs: readonly Job[];
  /** How many are selected, those included that the action does not apply to. */
  total: number;
  onConfirm: () => void;
  onClose: () => void;
}

const others = {
  rerun: 'waiting, running, repeated since, or without passwords',
  cancel: 'ended, or asked to stop already',
  delete: 'waiting or running',
};

/** Asks before something is done to many jobs, or one that cannot be taken back. */
export function BulkQuestion({ action, jobs, total, onConfirm, onClose }: Props) {
  const n = plural(jobs.length, 'job');
  const text = {
    rerun: { title: `Run ${n} again?`, action: `Run ${n}`, body: 'Each is queued as a new job with the same endpoints and options. A run copies only what is not at the destination yet.' },
    cancel: {
      title: `Cancel ${n}?`,
      action: `Cancel ${n}`,
      body: 'Waiting jobs are cancelled at once. Running ones are asked to stop; what they have copied stays at the destination.',
    },
    delete: { title: `Delete ${n}?`, action: `Delete ${n}`, body: 'Their logs and reports are deleted with them, for good. Mail is not touched on either side.' },
  }[action];
  const left = total - jobs.length;
  return (
    <Question title={text.title} action={text.action} danger={action !== 'rerun'} onConfirm={onConfirm} onClose={onClose}>
      <p>{text.body}</p>
      <ul className="names">
        {jobs.slice(0, 5).map((job) => (
          <li key={job.id}>{job.name}</li>
        ))}
        {jobs.length > 5 && <li className="minor">and {plural(jobs.length - 5, 'other')}</li>}
      </ul>
      {left > 0 && (
        <p className="minor">
          {plural(left, 'selected job')} {left === 1 ? 'stays' : 'stay'} as {left === 1 ? 'it is' : 'they are'}: {others[action]}.
        </p>
      )}
    </Question>
  );
}
