// All batches, newest first.
import { useCallback, useEffect, useState } from 'react';
import { onReconnected, request } from '../api/client';
import { BatchesDocument } from '../gql/graphql';
import { count, plural, size } from '../ui/format';
import { Plus, StatusIcon } from '../ui/icons';
import { Link } from '../ui/router';
import { Time } from '../ui/time';
import { useTitle } from '../ui/title';
import './batches.css';
import { type Batch, moving, outcome, tally, unfinished } from './outcome';
import { followBatch } from './use-batch';

const PAGE = 30;

interface List {
  batches: readonly Batch[];
  after: string | null;
  loading: boolean;
  failure: string | null;
}

export function BatchesPage() {
  const heading = useTitle('Batches');
  const [list, setList] = useState<List>({ batches: [], after: null, loading: true, failure: null });

  const load = useCallback(async (after: string | null) => {
    const answer = await request(BatchesDocument, { first: PAGE, after });
    if (answer.failure) {
      setList((l) => ({ ...l, loading: false, failure: answer.failure.message }));
      return;
    }
    const { edges, pageInfo } = answer.data.batches;
    const batches = edges.map(({ node }) => node);
    setList((l) => ({
      batches: after === null ? batches : [...l.batches, ...batches],
      after: pageInfo.hasNextPage ? (pageInfo.endCursor ?? null) : null,
      loading: false,
      failure: null,
    }));
  }, []);
  useEffect(() => {
    const reload = () => void load(null);
    // Batches that others made meanwhile show when one comes back to the page.
    const seen = () => document.visibilityState === 'visible' && reload();
    reload();
    document.addEventListener('visibilitychange', seen);
    const unreconnect = onReconnected(reload);
    return () => {
      document.removeEventListener('visibilitychange', seen);
      unreconnect();
    };
  }, [load]);
  const take = useCallback((batch: Batch) => setList((l) => ({ ...l, batches: l.batches.map((b) => (b.id === batch.id ? batch : b)) })), []);
  const drop = useCallback(() => void load(null), [load]);

  const none = !list.loading && !list.failure && list.batches.length === 0;
  return (
    <div className="page">
      <div className="page-head">
        <h1 ref={heading} tabIndex={-1}>
          Batches
        </h1>
        <Link href="/batches/new" className="button primary">
          <Plus />
          New batch
        </Link>
      </div>
      {list.failure && (
        <p className="notice tone-bad" role="alert">
          {list.failure}{' '}
          <button type="button" onClick={() => void load(null)}>
            Try again
          </button>
        </p>
      )}
      {none ? (
        <Welcome />
      ) : (
        <ul className="batches" aria-busy={list.loading}>
          {list.batches.map((batch) => (
            <Row key={batch.id} batch={batch} onChanged={take} onGone={drop} />
          ))}
          {list.loading && list.batches.length === 0 && <li className="batch card skeleton" aria-hidden="true"><span /><span /></li>}
        </ul>
      )}
      {list.after !== null && (
        <p className="list-end">
          <button type="button" onClick={() => void load(list.after)}>
            Show more
          </button>
        </p>
      )}
    </div>
  );
}

function Row({ batch, onChanged, onGone }: { batch: Batch; onChanged: (batch: Batch) => void; onGone: () => void }) {
  const { id, summary: s } = batch;
  const follow = moving(batch);
  useEffect(() => (follow ? followBatch(id, onChanged, onGone) : undefined), [follow, id, onChanged, onGone]);
  const t = tally(batch);
  const { tone, headline } = outcome(batch);
  const problems = unfinished(t);
  return (
    <li className={`batch card tone-${tone}`} data-batch={id}>
      <BatchIcon batch={batch} />
      <div className="batch-main">
        <h2>
          <Link href={`/batches/${id}`} title={batch.name}>
            {batch.name}
          </Link>
        </h2>
        <p className="batch-state">{headline}</p>
      </div>
      <div className="batch-progress">
        <progress aria-label={`Progress of ${batch.name}`} max={1} value={s.progress} />
        <p className="numbers">
          <span>
            {count(s.verified)} of {plural(s.mailboxes, 'mailbox', 'mailboxes')} verified
          </span>
          <span className={problems > 0 ? 'tone-bad count-bad' : 'minor'}>{problems > 0 ? `${count(problems)} not complete` : s.bytesDone > 0 ? size(s.bytesDone) : ''}</span>
        </p>
      </div>
      <p className="batch-time minor">
        <Time at={batch.createdAt} />
      </p>
    </li>
  );
}

/** The state of a batch as one drawing. */
export function BatchIcon({ batch }: { batch: Batch }) {
  const { tone } = outcome(batch);
  const icons = { good: 'SUCCEEDED', bad: 'FAILED', warn: 'INTERRUPTED', busy: 'RUNNING', calm: 'QUEUED' } as const;
  return <StatusIcon status={icons[tone]} />;
}

function Welcome() {
  return (
    <section className="welcome">
      <h2>Move a whole company at once</h2>
      <p>A batch is a list of mailboxes that are checked, moved and reported on together.</p>
      <ol>
        <li>
          <strong>List the mailboxes in a CSV file.</strong> A line for each, with user and password on both sides. Columns as other tools name them are understood.
        </li>
        <li>
          <strong>Check before.</strong> Every mailbox is signed in to on both sides, and held against quota and size limits, before anything runs.
        </li>
        <li>
          <strong>Show for it after.</strong> The report says of each mailbox whether all of it has arrived, and names what has not.
        </li>
      </ol>
      <Link href="/batches/new" className="button primary">
        Make the first batch
      </Link>
    </section>
  );
}
