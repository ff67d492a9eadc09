import type { JobStatus } from '../gql/graphql';
import { statusNames, tones } from '../job/outcome';
import { fraction } from '../ui/format';
import { StatusIcon } from '../ui/icons';
import type { Job } from './store';

export function Status({ status }: { status: JobStatus }) {
  return (
    <span className={`status tone-${tones[status]}`}>
      <StatusIcon status={status} />
      {statusNames[status]}
    </span>
  );
}

/** How far a job has come: by bytes where they are known, else by messages or folders. */
export function done(job: Job): number | null {
  const p = job.progress;
  return fraction(p?.bytesDone, p?.bytesTotal) ?? fraction(p?.messagesDone, p?.messagesTotal) ?? fraction(p?.foldersDone, p?.foldersTotal);
}

/** A bar from empty to full; it moves along where the end is not known. */
export function Bar({ job, label }: { job: Job; label: string }) {
  const part = done(job) ?? (job.status === 'RUNNING' ? null : 0);
  return part === null ? <progress aria-label={label} /> : <progress aria-label={label} max={1} value={part} />;
}
