// A day's work in the browser: jobs are created, followed, cancelled, repeated, deleted.
import { readFile } from 'node:fs/promises';
import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { violations } from './axe';
import { focused, Gate, invalid, linesOf, Mailferry, type MailServers, move, readLog, signIn, startBrowser, startMailServers, until, Watched } from './harness';

let browser: Browser;
let mail: MailServers;
let server: Mailferry;
/** Between the engine and the destination: holding it keeps a job running. */
let road: Gate;
let watched: Watched;

beforeAll(async () => {
  [browser, mail, server] = await Promise.all([
    startBrowser(),
    startMailServers({ 'anna@example.org': 400, 'bert@example.org': 60, 'carla@example.org': 1500, 'dora@example.org': 1500, 'emma@example.org': 1500, 'fred@example.org': 60 }),
    new Mailferry().start(),
  ]);
  road = await new Gate(() => mail.destination.port).open();
});

afterAll(async () => {
  await browser?.close();
  await server?.close();
  await road?.close();
  await mail?.stop();
});

afterEach(async () => {
  road.release();
  const complaints = watched?.complaints ?? [];
  await watched?.close();
  expect(complaints).toEqual([]);
});

const create = async (user: string, more: Record<string, unknown> = {}): Promise<string> => {
  const { createJob } = await server.api<{ createJob: { id: string } }>('mutation ($input: CreateJobInput!) { createJob(input: $input) { id } }', {
    input: move(user, mail.source.port, road.port, more),
  });
  return createJob.id;
};

