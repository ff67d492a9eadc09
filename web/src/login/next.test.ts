import { expect, test } from 'vitest';
import { afterSignIn, ofServer } from './next';

const origin = 'https://mailferry.example.org';
const next = (to: string, hash = '') => afterSignIn(`?next=${encodeURIComponent(to)}`, hash, origin);

test('a sign-in leads to where the link pointed', () => {
  expect(afterSignIn('', '', origin)).toBe('/');
  expect(next('/jobs/7')).toBe('/jobs/7');
  expect(next('/jobs/7#L120-L140')).toBe('/jobs/7#L120-L140');
  expect(next('/batches/3?status=FAILED#report')).toBe('/batches/3?status=FAILED#report');
  expect(next('/migration/jobs/7/log')).toBe('/migration/jobs/7/log');
});

test('the part behind # that the server did not see is kept', () => {
  expect(next('/graphiql', '#tab')).toBe('/graphiql#tab');
  expect(next('/jobs/7#L1', '#L2')).toBe('/jobs/7#L1');
});

test('a sign-in leads nowhere else', () => {
  for (const to of [
    'https://evil.example/', '//evil.example', '///evil.example', '/\\evil.example', '\\\\evil.example', '/\t/evil.example', '/\n/evil.example',
    '\t//evil.example', 'javascript:alert(1)', 'jobs/7', '', '/x/..//evil.example', '/.//evil.example', '/login', '/login?next=/login', '//', 'http://[',
  ])
    expect(next(to), to).toBe('/');
});

test('pages and files of the server are told from pages of the app', () => {
  for (const path of ['/graphiql', '/graphiql/', '/graphiql#x', '/graphiql?x']) expect(ofServer(path)).toBe('page');
  expect(ofServer('/migration/batches/1/report.csv')).toBe('file');
  for (const path of ['/', '/jobs/1', '/graphiqlx', '/migrations']) expect(ofServer(path)).toBe(null);
});
