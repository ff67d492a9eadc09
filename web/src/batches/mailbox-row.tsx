// One mailbox of a batch.
import { memo } from 'react';
import { summary } from '../job/outcome';
import { refused } from '../job/sign-in';
import { useJob } from '../jobs/context';
import { Bar, Status } from '../jobs/status';
import type { Job } from '../jobs/store';
import { clock, count, duration, plural, rate, size, timeLeft } from '../ui/format';
import { Link } from '../ui/router';
import { Time } from '../ui/time';
import { ChangePassword } from './change-password';

// Roles are given by name because narrow screens lay the table out as cards.
export const MailboxRow = memo(function MailboxRow({ id, paused }: { id: string; paused: boolean }) {
  const job = useJob(id);
  if (!job) return null;
  const same = job.source.user === job.destination.user;
  const sides = refused(job);
  return (
    <tr role="row" className={`job tone-row-${job.status.toLowerCase()}`} data-job={id}>
      <th role="rowheader" scope="row" className="cell-name">
        <Link href={`/jobs/${id}`} className="job-name" title={job.name}>
          {job.name}
        </Link>
        <span className="job-route" title={`${job.source.user} at ${job.source.host} to ${job.destination.user} at ${job.destination.host}`}>
          <span className="side">{same ? job.source.host : job.source.user}</span>
          <span aria-label="to"> → </span>
          <span className="side">{same ? job.destination.host : job.destination.user}</span>
        </span>
      </th>
      <td role="cell" className="cell-status">
        <Status status={job.status} />
        {job.dryRun && <span className="tag">Dry run</span>}
        {job.verified && !job.dryRun && <span className="tag tag-good">Verified</span>}
        {job.attempt > 1 && !job.verified && <span className="tag">Try {job.attempt}</span>}
        {sides.length > 0 && <ChangePassword job={job} refused={sides} />}
      </td>
      <td role="cell" className="cell-progress">
        <Doing job={job} paused={paused} />
      </td>
      <td role="cell" className="cell-check">
        <Checked job={job} />
      </td>
      <td role="cell" className="cell-time">
        <When job={job} />
      </td>
    </tr>
  );
});

function Doing({ job, paused }: { job: Job; paused: boolean }) {
  if (job.status !== 'RUNNING') {
    const text = paused && job.status === 'QUEUED' ? 'Waits for the batch to be started' : summary(job);
    return (
      <p className={job.status === 'QUEUED' ? 'summary waits' : 'summary'} title={text}>
        {text}
      </p>
    );
  }
  const p = job.progress;
  return (
    <>
      <Bar job={job} label={`Progress of ${job.name}`} />
      <p className="numbers">
        {p?.messagesDone == null || job.waiting ? (
          summary(job)
        ) : (
          <>
            {p.messagesTotal != null ? `${count(p.messagesDone)} of ${plural(p.messagesTotal, 'message')}` : plural(p.messagesDone, 'message')}
            {p.messagesPerSecond != null && <span className="minor">{rate(p.messagesPerSecond)}</span>}
          </>
        )}
      </p>
    </>
  );
}

function Checked({ job }: { job: Job }) {
  const c = job.precheck;
  if (!c) return <p className="minor">Not checked</p>;
  // After a run its own end is what counts, and stands beside this.
  if (!c.ok && job.status !== 'QUEUED') return <p className="minor" title={c.error ?? undefined}>Had a problem</p>;
  if (!c.ok) {
    const text = c.error ?? 'It cannot be moved as it is.';
    return (
      <p className="summary wrong" title={text}>
        {text}
      </p>
    );
  }
  return (
    <>
      <p className="fine">{job.status === 'QUEUED' ? 'Can be moved' : 'Nothing in the way'}</p>
      <p className="minor">
        {plural(c.messages, 'message')}, {size(c.bytes)}
      </p>
    </>
  );
}

function When({ job }: { job: Job }) {
  if (job.status === 'RUNNING') {
    return (
      <>
        <p>{job.progress?.etaSeconds != null ? `${timeLeft(job.progress.etaSeconds)} left` : 'Running'}</p>
        {job.startedAt && (
          <p className="minor">
            since <Time at={job.startedAt} />
          </p>
        )}
      </>
    );
  }
  if (job.finishedAt) {
    return (
      <>
        <p>
          <Time at={job.finishedAt} />
        </p>
        {job.startedAt && <p className="minor">took {duration((Date.parse(job.finishedAt) - Date.parse(job.startedAt)) / 1000)}</p>}
      </>
    );
  }
  if (job.nextTryAt) {
    return (
      <>
        <p>{clock(job.nextTryAt)}</p>
        <p className="minor">next try</p>
      </>
    );
  }
  return <p className="minor">–</p>;
}
