import { describe, expect, it } from 'vitest';
import type { JobStatus } from '../gql/graphql';
import { type Batch, outcome } from './outcome';

const now = Date.parse('2026-03-01T09:00:00Z');

function batch(counts: Partial<Record<JobStatus, number>>, more: Partial<Batch> = {}, summary: Partial<Batch['summary']> = {}): Batch {
  const list = (['QUEUED', 'RUNNING', 'SUCCEEDED', 'FAILED', 'INTERRUPTED', 'CANCELLED'] as const).map((status) => ({ status, count: counts[status] ?? 0 }));
  return {
    id: '1',
    name: 'Company',
    createdAt: '2026-03-01T08:00:00Z',
    paused: false,
    purgedAt: null,
    ...more,
    summary: {
      mailboxes: list.reduce((sum, { count }) => sum + count, 0),
      counts: list,
      verified: 0,
      messagesDone: 0,
      messagesTotal: 0,
      bytesDone: 0,
      bytesTotal: 0,
      messagesMissing: 0,
      messagesToCopy: 0,
      progress: 0,
      waiting: null,
      etaSeconds: null,
      nextTryAt: null,
      checking: false,
      checked: 0,
      checkFailed: 0,
      ...summary,
    },
  };
}

const said = (b: Batch) => {
  const { tone, headline } = outcome(b, now);
  return `${tone}: ${headline}`;
};

describe('a batch says how it stands', () => {
  it.each([
    ['nothing was started', batch({ QUEUED: 200 }, { paused: true }), 'calm: Nothing runs yet: 200 mailboxes wait to be started.'],
    ['a check goes on', batch({ QUEUED: 200 }, { paused: true }, { checking: true, checked: 40, checkFailed: 2 }), 'busy: Checking: 40 of 200 mailboxes, 2 with a problem.'],
    ['a check found something', batch({ QUEUED: 200 }, { paused: true }, { checked: 200, checkFailed: 1 }), 'warn: 1 of 200 mailboxes cannot be moved as it is.'],
    ['a check found nothing', batch({ QUEUED: 1 }, { paused: true }, { checked: 1 }), 'good: The mailbox can be moved: signing in works on both sides.'],
    ['it runs', batch({ QUEUED: 150, RUNNING: 4, SUCCEEDED: 46 }, {}, { verified: 46, etaSeconds: 1200 }), 'busy: Moving: 46 of 200 mailboxes ended, 4 run now. About 20 min left.'],
    ['it is paused while some run', batch({ QUEUED: 3, RUNNING: 1 }, { paused: true }), 'warn: Paused: 3 mailboxes wait.'],
    ['all is complete', batch({ SUCCEEDED: 200 }, {}, { verified: 200 }), 'good: All 200 mailboxes are at the destination, compared and complete.'],
    ['three are not', batch({ SUCCEEDED: 197, FAILED: 3 }, {}, { verified: 197 }), 'bad: 197 of 200 mailboxes are complete; 3 are not.'],
    ['all was tried dry', batch({ SUCCEEDED: 2 }), 'good: All 2 mailboxes went through without an error; none is verified.'],
    ['all was cancelled', batch({ CANCELLED: 2 }), 'calm: 2 of 2 mailboxes did not go through.'],
    ['some were cancelled', batch({ SUCCEEDED: 3, CANCELLED: 1 }, {}, { verified: 3 }), 'calm: 3 of 4 mailboxes are complete; 1 was cancelled.'],
    ['some were cancelled and some failed', batch({ SUCCEEDED: 3, FAILED: 2, CANCELLED: 1 }, {}, { verified: 3 }), 'bad: 3 of 6 mailboxes are complete; 2 are not, 1 was cancelled.'],
    ['its jobs were deleted', batch({}), 'calm: There is no mailbox left in this batch.'],
  ])('when %s', (_, b, sentence) => {
    expect(said(b)).toBe(sentence);
  });

  it('when it waits for another try, and that is still to come', () => {
    const waiting = batch({ QUEUED: 1, SUCCEEDED: 5 }, {}, { nextTryAt: '2026-03-01T09:05:00Z' });
    expect(said(waiting)).toBe('warn: 1 mailbox waits for another try.');
    expect(outcome(waiting, now + 600_000).headline).not.toContain('another try');
  });

  it('when a host has asked for a pause', () => {
    const waiting = batch({ QUEUED: 2, SUCCEEDED: 5 }, {}, { nextTryAt: '2026-03-01T09:05:00Z', waiting: { side: 'SOURCE', reason: 'slow down', until: '2026-03-01T09:05:00Z' } });
    expect(outcome(waiting, now).headline).toMatch(/^Waits for the source's host until .*: slow down\.$/);
    expect(outcome(waiting, now).next).toMatch(/^Nothing has failed\. 2 mailboxes go on by themselves/);
  });

  it('when its passwords are deleted it advises no further run', () => {
    const purged = { purgedAt: '2026-03-01T08:30:00Z' };
    for (const b of [batch({ SUCCEEDED: 2 }, purged, { verified: 2 }), batch({ SUCCEEDED: 1, FAILED: 1 }, purged, { verified: 1 })]) {
      expect(outcome(b, now).next).not.toMatch(/run (all|those that failed) again/);
    }
  });
});
