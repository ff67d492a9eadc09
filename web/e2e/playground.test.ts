// GraphiQL, with the session of the app and nothing from elsewhere.
import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { Mailferry, type MailServers, move, signIn, startBrowser, startMailServers, Watched } from './harness';

let browser: Browser;
let mail: MailServers;
let server: Mailferry;
let watched: Watched;

beforeAll(async () => {
  [browser, mail, server] = await Promise.all([startBrowser(), startMailServers({ 'anna@example.org': 50 }), new Mailferry().start()]);
});

afterAll(async () => {
  await browser?.close();
  await server?.close();
  await mail?.stop();
});

afterEach(async () => {
  const complaints = watched?.complaints ?? [];
  await watched?.close();
  expect(complaints).toEqual([]);
});

it('the playground runs a query and a subscription, and shows the documentation', async () => {
  const { createJob } = await server.api<{ createJob: { id: string } }>('mutation ($input: CreateJobInput!) { createJob(input: $input) { id } }', {
    input: move('anna@example.org', mail.source.port, mail.destination.port, { name: 'Seen in the playground' }),
  });
  await server.waitFor(createJob.id, 'SUCCEEDED');

  watched = await Watched.open(browser, server.url);
  const { page } = watched;
  // The editors come long after the tabs and buttons, as on a slow machine.
  let release = () => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  await page.route(/\/monaco-editor-[^/]*\.js$/, async (route) => {
    await held;
    await route.continue();
  });
  await signIn(watched);
  await page.getByRole('link', { name: 'API' }).click();
  await page.waitForURL('**/graphiql', { waitUntil: 'commit' });

  // The examples, one a tab. Who clicks as soon as there is something to click is heard.
  const tab = page.getByRole('tab', { name: 'Now' });
  await tab.waitFor();
  const clicked = tab.click();
  release();
  await clicked;
  const editor = page.locator('.graphiql-query-editor');
  const answer = page.locator('.graphiql-response');
  const run = page.getByRole('button', { name: /Execute query/ });
  await run.click();
  await answer.getByText('"jobCounts"').waitFor();
  expect(await editor.innerText()).toContain('jobCounts');
  await page.getByRole('tab', { name: 'Follow' }).click();
  await run.click();
  await answer.getByText('"logTail"').first().waitFor();
  await answer.getByText('"SUCCEEDED"').waitFor();

  await page.getByRole('button', { name: /Documentation Explorer/ }).click();
  await page.locator('.graphiql-doc-explorer').getByText('Subscription', { exact: true }).first().click();
  await page.getByText(/Follows a job’s log|Follows a job's log/).first().waitFor();
});
