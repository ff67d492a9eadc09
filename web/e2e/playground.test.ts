// GraphiQL, with the session of the app and nothing from elsewhere.
import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { Mailferry, type MailServers, move, signIn, startBrowser, startMailServers, until, Watched } from './harness';

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
  await signIn(watched);
  await page.getByRole('link', { name: 'API' }).click();
  await page.waitForURL('**/graphiql');

  // The examples, one a tab.
  // GraphiQL hears no clicks while its editors are still being made.
  const editor = page.locator('.graphiql-query-editor');
  const show = (tab: string, text: string) =>
    until(
      `the editor shows ${text}`,
      async () => {
        const button = page.getByRole('tab', { name: tab });
        if ((await button.getAttribute('aria-selected')) !== 'true') await button.click({ timeout: 2000 }).catch(() => {});
        return editor.innerText();
      },
      (shown) => shown.includes(text),
    );
  const answer = page.locator('.graphiql-response');
  const run = (text: string) =>
    until(
      `the answer shows ${text}`,
      async () => {
        const button = page.getByRole('button', { name: /Execute query/ });
        if (await button.isVisible()) await button.click({ timeout: 2000 }).catch(() => {});
        await answer.getByText(text).first().waitFor({ timeout: 3000 }).catch(() => {});
        return answer.innerText();
      },
      (shown) => shown.includes(text),
    );
  await editor.getByText('Failures').waitFor();
  await show('Now', 'jobCounts');
  await run('"jobCounts"');

  await show('Follow', 'logTail');
  await run('"logTail"');
  await answer.getByText('"SUCCEEDED"').waitFor();

  await page.getByRole('button', { name: /Documentation Explorer/ }).click();
  await page.locator('.graphiql-doc-explorer').getByText('Subscription', { exact: true }).first().click();
  await page.getByText(/Follows a job’s log|Follows a job's log/).first().waitFor();
});
