// The list of jobs that is on the screen: which ones, in which order, and how many there are in each state.
import { follow, live, onReconnected, pollEvery, request, type Result } from '../api/client';
import {
  JobCountsDocument,
  JobsChangedDocument,
  JobsDocument,
  type JobsQuery,
  type JobStatus,
  RunnerStateDocument,
} from '../gql/graphql';
import { Cell, Listeners } from '../ui/external';
import { type Filter, type Job, JobStore, matches } from './store';

const PAGE = 100;
const LARGEST_PAGE = 500;

// Ids count up. A job that is not in the list is new only if it is newer than all that are: the others were merely not
// loaded yet.
const isNewer = (id: string, first: string | undefined) => first === undefined || Number(id) > Number(first);

export interface ListState {
  ids: readonly string[];
  /** Jobs that the filter lets through, loaded or not. */
  total: number;
  hasMore: boolean;
  /** Loading, and nothing to show yet. */
  loading: boolean;
  /** More rows are on their way. */
  loadingMore: boolean;
  failure: string | null;
}

const empty: ListState = { ids: [], total: 0, hasMore: false, loading: true, loadingMore: false, failure: null };

export interface RunnerState {
  slots: number;
  /** Ids of the jobs that run, oldest first. */
  running: readonly string[];
  queued: number;
}

/** Live jobs: one for the app, from signing in to signing out. */
export class Jobs {
  readonly store = new JobStore();
  readonly list = new Cell<ListState>(empty);
  readonly counts = new Cell<ReadonlyMap<JobStatus, number> | null>(null);
  readonly runner = new Cell<RunnerState | null>(null);
  /** Tells of jobs that are there no more. */
  readonly deletions = new Listeners();
  /** Called with each job that is told of for the first time. */
  readonly newcomers = new Set<(job: Job) => void>();

  #filter: Filter = { status: null, search: '' };
  #generation = 0;
  #cursor: string | null = null;
  #timers = new Map<string, ReturnType<typeof setTimeout>>();
  #following = 0;
  #stop: (() => void) | undefined;
  /** The reader is busy with the list: rows must not go away under the pointer. */
  busy: () => boolean = () => false;

  /** Follows all jobs until the function it returns is called. */
  follow(): () => void {
    if (this.#following++ === 0) {
      const unreconnect = onReconnected(() => this.reload());
      const unwatch = live.watch(() => live.get() === 'polling' && this.#soon('poll', pollEvery, this.reload));
      const stop = follow(JobsChangedDocument, {}, ({ jobChanged }) => this.take(jobChanged));
      this.#stop = () => {
        stop();
        unreconnect();
        unwatch();
        for (const timer of this.#timers.values()) clearTimeout(timer);
        this.#timers.clear();
      };
      void this.#loadRunner();
    }
    return () => {
      if (--this.#following === 0) this.#stop?.();
    };
  }

  // Runs something once, a while after it was first asked for.
  #soon(name: string, milliseconds: number, run: () => void): void {
    if (this.#timers.has(name)) return;
    this.#timers.set(
      name,
      setTimeout(() => {
        this.#timers.delete(name);
        run();
      }, milliseconds),
    );
  }

  /** Keeps what was heard of a job elsewhere. */
  readonly hear = (job: Job): void => {
    this.store.put(job);
  };

  /** Takes a job from an event or from the answer to an action. */
  take(job: Job): void {
    const change = this.store.put(job);
    if (change === 'progress') return;
    if (change === 'deleted') {
      this.#forget(job.id);
      // The run before it may stand for its mailbox again.
      this.#soon('reload', 400, this.reload);
      return;
    }
    if (change === 'new') for (const meet of this.newcomers) meet(job);
    this.#soon('counts', 400, () => {
      void this.#loadCounts();
      void this.#loadRunner();
    });
    const state = this.list.get();
    const shown = state.ids.includes(job.id);
    if (change === 'new' && !shown && !state.loading && matches(job, this.#filter) && isNewer(job.id, state.ids[0])) {
      this.list.set({ ...state, ids: [job.id, ...state.ids], total: state.total + 1 });
    } else if ((change === 'status' || change === 'place') && shown) {
      this.#soon('leave', 1500, this.#leave);
    } else if (!shown && (this.#filter.status === job.status || change === 'place') && matches(job, this.#filter)) {
      // It is as the filter wants it only now, and may belong anywhere in the list.
      this.#soon('enter', 1500, this.#enter);
    }
  }

  // Lets rows come that the filter lets through only now, once nobody points at the list.
  readonly #enter = (): void => {
    if (this.busy()) this.#soon('enter', 1500, this.#enter);
    else this.reload();
  };

