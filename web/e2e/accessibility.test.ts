// Every page, in both colour schemes, wide and narrow, under axe.
import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { views, violations } from './axe';
import { focused, Gate, Mailferry, type MailServers, move, signIn, startBrowser, startMailServers, Watched } from './harness';

let browser: Browser;
let mail: MailServers;
let server: Mailferry;
let road: Gate;
let watched: Watched;
const ids: Record<string, string> = {};

beforeAll(async () => {
  [browser, mail, server] = await Promise.all([
    startBrowser(),
    startMailServers({ 'anna@example.org': 60, 'bert@example.org': 900 }),
    new Mailferry({ MAILFERRY_SLOTS: '1' }).start(),
  ]);
  road = await new Gate(() => mail.destination.port).open();
  const create = async (name: string, input: Record<string, unknown>) => {
    const { createJob } = await server.api<{ createJob: { id: string } }>('mutation ($input: CreateJobInput!) { createJob(input: $input) { id } }', { input: { ...input, name } });
    ids[name] = createJob.id;
    return createJob.id;
  };
  await server.waitFor(await create('succeeded', move('anna@example.org', mail.source.port, road.port)), 'SUCCEEDED');
  const wrong = move('anna@example.org', mail.source.port, road.port);
  await server.waitFor(await create('failed', { ...wrong, source: { ...wrong.source, password: 'wrong' } }), 'FAILED');
  road.holdAfter(300_000);
  await create('running', move('bert@example.org', mail.source.port, road.port));
  await create('queued', move('anna@example.org', mail.source.port, road.port));
  await road.untilHeld();
});

afterAll(async () => {
  road?.release();
  await browser?.close();
  await server?.close();
  await road?.close();
  await mail?.stop();
});

afterEach(async () => {
  const complaints = watched?.complaints ?? [];
  await watched?.close();
  expect(complaints).toEqual([]);
});

describe.each(views)('in $scheme colours at $width pixels', ({ scheme, width }) => {
  it('axe finds nothing on any page', async () => {
    watched = await Watched.open(browser, server.url, { colorScheme: scheme, viewport: { width, height: 900 }, reducedMotion: 'reduce' });
    const { page } = watched;
    const found: Record<string, string[]> = {};
    const look = async (name: string) => {
      const list = await violations(page);
      if (list.length > 0) found[name] = list;
    };

    await page.goto('/login');
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    await look('sign in');
    await signIn(watched);
    await page.locator(`tr[data-job="${ids.failed}"]`).waitFor();
    await page.locator('.connection').getByText('Live').waitFor();
    await look('jobs');
    await page.getByLabel('Select failed').click();
    await page.getByRole('button', { name: /^Delete/ }).click();
    await page.getByRole('dialog').waitFor();
    await look('question');
    await page.keyboard.press('Escape');
    await page.goto('/?q=nothing+has+this+name');
    await page.getByText(/^No\s+job/).waitFor();
    await look('nothing found');

    await page.goto('/jobs/new');
    await page.getByText('Folders and options').click();
    await page.getByRole('button', { name: 'Add a name' }).click();
    await page.getByRole('button', { name: 'Start job' }).click();
    await page.getByText('Enter the host of the IMAP server.').first().waitFor();
    await look('new job with errors');

    for (const name of ['succeeded', 'failed', 'running', 'queued']) {
      await page.goto(`/jobs/${ids[name]}#L3`);
      await page.locator('.job-head').getByText(name).first().waitFor();
      if (name !== 'queued') await page.locator('.log-row').first().waitFor();
      await page.getByRole('searchbox').fill('host');
      if (name === 'succeeded') await page.getByText(/^Folders/).click();
      await look(name);
    }
    await page.goto('/jobs/999999');
    await page.getByRole('heading', { name: 'There is no such job' }).waitFor();
    await look('no such job');
    expect(found).toEqual({});
  });
});

it('the list can be worked on with the keyboard alone', async () => {
  watched = await Watched.open(browser, server.url);
  const { page } = watched;
  await signIn(watched);
  await page.locator(`tr[data-job="${ids.failed}"]`).waitFor();
  await page.getByLabel('Select failed').focus();
  await page.keyboard.press('Shift+ArrowDown');
  const bulk = page.getByRole('region', { name: 'Selected jobs' });
  await bulk.getByText('2 jobs selected').waitFor();
  await bulk.getByRole('button', { name: /^Delete/ }).focus();
  await page.keyboard.press('Enter');
  const dialog = page.getByRole('dialog');
  await dialog.waitFor();
  expect(await dialog.getByRole('button', { name: 'Keep as it is' }).evaluate((e) => e === document.activeElement)).toBe(true);
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'hidden' });
  await page.getByRole('link', { name: 'failed', exact: true }).focus();
  await page.keyboard.press('Enter');
  await page.waitForURL(`**/jobs/${ids.failed}`);
  // The page's heading has the focus, so that a screen reader begins there.
  await focused(page.locator('h1'));
});
