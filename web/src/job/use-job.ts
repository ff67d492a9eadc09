// One job with all that is known of it, kept fresh.
import { useCallback, useEffect, useRef, useState, useSyncExternalStore } from 'react';
import { live, onReconnected, pollEvery, request, subscribe } from '../api/client';
import { JobChangedDocument, type JobDetailFragment, JobDocument } from '../gql/graphql';
import { useJobs } from '../jobs/context';
import { isActive } from '../jobs/store';

export interface JobState {
  job: JobDetailFragment | null;
  loading: boolean;
  /** It is not there: it was deleted, or never was. `job` is its last state, if it was seen. */
  gone: boolean;
  failure: string | null;
}

export function useJobDetail(id: string): JobState & { reload: () => void; take: (job: JobDetailFragment) => void } {
  const jobs = useJobs();
  const connection = useSyncExternalStore(live.watch, live.get);
  const [state, setState] = useState<JobState>({ job: null, loading: true, gone: false, failure: null });

  // How many states have come: an answer that was under way while a newer state came is older than it.
  const taken = useRef(0);
  const reload = useCallback(() => {
    const before = taken.current;
    void request(JobDocument, { id }).then((answer) => {
      if (answer.failure) {
        // What is on the screen is better than nothing; a lost connection is shown elsewhere.
        setState((s) => ({ ...s, loading: false, failure: s.job ? null : answer.failure.message, gone: answer.failure.code === 'NOT_FOUND' || s.gone }));
        return;
      }
      const { job } = answer.data;
      if (job && taken.current !== before) return;
      setState((s) => (job ? { job, loading: false, gone: false, failure: null } : { ...s, loading: false, gone: true, failure: null }));
      if (job) jobs.store.put(job);
    });
  }, [id, jobs]);

  const take = useCallback(
    (job: JobDetailFragment) => {
      taken.current++;
      jobs.store.put(job);
      setState((s) => {
        // The last state of an ended job once more is how a deletion is announced.
        if (s.job && !isActive(s.job.status) && s.job.finishedAt === job.finishedAt) setTimeout(reload, 0);
        return { job, loading: false, gone: s.gone, failure: null };
      });
    },
    [jobs, reload],
  );

  useEffect(() => {
    reload();
    const unreconnect = onReconnected(reload);
    let stop = () => {};
    let closed = false;
    const open = () => {
      stop = subscribe(
        JobChangedDocument,
        { id },
        ({ jobChanged }) => take(jobChanged),
        (failure) => {
          if (closed || failure?.code === 'UNAUTHENTICATED' || failure?.code === 'NOT_FOUND') return;
          setTimeout(() => !closed && open(), 2000);
        },
      );
    };
    open();
    return () => {
      closed = true;
      stop();
      unreconnect();
    };
  }, [id, reload, take]);

  const active = state.job === null || isActive(state.job.status);
  useEffect(() => {
    if (connection !== 'polling' || !active || state.gone) return;
    const timer = setInterval(reload, pollEvery);
    return () => clearInterval(timer);
  }, [connection, active, state.gone, reload]);

  return { ...state, reload, take };
}
