// The closing report of a batch: what is at the destination, what is not, why, and what to do.
import { type ReactNode, useCallback, useEffect, useState } from 'react';
import { request } from '../api/client';
import { BatchReportDocument, type JobStatus, MissingMessagesDocument, type MissingMessagesQuery, type ReportedMailboxFragment } from '../gql/graphql';
import { MissingMessages } from '../job/missing';
import { tones } from '../job/outcome';
import { refused } from '../job/sign-in';
import { count, plural } from '../ui/format';
import { StatusIcon } from '../ui/icons';
import { Link } from '../ui/router';
import { ChangePassword } from './change-password';
import { DownloadLink } from '../ui/download';
import { type Batch, left, type Tally } from './outcome';

const failed: JobStatus[] = ['FAILED', 'INTERRUPTED', 'CANCELLED'];
const PAGE = 50;

interface Pages {
  rows: readonly ReportedMailboxFragment[];
  total: number;
  after: string | null;
  failure: string | null;
  loading: boolean;
}

// Mailboxes in some states, page after page; read anew when the version changes.
function useReported(id: string, status: readonly JobStatus[], version: string) {
  const [pages, setPages] = useState<Pages>({ rows: [], total: 0, after: null, failure: null, loading: true });
  const states = status.join();
  const load = useCallback(
    async (after: string | null, here: () => boolean) => {
      const answer = await request(BatchReportDocument, { id, first: PAGE, after, status: states === '' ? [] : (states.split(',') as JobStatus[]) });
      if (!here()) return;
      if (answer.failure) {
        setPages((p) => ({ ...p, failure: answer.failure.message, loading: false }));
        return;
      }
      const jobs = answer.data.batch?.jobs;
      if (!jobs) return;
      const rows = jobs.edges.map(({ node }) => node);
      setPages((p) => ({
        rows: after === null ? rows : [...p.rows, ...rows],
        total: jobs.totalCount,
        after: jobs.pageInfo.hasNextPage ? (jobs.pageInfo.endCursor ?? null) : null,
        failure: null,
        loading: false,
      }));
    },
    [id, states],
  );
  useEffect(() => {
    let here = true;
    void load(null, () => here);
    return () => {
      here = false;
    };
  }, [load, version]);
  const more = () => {
    setPages((p) => ({ ...p, loading: true }));
    void load(pages.after, () => true);
  };
  return { ...pages, more };
}

interface Props {
  batch: Batch;
  tally: Tally;
  /** Which pass of those that have ended while one looked. */
  pass: number;
  /** It is of the pass before the one that runs. */
  before: boolean;
}

export function ClosingReport({ batch, tally, pass, before }: Props) {
  const path = `/migration/batches/${encodeURIComponent(batch.id)}`;
  const version = JSON.stringify([pass, batch.summary.counts, batch.summary.verified, batch.summary.messagesMissing, batch.purgedAt]);
  const problems = left(tally);
  return (
    <section className="report closing" aria-labelledby="report-title">
      <div className="card-head">
        <h2 id="report-title">
          Report
          {before && <span className="minor">Of the pass before the one that runs.</span>}
        </h2>
        <div className="actions">
          <DownloadLink path={`${path}/report.csv`} name="report.csv">
            Mailboxes (CSV)
          </DownloadLink>
          {batch.summary.messagesMissing > 0 && (
            <DownloadLink path={`${path}/missing.csv`} name="missing.csv">
              Missing messages (CSV)
            </DownloadLink>
          )}
          <DownloadLink path={`${path}/report.json`} name="report.json">
            JSON
          </DownloadLink>
        </div>
      </div>
      {problems > 0 && <Problems id={batch.id} version={version} />}
      <BothSides id={batch.id} version={version} total={batch.summary.mailboxes} open={problems === 0} />
    </section>
  );
}

function Problems({ id, version }: { id: string; version: string }) {
  const { rows, total, after, failure, loading, more } = useReported(id, failed, version);
  return (
    <>
      <h3>
        Not complete <span className="badge">{count(total)}</span>
      </h3>
      {failure && <p className="tone-bad">{failure}</p>}
      <ul className="problems">
        {rows.map((job) => (
          <li key={job.id} className={`tone-${tones[job.status]}`}>
            <StatusIcon status={job.status} />
            <div>
              <p className="problem-name">
                <Link href={`/jobs/${job.id}`}>{job.name}</Link>
                <span className="minor">
                  {job.source.user} at {job.source.host} to {job.destination.user} at {job.destination.host}
                </span>
              </p>
              <p className="problem-why">{why(job)}</p>
              {besides(job)}
              {(job.report?.messagesMissing ?? 0) > 0 && <Missing id={job.id} n={job.report?.messagesMissing ?? 0} name={job.name} />}
            </div>
          </li>
        ))}
      </ul>
      <More n={rows.length} total={total} after={after} loading={loading} more={more} />
    </>
  );
}

// What went wrong and what to do is the server's to say.
const why = (job: ReportedMailboxFragment): string => `${job.status === 'CANCELLED' ? 'Cancelled. ' : ''}${job.nextStep ?? job.error ?? ''}`;