describe('a job', () => {
  it('is created in the form, checked on both sides, and followed to its end', async () => {
    watched = await Watched.open(browser, server.url);
    const { page } = watched;
    await signIn(watched);
    await page.getByText('No mailbox has been moved yet').waitFor();
    await page.getByRole('link', { name: 'Move the first mailbox' }).click();

    for (const [side, port, password] of [
      ['Source', mail.source.port, 'wrong'],
      ['Destination', road.port, mail.password],
    ] as const) {
      const card = page.getByRole('region', { name: side });
      await card.getByLabel('Host').fill('127.0.0.1');
      await card.getByLabel('Security').selectOption('NONE');
      await card.getByLabel('Port').fill(String(port));
      await card.getByLabel('User').fill('anna@example.org');
      await card.getByLabel('Password', { exact: true }).fill(password);
    }
    const source = page.getByRole('region', { name: 'Source' });
    await source.getByRole('button', { name: 'Check source' }).click();
    const refusal = source.getByRole('status').locator('p');
    await refusal.waitFor();
    expect(await refusal.innerText()).toMatch(/password/i);
    await source.getByLabel('Password', { exact: true }).fill(mail.password);
    await source.getByRole('button', { name: 'Check source' }).click();
    await source.getByText(/Signed in\. 400 messages in \d+ folders/).waitFor();
    await page.getByRole('button', { name: 'Check destination' }).click();
    await page.getByRole('region', { name: 'Destination' }).getByText('Signed in.').waitFor();

    // The road is held after some mail, so that the bar can be seen half way.
    road.holdAfter(1_800_000);
    await page.getByLabel('Name', { exact: true }).fill('Anna, the first mailbox');
    await page.getByRole('button', { name: 'Start job' }).click();
    await page.waitForURL('**/jobs/*');
    await page.getByRole('heading', { name: 'Anna, the first mailbox' }).waitFor();
    const bar = page.getByRole('progressbar', { name: 'Progress' });
    const half = await until('the bar is between its ends', () => bar.evaluate((b: HTMLProgressElement) => b.position), (p) => p > 0 && p < 1);
    await page.getByText(/msg .+ copied to/).first().waitFor();
    road.release();
    await page.getByText(/^All 400 messages are at the destination/).waitFor();
    expect(half).toBeGreaterThan(0);
    await page.getByText('End of the log').waitFor();

    const id = new URL(page.url()).pathname.split('/').at(-1) ?? '';
    const lines = linesOf(await server.log(id));
    expect(lines.length).toBeGreaterThan(400);
    expect(await readLog(page)).toEqual(lines);
  });

  it('shows where each folder would go before it is created', async () => {
    watched = await Watched.open(browser, server.url);
    const { page } = watched;
    await signIn(watched, '/jobs/new');
    const preview = page.getByRole('region', { name: 'What becomes of each folder' });
    const ask = preview.getByRole('button', { name: 'Preview folders' });

    // Nobody can be asked yet: the first field that is missing has the focus.
    await ask.click();
    const host = page.getByRole('region', { name: 'Source' }).getByLabel('Host');
    await focused(host);

    for (const [side, port] of [
      ['Source', mail.source.port],
      ['Destination', mail.destination.port],
    ] as const) {
      const card = page.getByRole('region', { name: side });
      await card.getByLabel('Host').fill('127.0.0.1');
      await card.getByLabel('Security').selectOption('NONE');
      await card.getByLabel('Port').fill(String(port));
      await card.getByLabel('User').fill('fred@example.org');
      await card.getByLabel('Password', { exact: true }).fill(mail.password);
    }
    await page.getByText('Folders and options').click();
    await page.getByLabel('Never these folders').fill('Trash\nDarfts');
    await page.getByRole('button', { name: 'Add a name' }).click();
    await page.getByLabel('Source folder 1').fill('R&D');
    await page.getByLabel('Destination folder 1').fill('INBOX.Archive');
    await ask.focus();
    await page.keyboard.press('Enter');
    await preview.getByText('9 folders would be copied: 7 new at the destination, 2 in one with another, 1 left out.').waitFor();
    await preview.getByText('Left out: Trash').waitFor();
    await preview.getByText('Not at the source, most likely misspelt: Darfts').waitFor();
    const rows = await preview.locator('tbody tr').evaluateAll((all) => all.map((row) => [...row.querySelectorAll('td')].map((cell) => cell.textContent)));
    const of = (name: string) => rows.find(([source]) => source === name)?.filter((_, i) => i !== 3);
    expect(of('INBOX')).toEqual(['INBOX', 'INBOX', '23', 'Is there, with 0 messages']);
    expect(of('Projekte/Büro-Umbau')).toEqual(['Projekte/Büro-Umbau', 'INBOX.Projekte.Büro-Umbau', '4', 'New']);
    expect(of('R&D')).toEqual(['R&D', 'INBOX.Archive', '3', 'NewIn one with Archive']);

    expect(await violations(page)).toEqual([]);

    // What is changed afterwards makes it out of date, and leaves it where it is.
    const top = () => ask.evaluate((e) => e.getBoundingClientRect().top + scrollY);
    const before = await top();
    await page.getByLabel('Destination folder 1').fill('INBOX.Labor');
    await preview.getByText('Something was changed since. Preview the folders again.').waitFor();
    expect(await preview.locator('tbody tr').count()).toBe(9);
    expect(await top()).toBe(before);

    // Options that cannot be meant together are named where they are.
    await page.getByLabel('Only subscribed folders').check();
    await page.getByLabel('Only these folders').fill('INBOX');
    await ask.click();
    const subscribed = page.getByLabel('Only subscribed folders');
    await focused(subscribed);
    expect(await page.locator('[id="options.onlySubscribed-error"]').innerText()).toMatch(/^Choose one/);
    await page.getByLabel('Only these folders').fill('');
    await ask.click();
    // Nothing is subscribed to at this source but what every server shows.
    await preview.getByText(/^(No folder would be copied|1 folder would be copied)/).waitFor();

    const source = page.getByRole('region', { name: 'Source' });
    await source.getByLabel('Password', { exact: true }).fill('wrong');
    await ask.click();
    await preview.getByText(/^Source: .*password/).waitFor();
    expect((await server.api<{ jobs: { totalCount: number } }>('{ jobs(filter: { search: "fred@" }) { totalCount } }')).jobs.totalCount).toBe(0);
  });

  it('names the field that is wrong, and takes the reader to it', async () => {
    watched = await Watched.open(browser, server.url);
    const { page } = watched;
    await signIn(watched, '/jobs/new');
    await page.getByRole('button', { name: 'Start job' }).click();
    const host = page.getByRole('region', { name: 'Source' }).getByLabel('Host');
    await focused(host);
    expect(await host.getAttribute('aria-invalid')).toBe('true');

    // What only the server knows: the configuration allows loopback alone.
    for (const side of ['Source', 'Destination']) {
      const card = page.getByRole('region', { name: side });
      await card.getByLabel('Host').fill(side === 'Source' ? '169.254.169.254' : '127.0.0.1');
      await card.getByLabel('User').fill('anna');
      await card.getByLabel('Password', { exact: true }).fill('x');
      await card.getByLabel('Port').fill('1143');
    }
    await page.getByRole('button', { name: 'Start job' }).click();
    await invalid(host);
    expect(await page.locator('[id="source.host-error"]').innerText()).not.toBe('');
  });

  it('opens at a line, marks a range, and the link brings it back', async () => {
    const id = await create('bert@example.org');
    await server.waitFor(id, 'SUCCEEDED');
    const lines = linesOf(await server.log(id));
    watched = await Watched.open(browser, server.url);
    const { page } = watched;
    await signIn(watched, `/jobs/${id}#L30`);
    const row = (line: number) => page.locator('.log-row', { has: page.locator(`[data-line="${line}"]`) });
    await row(30).waitFor();
    expect(await row(30).locator('.log-text').innerText()).toBe(lines[29]);
    expect(await row(30).getAttribute('class')).toContain('marked');

    await page.locator('[data-line="35"]').click({ modifiers: ['Shift'] });
    expect(new URL(page.url()).hash).toBe('#L30-L35');
    await page.reload();
    await row(33).waitFor();
    expect(await page.locator('.log-row.marked').count()).toBe(6);
    expect(await page.locator('.log-row.marked .log-text').allInnerTexts()).toEqual(lines.slice(29, 35));

    // The same by keyboard.
    await page.getByLabel('Line', { exact: true }).fill('2-3');
    await page.keyboard.press('Enter');
    await page.waitForURL((url) => url.hash === '#L2-L3');
    await row(2).waitFor();
  });

  it('is searched through, and downloaded', async () => {
    const id = await create('emma@example.org');
    await server.waitFor(id, 'SUCCEEDED');
    const log = await server.log(id);
    watched = await Watched.open(browser, server.url);
    const { page } = watched;
    await signIn(watched, `/jobs/${id}`);
    await page.getByText('End of the log').waitFor();
    const needle = 'COPIED TO INBOX/';
    const expected = linesOf(log).flatMap((line, i) => (line.toLowerCase().includes('copied to inbox/') ? [i + 1] : []));
    expect(expected.length).toBeGreaterThan(100);
    const region = page.getByRole('region', { name: 'Log lines' });
    await region.focus();
    await page.keyboard.press('Home');
    await page.getByRole('searchbox', { name: 'Search the log' }).fill(needle);
    await page.getByText(`1 of ${expected.length.toLocaleString('en')} lines`).waitFor();
    const current = page.locator('.log-row.current [data-line]');
    expect(await current.getAttribute('data-line')).toBe(String(expected[0]));
    await page.keyboard.press('Shift+Enter');
    await page.locator(`.log-row.current [data-line="${expected.at(-1)}"]`).waitFor();
    expect((await page.locator('.log-row.current mark').innerText()).toUpperCase()).toBe(needle);

    const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: 'Download' }).click()]);
    expect(download.suggestedFilename()).toMatch(new RegExp(`^job-${id}-.*\\.log$`));
    expect(await readFile(await download.path(), 'utf8')).toBe(log);
  });

  it('whose password was wrong is given the right one, and run again', async () => {
    const input = move('bert@example.org', mail.source.port, road.port);
    const id = await create('bert@example.org', { name: 'Mistyped', destination: { ...input.destination, password: 'mistyped' } });
    await server.waitFor(id, 'FAILED');
    watched = await Watched.open(browser, server.url);
    const { page } = watched;
    await signIn(watched, `/jobs/${id}`);
    await page.getByText('Change the password, then run it again.', { exact: false }).waitFor();
    await page.getByRole('button', { name: 'Change password…' }).click();
    const dialog = page.getByRole('dialog', { name: 'Change what “Mistyped” signs in with' });
    const destination = dialog.getByRole('group', { name: /^Destination, 127.0.0.1 refused the sign-in/ });
    const password = destination.getByLabel('Password', { exact: true });
    // The field that was wrong has the focus, says so while nothing is in it, and nothing offers to fill or keep it.
    await focused(password);
    expect(await violations(page)).toEqual([]);
    await page.keyboard.press('Enter');
    await dialog.getByText('Enter the right password.').waitFor();
    expect(await password.getAttribute('aria-invalid')).toBe('true');
    expect(await password.getAttribute('autocomplete')).toBe('new-password');
    await password.fill('typed and thought better of');
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Change password…' }).click();
    expect(await password.inputValue()).toBe('');

    // What the server refuses is named at its field.
    await destination.getByLabel('User').fill('');
    await dialog.getByRole('button', { name: 'Save', exact: true }).click();
    await invalid(destination.getByLabel('User'));
    await destination.getByLabel('User').fill('bert@example.org');
    await password.fill(mail.password);
    await dialog.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByText('Saved. The next run signs in with it.').waitFor();
    expect(await page.content()).not.toContain('mistyped');
    await page.getByRole('button', { name: 'Run again' }).click();
    await page.waitForURL((url) => url.pathname !== `/jobs/${id}`);
    await page.getByText(/^All 60 messages are at the destination/).waitFor();
  });

  it('is cancelled while it runs, run again, and deleted', async () => {
    road.holdAfter(100_000);
    const id = await create('carla@example.org', { name: 'To be cancelled' });
    watched = await Watched.open(browser, server.url);
    const { page } = watched;
    await signIn(watched, `/jobs/${id}`);
    await page.getByRole('progressbar', { name: 'Progress' }).waitFor();
    await road.untilHeld();
    await page.getByRole('button', { name: 'Cancel' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.waitFor();
    // The safe answer first; Escape is safe too.
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'hidden' });
    await page.getByRole('button', { name: 'Cancel' }).click();
    await dialog.getByRole('button', { name: 'Cancel 1 job' }).click();
    await page.locator('.job-tags').getByText('Cancelled').waitFor();
    expect(await server.waitFor(id, 'CANCELLED')).toBe('CANCELLED');
    road.release();

    await page.getByRole('button', { name: 'Run again' }).click();
    await page.waitForURL((url) => url.pathname !== `/jobs/${id}`);
    await page.getByText(/^All 1,500 messages are at the destination/).waitFor();
    await page.getByRole('link', { name: /^Before/ }).click();
    await page.waitForURL(`**/jobs/${id}`);
    await page.getByRole('link', { name: /^After/ }).waitFor();
    await page.getByRole('button', { name: 'Delete' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Delete 1 job' }).click();
    await page.waitForURL((url) => url.pathname === '/');
    expect(await server.job(id)).toBeNull();
  });

  it('that is deleted under the reader’s eyes says so, and keeps what was seen', async () => {
    const id = await create('bert@example.org');
    await server.waitFor(id, 'SUCCEEDED');
    watched = await Watched.open(browser, server.url);
    const { page } = watched;
    await signIn(watched, `/jobs/${id}`);
    await page.getByText('End of the log').waitFor();
    await server.api('mutation ($id: ID!) { deleteJob(id: $id) }', { id });
    await page.getByText('This job was deleted, here or elsewhere.').waitFor();
    expect(await page.getByRole('button', { name: 'Run again' }).count()).toBe(0);
    expect(await page.locator('.log-row').count()).toBeGreaterThan(0);
    await page.reload();
    await page.getByRole('heading', { name: 'There is no such job' }).waitFor();
  });
});

