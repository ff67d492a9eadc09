// One job in the list.
import { type KeyboardEvent, type MouseEvent, memo } from 'react';
import { summary } from '../job/outcome';
import { count, duration, plural, rate, size, timeLeft } from '../ui/format';
import { Link } from '../ui/router';
import { Time } from '../ui/time';
import { useJob } from './context';
import { Bar, Status } from './status';
import type { Job } from './store';

export interface RowProps {
  id: string;
  selected: boolean;
  onSelect: (id: string, event: MouseEvent | KeyboardEvent) => void;
  onMove: (event: KeyboardEvent<HTMLInputElement>, id: string) => void;
}

// Roles are given by name because narrow screens lay the table out as cards,
// and browsers forget what is a table when its display is changed.
export const Row = memo(function Row({ id, selected, onSelect, onMove }: RowProps) {
  const job = useJob(id);
  if (!job) return null;
  return (
    <tr role="row" aria-selected={selected} className={`job tone-row-${job.status.toLowerCase()}`} data-job={id}>
      <td role="cell" className="cell-select">
        <label className="check">
          <input
            type="checkbox"
            checked={selected}
            onClick={(e) => onSelect(id, e)}
            onChange={() => {}}
            onKeyDown={(e) => onMove(e, id)}
            aria-label={`Select ${job.name}`}
          />
        </label>
      </td>
      <th role="rowheader" scope="row" className="cell-name">
        <Link href={`/jobs/${id}`} className="job-name" title={job.name}>
          {job.name}
        </Link>
        <span className="job-route" title={`${job.source.user} at ${job.source.host} to ${job.destination.user} at ${job.destination.host}`}>
          <span className="side">{job.source.host}</span>
          <span aria-label="to"> → </span>
          <span className="side">{job.destination.host}</span>
          {job.batch && (
            <Link href={`/batches/${job.batch.id}`} className="row-batch" title={`Batch: ${job.batch.name}`}>
              {job.batch.name}
            </Link>
          )}
        </span>
      </th>
      <td role="cell" className="cell-status">
        <Status status={job.status} />
        {job.dryRun && <span className="tag">Dry run</span>}
        {job.verified && !job.dryRun && <span className="tag tag-good">Verified</span>}
        {job.attempt > 1 && !job.verified && <span className="tag">Try {job.attempt}</span>}
      </td>
      <td role="cell" className="cell-progress">
        {job.status === 'RUNNING' ? <Running job={job} /> : <p className="summary" title={summary(job)}>{summary(job)}</p>}
      </td>
      <td role="cell" className="cell-rate">{job.status === 'RUNNING' && <Rate job={job} />}</td>
      <td role="cell" className="cell-time">
        <When job={job} />
      </td>
    </tr>
  );
});

function Running({ job }: { job: Job }) {
  const p = job.progress;
  const messages = p?.messagesDone ?? null;
  return (
    <>
      <Bar job={job} label={`Progress of ${job.name}`} />
      <p className="numbers">
        {messages === null || job.waiting ? (
          summary(job)
        ) : (
          <>
            {p?.messagesTotal != null ? `${count(messages)} of ${plural(p.messagesTotal, 'message')}` : plural(messages, 'message')}
            {p?.bytesDone != null && <span className="minor">{p.bytesTotal != null ? `${size(p.bytesDone)} of ${size(p.bytesTotal)}` : size(p.bytesDone)}</span>}
          </>
        )}
      </p>
    </>
  );
}

function Rate({ job }: { job: Job }) {
  const p = job.progress;
  return (
    <>
      {p?.messagesPerSecond != null && <p>{rate(p.messagesPerSecond)}</p>}
      {p?.bytesPerSecond != null && <p className="minor">{size(p.bytesPerSecond)}/s</p>}
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
            started <Time at={job.startedAt} />
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
  return (
    <>
      <p>
        <Time at={job.createdAt} />
      </p>
      <p className="minor">created</p>
    </>
  );
}
