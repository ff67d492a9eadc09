// What can be done to a whole batch, and the questions before it.
import { type ReactNode, useState } from 'react';
import { type Failure, request } from '../api/client';
import {
  CancelBatchDocument,
  CheckBatchDocument,
  DeleteBatchDocument,
  PauseBatchDocument,
  PurgeBatchDocument,
  RerunBatchDocument,
  ResumeBatchDocument,
} from '../gql/graphql';
import { Question } from '../ui/dialog';
import { count, plural } from '../ui/format';
import { Again, ArrowRight, KeyIcon, Stop, Trash } from '../ui/icons';
import { navigate } from '../ui/router';
import { say } from '../ui/toast';
import { CheckIcon, PauseIcon } from './icons';
import { active, type Batch, ended, left, type Tally } from './outcome';

type Asked = 'cancel' | 'failed' | 'all' | 'purge' | 'delete';
type Done = Promise<{ batch: Batch; failure?: undefined } | { failure: Failure }>;

const mailboxes = (n: number) => plural(n, 'mailbox', 'mailboxes');

interface Props {
  batch: Batch;
  tally: Tally;
  /** Takes the batch as it is after an action. */
  onChanged: (batch: Batch) => void;
}

// Runs one action at a time, and says what became of it.
function useAction(onChanged: (batch: Batch) => void) {
  const [busy, setBusy] = useState(false);
  const run = async (what: () => Done, done?: string) => {
    setBusy(true);
    const answer = await what();
    setBusy(false);
    if (answer.failure) say(answer.failure.message);
    else {
      onChanged(answer.batch);
      if (done) say(done);
    }
  };
  return { busy, run };
}

async function one<Data>(asked: Promise<{ data: Data; failure?: undefined } | { data?: undefined; failure: Failure }>, pick: (data: Data) => Batch): Done {
  const answer = await asked;
  return answer.failure ? { failure: answer.failure } : { batch: pick(answer.data) };
}

/** The buttons at the head of the page. The one that comes next stands out. */
export function BatchActions({ batch, tally, onChanged }: Props) {
  const { busy, run } = useAction(onChanged);
  const [asking, setAsking] = useState<Asked | null>(null);
  const { id, summary: s } = batch;
  const problems = left(tally);
  const purged = batch.purgedAt != null;
  const held = batch.paused && active(tally) > 0;
  const checkNext = held && s.checked === 0 && !s.checking && ended(tally) === 0;
  const startNext = held && !checkNext && !s.checking;
  const primary = (is: boolean) => (is ? 'primary' : '');

  const check = () => run(() => one(request(CheckBatchDocument, { id }), (d) => d.checkBatch));
  const resume = () => run(() => one(request(ResumeBatchDocument, { id }), (d) => d.resumeBatch));
  const pause = () => run(() => one(request(PauseBatchDocument, { id }), (d) => d.pauseBatch), tally.RUNNING > 0 ? 'Paused. What runs goes on to its end.' : 'Paused.');
  const confirmed = (what: Asked) => {
    setAsking(null);
    if (what === 'cancel') void run(() => one(request(CancelBatchDocument, { id }), (d) => d.cancelBatch), 'Cancelled. What was copied stays.');
    else void run(() => one(request(RerunBatchDocument, { id, scope: what === 'failed' ? 'FAILED' : 'ALL' }), (d) => d.rerunBatch), 'Queued again.');
  };

  return (
    <div className="actions">
      {!purged && s.mailboxes > tally.RUNNING && (
        <button type="button" className={primary(checkNext)} disabled={busy || s.checking} onClick={() => void check()}>
          <CheckIcon />
          {s.checking ? 'Checking…' : s.checked > 0 ? 'Check again' : 'Check all'}
        </button>
      )}
      {active(tally) > 0 &&
        (batch.paused ? (
          <button type="button" className={primary(startNext)} disabled={busy} onClick={() => void resume()}>
            <ArrowRight />
            {ended(tally) + tally.RUNNING > 0 ? 'Resume' : 'Start'}
          </button>
        ) : (
          <button type="button" disabled={busy} onClick={() => void pause()}>
            <PauseIcon />
            Pause
          </button>
        ))}
      {!purged && problems > 0 && (
        <button type="button" className={primary(active(tally) === 0)} disabled={busy} onClick={() => setAsking('failed')}>
          <Again />
          Run failed again <span className="badge">{count(problems)}</span>
        </button>
      )}
      {!purged && active(tally) === 0 && problems < ended(tally) && (
        <button type="button" disabled={busy} onClick={() => setAsking('all')}>
          <Again />
          Run all again
        </button>
      )}
      {active(tally) > 0 && (
        <button type="button" disabled={busy} onClick={() => setAsking('cancel')}>
          <Stop />
          Cancel
        </button>
      )}
      {asking === 'failed' && (
        <Question title={`Run ${mailboxes(problems)} again?`} action={`Run ${mailboxes(problems)}`} onConfirm={() => confirmed('failed')} onClose={() => setAsking(null)}>
          <p>Those whose last run failed, was interrupted or was cancelled. A run copies only what is not at the destination yet.</p>
        </Question>
      )}
      {asking === 'all' && (
        <Question title={`Run all ${mailboxes(ended(tally))} again?`} action="Run all" onConfirm={() => confirmed('all')} onClose={() => setAsking(null)}>
          <p>Each that has ended is queued once more, and only what is new is copied: mail that came in since, above all.</p>
        </Question>
      )}
      {asking === 'cancel' && (
        <Question title={`Cancel ${mailboxes(active(tally))}?`} action={`Cancel ${mailboxes(active(tally))}`} danger onConfirm={() => confirmed('cancel')} onClose={() => setAsking(null)}>
          <p>Those that wait are cancelled at once. Those that run are asked to stop; what they have copied stays at the destination.</p>
        </Question>
      )}
    </div>
  );
}

