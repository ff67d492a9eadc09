// One batch: how it stands, what to do next, its mailboxes, and at the end its report.
import { useEffect, useMemo, useRef, useState, useSyncExternalStore } from 'react';
import type { JobStatus } from '../gql/graphql';
import { Figure } from '../job/figure';
import { statusNames, tones } from '../job/outcome';
import { useJobs } from '../jobs/context';
import { SearchField } from '../jobs/jobs-page';
import { statuses } from '../jobs/store';
import { clock, count, plural, size, timeLeft } from '../ui/format';
import { ChevronLeft, StatusIcon } from '../ui/icons';
import { Link, navigate, useQueryString } from '../ui/router';
import { Time } from '../ui/time';
import { useTitle } from '../ui/title';
import { BatchActions, Closing } from './actions';
import './batches.css';
import { BatchIcon } from './batches-page';
import { MailboxRow } from './mailbox-row';
import { address, Mailboxes, parse } from './mailboxes';
import { active, type Batch, ended, outcome, tally, type Tally } from './outcome';
import { ClosingReport } from './report';
import { useBatch } from './use-batch';

export function BatchPage({ id }: { id: string }) {
  const { value: batch, loading, gone, failure, reload, take } = useBatch(id);
  const t = batch ? tally(batch) : null;
  const part = batch && t && active(t) > 0 && !batch.paused ? `${Math.floor(100 * batch.summary.progress)}% ` : '';
  const heading = useTitle(batch ? part + batch.name : 'Batch');
  const back = (
    <Link href="/batches" className="back">
      <ChevronLeft />
      Batches
    </Link>
  );
  if (!batch || !t) {
    return (
      <div className="page">
        {back}
        <div className="nothing">
          <h1 ref={heading} tabIndex={-1}>
            {gone ? 'There is no such batch' : loading ? 'Loading the batch…' : 'The batch cannot be shown'}
          </h1>
          {gone && <p>It was deleted, or the address is not right.</p>}
          {failure && (
            <>
              <p>{failure}</p>
              <button type="button" onClick={reload}>
                Try again
              </button>
            </>
          )}
        </div>
      </div>
    );
  }
  const { tone, headline, next } = outcome(batch);
  const over = active(t) === 0 && ended(t) > 0;
  return (
    <div className="page batch-page">
      {back}
      {gone && (
        <p className="notice tone-warn" role="status">
          This batch was deleted, here or elsewhere. What you see is the last that was known of it.
        </p>
      )}
      <div className="page-head job-head">
        <div>
          <h1 ref={heading} tabIndex={-1} title={batch.name}>
            {batch.name}
          </h1>
          <p className="job-tags">
            <span className="minor">
              {plural(batch.summary.mailboxes, 'mailbox', 'mailboxes')}, created <Time at={batch.createdAt} />
            </span>
            {batch.paused && active(t) > 0 && <span className="tag">Paused</span>}
            {batch.purgedAt && <span className="tag">Passwords deleted</span>}
          </p>
        </div>
        {!gone && <BatchActions batch={batch} tally={t} onChanged={take} />}
      </div>
      <section className={`outcome tone-${tone}`} aria-label="How it stands">
        <BatchIcon batch={batch} />
        <div>
          <p className="headline" role="status">
            {headline}
          </p>
          <p>{next}</p>
        </div>
      </section>
      <Summary batch={batch} tally={t} />
      {!gone && <ReportOfLastPass batch={batch} tally={t} over={over} />}
      <MailboxTable batch={batch} tally={t} gone={gone} />
      {!gone && <Closing batch={batch} tally={t} onChanged={take} />}
    </div>
  );
}

// While all run again the report of the pass before stays, so that nothing below it moves.
function ReportOfLastPass({ batch, tally, over }: { batch: Batch; tally: Tally; over: boolean }) {
  const [seen, setSeen] = useState({ over: false, pass: 0, batch, tally });
  if (over && (!seen.over || seen.batch !== batch)) setSeen({ over, pass: seen.over ? seen.pass : seen.pass + 1, batch, tally });
  if (!over && seen.over) setSeen({ ...seen, over });
  return seen.pass > 0 && <ClosingReport batch={seen.batch} tally={seen.tally} pass={seen.pass} before={!over} />;
}

function Summary({ batch: { summary: s, paused }, tally: t }: { batch: Batch; tally: Tally }) {
  const of = (a: string, b: string) => `${a} of ${b}`;
  const whole = Math.max(1, s.mailboxes);
  // Bytes count as done as soon as runs have worked on them, those of refused messages included.
  const over = active(t) === 0 && s.messagesMissing > 0;
  return (
    <section className="progress-card" aria-label="Progress">
      <div className="progress-head">
        {s.checking ? <progress key="checked" aria-label="Mailboxes checked" max={whole} value={s.checked} /> : <progress key="done" aria-label="Work done" max={1} value={s.progress} />}
        <span className="percent">{Math.floor(100 * (s.checking ? s.checked / whole : s.progress))}%</span>
      </div>
      <dl className="figures">
        <Figure name="Verified">{of(count(s.verified), count(s.mailboxes))}</Figure>
        <Figure name="Messages">{s.messagesTotal > 0 ? of(count(s.messagesDone), count(s.messagesTotal)) : '–'}</Figure>
        <Figure name="Size">{s.bytesTotal === 0 ? '–' : over ? size(s.bytesTotal) : of(size(s.bytesDone), size(s.bytesTotal))}</Figure>
        <Figure name="Missing" {...(s.messagesMissing > 0 ? { tone: 'bad' } : {})}>
          {ended(t) === 0 ? '–' : count(s.messagesMissing)}
        </Figure>
        <Figure name="Checked">
          {count(s.checked)}
          {s.checkFailed > 0 && <span className="count-bad">, {plural(s.checkFailed, 'problem')}</span>}
        </Figure>
        {s.nextTryAt ? (
          <Figure name="Next try">{clock(s.nextTryAt)}</Figure>
        ) : (
          <Figure name="Time left">{active(t) === 0 ? '–' : paused ? 'Paused' : s.etaSeconds == null ? '–' : timeLeft(s.etaSeconds)}</Figure>
        )}
      </dl>
    </section>
  );
}

