// How a batch stands, in a plain sentence, and what to do next.
import type { BatchPartsFragment, JobStatus } from '../gql/graphql';
import { type Outcome, pause } from '../job/outcome';
import { clock, count, plural, timeLeft } from '../ui/format';

export type Batch = BatchPartsFragment;
export type Tally = Readonly<Record<JobStatus, number>>;

/** How many mailboxes are in each state. */
export function tally({ summary }: Batch): Tally {
  const counts: Record<JobStatus, number> = { QUEUED: 0, RUNNING: 0, SUCCEEDED: 0, FAILED: 0, INTERRUPTED: 0, CANCELLED: 0 };
  for (const { status, count: n } of summary.counts) counts[status] = n;
  return counts;
}

/** Mailboxes that wait or run. */
export const active = (t: Tally): number => t.QUEUED + t.RUNNING;

/** Mailboxes whose last run did not succeed, those that somebody cancelled left out. */
export const unfinished = (t: Tally): number => t.FAILED + t.INTERRUPTED;

/** Mailboxes that can be run again because their last run did not succeed, whatever the cause. */
export const left = (t: Tally): number => unfinished(t) + t.CANCELLED;

/** Mailboxes whose last run has ended. */
export const ended = (t: Tally): number => t.SUCCEEDED + unfinished(t) + t.CANCELLED;

/** Something may still change by itself. */
export const moving = (batch: Batch): boolean => batch.summary.checking || active(tally(batch)) > 0;

const one = (n: number, singular: string, several: string) => (n === 1 ? singular : several);
const mailboxes = (n: number) => plural(n, 'mailbox', 'mailboxes');

// "All 200 mailboxes", "The mailbox".
const all = (n: number) => (n === 1 ? 'The mailbox' : `All ${mailboxes(n)}`);

/** The sentence at the head of a batch's page. */
export function outcome(batch: Batch, now = Date.now()): Outcome {
  const s = batch.summary;
  const t = tally(batch);
  const n = s.mailboxes;
  if (n === 0) return { tone: 'calm', headline: 'There is no mailbox left in this batch.', next: 'Its jobs were deleted. You can delete the batch as well.' };
  if (s.checking) {
    return {
      tone: 'busy',
      headline: `Checking: ${count(s.checked)} of ${mailboxes(n)}${s.checkFailed > 0 ? `, ${count(s.checkFailed)} with a problem` : ''}.`,
      next: 'Each is signed in to on both sides, and counted. Nothing is changed.',
    };
  }
  if (batch.paused && active(t) > 0) return waiting(batch, t);
  if (t.RUNNING > 0 || t.QUEUED > 0) return running(batch, t, now);
  return over(batch, t);
}

function waiting({ summary: s }: Batch, t: Tally): Outcome {
  const held = `${mailboxes(t.QUEUED)} ${one(t.QUEUED, 'waits', 'wait')}`;
  if (t.RUNNING > 0) {
    return {
      tone: 'warn',
      headline: `Paused: ${t.QUEUED > 0 ? held : 'no other mailbox waits'}.`,
      next: `${mailboxes(t.RUNNING)} that ${one(t.RUNNING, 'was', 'were')} running ${one(t.RUNNING, 'goes', 'go')} on to the end.`,
    };
  }
  if (s.checked === 0) {
    return {
      tone: 'calm',
      headline: `Nothing runs yet: ${held} to be started.`,
      next: 'Check them first: every mailbox is signed in to on both sides, counted, and held against quota and size limits. Then start.',
    };
  }
  if (s.checkFailed > 0) {
    return {
      tone: 'warn',
      headline: `${count(s.checkFailed)} of ${mailboxes(s.checked)} cannot be moved as ${one(s.checkFailed, 'it is', 'they are')}.`,
      next: `The rows below say what to do: change a wrong password there, mend the account, then check again. Or start all the same, and move ${one(s.checkFailed, 'that one', 'those')} later.`,
    };
  }
  if (s.checked < s.mailboxes) {
    return { tone: 'warn', headline: `Paused: ${held}.`, next: `${count(s.checked)} of ${mailboxes(s.mailboxes)} ${one(s.checked, 'is', 'are')} checked, without a problem. Start when you are ready.` };
  }
  return { tone: 'good', headline: `${all(s.checked)} can be moved: signing in works on both sides.`, next: 'Start when you are ready.' };
}

