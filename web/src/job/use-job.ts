// One job with all that is known of it, kept fresh.
import { follow, request } from '../api/client';
import { type Followed, type Origin, useFollowed } from '../api/use-followed';
import { JobChangedDocument, type JobDetailFragment, JobDocument } from '../gql/graphql';
import { useJobs } from '../jobs/context';
import { isActive } from '../jobs/store';

// Others leave the queue before a job, and it hears nothing of that.
const placeEvery = 3000;

const origin: Origin<JobDetailFragment> = {
  load: async (id) => {
    const answer = await request(JobDocument, { id });
    return answer.failure ? answer : { data: answer.data.job ?? null };
  },
  follow: (id, next, ended) => follow(JobChangedDocument, { id }, ({ jobChanged }) => next(jobChanged), ended),
  moves: (job) => isActive(job.status),
  ages: (job) => (job.status === 'QUEUED' ? placeEvery : null),
  deleted: (job) => job.deleted,
};

export const useJobDetail = (id: string): Followed<JobDetailFragment> => useFollowed(id, origin, useJobs().hear);
