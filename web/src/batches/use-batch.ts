// One batch, kept fresh.
import { type Failure, follow, request } from '../api/client';
import { type Followed, type Origin, useFollowed } from '../api/use-followed';
import { BatchChangedDocument, BatchDocument } from '../gql/graphql';
import { type Batch, moving } from './outcome';

/** Calls next with each state of a batch, and ended when there are no more, until the function it returns is called. */
export const followBatch = (id: string, next: (batch: Batch) => void, ended: (failure: Failure | null) => void): (() => void) =>
  follow(BatchChangedDocument, { id }, ({ batchChanged }) => next(batchChanged), ended);

const origin: Origin<Batch> = {
  load: async (id) => {
    const answer = await request(BatchDocument, { id });
    return answer.failure ? answer : { data: answer.data.batch ?? null };
  },
  follow: followBatch,
  moves: moving,
};

export const useBatch = (id: string): Followed<Batch> => useFollowed(id, origin);
