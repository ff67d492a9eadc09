import { createContext, useCallback, useContext, useSyncExternalStore } from 'react';
import { Jobs } from './list';
import type { Job } from './store';

export const JobsContext = createContext(new Jobs());

export const useJobs = (): Jobs => useContext(JobsContext);

/** One job of those that the app knows; the component is drawn again when it changes. */
export function useJob(id: string): Job | undefined {
  const { store } = useJobs();
  return useSyncExternalStore(
    useCallback((listener: () => void) => store.watch(id, listener), [store, id]),
    () => store.get(id),
  );
}