function MailboxTable({ batch, tally: t, gone }: { batch: Batch; tally: Tally; gone: boolean }) {
  const jobs = useJobs();
  const { id } = batch;
  const mailboxes = useMemo(() => new Mailboxes(jobs, id), [jobs, id]);
  const query = useQueryString();
  const filter = useMemo(() => parse(query), [query]);
  const list = useSyncExternalStore(mailboxes.state.watch, mailboxes.state.get);
  const table = useRef<HTMLTableElement>(null);

  useEffect(() => mailboxes.follow(), [mailboxes]);
  useEffect(() => mailboxes.show(filter), [mailboxes, filter]);
  useEffect(() => {
    mailboxes.busy = () => table.current?.matches(':hover, :focus-within') ?? false;
  }, [mailboxes]);

  // What the app is not told of job by job: who comes into a filtered list, and what a check or a purge forgets.
  const counts = JSON.stringify(batch.summary.counts);
  const first = useRef(true);
  useEffect(() => {
    if (first.current) first.current = false;
    else if (filter.status !== null) mailboxes.freshen();
  }, [mailboxes, filter.status, counts]);
  const seen = useRef('');
  const { checking, mailboxes: n } = batch.summary;
  useEffect(() => {
    const now = `${checking} ${batch.purgedAt} ${n}`;
    if (seen.current !== '' && seen.current !== now) mailboxes.reload();
    seen.current = now;
  }, [mailboxes, checking, batch.purgedAt, n]);

  const filtered = filter.status !== null || filter.search !== '';
  return (
    <section className="mailboxes-section" aria-labelledby="mailboxes-title">
      <h2 id="mailboxes-title">Mailboxes</h2>
      <div className="filters">
        <nav aria-label="Mailboxes by state">
          <ul className="states">
            <StateLink batch={id} status={null} n={n} current={filter.status} search={filter.search} />
            {statuses.map((status) => (
              <StateLink key={status} batch={id} status={status} n={t[status]} current={filter.status} search={filter.search} />
            ))}
          </ul>
        </nav>
        <SearchField value={filter.search} onChange={(search) => navigate(address(id, { ...filter, search }), { replace: true })} />
      </div>
      {list.failure && !gone && (
        <p className="notice tone-bad" role="alert">
          {list.failure}{' '}
          <button type="button" onClick={mailboxes.reload}>
            Try again
          </button>
        </p>
      )}
      <table ref={table} role="table" className="jobs mailboxes" aria-label="Mailboxes" aria-busy={list.loading}>
        <thead role="rowgroup">
          <tr role="row">
            <th role="columnheader" scope="col" className="cell-name">Mailbox</th>
            <th role="columnheader" scope="col" className="cell-status">State</th>
            <th role="columnheader" scope="col" className="cell-progress">Progress</th>
            <th role="columnheader" scope="col" className="cell-check">Checked before</th>
            <th role="columnheader" scope="col" className="cell-time">Time</th>
          </tr>
        </thead>
        <tbody role="rowgroup">
          {list.ids.map((job) => (
            <MailboxRow key={job} id={job} paused={batch.paused} />
          ))}
          {list.loading && list.ids.length === 0 && <Skeleton rows={Math.min(10, Math.max(1, n))} />}
        </tbody>
      </table>
      {!list.loading && list.ids.length === 0 && filtered && (
        <div className="nothing">
          <p>
            No {filter.status ? statusNames[filter.status].toLowerCase() : ''} mailbox{filter.search && <> with “{filter.search}” in its name, host or user</>}.
          </p>
          <Link href={address(id, { status: null, search: '' })} className="button">
            Show all mailboxes
          </Link>
        </div>
      )}
      <p className="list-end">
        {list.ids.length > 0 && `${count(list.ids.length)} of ${plural(list.total, 'mailbox', 'mailboxes')} shown.`}{' '}
        {list.hasMore && (
          <button type="button" disabled={list.loadingMore} onClick={() => void mailboxes.more()}>
            {list.loadingMore ? 'Loading…' : 'Show more'}
          </button>
        )}
      </p>
    </section>
  );
}

function StateLink({ batch, status, n, current, search }: { batch: string; status: JobStatus | null; n: number; current: JobStatus | null; search: string }) {
  return (
    <li>
      <Link href={address(batch, { status, search })} aria-current={status === current ? 'page' : undefined} className={`state${status && n > 0 ? ` tone-${tones[status]}` : ''}`}>
        {status && <StatusIcon status={status} />}
        <span className="state-name">{status ? statusNames[status] : 'All'}</span>
        <span className="state-count">{count(n)}</span>
      </Link>
    </li>
  );
}

function Skeleton({ rows }: { rows: number }) {
  return Array.from({ length: rows }, (_, i) => (
    <tr key={i} role="row" className="job skeleton" aria-hidden="true">
      <td role="cell" className="cell-name">
        <span />
        <span />
      </td>
      <td role="cell" className="cell-status" />
      <td role="cell" className="cell-progress">
        <span />
      </td>
      <td role="cell" className="cell-check" />
      <td role="cell" className="cell-time" />
    </tr>
  ));
}
