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
    expect(headline({ dryRun: true, report })).toBe('The dry run went through: 26,581 messages in 7 folders.');
  });

  it('claims to be compared only where it was', () => {
    expect(headline({ verified: false, report })).toMatch(/^Finished without errors/);
    expect(next({ verified: false, report })).toMatch(/not compared/);
  });

  it('says what is missing, and what to do', () => {
    const failed = { status: 'FAILED', error: 'The destination refused 1 message.', report: { ...report, messagesMissing: 1, verified: false } } as const;
    expect(headline(failed)).toBe('The destination refused 1 message.');
    expect(next(failed)).toBe('1 of 26,581 messages is missing at the destination. Run it again: it copies only those.');
    expect(next({ status: 'FAILED', exitReason: 'EXIT_AUTHENTICATION_FAILURE_USER1' })).toMatch(/Change the password/);
    expect(next({ status: 'INTERRUPTED' })).toMatch(/Run it again/);
    expect(headline({ status: 'FAILED' })).not.toBe('');
  });

  it('offers no further run where there can be none', () => {
    expect(next({ status: 'FAILED', canRerun: false, superseded: true })).toBe('A later run has taken the place of this one.');
    expect(next({ status: 'INTERRUPTED', canRerun: false })).toMatch(/passwords were deleted/);
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
