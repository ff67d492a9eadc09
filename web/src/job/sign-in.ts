// Jobs whose sign-in was refused, and what can be done about it in place.
import type { JobStatus } from '../gql/graphql';

export type SideName = 'source' | 'destination';

/** What of a job tells whether its sign-in was refused. */
export interface Refusable {
  status: JobStatus;
  exitReason?: string | null | undefined;
  canRerun: boolean;
  superseded?: boolean;
  precheck?: { ok: boolean; error?: string | null | undefined } | null | undefined;
}

const both: readonly SideName[] = ['source', 'destination'];

/** The sides that may have refused the sign-in of a run that failed; none where it failed for another reason. */
export function refusedInRun({ status, exitReason }: Refusable): readonly SideName[] {
  if (status !== 'FAILED' || !exitReason?.includes('AUTHENTICATION')) return [];
  return exitReason.endsWith('USER1') ? ['source'] : exitReason.endsWith('USER2') ? ['destination'] : both;
}

/** The sides whose passwords are worth changing, of a job whose passwords can be changed at all. */
export function refused(job: Refusable): readonly SideName[] {
  if (job.superseded) return [];
  if (job.status !== 'QUEUED') return job.canRerun ? refusedInRun(job) : [];
  const found = job.precheck?.ok === false ? (job.precheck.error ?? '') : '';
  if (!/password/.test(found)) return [];
  const named = both.filter((side) => new RegExp(`\\b${side}:`, 'i').test(found));
  return named.length > 0 ? named : both;
}
