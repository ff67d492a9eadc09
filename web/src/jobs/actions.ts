// What can be done to jobs, one or many.
import { type Failure, request } from '../api/client';
import { CancelJobDocument, DeleteJobDocument, RerunJobDocument } from '../gql/graphql';
import type { Jobs } from './list';
import { isActive, type Job } from './store';

export type Action = 'rerun' | 'cancel' | 'delete';

/** Whether an action applies to a job as it is now. */
export function applies(action: Action, job: Job): boolean {
  if (action === 'cancel') return isActive(job.status) && !job.cancelRequestedAt;
  return !isActive(job.status) && (action === 'delete' || job.canRerun);
}

/** Does one thing to one job, and tells the list. Returns what went wrong. */
export async function act(jobs: Jobs, action: Action, id: string): Promise<Failure | null> {
  if (action === 'delete') {
    const answer = await request(DeleteJobDocument, { id });
    // A job that is not there is deleted already.
    if (answer.failure && answer.failure.code !== 'NOT_FOUND') return answer.failure;
    jobs.drop(id);
    return null;
  }
  if (action === 'cancel') {
    const answer = await request(CancelJobDocument, { id });
    if (answer.failure) return answer.failure;
    jobs.take(answer.data.cancelJob);
    return null;
  }
  const answer = await request(RerunJobDocument, { id });
  if (answer.failure) return answer.failure;
  jobs.take(answer.data.rerunJob);
  return null;
}

// Requests under way at once: the server takes one change per request.
const AT_ONCE = 6;

export interface Outcomes {
  done: number;
  /** Each different message once, with how many jobs it was for. */
  failures: Map<string, number>;
}

/** Does one thing to many jobs, in their order, and reports after each. */
export async function actOnAll(jobs: Jobs, action: Action, ids: readonly string[], report: (o: Outcomes) => void): Promise<Outcomes> {
  const outcomes: Outcomes = { done: 0, failures: new Map() };
  let next = 0;
  const worker = async () => {
    for (let id = ids[next++]; id !== undefined; id = ids[next++]) {
      let failure = await act(jobs, action, id);
      for (let pause = 500; failure?.code === 'TOO_MANY' && pause < 10_000; pause *= 2) {
        await new Promise((resolve) => setTimeout(resolve, pause));
        failure = await act(jobs, action, id);
      }
      if (failure) outcomes.failures.set(failure.message, (outcomes.failures.get(failure.message) ?? 0) + 1);
      else outcomes.done++;
      report(outcomes);
      if (failure?.code === 'UNAUTHENTICATED') return;
    }
  };
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, ids.length) }, worker));
  return outcomes;
}