// What there is to do it with, and the figures.
function besides(job: ReportedMailboxFragment): ReactNode {
  const again = (
    <Link href={`/jobs/new?from=${encodeURIComponent(job.id)}`} aria-label={`make a new job from this one, ${job.name}`}>
      make a new job from this one
    </Link>
  );
  if (refused(job).length > 0) return <p className="minor"><ChangePassword job={job} refused={refused(job)} /></p>;
  if (!job.canRerun) return <p className="minor">To move it, {again}.</p>;
  const r = job.report;
  if (!r || r.messagesMissing === 0 || job.dryRun) return null;
  return <p className="minor">{count(there(job) ?? r.messagesFound - r.messagesMissing)} of {plural(r.messagesFound, 'message')} are there.</p>;
}

/** Messages at the destination in the folders of the mailbox; null where nobody looked. */
function there(job: ReportedMailboxFragment): number | null {
  const folders = job.report?.folderReports ?? [];
  if (folders.length === 0 || job.dryRun) return null;
  return folders.reduce((sum, f) => sum + f.destinationMessages, 0);
}

function BothSides({ id, version, total, open }: { id: string; version: string; total: number; open: boolean }) {
  const [shown, setShown] = useState(open);
  return (
    <details open={shown} onToggle={(e) => setShown(e.currentTarget.open)}>
      <summary>
        Messages on both sides <span className="badge">{count(total)}</span>
      </summary>
      {shown && <Sides id={id} version={version} />}
    </details>
  );
}

function Sides({ id, version }: { id: string; version: string }) {
  const { rows, total, after, failure, loading, more } = useReported(id, [], version);
  return (
    <>
      {failure && <p className="tone-bad">{failure}</p>}
      <div className="table-scroll" role="region" aria-label="Messages on both sides" tabIndex={0}>
        <table className="both-sides">
          <thead>
            <tr>
              <th scope="col">Mailbox</th>
              <th scope="col">Result</th>
              <th scope="col" className="number">
                At the source
              </th>
              <th scope="col" className="number">
                At the destination
              </th>
              <th scope="col" className="number">
                Missing
              </th>
            </tr>
          </thead>
          <tbody>
            {rows.map((job) => {
              const destination = there(job);
              const missing = job.report && !job.dryRun ? job.report.messagesMissing : null;
              return (
                <tr key={job.id}>
                  <td>
                    <Link href={`/jobs/${job.id}`}>{job.name}</Link>
                  </td>
                  <td className={`tone-${job.verified ? 'good' : tones[job.status]} result`}>{verdict(job)}</td>
                  <td className="number">{job.report ? count(job.report.messagesFound) : '–'}</td>
                  <td className="number">{destination === null ? '–' : count(destination)}</td>
                  <td className={missing ? 'number tone-bad' : 'number'}>{missing === null ? '–' : count(missing)}</td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
      <More n={rows.length} total={total} after={after} loading={loading} more={more} />
    </>
  );
}

function verdict(job: ReportedMailboxFragment): string {
  switch (job.status) {
    case 'SUCCEEDED':
      return job.dryRun ? 'Dry run' : job.verified ? 'Verified' : 'Not verified';
    case 'FAILED':
      return (job.report?.messagesMissing ?? 0) > 0 ? 'Incomplete' : 'Failed';
    case 'INTERRUPTED':
      return 'Interrupted';
    case 'CANCELLED':
      return 'Cancelled';
    case 'QUEUED':
    case 'RUNNING':
      return 'Not ended';
  }
}

function More({ n, total, after, loading, more }: { n: number; total: number; after: string | null; loading: boolean; more: () => void }) {
  if (after === null) return null;
  return (
    <p className="list-rest">
      <span className="minor">
        {count(n)} of {count(total)} shown.
      </span>{' '}
      <button type="button" disabled={loading} onClick={more}>
        {loading ? 'Loading…' : 'Show more'}
      </button>
    </p>
  );
}

type MissingReport = NonNullable<NonNullable<MissingMessagesQuery['job']>['report']>;

// Asked for when somebody wants to see them: a mailbox may name a thousand.
function Missing({ id, n, name }: { id: string; n: number; name: string }) {
  const [open, setOpen] = useState(false);
  const [report, setReport] = useState<MissingReport | null>(null);
  const [failure, setFailure] = useState<string | null>(null);
  useEffect(() => {
    if (!open) return;
    let here = true;
    void request(MissingMessagesDocument, { id }).then((answer) => {
      if (!here) return;
      setReport(answer.data?.job?.report ?? null);
      setFailure(answer.failure?.message ?? null);
    });
    return () => {
      here = false;
    };
  }, [open, id]);
  return (
    <details onToggle={(e) => setOpen(e.currentTarget.open)}>
      <summary>
        Missing messages <span className="badge">{count(n)}</span>
      </summary>
      {failure && <p className="tone-bad">{failure}</p>}
      {report && <MissingMessages report={report} label={`Missing messages of ${name}`} />}
    </details>
  );
}

