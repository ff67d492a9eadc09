// The rows of a batch's table: which jobs, in which order. The jobs themselves are in the app's store, which keeps
// them fresh; this follows who belongs to the batch, as reruns and retries take the places of jobs before them.
import { request } from '../api/client';
import { JobsDocument, type JobsQuery } from '../gql/graphql';
import type { Jobs } from '../jobs/list';
import { type Filter, type Job, parseFilter } from '../jobs/store';
import { Cell } from '../ui/external';

const PAGE = 100;
const LARGEST_PAGE = 500;
/** The least time between two loads that nobody asked for, in milliseconds. */
const REST = 1500;

export interface MailboxesState {
  ids: readonly string[];
  /** Mailboxes that the filter lets through, loaded or not. */
  total: number;
  hasMore: boolean;
  /** Loading, and nothing to show yet. */
  loading: boolean;
  loadingMore: boolean;
  failure: string | null;
}

const empty: MailboxesState = { ids: [], total: 0, hasMore: false, loading: true, loadingMore: false, failure: null };

export class Mailboxes {
  readonly state = new Cell<MailboxesState>(empty);
  /** The reader is busy with the table: rows must not move under the pointer. */
  busy: () => boolean = () => false;

  #filter: Filter = { status: null, search: '' };
  #generation = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #jobs: Jobs;
  #batch: string;

  constructor(jobs: Jobs, batch: string) {
    this.#jobs = jobs;
    this.#batch = batch;
  }

  /** Follows jobs that come to the batch, until the function it returns is called. */
  follow(): () => void {
    const meet = (job: Job) => {
      if (job.batch?.id === this.#batch) this.freshen();
    };
    this.#jobs.newcomers.add(meet);
    // The run before a deleted one may stand for its mailbox again.
    const undelete = this.#jobs.deletions.add(this.freshen);
    return () => {
      undelete();
      this.#jobs.newcomers.delete(meet);
      clearTimeout(this.#timer);
      this.#timer = undefined;
      this.#generation++;
    };
  }

  show(filter: Filter): void {
    const same = filter.status === this.#filter.status && filter.search === this.#filter.search;
    this.#filter = filter;
    if (!same) this.state.set({ ...empty, total: this.state.get().total });
    this.reload();
  }

  /** Loads what is shown anew, soon: news comes in bursts. */
  readonly freshen = (): void => {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      if (this.busy() && this.#filter.status !== null) this.freshen();
      else this.reload();
    }, REST);
  };

  readonly reload = (): void => {
    void this.#load(Math.max(PAGE, this.state.get().ids.length));
  };

  async more(): Promise<void> {
    const state = this.state.get();
    if (!state.hasMore || state.loadingMore) return;
    this.state.set({ ...state, loadingMore: true });
    // The more one has seen, the more one wants: thousands are not clicked through by the hundred.
    await this.#load(state.ids.length + Math.max(PAGE, Math.min(LARGEST_PAGE, state.ids.length)));
  }

  // Shown at once, not page by page, so that a longer list does not jump while it is freshened.
  async #load(wanted: number): Promise<void> {
    const generation = ++this.#generation;
    const { status, search } = this.#filter;
    const ids: string[] = [];
    let total = 0;
    let hasMore = true;
    let after: string | null = null;
    while (hasMore && ids.length < wanted) {
      const answer: Awaited<ReturnType<typeof page>> = await page({
        first: Math.min(LARGEST_PAGE, wanted - ids.length),
        after,
        filter: { batch: this.#batch, status: status ? [status] : [], search: search || null },
      });
      if (generation !== this.#generation) return;
      if (!answer.data) {
        const before = this.state.get();
        this.state.set({ ...before, loading: false, loadingMore: false, failure: before.ids.length > 0 ? null : answer.failure.message });
        return;
      }
      const { edges, pageInfo, totalCount }: JobsQuery['jobs'] = answer.data.jobs;
      for (const { node } of edges) {
        this.#jobs.store.put(node);
        ids.push(node.id);
      }
      total = totalCount;
      hasMore = pageInfo.hasNextPage;
      after = pageInfo.endCursor ?? null;
    }
    const before = this.state.get().ids;
    const same = before.length === ids.length && ids.every((id, i) => before[i] === id);
    this.state.set({ ids: same ? before : ids, total, hasMore, loading: false, loadingMore: false, failure: null });
  }
}

const page = (variables: Parameters<typeof request<JobsQuery, { first: number; after: string | null; filter: object }>>[1]) => request(JobsDocument, variables);

/** Reads a filter from a query string, as `?status=failed&q=anna`. */
export const parse = parseFilter;

/** The address of a batch's page with a filter. */
export function address(batch: string, { status, search }: Filter): string {
  const params = new URLSearchParams();
  if (status) params.set('status', status.toLowerCase());
  if (search) params.set('q', search);
  const text = params.toString();
  return `/batches/${encodeURIComponent(batch)}${text === '' ? '' : `?${text}`}`;
}
