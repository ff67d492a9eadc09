// What runs, what waits, what failed and why.
import { type KeyboardEvent, type MouseEvent, useCallback, useEffect, useMemo, useRef, useState, useSyncExternalStore } from 'react';
import type { JobStatus } from '../gql/graphql';
import { statusNames, tones } from '../job/outcome';
import { count, plural } from '../ui/format';
import { Again, Close, Plus, SearchIcon, StatusIcon, Stop, Trash } from '../ui/icons';
import { Link, navigate, useQueryString } from '../ui/router';
import { say } from '../ui/toast';
import { useTitle } from '../ui/title';
import { type Action, actOnAll, applies } from './actions';
import { BulkQuestion } from './bulk';
import { useJobs } from './context';
import { Row } from './row';
import { Slots } from './slots';
import { formatFilter, parseFilter, statuses } from './store';

export function JobsPage() {
  const jobs = useJobs();
  const query = useQueryString();
  const filter = useMemo(() => parseFilter(query), [query]);
  const list = useSyncExternalStore(jobs.list.watch, jobs.list.get);
  const counts = useSyncExternalStore(jobs.counts.watch, jobs.counts.get);
  const table = useRef<HTMLTableElement>(null);
  const failed = counts?.get('FAILED') ?? 0;
  const heading = useTitle(failed > 0 ? `Jobs (${count(failed)} failed)` : 'Jobs');

  useEffect(() => jobs.show(filter), [jobs, filter]);
  useEffect(() => {
    jobs.busy = () => table.current?.matches(':hover, :focus-within') ?? false;
  }, [jobs]);

  const total = counts ? [...counts.values()].reduce((a, b) => a + b, 0) : null;
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const anchor = useRef<string | null>(null);
  const ids = useRef(list.ids);
  ids.current = list.ids;

  // Jobs that have left the list are not selected any more.
  const chosen = useMemo(() => list.ids.filter((id) => selected.has(id)), [list.ids, selected]);

  const onSelect = useCallback((id: string, event: MouseEvent | KeyboardEvent) => {
    const from = anchor.current === null ? -1 : ids.current.indexOf(anchor.current);
    const to = ids.current.indexOf(id);
    setSelected((before) => {
      const after = new Set(before);
      const on = !before.has(id);
      const range = event.shiftKey && from >= 0 ? ids.current.slice(Math.min(from, to), Math.max(from, to) + 1) : [id];
      for (const each of range) {
        if (on) after.add(each);
        else after.delete(each);
      }
      return after;
    });
    anchor.current = id;
  }, []);

  // Arrow keys go from box to box; with shift they select on their way.
  const onMove = useCallback((event: KeyboardEvent<HTMLInputElement>, id: string) => {
    const by = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    if (by === 0) return;
    event.preventDefault();
    const next = ids.current[ids.current.indexOf(id) + by];
    if (next === undefined) return;
    if (event.shiftKey) {
      setSelected((before) => new Set([...before, id, next]));
      anchor.current = next;
    }
    table.current?.querySelector<HTMLInputElement>(`[data-job="${CSS.escape(next)}"] input`)?.focus();
  }, []);

  const all = list.ids.length > 0 && chosen.length === list.ids.length;
  const none = () => {
    setSelected(new Set());
    anchor.current = null;
  };
  const [asking, setAsking] = useState<Action | null>(null);
  const [working, setWorking] = useState<string | null>(null);
  const can = (action: Action) =>
    chosen.filter((id) => {
      const job = jobs.store.get(id);
      return job && applies(action, job);
    });

  const run = async (action: Action) => {
    const targets = can(action);
    setAsking(null);
    const verb = { rerun: 'queued again', cancel: 'cancelled', delete: 'deleted' }[action];
    // Oldest first, so that reruns queue up in the order of the first runs.
    const outcomes = await actOnAll(jobs, action, [...targets].reverse(), (o) => setWorking(`${count(o.done)} of ${plural(targets.length, 'job')} ${verb}…`));
    setWorking(null);
    none();
    const failures = [...outcomes.failures].map(([message, n]) => `${plural(n, 'job')} not: ${message}`);
    say([`${plural(outcomes.done, 'job')} ${verb}.`, ...failures].join(' '));
    jobs.reload();
  };

  const filtered = filter.status !== null || filter.search !== '';
  const fresh = !list.loading && !filtered && list.ids.length === 0 && !list.failure;

  return (
    <div className="page">
      <div className="page-head">
        <h1 ref={heading} tabIndex={-1}>
          Jobs
        </h1>
        <Link href="/jobs/new" className="button primary">
          <Plus />
          New job
        </Link>
      </div>

      {fresh ? (
        <Welcome />
      ) : (
        <>
          <Slots />
          <div className="filters">
            <nav aria-label="Jobs by state">
              <ul className="states">
                <StateLink status={null} n={total} current={filter.status} search={filter.search} />
                {statuses.map((status) => (
                  <StateLink key={status} status={status} n={counts?.get(status) ?? (counts ? 0 : null)} current={filter.status} search={filter.search} />
                ))}
              </ul>
            </nav>
            <SearchField value={filter.search} onChange={(search) => navigate(formatFilter({ ...filter, search }), { replace: true })} />
          </div>

          {list.failure && (
            <p className="notice tone-bad" role="alert">
              {list.failure}{' '}
              <button type="button" onClick={jobs.reload}>
                Try again
              </button>
            </p>
          )}

          <table ref={table} role="table" className="jobs" aria-label="Jobs" aria-busy={list.loading}>
            <thead role="rowgroup">
              <tr role="row">
                <th role="columnheader" scope="col" className="cell-select">
                  <label className="check">
                    <input
                      type="checkbox"
                      aria-label="Select all jobs that are shown"
                      checked={all}
                      ref={(box) => {
                        if (box) box.indeterminate = chosen.length > 0 && !all;
                      }}
                      onChange={() => (all ? none() : setSelected(new Set(list.ids)))}
                      disabled={list.ids.length === 0}
                    />
                  </label>
                </th>
                <th role="columnheader" scope="col" className="cell-name">Mailbox</th>
                <th role="columnheader" scope="col" className="cell-status">State</th>
                <th role="columnheader" scope="col" className="cell-progress">Progress</th>
                <th role="columnheader" scope="col" className="cell-rate">Rate</th>
                <th role="columnheader" scope="col" className="cell-time">Time</th>
              </tr>
            </thead>
            <tbody role="rowgroup">
              {list.ids.map((id) => (
                <Row key={id} id={id} selected={selected.has(id)} onSelect={onSelect} onMove={onMove} />
              ))}
              {list.loading && list.ids.length === 0 && <Skeleton rows={Math.min(8, Math.max(3, list.total))} />}
            </tbody>
          </table>

          {!list.loading && list.ids.length === 0 && filtered && (
            <div className="nothing">
              <p>
                No {filter.status ? statusNames[filter.status].toLowerCase() : ''} job{filter.search && <> with “{filter.search}” in its name, host or user</>}.
              </p>
              <Link href="/" className="button">
                Show all jobs
              </Link>
            </div>
          )}

          <p className="list-end">
            {list.ids.length > 0 && `${count(list.ids.length)} of ${plural(list.total, 'job')} shown.`}{' '}
            {list.hasMore && (
              <button type="button" disabled={list.loadingMore} onClick={() => void jobs.more()}>
                {list.loadingMore ? 'Loading…' : 'Show more'}
              </button>
            )}
          </p>
        </>
      )}

      {(chosen.length > 0 || working) && (
        <section className="bulk" aria-label="Selected jobs">
          {working ? (
            <p role="status">{working}</p>
          ) : (
            <>
              <p role="status">{plural(chosen.length, 'job')} selected</p>
              {list.hasMore && all && (
                <button type="button" className="plain" onClick={() => void jobs.all().then((every) => setSelected(new Set(every)))}>
                  Select all {count(list.total)}
                </button>
              )}
              <BulkButton icon={<Again />} label="Run again" n={can('rerun').length} onClick={() => setAsking('rerun')} />
              <BulkButton icon={<Stop />} label="Cancel" n={can('cancel').length} onClick={() => setAsking('cancel')} />
              <BulkButton icon={<Trash />} label="Delete" n={can('delete').length} onClick={() => setAsking('delete')} />
              <button type="button" className="icon" aria-label="Clear the selection" title="Clear the selection" onClick={none}>
                <Close />
              </button>
            </>
          )}
        </section>
      )}
      {asking && <BulkQuestion action={asking} jobs={can(asking).flatMap((id) => jobs.store.get(id) ?? [])} total={chosen.length} onConfirm={() => void run(asking)} onClose={() => setAsking(null)} />}
    </div>
  );
}

