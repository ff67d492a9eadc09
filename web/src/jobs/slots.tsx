// The places of the runner, and what runs in each of them now.
import { useSyncExternalStore } from 'react';
import { summary } from '../job/outcome';
import { count, timeLeft } from '../ui/format';
import { Link } from '../ui/router';
import { useJob, useJobs } from './context';
import { Bar, done } from './status';

// More than this is better read in the list.
const MOST = 6;

/** One card for each slot, busy or free, so that nothing moves when a job starts or ends. */
export function Slots() {
  const jobs = useJobs();
  const runner = useSyncExternalStore(jobs.runner.watch, jobs.runner.get);
  const places = Math.min(MOST, Math.max(runner?.slots ?? 2, 1));
  return (
    <ul className="slots-now" aria-label="Running now">
      {Array.from({ length: places }, (_, i) => {
        const id = runner?.running[i];
        return <li key={id ?? `free ${i}`}>{id === undefined ? <p className="free">{runner ? 'Free slot' : ''}</p> : <Slot id={id} />}</li>;
      })}
    </ul>
  );
}

function Slot({ id }: { id: string }) {
  const job = useJob(id);
  if (!job) return null;
  const part = done(job);
  const p = job.progress;
  return (
    <>
      <p className="slot-head">
        <Link href={`/jobs/${id}`} title={job.name}>
          {job.name}
        </Link>
        <span>{part === null ? '' : `${Math.floor(part * 100)}%`}</span>
      </p>
      <Bar job={job} label={`Progress of ${job.name}`} />
      <p className="slot-foot">
        <span>{job.dryRun ? 'Dry run. ' : ''}{summary(job)}</span>
        <span>{p?.etaSeconds != null ? `${timeLeft(p.etaSeconds)} left` : p?.messagesDone != null ? count(p.messagesDone) : ''}</span>
      </p>
    </>
  );
}
