// One batch, kept fresh.
import { useCallback, useEffect, useRef, useState, useSyncExternalStore } from 'react';
import { live, onReconnected, pollEvery, request, subscribe } from '../api/client';
import { BatchChangedDocument, BatchDocument } from '../gql/graphql';
import { type Batch, moving } from './outcome';

export interface BatchState {
  batch: Batch | null;
  loading: boolean;
  /** It is not there: it was deleted, or never was. `batch` is its last state, if it was seen. */
  gone: boolean;
  failure: string | null;
}

/** Calls next with each state of a batch, and ended when there are no more, until the function it returns is called. */
export function followBatch(id: string, next: (batch: Batch) => void, ended: () => void): () => void {
  let stop = () => {};
  let closed = false;
  const open = () => {
    stop = subscribe(
      BatchChangedDocument,
      { id },
      ({ batchChanged }) => next(batchChanged),
      (failure) => {
        if (closed || failure?.code === 'UNAUTHENTICATED') return;
        // A batch that is deleted ends its stream, with an error or without.
        ended();
        if (failure?.code !== 'NOT_FOUND') setTimeout(() => !closed && open(), 2000);
      },
    );
  };
  open();
  return () => {
    closed = true;
    stop();
  };
}

export function useBatch(id: string): BatchState & { reload: () => void; take: (batch: Batch) => void } {
  const connection = useSyncExternalStore(live.watch, live.get);
  const [state, setState] = useState<BatchState>({ batch: null, loading: true, gone: false, failure: null });

  // How many states have come: an answer that was under way while a newer state came is older than it.
  const taken = useRef(0);
  const take = useCallback((batch: Batch) => {
    taken.current++;
    setState({ batch, loading: false, gone: false, failure: null });
  }, []);
  const reload = useCallback(() => {
    const before = taken.current;
    void request(BatchDocument, { id }).then((answer) => {
      if (taken.current !== before) return;
      if (answer.failure) {
        // What is on the screen is better than nothing; a lost connection is shown elsewhere.
        setState((s) => ({ ...s, loading: false, failure: s.batch ? null : answer.failure.message, gone: answer.failure.code === 'NOT_FOUND' || s.gone }));
        return;
      }
      const { batch } = answer.data;
      if (batch) take(batch);
      else setState((s) => ({ ...s, loading: false, gone: true, failure: null }));
    });
  }, [id, take]);

  useEffect(() => {
    reload();
    const unreconnect = onReconnected(reload);
    return () => unreconnect();
  }, [reload]);

  useEffect(() => (state.gone ? undefined : followBatch(id, take, reload)), [id, take, reload, state.gone]);

  const busy = state.batch === null || moving(state.batch);
  useEffect(() => {
    if (connection !== 'polling' || !busy || state.gone) return;
    const timer = setInterval(reload, pollEvery);
    return () => clearInterval(timer);
  }, [connection, busy, state.gone, reload]);

  return { ...state, reload, take };
}
