// How a run went, in a plain sentence, and what to do next.
import type { JobDetailFragment, JobRowFragment, JobStatus, ReportParts } from './types';
import { clock, count, ordinal, plural } from '../ui/format';
import { refusedInRun } from './sign-in';

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

/** One line for the list. */
export function summary(job: JobRowFragment): string {
  const { progress } = job;
  switch (job.status) {
    case 'QUEUED':
      if (job.nextTryAt && Date.parse(job.nextTryAt) > Date.now()) return `Tries again at ${clock(job.nextTryAt)}`;
      // Its place is said on the job's own page, which keeps it right while others leave the queue.
      return 'Waits for a slot';
    case 'RUNNING':
      if (job.cancelRequestedAt) return 'Asked to stop';
      return progress?.currentFolder ? `Copying ${progress.currentFolder}` : 'Signing in and looking at both mailboxes';
    case 'SUCCEEDED':
      if (job.dryRun) return 'Dry run: nothing was changed';
      return job.verified ? 'Everything is at the destination' : 'Finished without errors';
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

/** Why a job that has ended cannot be run again, and what to do instead; null where it can. */
export function spent(job: JobRowFragment): string | null {
  if (job.canRerun || job.status === 'QUEUED' || job.status === 'RUNNING') return null;
  if (job.superseded) return 'A later run has taken the place of this one.';
  return 'Its passwords were deleted, so it can no longer be run again. To move the mailbox once more, make a new job from this one.';
}

/** The sentence at the head of a job's page. */
export function outcome(job: JobDetailFragment): Outcome {
  const told = ending(job);
  // Advice to run it again would be wrong.
  const last = spent(job);
  return last === null ? told : { ...told, next: last };
}

function ending(job: JobDetailFragment): Outcome {
  const { progress } = job;
  const report = job.report ?? null;
  switch (job.status) {
    case 'QUEUED':
      if (job.nextTryAt && Date.parse(job.nextTryAt) > Date.now()) {
        return {
          tone: 'warn',
          headline: `The ${ordinal(job.attempt)} try begins at ${clock(job.nextTryAt)}.`,
          next: `The run before failed for a reason that may pass by itself.${job.retriesLeft > 0 ? ` If it does not, ${plural(job.retriesLeft, 'more try follows', 'more tries follow')}.` : ' This is the last try.'}`,
        };
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
          headline: report ? `The dry run went through: ${plural(report.messagesFound, 'message')} in ${plural(report.folders, 'folder')}.` : 'The dry run went through.',
          next: 'Nothing was changed. If the log looks right, run it for real.',
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
        next: job.verified
          ? 'Run it once more after mail is delivered to the new server, to fetch what arrived in between.'
          : 'Both sides were not compared at the end. A second run copies only what is missing, if anything is.',
      };
    case 'FAILED': {
      const missing = report?.messagesMissing ?? 0;
      const headline = job.error ?? 'The run ended with an error, and the engine did not say which.';
      if (missing > 0) {
        return {
          tone: 'bad',
          headline,
          next: `${count(missing)} of ${plural(report?.messagesFound ?? missing, 'message')} ${missing === 1 ? 'is' : 'are'} missing at the destination. Run it again: it copies only those.`,
        };
      }
      return {
        tone: 'bad',
        headline,
        next: refusedInRun(job).length > 0
          ? 'A run with the same password would fail again. Change the password, then run it again.'
          : 'What was copied stays. When the cause is mended, run it again: it copies only what is missing.',
      };
    }
    case 'INTERRUPTED':
      return {
        tone: 'warn',
        headline: job.error ?? 'The server stopped while this job ran.',
        next: 'What was copied stays. Run it again: it copies only what is missing.',
      };
    case 'CANCELLED':
      return {
        tone: 'calm',
        headline: job.startedAt
          ? progress?.messagesDone
            ? `Cancelled after ${plural(progress.messagesDone, 'message')}.`
            : 'Cancelled while it ran.'
          : 'Cancelled before it started.',
        next: job.startedAt ? 'What was copied stays. Run it again to copy the rest.' : 'Run it again to copy the mailbox.',
      };
  }
}