/** What is done at the very end, each with what it means. */
export function Closing({ batch, tally, onChanged }: Props) {
  const { busy, run } = useAction(onChanged);
  const [asking, setAsking] = useState<Asked | null>(null);
  const [deleting, setDeleting] = useState(false);
  const { id } = batch;
  const waits = active(tally) > 0;
  const n = batch.summary.mailboxes;

  const purge = () => {
    setAsking(null);
    void run(() => one(request(PurgeBatchDocument, { id }), (d) => d.purgeBatch), 'The passwords are deleted.');
  };
  const remove = async () => {
    setAsking(null);
    setDeleting(true);
    const answer = await request(DeleteBatchDocument, { id });
    setDeleting(false);
    if (answer.failure && answer.failure.code !== 'NOT_FOUND') say(answer.failure.message);
    else {
      say(`“${batch.name}” is deleted.`);
      navigate('/batches');
    }
  };

  return (
    <section className="card closing-actions" aria-labelledby="closing-title">
      <h2 id="closing-title">When all is moved</h2>
      <Offer
        title="Delete the passwords"
        text={
          batch.purgedAt != null
            ? 'They are deleted. The jobs and the report stay; nothing of this batch can be run again.'
            : 'The jobs and the report stay as history. Nothing of this batch can be run again afterwards.'
        }
      >
        {batch.purgedAt == null && (
          <button type="button" disabled={busy || waits} aria-describedby={waits ? 'closing-waits' : undefined} onClick={() => setAsking('purge')}>
            <KeyIcon />
            Delete passwords
          </button>
        )}
      </Offer>
      <Offer title="Delete the batch" text="With its jobs, their logs and the report, for good. Mail is not touched on either side.">
        <button type="button" className="danger" disabled={deleting || waits} aria-describedby={waits ? 'closing-waits' : undefined} onClick={() => setAsking('delete')}>
          <Trash />
          Delete batch
        </button>
      </Offer>
      {waits && (
        <p className="minor" id="closing-waits">
          Both can be done once nothing of the batch waits or runs any more.
        </p>
      )}
      {asking === 'purge' && (
        <Question title={`Delete the passwords of ${mailboxes(n)}?`} action="Delete passwords" danger onConfirm={purge} onClose={() => setAsking(null)}>
          <p>They are gone for good, and no mailbox of this batch can be run again: not those that failed, and not for mail that comes in later.</p>
          {left(tally) > 0 && <p className="tone-bad">{mailboxes(left(tally))} did not go through yet.</p>}
        </Question>
      )}
      {asking === 'delete' && (
        <Question title={`Delete “${batch.name}”?`} action="Delete batch" danger onConfirm={() => void remove()} onClose={() => setAsking(null)}>
          <p>{mailboxes(n)} with all runs, logs and the report are deleted with it, for good. Download the report before, if you may need it.</p>
        </Question>
      )}
    </section>
  );
}

function Offer({ title, text, children }: { title: string; text: string; children: ReactNode }) {
  return (
    <div className="offer">
      <div>
        <h3>{title}</h3>
        <p className="minor">{text}</p>
      </div>
      {children}
    </div>
  );
}
