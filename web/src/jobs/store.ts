// The jobs that the app knows, kept fresh by jobChanged. Each row of the list
// watches its own job, so that an update draws one row and not the list.
import type { JobRowFragment, JobStatus } from '../gql/graphql';
import { Listeners } from '../ui/external';

export type Job = JobRowFragment;

/** Every state, in the order in which the app lists them. */
export const statuses = ['RUNNING', 'QUEUED', 'FAILED', 'INTERRUPTED', 'SUCCEEDED', 'CANCELLED'] as const satisfies JobStatus[];

export const isActive = (status: JobStatus): boolean => status === 'QUEUED' || status === 'RUNNING';

const rank = (status: JobStatus): number => (status === 'QUEUED' ? 0 : status === 'RUNNING' ? 1 : 2);

/** What an event or an answer meant to what was known before. */
export type Change =
  | 'new'
  | 'status'
  | 'progress'
  /** A later run has taken its place, or it stands for its mailbox again. */
  | 'place'
  /** It is there no more. */
  | 'deleted';

export class JobStore {
  #jobs = new Map<string, Job>();
  #listeners = new Map<string, Listeners>();

  readonly get = (id: string): Job | undefined => this.#jobs.get(id);

  /** Calls a function whenever one job changes. */
  watch(id: string, listener: () => void): () => void {
    let listeners = this.#listeners.get(id);
    if (!listeners) this.#listeners.set(id, (listeners = new Listeners()));
    return listeners.add(listener);
  }

  /** Takes a job as it came from the server. Answers that were overtaken by events change nothing. */
  put(job: Job): Change {
    if (job.deleted) {
      this.delete(job.id);
      return 'deleted';
    }
    const known = this.#jobs.get(job.id);
    if (known && rank(job.status) < rank(known.status) && !goesBack(known, job)) return 'progress';
    this.#jobs.set(job.id, job);
    this.#listeners.get(job.id)?.tell();
    if (!known) return 'new';
    if (known.superseded !== job.superseded) return 'place';
    return known.status === job.status ? 'progress' : 'status';
  }

  delete(id: string): void {
    this.#jobs.delete(id);
    this.#listeners.get(id)?.tell();
  }
}

// A running job whose host asks for a long pause waits in the queue again.
const goesBack = (known: Job, job: Job): boolean => known.status === 'RUNNING' && job.status === 'QUEUED' && job.waiting != null;

/** Which jobs the list shows. */
export interface Filter {
  status: JobStatus | null;
  search: string;
}

/** Reads a filter from a query string, as `?status=failed&q=anna`. */
export function parseFilter(query: string): Filter {
  const params = new URLSearchParams(query);
  const named = params.get('status')?.toUpperCase();
  return { status: statuses.find((s) => s === named) ?? null, search: params.get('q') ?? '' };
}

/** Writes what parseFilter reads. */
export function formatFilter({ status, search }: Filter): string {
  const params = new URLSearchParams();
  if (status) params.set('status', status.toLowerCase());
  if (search) params.set('q', search);
  const text = params.toString();
  return text === '' ? '/' : `/?${text}`;
}

/** Whether a job belongs to what a filter shows; the server decides in the same way. */
export function matches(job: Job, { status, search }: Filter): boolean {
  if (job.superseded || (status && job.status !== status)) return false;
  const text = folded(search);
  return [job.name, job.source.host, job.source.user, job.destination.host, job.destination.user].some((s) =>
    folded(s).includes(text),
  );
}

const folded = (text: string): string => text.normalize('NFC').toLowerCase();
