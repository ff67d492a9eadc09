// Many mailboxes from one file: mended, checked, moved, reported on, closed.
import { readFile } from 'node:fs/promises';
import type { Browser, Download, Locator } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { views, violations } from './axe';
import { focused, Gate, Mailferry, type MailServers, signIn, startBrowser, startMailServers, until, Watched } from './harness';

let browser: Browser;
let mail: MailServers;
let server: Mailferry;
/** Between the engine and the destination. */
let road: Gate;
let watched: Watched;

const messages = { 'anna@example.org': 120, 'bert@example.org': 60, 'carla@example.org': 40, 'dora@example.org': 900 };

beforeAll(async () => {
  [browser, mail, server] = await Promise.all([startBrowser(), startMailServers(messages), new Mailferry({ MAILFERRY_SLOTS: '2' }).start()]);
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

const secret = 'a-password-nobody-may-see';
const header = ['name', 'source_host', 'source_port', 'source_security', 'source_user', 'source_password', 'destination_host', 'destination_port', 'destination_security', 'destination_user', 'destination_password'];

/** A line of a file: a user's mailbox on both servers. */
const line = (name: string, user: string, password = mail.password): string[] => [
  name,
  '127.0.0.1',
  String(mail.source.port),
  'none',
  user,
  password,
  '127.0.0.1',
  String(road.port),
  'none',
  user,
  mail.password,
];
const csv = (lines: string[][], separator = ';') => [header, ...lines].map((cells) => cells.join(separator)).join('\r\n');
const file = (text: string, encoding: 'utf8' | 'latin1' = 'utf8', name = 'Company.csv') => ({ name, mimeType: 'text/csv', buffer: Buffer.from(text, encoding) });

async function create(name: string, lines: string[][], paused = false): Promise<string> {
  const { importJobs } = await server.api<{ importJobs: { batch: { id: string } | null; errors: unknown[] } }>(
    'mutation ($csv: String!, $defaults: BatchSettingsInput) { importJobs(csv: $csv, defaults: $defaults) { batch { id } errors { line message } } }',
    { csv: csv(lines), defaults: { name, paused } },
  );
  if (!importJobs.batch) throw new Error(JSON.stringify(importJobs.errors));
  return importJobs.batch.id;
}

const batches = async () => (await server.api<{ batches: { edges: { node: { id: string } }[] } }>('{ batches { edges { node { id } } } }')).batches.edges.map(({ node }) => node.id);

const cells = (rows: Locator) => rows.evaluateAll((all) => all.map((row) => [...row.querySelectorAll('td')].map((cell) => cell.textContent ?? '')));

async function textOf(download: Download): Promise<string> {
  return readFile(await download.path(), 'utf8');
}

describe('a company', () => {
  it('is moved from one file: mended, checked, run, reported on and closed', async () => {
    watched = await Watched.open(browser, server.url);
    const { page } = watched;
    await signIn(watched, '/batches');
    await page.getByText('Move a whole company at once').waitFor();
    await page.getByRole('link', { name: 'Make the first batch' }).click();

    const template = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Template' }).click();
    expect((await textOf(await template)).replace('\ufeff', '').split(',').slice(0, 4)).toContain('source_host');

    // A file as a spreadsheet program on Windows saves it, with five kinds of error.
    const chooser = page.locator('input[type=file]');
    const wrong = csv([
      line('Büro', 'anna@example.org'),
      ['Host', '', String(mail.source.port), 'none', 'x@example.org', secret, '127.0.0.1', String(road.port), 'none', 'x@example.org', secret],
      ['Port', '127.0.0.1', '99999', 'none', 'y@example.org', secret, '127.0.0.1', '', 'none', 'y@example.org', secret],
      ['Security', '127.0.0.1', '', 'none', 'z@example.org', secret, '127.0.0.1', '', 'perhaps', 'z@example.org', secret],
      line('Again', 'anna@example.org'),
      ['Password', '127.0.0.1', '', 'none', 'w@example.org', secret, '127.0.0.1', '', 'none', 'w@example.org', ''],
    ]);
    await chooser.setInputFiles(file(wrong, 'latin1'));
    await page.getByRole('heading', { name: '5 things to mend in the table.' }).waitFor();
    await page.getByText('7 lines, read as Windows-1252', { exact: false }).waitFor();
    const errors = await cells(page.getByRole('region', { name: 'What is wrong' }).locator('tbody tr'));
    expect(errors.map(([at, column]) => [at, column])).toEqual([
      ['3', '2 source_host'],
      ['4', '3 source_port'],
      ['5', '9 destination_security'],
      ['6', '5 source_user'],
      ['7', '11 destination_password'],
    ]);
    expect(errors.map(([, , what]) => what)).toEqual([
      expect.stringMatching(/host of the source is missing/),
      expect.stringMatching(/1 to 65535/),
      expect.stringMatching(/TLS, STARTTLS or NONE/),
      expect.stringMatching(/in line 2 already/),
      expect.stringMatching(/password of the destination is missing/),
    ]);
    await page.getByText('Büro', { exact: true }).waitFor();

    // What is missing everywhere can be given for all: the error goes away by itself.
    await page.getByRole('region', { name: 'Source' }).getByLabel('Host').fill('127.0.0.1');
    await page.getByRole('heading', { name: '4 things to mend in the table.' }).waitFor();
    await page.getByRole('region', { name: 'Source' }).getByLabel('Host').fill('');
    await page.getByRole('heading', { name: '5 things to mend in the table.' }).waitFor();

    // Asking for it all the same creates nothing, and leads to what is wrong.
    await page.getByRole('button', { name: /^Create batch/ }).click();
    await focused(page.getByRole('heading', { name: '5 things to mend in the table.' }));
    expect(await batches()).toEqual([]);
    expect(await page.content()).not.toContain(secret);
    expect(await page.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }]))).not.toContain(secret);

    await chooser.setInputFiles(file(csv([line('Büro', 'anna@example.org'), line('Bert', 'bert@example.org', secret), line('Carla', 'carla@example.org')]), 'latin1'));
    await page.getByRole('heading', { name: '3 mailboxes read, nothing wrong.' }).waitFor();
    await page.getByLabel('At once to a destination host').fill('1');
    await page.getByLabel('Name of the batch').fill('Example & Co.');
    await page.getByRole('heading', { name: '3 mailboxes read, nothing wrong.' }).waitFor();

    // What the options mean is seen on one mailbox before all are created.
    await page.getByText('Folders and options').click();
    await page.getByLabel('Never these folders').fill('Trash');
    const preview = page.getByRole('region', { name: 'What becomes of each folder' });
    await preview.getByLabel('Mailbox').selectOption('Carla');
    await page.getByRole('heading', { name: '3 mailboxes read, nothing wrong.' }).waitFor();
    await preview.getByRole('button', { name: 'Preview folders' }).click();
    await preview.getByText(/^\d+ folders would be copied: \d+ new at the destination, 1 left out\.$/).waitFor();
    await preview.getByText('Left out: Trash').waitFor();
    await preview.getByLabel('Mailbox').selectOption('Bert');
    await preview.getByText('Something was changed since.', { exact: false }).waitFor();
    await preview.getByRole('button', { name: 'Preview folders' }).click();
    await preview.getByText(/^Source: .*refused the login/).waitFor();
    expect(await page.content()).not.toContain(secret);
    expect(await batches()).toEqual([]);
    await page.getByLabel('Never these folders').fill('');
    await page.getByRole('button', { name: 'Create batch of 3 mailboxes' }).click();

    // Checked first: nothing runs, and the row with the wrong password says what to do.
    await page.waitForURL(/\/batches\/\d+$/);
    const id = /\d+$/.exec(page.url())?.[0] ?? '';
    await page.getByText('1 of 3 mailboxes cannot be moved as it is.').waitFor();
    const bert = page.locator('tr[data-job]', { hasText: 'Bert' });
    await bert.locator('.cell-check').getByText(/check the user name and the password/).waitFor();
    await page.locator('tr[data-job]', { hasText: 'Büro' }).getByText('120 messages').waitFor();
    expect(await page.locator('tr[data-job] .cell-status').allInnerTexts()).toEqual(['Waiting', 'Waiting\nChange password…', 'Waiting']);

    await page.getByRole('button', { name: 'Start' }).click();
    await page.getByText('2 of 3 mailboxes are complete; 1 is not.').waitFor();

    // The report names the one that is not, why, and what to do.
    const report = page.getByRole('region', { name: 'Report' });
    const problem = report.getByRole('listitem');
    await problem.getByText(/refused the login/).waitFor();
    expect(await problem.count()).toBe(1);
    await problem.getByRole('button', { name: 'Change password… of Bert' }).waitFor();
    await report.getByText('Messages on both sides').click();
    await report.locator('.both-sides tbody tr').nth(2).waitFor();
    expect((await cells(report.locator('.both-sides tbody tr'))).sort()).toEqual([
      ['Bert', 'Failed', '–', '–', '–'],
      ['Büro', 'Verified', '120', '120', '0'],
      ['Carla', 'Verified', '40', '40', '0'],
    ]);
    const asCsv = page.waitForEvent('download');
    await report.getByRole('link', { name: 'Mailboxes (CSV)' }).click();
    const rows = (await textOf(await asCsv)).replace('\ufeff', '').trim().split('\r\n');
    expect(rows.map((row) => row.split(',').slice(0, 3).join()).sort()).toEqual(['Bert,failed,no', 'Büro,complete,yes', 'Carla,complete,yes', 'name,result,verified']);
    const asJson = page.waitForEvent('download');
    await report.getByRole('link', { name: 'JSON' }).click();
    expect(JSON.parse(await textOf(await asJson))).toMatchObject({ totals: { mailboxes: 3, verified: 2, sourceMessages: 160, destinationMessages: 160, missing: 0 } });

    // Another pass copies only what is new.
    await page.getByRole('button', { name: 'Run all again' }).click();
    const question = page.getByRole('dialog');
    await question.getByRole('button', { name: 'Run all' }).click();
    interface Runs {
      jobs: { edges: { node: { id: string; name: string; status: string; rerunOf: object | null } }[] };
    }
    const { jobs } = await until(
      'all have run again',
      () => server.api<Runs>('query ($id: ID!) { jobs(filter: { batch: $id }) { edges { node { id name status rerunOf { id } } } } }', { id }),
      (a) => a.jobs.edges.length === 3 && a.jobs.edges.every(({ node }) => node.rerunOf && ['SUCCEEDED', 'FAILED'].includes(node.status)),
    );
    const second = jobs.edges.find(({ node }) => node.name === 'Büro')?.node.id;
    // The later runs take the places of the first ones in the table.
    await page.locator(`tr[data-job="${second}"]`).getByText('Verified').waitFor();
    await page.getByText('2 of 3 mailboxes are complete; 1 is not.').waitFor();
    await page.locator(`tr[data-job="${second}"]`).getByRole('link').click();
    await page.getByText(/none had to be copied/).waitFor();
    await page.getByText('in Example & Co.').getByRole('link').click();

    // Closing: a question with the safe answer first, and then nothing can be run again.
    await page.getByRole('button', { name: 'Delete passwords' }).click();
    await question.getByText('1 mailbox did not go through yet.').waitFor();
    expect(await question.getByRole('button', { name: 'Keep as it is' }).evaluate((e) => e === document.activeElement)).toBe(true);
    await question.getByRole('button', { name: 'Delete passwords' }).click();
    await page.getByText('Passwords deleted').waitFor();
    expect(await page.getByRole('button', { name: /again/ }).count()).toBe(0);
    await page.getByRole('link', { name: 'Carla' }).last().click();
    await page.getByText('it can no longer be run again', { exact: false }).waitFor();
    expect(await page.getByRole('button', { name: 'Run again' }).count()).toBe(0);

    // Deleted elsewhere, under the eyes of whoever looks at it.
    await page.goBack();
    await page.getByRole('button', { name: 'Delete batch' }).waitFor();
    await server.api('mutation ($id: ID!) { deleteBatch(id: $id) }', { id });
    await page.getByText('This batch was deleted, here or elsewhere.').waitFor();
    await page.getByRole('link', { name: 'Batches' }).first().click();
    await page.getByText('Move a whole company at once').waitFor();
  });

  it('is paused, resumed and cancelled, and the rows say so', async () => {
    watched = await Watched.open(browser, server.url);
    const { page } = watched;
    // Both slots are taken for as long as the road is held.
    road.hold();
    const id = await create('Three at a time', [line('Dora', 'dora@example.org'), line('Anna', 'anna@example.org'), line('Carla', 'carla@example.org')]);
    await signIn(watched, `/batches/${id}`);
    const row = (name: string) => page.locator('tr[data-job]', { hasText: name });
    await row('Dora').getByText('Running', { exact: true }).first().waitFor();
    await row('Anna').getByText('Running', { exact: true }).first().waitFor();
    await page.getByRole('button', { name: 'Pause' }).click();
    await page.locator('.job-tags').getByText('Paused').waitFor();
    await row('Carla').getByText('Waits for the batch to be started').waitFor();
    await page.getByRole('link', { name: /^Waiting/ }).click();
    await page.waitForURL('**?status=queued');
    await row('Dora').waitFor({ state: 'detached' });
    await page.getByRole('link', { name: /^All/ }).click();
    await page.getByRole('button', { name: 'Resume' }).click();
    await page.locator('.job-tags').getByText('Paused').waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Cancel', exact: true }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Cancel 3 mailboxes' }).click();
    road.release();
    for (const name of ['Dora', 'Anna', 'Carla']) await row(name).getByText('Cancelled', { exact: true }).waitFor();
    await page.getByRole('button', { name: /^Run failed again/ }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Run 3 mailboxes' }).click();
    await page.getByText('All 3 mailboxes are at the destination, compared and complete.').waitFor();
  });
});