describe('the list', () => {
  it('moves live, draws only the rows that change, and is worked on in bulk', async () => {
    const { jobs } = await server.api<{ jobs: { edges: { node: { id: string } }[] } }>('{ jobs(first: 500) { edges { node { id } } } }');
    for (const { node } of jobs.edges) await server.api('mutation ($id: ID!) { deleteJob(id: $id) }', { id: node.id });
    for (let i = 1; i <= 6; i++) {
      const id = await create('bert@example.org', { name: `Done ${i}` });
      await server.waitFor(id, 'SUCCEEDED');
    }
    road.holdAfter(400_000);
    const running = await create('dora@example.org', { name: 'The long one' });
    watched = await Watched.open(browser, server.url);
    const { page } = watched;
    await signIn(watched);
    const row = page.locator(`tr[data-job="${running}"]`);
    await row.getByText('Running').waitFor();
    await road.untilHeld();

    // Progress draws the row of its job and no other.
    const changed = page.evaluate(
      (id) =>
        new Promise<string[]>((resolve) => {
          const seen = new Set<string>();
          const observer = new MutationObserver((records) => {
            for (const record of records) {
              const element = record.target instanceof Element ? record.target : record.target.parentElement;
              seen.add(element?.closest('tr[data-job]')?.getAttribute('data-job') ?? 'elsewhere');
            }
            if (seen.has(id)) {
              observer.disconnect();
              resolve([...seen]);
            }
          });
          const body = document.querySelector('table.jobs tbody');
          if (body) observer.observe(body, { subtree: true, childList: true, characterData: true, attributes: true });
        }),
      running,
    );
    road.release();
    expect(await changed).toEqual([running]);
    await row.getByText('Succeeded').waitFor();

    // A job that someone else creates appears by itself.
    const other = await create('bert@example.org', { name: 'From elsewhere' });
    await page.getByRole('link', { name: 'From elsewhere' }).waitFor();
    await server.waitFor(other, 'SUCCEEDED');

    // Shift-click takes all rows between.
    await page.getByLabel('Select Done 5').click();
    await page.getByLabel('Select Done 2').click({ modifiers: ['Shift'] });
    const bulk = page.getByRole('region', { name: 'Selected jobs' });
    await bulk.getByText('4 jobs selected').waitFor();
    await bulk.getByRole('button', { name: /^Run again/ }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Run 4 jobs' }).click();
    await page.getByText('4 jobs queued again.').waitFor();
    await until(
      'the reruns are there and have ended',
      async () => (await server.api<{ jobCounts: { status: string; count: number }[] }>('{ jobCounts { status count } }')).jobCounts,
      (counts) => counts.find((c) => c.status === 'SUCCEEDED')?.count === 12,
    );

    // The filter is in the address, and comes back with it.
    await page.getByRole('searchbox').fill('done');
    await page.waitForURL('**/?q=done');
    await page.getByText('10 of 10 jobs shown.').waitFor();
    await page.reload();
    await page.getByText('10 of 10 jobs shown.').waitFor();
    await page.getByRole('link', { name: /^Failed/ }).click();
    await page.getByText('No failed job').waitFor();
    await page.goBack();
    await page.getByText('10 of 10 jobs shown.').waitFor();

    await page.getByLabel('Select all jobs that are shown').click();
    await bulk.getByRole('button', { name: /^Delete/ }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Delete 10 jobs' }).click();
    await page.getByText('10 jobs deleted.').waitFor();
    const left = await server.api<{ jobs: { totalCount: number } }>('{ jobs { totalCount } }');
    expect(left.jobs.totalCount).toBe(2);
  });

  it('keeps its order when jobs that it has not loaded change, and lets those come that a filter begins to let through', async () => {
    road.hold();
    const queue = async (n: number) => {
      const { createJobs } = await server.api<{ createJobs: { id: string }[] }>('mutation ($inputs: [CreateJobInput!]!) { createJobs(inputs: $inputs) { id } }', {
        inputs: Array.from({ length: n }, () => move('bert@example.org', mail.source.port, road.port, { name: 'In a row' })),
      });
      return createJobs.map(({ id }) => id);
    };
    const ids = [...(await queue(60)), ...(await queue(60))];
    const cancel = (id: string | undefined) => server.api('mutation ($id: ID!) { cancelJob(id: $id) { id } }', { id });
    watched = await Watched.open(browser, server.url);
    const { page } = watched;
    await signIn(watched, '/?q=in+a+row');
    const rows = page.locator('tr[data-job]');
    const shown = () => rows.evaluateAll((all) => all.map((row) => row.getAttribute('data-job')));
    await page.getByText('100 of 120 jobs shown.').waitFor();
    await page.locator('.connection').getByText('Live').waitFor();
    // Events come in their order: once the new job shows, the one before it was heard of.
    await cancel(ids[10]);
    const newest = await create('bert@example.org', { name: 'The last in a row' });
    await page.getByRole('link', { name: 'The last in a row' }).waitFor();
    expect(await shown()).toEqual([newest, ...ids.slice(20).reverse()]);
    await page.getByText('101 of 121 jobs shown.').waitFor();

    await page.getByRole('link', { name: /^Cancelled/ }).click();
    await page.getByText('1 of 1 job shown.').waitFor();
    await page.mouse.move(0, 0);
    await cancel(ids[70]);
    await cancel(ids[12]);
    await page.getByText('3 of 3 jobs shown.').waitFor();
    expect(await shown()).toEqual([ids[70], ids[12], ids[10]]);
    for (const id of [...ids, newest]) await cancel(id).catch(() => {});
  });
});
