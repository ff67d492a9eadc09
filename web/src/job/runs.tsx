import { Status } from '../jobs/status';
import { Link } from '../ui/router';
import { Time } from '../ui/time';
import type { JobDetailFragment, RunFragment } from './types';

/** The run before this one, this one, and those after it. */
export function Runs({ job }: { job: JobDetailFragment }) {
  if (!job.rerunOf && job.reruns.length === 0) return null;
  return (
    <section className="runs" aria-labelledby="runs-title">
      <h2 id="runs-title">Runs</h2>
      <ol>
        {job.rerunOf && <Run run={job.rerunOf} label="Before" />}
        <li aria-current="true">
          <span className="run-label">This run</span>
          <Status status={job.status} />
        </li>
        {job.reruns.map((run) => (
          <Run key={run.id} run={run} label="After" />
        ))}
      </ol>
    </section>
  );
}

function Run({ run, label }: { run: RunFragment; label: string }) {
  return (
    <li>
      <span className="run-label">{label}</span>
      <Link href={`/jobs/${run.id}`} aria-label={`${label}: ${run.name}`}>
        <Status status={run.status} />
      </Link>
      <span className="minor">
        {run.dryRun && 'dry run, '}
        {run.attempt > 1 && `try ${run.attempt}, `}
        <Time at={run.finishedAt ?? run.createdAt} />
      </span>
    </li>
  );
}