function BulkButton({ icon, label, n, onClick }: { icon: React.ReactNode; label: string; n: number; onClick: () => void }) {
  return (
    <button type="button" disabled={n === 0} onClick={onClick}>
      {icon}
      {label}
      <span className="badge">{count(n)}</span>
    </button>
  );
}

function StateLink({ status, n, current, search }: { status: JobStatus | null; n: number | null; current: JobStatus | null; search: string }) {
  return (
    <li>
      <Link href={formatFilter({ status, search })} aria-current={status === current ? 'page' : undefined} className={`state${status && n ? ` tone-${tones[status]}` : ''}`}>
        {status && <StatusIcon status={status} />}
        <span className="state-name">{status ? statusNames[status] : 'All'}</span>
        <span className="state-count">{n === null ? '–' : count(n)}</span>
      </Link>
    </li>
  );
}

// The address changes a moment after the last key, so that not every letter is a question to the server.
export function SearchField({ value, onChange }: { value: string; onChange: (text: string) => void }) {
  const [text, setText] = useState(value);
  const sent = useRef(value);
  useEffect(() => {
    if (value !== sent.current) {
      sent.current = value;
      setText(value);
    }
  }, [value]);
  useEffect(() => {
    if (text === sent.current) return;
    const timer = setTimeout(() => {
      sent.current = text;
      onChange(text);
    }, 250);
    return () => clearTimeout(timer);
  });
  return (
    <search className="search">
      <label className="field-icon">
        <SearchIcon />
        <span className="hidden">Search by name, host or user</span>
        <input type="search" value={text} placeholder="Name, host or user" spellCheck={false} onChange={(e) => setText(e.target.value)} />
      </label>
    </search>
  );
}