  // Lets rows go that the filter does not let through any more, once nobody points at the list.
  readonly #leave = (): void => {
    if (this.busy()) {
      this.#soon('leave', 1500, this.#leave);
      return;
    }
    const state = this.list.get();
    const ids = state.ids.filter((id) => {
      const job = this.store.get(id);
      return job && matches(job, this.#filter);
    });
    const gone = state.ids.length - ids.length;
    if (gone > 0) this.list.set({ ...state, ids, total: Math.max(ids.length, state.total - gone) });
  };

  /** A job was deleted from here. */
  drop(id: string): void {
    this.store.delete(id);
    this.#forget(id);
  }

  // Takes a job that is there no more off the list.
  #forget(id: string): void {
    const state = this.list.get();
    if (state.ids.includes(id)) {
      this.list.set({ ...state, ids: state.ids.filter((i) => i !== id), total: Math.max(0, state.total - 1) });
    }
    this.deletions.tell();
    this.#soon('counts', 400, () => void this.#loadCounts());
  }

  /** Shows what a filter lets through. The same filter again only freshens what is shown. */
  show(filter: Filter): void {
    const same = filter.status === this.#filter.status && filter.search === this.#filter.search;
    this.#filter = filter;
    if (!same) this.list.set({ ...empty, total: this.list.get().total });
    this.reload();
  }

  /** Loads what is shown anew. */
  readonly reload = (): void => {
    void this.#load(Math.max(PAGE, this.list.get().ids.length));
    void this.#loadCounts();
    void this.#loadRunner();
    if (live.get() === 'polling') this.#soon('poll', 2 * pollEvery, this.reload);
  };

  /** Adds the next page. */
  async more(): Promise<void> {
    const state = this.list.get();
    if (!state.hasMore || state.loadingMore) return;
    this.list.set({ ...state, loadingMore: true });
    await this.#load(state.ids.length + PAGE);
  }

  /** Loads all that the filter lets through, and returns the ids. */
  async all(): Promise<readonly string[]> {
    await this.#load(Number.POSITIVE_INFINITY);
    return this.list.get().ids;
  }

  // Loads the first so many jobs, page by page, and shows them at once: pages shown
  // one after the other would make rows jump while a longer list is freshened.
  async #load(wanted: number): Promise<void> {
    const generation = ++this.#generation;
    const filter = this.#filter;
    const ids: string[] = [];
    let total = 0;
    let hasMore = true;
    this.#cursor = null;
    while (hasMore && ids.length < wanted) {
      const answer: Result<JobsQuery> = await request(JobsDocument, {
        first: Math.min(LARGEST_PAGE, wanted - ids.length),
        after: this.#cursor,
        filter: { status: filter.status ? [filter.status] : [], search: filter.search || null, superseded: false },
      });
      if (generation !== this.#generation) return;
      if (!answer.data) {
        this.list.set({ ...this.list.get(), loading: false, loadingMore: false, failure: answer.failure.message });
        return;
      }
      const { edges, pageInfo, totalCount }: JobsQuery['jobs'] = answer.data.jobs;
      for (const { node } of edges) {
        this.store.put(node);
        ids.push(node.id);
      }
      total = totalCount;
      hasMore = pageInfo.hasNextPage;
      this.#cursor = pageInfo.endCursor ?? null;
    }
    const before = this.list.get();
    const same = before.ids.length === ids.length && ids.every((id, i) => before.ids[i] === id);
    this.list.set({ ids: same ? before.ids : ids, total, hasMore, loading: false, loadingMore: false, failure: null });
    this.deletions.tell();
  }

  async #loadCounts(): Promise<void> {
    const { search } = this.#filter;
    const answer = await request(JobCountsDocument, { search: search || null });
    if (answer.data && search === this.#filter.search) {
      this.counts.set(new Map(answer.data.jobCounts.map(({ status, count }) => [status, count])));
    }
  }

  async #loadRunner(): Promise<void> {
    const answer = await request(RunnerStateDocument, {});
    if (!answer.data) return;
    const { slots, running, queued } = answer.data.runner;
    for (const job of running) this.store.put(job);
    // A job keeps its place on the screen while others come and go.
    const before = this.runner.get()?.running ?? [];
    const now = running.map((job) => job.id);
    const ids = [...before.filter((id) => now.includes(id)), ...now.filter((id) => !before.includes(id))];
    this.runner.set({ slots, running: ids, queued });
  }

  /** Forgets everything, as after signing out. */
  clear(): void {
    this.#generation++;
    this.list.set(empty);
    this.counts.set(null);
    this.runner.set(null);
  }
}
