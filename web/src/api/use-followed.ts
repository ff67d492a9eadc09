// One thing of the server on the screen, kept fresh: a job, a batch.
import { useCallback, useEffect, useRef, useState, useSyncExternalStore } from 'react';
import { type Failure, live, onReconnected, pollEvery, type Result } from './client';

export interface Followed<T> {
  value: T | null;
  loading: boolean;
  /** It is not there: it was deleted, or never was. `value` is its last state, if it was seen. */
  gone: boolean;
  failure: string | null;
  /** Asks for it anew. */
  reload: () => void;
  /** Takes a state that an action gave. */
  take: (value: T) => void;
}

/** Where a thing comes from. A constant: what it holds must not change. */
export interface Origin<T> {
  /** Asks for it once; null where there is none. */
  load: (id: string) => Promise<Result<T | null>>;
  /** Calls next with each state, and ended whenever the stream of them ends, until the function it returns is called. */
  follow: (id: string, next: (value: T) => void, ended: (failure: Failure | null) => void) => () => void;
  /** Something may still change by itself. */
  moves: (value: T) => boolean;
  /** How often to ask for what changes without an event, in milliseconds; null: not at all. */
  ages?: (value: T) => number | null;
  /** Whether a state is the last, which says that the thing is there no more. */
  deleted?: (value: T) => boolean;
}

/** Follows one thing. Each state is also given to heard, which must stay the same function. */
export function useFollowed<T>(id: string, origin: Origin<T>, heard?: (value: T) => void): Followed<T> {
  const connection = useSyncExternalStore(live.watch, live.get);
  const [state, setState] = useState<Pick<Followed<T>, 'value' | 'loading' | 'gone' | 'failure'>>({ value: null, loading: true, gone: false, failure: null });

  // How many states have come: an answer that was under way while a newer state came is older than it.
  const taken = useRef(0);
  const reload = useCallback(() => {
    const before = taken.current;
    void origin.load(id).then(({ data: value, failure }) => {
      if (failure) {
        // What is on the screen is better than nothing; a lost connection is shown elsewhere.
        setState((s) => ({ ...s, loading: false, failure: s.value ? null : failure.message, gone: failure.code === 'NOT_FOUND' || s.gone }));
      } else if (!value) {
        setState((s) => ({ ...s, loading: false, gone: true, failure: null }));
      } else if (taken.current === before) {
        setState({ value, loading: false, gone: false, failure: null });
        heard?.(value);
      }
    });
  }, [id, origin, heard]);

  const take = useCallback(
    (value: T) => {
      taken.current++;
      heard?.(value);
      setState((s) => ({ value, loading: false, gone: s.gone || origin.deleted?.(value) === true, failure: null }));
    },
    [origin, heard],
  );

  useEffect(() => {
    reload();
    return onReconnected(reload);
  }, [reload]);

  useEffect(() => (state.gone ? undefined : origin.follow(id, take, reload)), [origin, id, take, reload, state.gone]);

  const { value } = state;
  const polls = connection === 'polling' && (value === null || origin.moves(value));
  const every = state.gone ? null : polls ? pollEvery : value === null ? null : (origin.ages?.(value) ?? null);
  useEffect(() => {
    if (every === null) return;
    const timer = setInterval(reload, every);
    return () => clearInterval(timer);
  }, [every, reload]);

  return { ...state, reload, take };
}