function Skeleton({ rows }: { rows: number }) {
  return Array.from({ length: rows }, (_, i) => (
    <tr key={i} role="row" className="job skeleton" aria-hidden="true">
      <td role="cell" className="cell-select" />
      <td role="cell" className="cell-name">
        <span />
        <span />
      </td>
      <td role="cell" className="cell-status" />
      <td role="cell" className="cell-progress">
        <span />
      </td>
      <td role="cell" className="cell-rate" />
      <td role="cell" className="cell-time" />
    </tr>
  ));
}

function Welcome() {
  return (
    <section className="welcome">
      <h2>No mailbox has been moved yet</h2>
      <p>A job copies one mailbox from one IMAP server to another. Nothing is ever changed or deleted at the source.</p>
      <ol>
        <li>
          <strong>Have both accounts at hand.</strong> Host, user and password of the old mailbox and of the new one. Many providers want an app password.
        </li>
        <li>
          <strong>Check both sides.</strong> The form signs in and counts what is there, before anything is queued.
        </li>
        <li>
          <strong>Begin with a dry run.</strong> It goes through every step and changes nothing.
        </li>
      </ol>
      <div className="welcome-ways">
        <Link href="/jobs/new" className="button primary">
          Move the first mailbox
        </Link>
        <Link href="/batches/new" className="button">
          Move many, from a CSV file
        </Link>
      </div>
    </section>
  );
}
