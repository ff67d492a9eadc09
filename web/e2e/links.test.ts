// Links from a mail or a chat: they open for somebody who has signed in, and lead there after the sign-in for others.
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { adminPassword, Mailferry, move, patience, startBrowser } from './harness';

let server: Mailferry;
let browser: Browser;
let context: BrowserContext;
let page: Page;
let id: string;

beforeAll(async () => {
  browser = await startBrowser();
  server = await new Mailferry().start();
  const created = await server.api<{ createJob: { id: string } }>('mutation ($input: CreateJobInput!) { createJob(input: $input) { id } }', { input: move('anna', 1024, 1025) });
  id = created.createJob.id;
  await server.waitFor(id, 'FAILED');
});

afterAll(async () => {
  await browser.close();
  await server.close();
});

beforeEach(async () => {
  context = await browser.newContext({ baseURL: server.url });
  page = await context.newPage();
  page.setDefaultTimeout(patience);
});

afterEach(() => context.close());

/** Another site, whose page links here. Localhost and 127.0.0.1 are two sites. */
async function chat(href: string): Promise<{ url: string; site: Server }> {
  const site = createServer((_, response) => response.setHeader('Content-Type', 'text/html').end(`<a href="${href}">look at this</a>`));
  await new Promise<void>((resolve) => site.listen(0, 'localhost', resolve));
  return { url: `http://localhost:${(site.address() as AddressInfo).port}/`, site };
}

async function enterPassword(): Promise<void> {
  await page.getByLabel('Password', { exact: true }).fill(adminPassword);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
}

async function follow(path: string): Promise<Server> {
  const { url, site } = await chat(server.url + path);
  await page.goto(url);
  await page.getByText('look at this').click({ noWaitAfter: true });
  return site;
}

const log = () => `/migration/jobs/${id}/log`;

describe('a link from another site, for somebody who has signed in,', () => {
  beforeEach(async () => {
    await page.goto('/login');
    await enterPassword();
    await page.waitForURL((url) => url.pathname === '/');
  });

  it('opens a job at a line of its log', async () => {
    const site = await follow(`/jobs/${id}#L2`);
    await page.locator('[data-line="2"]').waitFor();
    expect(page.url()).toBe(`${server.url}/jobs/${id}#L2`);
    site.close();
  });

  it('opens the playground', async () => {
    const site = await follow('/graphiql');
    await page.locator('.graphiql-container').waitFor();
    expect(page.url()).toBe(`${server.url}/graphiql`);
    site.close();
  });

  it('downloads a log', async () => {
    const [download, site] = await Promise.all([page.waitForEvent('download'), follow(log())]);
    expect(download.suggestedFilename()).toBe(`job-${id}-anna.log`);
    site.close();
  });

  it('changes nothing', async () => {
    const site = await follow(`/graphql?query=${encodeURIComponent(`mutation { deleteJob(id: ${id}) }`)}`);
    await page.getByText('Mutations are sent by POST.').waitFor();
    expect(await server.job(id)).not.toBeNull();
    site.close();
  });
});

describe('a link, for somebody who has not signed in,', () => {
  it('leads to a line of a log after the sign-in', async () => {
    await page.goto(`/jobs/${id}#L2`);
    await page.waitForURL('**/login?next=**');
    await enterPassword();
    await page.locator('[data-line="2"]').waitFor();
    expect(page.url()).toBe(`${server.url}/jobs/${id}#L2`);
  });

  it('leads to the playground after the sign-in, with the part that the server does not see', async () => {
    await page.goto('/graphiql#here');
    await page.waitForURL('**/login?next=**');
    await enterPassword();
    await page.locator('.graphiql-container').waitFor();
    expect(page.url()).toBe(`${server.url}/graphiql#here`);
  });

  it('downloads a file after the sign-in', async () => {
    await page.goto(log());
    await page.waitForURL('**/login?next=**');
    const [download] = await Promise.all([page.waitForEvent('download'), enterPassword()]);
    expect(download.suggestedFilename()).toBe(`job-${id}-anna.log`);
    await page.getByRole('heading', { name: 'Jobs' }).waitFor();
  });

  it('leads to no other site', async () => {
    for (const next of ['//evil.example/', '/\\evil.example/', '/\t/evil.example/', 'https://evil.example/']) {
      await context.clearCookies();
      await page.goto(`/login?next=${encodeURIComponent(next)}`);
      await enterPassword();
      await page.waitForURL((url) => url.pathname === '/');
      expect(page.url()).toBe(`${server.url}/`);
    }
  });
});

it('two servers on one host keep their sessions apart', async () => {
  const other = await new Mailferry().start();
  try {
    for (const url of [server.url, other.url]) {
      await page.goto(`${url}/login`);
      await enterPassword();
      await page.waitForURL(`${url}/`);
    }
    for (const url of [server.url, other.url]) {
      await page.goto(`${url}/jobs`);
      await page.getByRole('button', { name: 'Sign out' }).waitFor();
      expect((await page.request.get(`${url}${log()}`, { headers: { Accept: 'text/plain' } })).status()).not.toBe(401);
    }
  } finally {
    await other.close();
  }
});