describe('a table of mailboxes', () => {
  it('can be pasted, and is nowhere shown', async () => {
    watched = await Watched.open(browser, server.url);
    await watched.context.grantPermissions(['clipboard-read', 'clipboard-write']);
    const { page } = watched;
    await signIn(watched, '/batches/new');
    await page.evaluate((text) => navigator.clipboard.writeText(text), csv([line('Anna', 'anna@example.org', secret)], '\t'));
    const field = page.getByLabel('or paste a table');
    await field.focus();
    await page.keyboard.press('ControlOrMeta+v');
    await page.getByRole('heading', { name: '1 mailbox read, nothing wrong.' }).waitFor();
    expect(await page.content()).not.toContain(secret);
    await page.getByRole('button', { name: 'Create batch of 1 mailbox' }).click();
    await page.getByText('Give the batch a name.').waitFor();
    await page.getByRole('button', { name: 'Remove the table' }).click();
    expect(await field.inputValue()).toBe('');
  });

  it('is read in the encodings that spreadsheets use', async () => {
    watched = await Watched.open(browser, server.url);
    const { page } = watched;
    await signIn(watched, '/batches/new');
    const text = csv([line('Büro €', 'anna@example.org')]);
    const windows = Buffer.from(text.replace('€', '\x80'), 'latin1');
    for (const [name, buffer] of [
      ['Windows-1252', windows],
      ['UTF-16', Buffer.from(`\ufeff${text}`, 'utf16le')],
      ['UTF-8', Buffer.from(`\ufeff${text}`)],
    ] as const) {
      await page.locator('input[type=file]').setInputFiles({ name: `${name}.csv`, mimeType: 'text/csv', buffer });
      await page.getByText(`2 lines, read as ${name}.`, { exact: false }).waitFor();
      await page.getByRole('cell', { name: 'Büro €' }).waitFor();
    }
  });

  it('that is too large, or no table, is refused before it is sent', async () => {
    watched = await Watched.open(browser, server.url);
    const { page } = watched;
    await signIn(watched, '/batches/new');
    const sent: number[] = [];
    page.on('request', (request) => sent.push(request.postDataBuffer()?.length ?? 0));
    await page.locator('input[type=file]').setInputFiles(file(csv(Array.from({ length: 14_000 }, (_, i) => line(`Mailbox ${i}`, `user${i}@example.org`)))));
    await page.getByText(/Divide it into 2 files/).waitFor();
    await page.locator('input[type=file]').setInputFiles({ name: 'Company.xlsx', mimeType: 'application/zip', buffer: Buffer.from('PK\x03\x04 and so on', 'latin1') });
    await page.getByText('This is a workbook, not a CSV file.', { exact: false }).waitFor();
    expect(Math.max(0, ...sent)).toBeLessThan(10_000);
  });
});

