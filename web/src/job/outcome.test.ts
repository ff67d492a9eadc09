import { describe, expect, it } from 'vitest';
import { emptyForm } from '../new-job/form';
import { outcome, summary } from './outcome';
import type { JobDetailFragment, ReportParts } from './types';

const side = { ...emptyForm().source, host: 'imap.example.org', port: 993, user: 'info@example.org' };
const report: ReportParts = {
  folders: 7,
  messagesFound: 26_581,
  messagesCopied: 26_461,
  messagesSkipped: 120,
  messagesToCopy: 0,
  messagesMissing: 0,
  messagesFailed: 0,
  bytes: 1,
  seconds: 60,
  reconnections: 0,
  verified: true,
  folderReports: [],
  missing: [],
};
const job = (change: Partial<JobDetailFragment>): JobDetailFragment => ({
  id: '1',
  name: 'info@example.org',
  status: 'SUCCEEDED',
  dryRun: false,
  engine: 'BUILTIN',
  verified: false,
  source: side,
  destination: side,
  createdAt: '2026-03-01T11:00:00Z',
  startedAt: '2026-03-01T11:01:00Z',
  finishedAt: null,
  queuePosition: null,
  queueReason: null,
  waiting: null,
  deleted: false,
  nextStep: null,
  exitCode: null,
  exitReason: null,
  error: null,
  canRerun: true,
  cancelRequestedAt: null,
  attempt: 1,
  nextTryAt: null,
  retriesLeft: 0,
  superseded: false,
  batch: null,
  progress: null,
  logSize: 0,
  options: {
    folders: [],
    folderPrefixes: [],
    excludeFolders: [],
    excludeFolderPrefixes: [],
    automap: false,
    renameFolders: [],
    onlySubscribed: false,
    subscribeAll: false,
    syncFlags: true,
  },
  report: null,
  rerunOf: null,
  reruns: [],
  ...change,
});
const headline = (change: Partial<JobDetailFragment>) => outcome(job(change)).headline;
const next = (change: Partial<JobDetailFragment>) => outcome(job(change)).next;

describe('how it went', () => {
  it('is told with its numbers', () => {
    expect(headline({ verified: true, report })).toBe('All 26,581 messages are at the destination: 26,461 copied in this run, 120 there already or left out.');
    expect(headline({ verified: true, report: { ...report, messagesCopied: 0, messagesSkipped: 26_581 } })).toMatch(/none had to be copied/);
    expect(headline({ dryRun: true, report: { ...report, messagesToCopy: 461 } })).toBe('The dry run went through: 461 of 26,581 messages in 7 folders would be copied.');
  });

  it('claims to be compared only where it was', () => {
    expect(headline({ verified: false, report })).toMatch(/^Finished without errors/);
    expect(next({ verified: false, report, nextStep: 'Nobody has compared both sides.' })).toBe('Nobody has compared both sides.');
  });

  it('says once what is left to do, in the words of the server', () => {
    const error = 'The destination refused 1 message: rerun the job.';
    expect(headline({ status: 'FAILED', error, nextStep: error })).toBe(error);
    expect(next({ status: 'FAILED', error, nextStep: error })).toBe('');
    expect(next({ status: 'FAILED', error, nextStep: 'A later run has taken its place.' })).toBe('A later run has taken its place.');
    expect(next({ status: 'CANCELLED', nextStep: 'Rerun the job.' })).toBe('Rerun the job.');
    expect(next({ status: 'SUCCEEDED', dryRun: true, report, nextStep: 'Run it in earnest.' })).toBe('Run it in earnest.');
    expect(headline({ status: 'FAILED' })).not.toBe('');
  });

  it('advises no further run where there can be none', () => {
    expect(next({ verified: true, report })).toMatch(/^Run it once more/);
    expect(next({ verified: true, report, canRerun: false })).toBe('Its passwords were deleted, so it can no longer be run again.');
  });

  it('tells of a pause that a host has asked for', () => {
    const waiting = { side: 'DESTINATION', reason: 'NO [LIMIT] slow down', until: new Date(Date.now() + 300_000).toISOString() } as const;
    expect(headline({ status: 'QUEUED', waiting, nextTryAt: waiting.until })).toMatch(/^Waits for the destination's host until .*: NO \[LIMIT\] slow down\.$/);
    expect(headline({ status: 'RUNNING', waiting })).toMatch(/^Waits for the destination's host until /);
    expect(summary(job({ status: 'RUNNING', waiting: { ...waiting, side: 'SOURCE', until: null } }))).toBe("Waits for the source's host: NO [LIMIT] slow down");
    expect(summary(job({ status: 'QUEUED', waiting }))).toMatch(/^Waits for the destination's host until /);
  });

  it('says what keeps a job from starting', () => {
    const queueReason = 'Job 7 writes to the same mailbox. This one starts after it.';
    expect(summary(job({ status: 'QUEUED', queueReason }))).toBe(queueReason);
    expect(next({ status: 'QUEUED', queueReason })).toBe(queueReason);
  });

  it('says when it goes on by itself', () => {
    expect(headline({ status: 'QUEUED', queuePosition: 12 })).toBe('Waiting, 12th in the queue.');
    const later = new Date(Date.now() + 300_000).toISOString();
    expect(headline({ status: 'QUEUED', attempt: 2, nextTryAt: later })).toMatch(/^The 2nd try begins at /);
    expect(summary(job({ status: 'QUEUED', nextTryAt: later }))).toMatch(/^Tries again at /);
    expect(summary(job({ status: 'QUEUED', nextTryAt: '2026-03-01T11:59:00Z' }))).toBe('Waits for a slot');
    expect(headline({ status: 'RUNNING', cancelRequestedAt: '2026-03-01T11:59:00Z' })).toMatch(/^Asked to stop/);
  });
});
