// How a run went, in a plain sentence, and what to do next.
import type { JobDetailFragment, JobRowFragment, JobStatus, ReportParts } from './types';
import { clock, count, ordinal, plural } from '../ui/format';
import { refusedInRun } from './sign-in';
import type { WaitingPartsFragment } from '../gql/graphql';

export type Tone = 'good' | 'bad' | 'warn' | 'busy' | 'calm';

export interface Outcome {
  tone: Tone;
  headline: string;
  /** What to do, or what happens by itself. */
  next: string;
}

export const statusNames: Record<JobStatus, string> = {
  QUEUED: 'Waiting',
  RUNNING: 'Running',
  SUCCEEDED: 'Succeeded',
  FAILED: 'Failed',
  INTERRUPTED: 'Interrupted',
  CANCELLED: 'Cancelled',
};

export const tones: Record<JobStatus, Tone> = {
  QUEUED: 'calm',
  RUNNING: 'busy',
  SUCCEEDED: 'good',
  FAILED: 'bad',
  INTERRUPTED: 'warn',
  CANCELLED: 'calm',
};

const sides = { SOURCE: 'source', DESTINATION: 'destination' } as const;

/** A pause that a host has asked for: "The source's host asked to wait until 14:05:30: …". */
export function pause(waiting: WaitingPartsFragment, now = Date.now()): string {
  const until = waiting.until ? ` until ${clock(waiting.until, now)}` : '';
  return `Waits for the ${sides[waiting.side]}'s host${until}: ${waiting.reason}`;
}

const toCome = (at: string | null | undefined, now = Date.now()): at is string => at != null && Date.parse(at) > now;

/** One line for the list. */
export function summary(job: JobRowFragment): string {
  const { progress } = job;
  switch (job.status) {
    case 'QUEUED':
      if (job.waiting) return pause(job.waiting);
      if (toCome(job.nextTryAt)) return `Tries again at ${clock(job.nextTryAt)}`;
      // Its place is said on the job's own page, which keeps it right while others leave the queue.
      return job.nextTryAt || !job.queueReason ? 'Waits for a slot' : job.queueReason;
    case 'RUNNING':
      if (job.cancelRequestedAt) return 'Asked to stop';
      if (job.waiting) return pause(job.waiting);
      return progress?.currentFolder ? `Copying ${progress.currentFolder}` : 'Signing in and looking at both mailboxes';
    case 'SUCCEEDED':
      if (job.dryRun) return 'Dry run: nothing was changed';
      return job.verified ? 'Everything is at the destination' : 'Finished without errors, not verified';
    case 'FAILED':
      return job.error ?? 'Ended with an error';
    case 'INTERRUPTED':
      return job.error ?? 'The server stopped while this job ran';
    case 'CANCELLED':
      return job.startedAt ? 'Cancelled while it ran' : 'Cancelled before it started';
  }
}

function numbers(report: ReportParts): string {
  const copied = report.messagesCopied === 0 ? 'none had to be copied' : `${count(report.messagesCopied)} copied in this run`;
  return report.messagesSkipped > 0 ? `${copied}, ${count(report.messagesSkipped)} there already or left out` : copied;
}

/** The sentence at the head of a job's page. What is left to do is the server's to say. */
export function outcome(job: JobDetailFragment): Outcome {
  const told = ending(job);
  if (job.status === 'QUEUED' || job.status === 'RUNNING') return told;
  const step = job.nextStep ?? '';
  return { ...told, next: step === '' || step === told.headline ? told.next : step };
}

// How it ended; next is what there is to say where nothing is left to do.
function ending(job: JobDetailFragment): Outcome {
  const { progress } = job;
  const report = job.report ?? null;
  switch (job.status) {
    case 'QUEUED':
      if (job.waiting) {
        return { tone: 'warn', headline: `${pause(job.waiting)}.`, next: 'Nothing has failed, and no try is used up. It goes on by itself.' };
      }
      if (toCome(job.nextTryAt)) {
        return {
          tone: 'warn',
          headline: `The ${ordinal(job.attempt)} try begins at ${clock(job.nextTryAt)}.`,
          next: `The run before failed for a reason that may pass by itself.${job.retriesLeft > 0 ? ` If it does not, ${plural(job.retriesLeft, 'more try follows', 'more tries follow')}.` : ' This is the last try.'}`,
        };
      }
      if (job.queueReason && !job.nextTryAt) {
        return { tone: 'calm', headline: 'Waiting, and kept from starting.', next: job.queueReason };
      }
      return {
        tone: 'calm',
        headline: job.queuePosition === 1 ? 'Next to start.' : job.queuePosition ? `Waiting, ${ordinal(job.queuePosition)} in the queue.` : 'Waiting for a slot.',
        next: 'It starts by itself as soon as a slot is free. You can close this page.',
      };
    case 'RUNNING': {
      if (job.cancelRequestedAt) {
        return { tone: 'busy', headline: 'Asked to stop; it ends within seconds.', next: 'What was copied stays at the destination.' };
      }
      if (job.waiting) {
        return { tone: 'warn', headline: `${pause(job.waiting)}.`, next: 'Nothing has failed. It goes on by itself, without this page.' };
      }
      const known = progress?.messagesTotal !== null && progress?.messagesTotal !== undefined;
      const done = progress?.messagesDone ?? 0;
      return {
        tone: 'busy',
        headline: known
          ? `${job.dryRun ? 'Trying' : 'Copying'}: ${count(done)} of ${plural(progress?.messagesTotal ?? 0, 'message')}.`
          : done > 0
            ? `${job.dryRun ? 'Trying' : 'Copying'}: ${plural(done, 'message')} so far.`
            : 'Signing in and looking at both mailboxes.',
        next: 'It goes on without this page. Nothing is changed at the source.',
      };
    }
    case 'SUCCEEDED':
      if (job.dryRun) {
        return {
          tone: 'good',
          headline: report
            ? `The dry run went through: ${count(report.messagesToCopy)} of ${plural(report.messagesFound, 'message')} in ${plural(report.folders, 'folder')} would be copied.`
            : 'The dry run went through.',
          next: 'Nothing was changed.',
        };
      }
      return {
        tone: 'good',
        headline: report
          ? job.verified
            ? `All ${plural(report.messagesFound, 'message')} are at the destination: ${numbers(report)}.`
            : `Finished without errors: ${numbers(report)}.`
          : job.verified
            ? 'All messages are at the destination.'
            : 'Finished without errors.',
        next: !job.canRerun
          ? 'Its passwords were deleted, so it can no longer be run again.'
          : job.verified
            ? 'Run it once more after mail is delivered to the new server, to fetch what arrived in between.'
            : '',
      };
    case 'FAILED':
      return { tone: 'bad', headline: job.error ?? 'The run ended with an error, and the engine did not say which.', next: refusedInRun(job).length > 0 ? 'Change the password, then run it again.' : '' };
    case 'INTERRUPTED':
      return { tone: 'warn', headline: job.error ?? 'The server stopped while this job ran.', next: '' };
    case 'CANCELLED':
      return {
        tone: 'calm',
        headline: job.startedAt
          ? progress?.messagesDone
            ? `Cancelled after ${plural(progress.messagesDone, 'message')}.`
            : 'Cancelled while it ran.'
          : 'Cancelled before it started.',
        next: '',
      };
  }
}