function running({ summary: s }: Batch, t: Tally, now: number): Outcome {
  const problems = unfinished(t);
  const cancelled = t.CANCELLED > 0 ? ` ${mailboxes(t.CANCELLED)} ${one(t.CANCELLED, 'was', 'were')} cancelled.` : '';
  const trouble = problems > 0 ? ` ${mailboxes(problems)} did not go through so far; the report will name ${one(problems, 'it', 'them')}.${cancelled}` : cancelled;
  if (t.RUNNING === 0 && s.waiting) {
    return { tone: 'warn', headline: `${pause(s.waiting, now)}.`, next: `Nothing has failed. ${mailboxes(t.QUEUED)} ${one(t.QUEUED, 'goes', 'go')} on by ${one(t.QUEUED, 'itself', 'themselves')}.${trouble}` };
  }
  if (t.RUNNING === 0 && s.nextTryAt && Date.parse(s.nextTryAt) > now) {
    return {
      tone: 'warn',
      headline: `${mailboxes(t.QUEUED)} ${one(t.QUEUED, 'waits', 'wait')} for another try.`,
      next: `The next try begins by itself at ${clock(s.nextTryAt, now)}.${trouble}`,
    };
  }
  const left = s.etaSeconds == null ? '' : s.etaSeconds < 10 ? ' A few seconds left.' : ` About ${timeLeft(s.etaSeconds)} left.`;
  if (ended(t) === 0 && t.RUNNING === 0) {
    return { tone: 'calm', headline: `${mailboxes(t.QUEUED)} ${one(t.QUEUED, 'waits', 'wait')} for a free slot.`, next: 'They start by themselves. You can close this page.' };
  }
  return {
    tone: 'busy',
    headline: `Moving: ${count(ended(t))} of ${mailboxes(s.mailboxes)} ended, ${count(t.RUNNING)} ${one(t.RUNNING, 'runs', 'run')} now.${left}`,
    next: `It goes on without this page.${trouble}`,
  };
}

function over({ summary: s, purgedAt }: Batch, t: Tally): Outcome {
  const purged = purgedAt != null;
  const problems = unfinished(t);
  if (problems === 0 && t.CANCELLED > 0) {
    return {
      tone: 'calm',
      headline:
        s.verified > 0
          ? `${count(s.verified)} of ${mailboxes(s.mailboxes)} ${one(s.verified, 'is', 'are')} complete; ${count(t.CANCELLED)} ${one(t.CANCELLED, 'was', 'were')} cancelled.`
          : `${count(t.CANCELLED)} of ${mailboxes(s.mailboxes)} did not go through.`,
      next: `${mailboxes(t.CANCELLED)} ${one(t.CANCELLED, 'was', 'were')} cancelled, and none has failed. ${purged ? 'The passwords are deleted, so they cannot be run again from here.' : 'Run those again to move them: only what is missing is copied.'}`,
    };
  }
  if (problems === 0 && s.verified === s.mailboxes) {
    return {
      tone: 'good',
      headline: `${all(s.mailboxes)} ${one(s.mailboxes, 'is', 'are')} at the destination, compared and complete.`,
      next: purged ? 'The passwords are deleted; the report stays.' : 'Once mail is delivered to the new server, run all again to fetch what arrived in between. Then delete the passwords.',
    };
  }
  if (problems === 0) {
    const rest = s.mailboxes - s.verified;
    return {
      tone: 'good',
      headline: `${all(s.mailboxes)} went through without an error; ${s.verified === 0 ? 'none is' : `${count(s.verified)} ${one(s.verified, 'is', 'are')}`} verified.`,
      next: `${mailboxes(rest)} ${one(rest, 'was a dry run, or was', 'were dry runs, or were')} not compared at the end. The report says which.`,
    };
  }
  return {
    tone: 'bad',
    headline:
      s.verified > 0
        ? `${count(s.verified)} of ${mailboxes(s.mailboxes)} ${one(s.verified, 'is', 'are')} complete; ${count(problems)} ${one(problems, 'is', 'are')} not${t.CANCELLED > 0 ? `, ${count(t.CANCELLED)} ${one(t.CANCELLED, 'was', 'were')} cancelled` : ''}.`
        : `${count(problems)} of ${mailboxes(s.mailboxes)} did not go through.`,
    next: purged
      ? 'The report names each with its reason. The passwords are deleted, so they cannot be run again from here.'
      : 'The report names each, why, and what to do. Then run those that failed again: only what is missing is copied.',
  };
}