it('two thousand rows are shown in part, and searched in whole', async () => {
  watched = await Watched.open(browser, server.url);
  const { page } = watched;
  const id = await create('Two thousand', Array.from({ length: 2000 }, (_, i) => line(`Mailbox ${i}`, `user${i}@example.org`)), true);
  await signIn(watched, `/batches/${id}`);
  await page.getByText('100 of 2,000 mailboxes shown.').waitFor();
  await page.getByRole('button', { name: 'Show more' }).click();
  await page.getByText('200 of 2,000 mailboxes shown.').waitFor();
  await page.getByRole('searchbox').fill('user1234@');
  await page.getByText('1 of 1 mailbox shown.').waitFor();
  await page.locator('tr[data-job]', { hasText: 'Mailbox 1234' }).waitFor();
  await server.api('mutation ($id: ID!) { cancelBatch(id: $id) { id } }', { id });
  await page.getByText(/^2,000 of 2,000 mailboxes did not go through/).waitFor();
  await page.getByRole('button', { name: 'Delete batch' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Delete batch' }).click();
  await page.waitForURL('**/batches');
});

describe.each(views)('in $scheme colours at $width pixels', ({ scheme, width }) => {
  it('axe finds nothing on the pages of batches', async () => {
    watched = await Watched.open(browser, server.url, { colorScheme: scheme, viewport: { width, height: 900 }, reducedMotion: 'reduce' });
    const { page } = watched;
    const long = 'A name of two hundred letters '.repeat(7).slice(0, 200);
    const waits = await create(long, [line(long, 'anna@example.org')], true);
    const over = await create('Over', [line('Anna', 'anna@example.org'), line('Bert', 'bert@example.org', 'wrong')]);
    const found: Record<string, string[]> = {};
    const look = async (name: string) => {
      const list = await violations(page);
      if (list.length > 0) found[name] = list;
      // Nothing sticks out of the page to the side.
      const beyond = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      if (beyond > 0) found[`${name}: too wide`] = [`${beyond} pixels`];
    };
    await signIn(watched, `/batches/${over}`);
    await page.getByText('1 of 2 mailboxes is complete; 1 is not.').waitFor();
    await page.getByText('Messages on both sides').click();
    await page.locator('.both-sides tbody tr').nth(1).waitFor();
    await page.locator('tr[data-job]').nth(1).waitFor();
    await look('over');
    await page.getByRole('button', { name: 'Delete passwords' }).click();
    await page.getByRole('dialog').waitFor();
    await look('question');
    await page.keyboard.press('Escape');
    await page.goto(`/batches/${waits}`);
    await page.locator('tr[data-job]').waitFor();
    await look('waiting');
    await page.goto('/batches');
    await page.locator(`[data-batch="${over}"]`).waitFor();
    await look('list');
    await page.goto('/batches/new');
    await page.getByText('Choose a CSV file').waitFor();
    await look('new');
    await page.locator('input[type=file]').setInputFiles(file(csv([line('Anna', 'anna@example.org'), line('', '', '')])));
    await page.getByRole('region', { name: 'What is wrong' }).waitFor();
    await look('errors');
    await page.goto('/batches/999999');
    await page.getByRole('heading', { name: 'There is no such batch' }).waitFor();
    await look('no such batch');
    await page.goto('/');
    await page.locator('tr[data-job]').first().waitFor();
    await look('jobs');
    expect(found).toEqual({});
  });
});
