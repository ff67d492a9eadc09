// What breaks on moving day: the network, the server, the way for WebSockets, the session.
import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { Gate, linesOf, Mailferry, type MailServers, move, readLog, signIn, startBrowser, startMailServers, until, Watched } from './harness';

let browser: Browser;
let mail: MailServers;
let server: Mailferry;
let road: Gate;
/** Between the browser and the server. */
let network: Gate;
let watched: Watched;

const users = ['anna', 'bert', 'carla', 'dora', 'emma', 'fred', 'gerd'].map((name) => `${name}@example.org`);

beforeAll(async () => {
  [browser, mail, server] = await Promise.all([startBrowser(), startMailServers(Object.fromEntries(users.map((user) => [user, 900]))), new Mailferry().start()]);
  road = await new Gate(() => mail.destination.port).open();
  network = await new Gate(() => server.port).open();
});

afterAll(async () => {
  await browser?.close();
  await network?.close();
  await server?.close();
  await road?.close();
  await mail?.stop();
});

afterEach(async () => {
  road.release();
  network.release();
  network.reopen();
  const complaints = watched?.complaints ?? [];
  await watched?.close();
  expect(complaints).toEqual([]);
});

/** Bytes of mail after which some of it is surely stored and named in the log, whatever is under way, and much is to come. */
const afterSome = 2_500_000;

const create = async (user: string): Promise<string> => {
  const { createJob } = await server.api<{ createJob: { id: string } }>('mutation ($input: CreateJobInput!) { createJob(input: $input) { id } }', {
    input: move(user, mail.source.port, road.port),
  });
  return createJob.id;
};

/** The sizes of the log on the server and in the page, until the page has all. */
const caughtUp = (id: string) =>
  until(
    'the page has the whole log',
    async () => [linesOf(await server.log(id)).length, Number((await watched.page.locator('.log-status').innerText()).replace(/,/g, '').match(/(\d+) lines?/)?.[1] ?? 0)],
    ([there, here]) => there === here && (there ?? 0) > 0,
  );

/** Compares logs of many lines, and shows the first that differs rather than all. */
function expectSame(seen: string[], stored: string[]): void {
  const at = seen.findIndex((line, i) => line !== stored[i]);
  expect({ lines: seen.length, at, seen: seen[at] }).toEqual({ lines: stored.length, at: -1, seen: undefined });
}

describe('the log in the browser is the log on the server', () => {
  it('when the network goes away in the middle of it, again and again', async () => {
    watched = await Watched.open(browser, `http://127.0.0.1:${network.port}`);
    watched.serverAway = true;
    const { page } = watched;
    road.holdAfter(afterSome);
    const id = await create('anna@example.org');
    await signIn(watched, `/jobs/${id}`);
    await page.getByText(/msg .+ copied to/).first().waitFor();
    for (let i = 0; i < 4; i++) {
      network.shut();
      await page.getByText('Connection lost, trying again').waitFor();
      // What is printed meanwhile must come later, and once.
      const before = (await server.job(id))?.logSize ?? 0;
      road.release();
      road.holdAfter(300_000);
      await until('the log grows', () => server.job(id), (job) => (job?.logSize ?? 0) > before || job?.status !== 'RUNNING');
      network.reopen();
      await page.locator('.connection').getByText('Live').waitFor();
    }
    road.release();
    await server.waitFor(id, 'SUCCEEDED');
    await page.getByText('End of the log').waitFor();
    expectSame(await readLog(page), linesOf(await server.log(id)));
  });

  it('when the server is killed in the middle of it and comes back', async () => {
    watched = await Watched.open(browser, server.url);
    watched.serverAway = true;
    const { page } = watched;
    road.holdAfter(afterSome);
    const id = await create('bert@example.org');
    await signIn(watched, `/jobs/${id}`);
    await page.getByText(/msg .+ copied to/).first().waitFor();
    await road.untilHeld();
    await server.stop('SIGKILL');
    await page.getByText('The server does not answer.').waitFor();
    await server.start();
    await page.locator('.connection').getByText('Live').waitFor();
    await page.locator('.job-tags').getByText('Interrupted').waitFor();
    await page.getByText('End of the log').waitFor();
    const lines = linesOf(await server.log(id));
    expect(lines.length).toBeGreaterThan(20);
    expectSame(await readLog(page), lines);
  });

  it('and the page says Live only while it is: a frozen road is noticed', async () => {
    watched = await Watched.open(browser, `http://127.0.0.1:${network.port}`);
    watched.serverAway = true;
    const { page } = watched;
    await signIn(watched, '/');
    const connection = page.locator('.connection');
    await connection.getByText('Live').waitFor();
    // Nothing breaks: what is sent just never arrives.
    network.hold();
    await connection.getByText('Live').waitFor({ state: 'hidden' });
    network.release();
    await connection.getByText('Live').waitFor();
    // The browser itself knows before anything is sent.
    await page.context().setOffline(true);
    await connection.getByText('Live').waitFor({ state: 'hidden' });
    await page.context().setOffline(false);
    await connection.getByText('Live').waitFor();
  });

  it('when WebSockets do not come through', async () => {
    watched = await Watched.open(browser, server.url);
    watched.serverAway = true;
    const { page } = watched;
    await page.routeWebSocket('**/graphql', (socket) => socket.close({ code: 1011 }));
    road.holdAfter(afterSome);
    const id = await create('carla@example.org');
    await signIn(watched, `/jobs/${id}`);
    await page.locator('.connection').getByText('Polling').waitFor();
    await page.getByText(/msg .+ copied to/).first().waitFor();
    road.release();
    await page.getByText(/^All 900 messages are at the destination/).waitFor();
    await page.getByText('End of the log').waitFor();
    expectSame(await readLog(page), linesOf(await server.log(id)));
    // The list moves as well.
    await page.getByRole('link', { name: 'Jobs', exact: true }).first().click();
    const next = await create('carla@example.org');
    await page.locator(`tr[data-job="${next}"]`).getByText('Succeeded').waitFor();
  });
});

describe('a reader of a log', () => {
  it('wins over new lines that are drawn in the very frame in which they scroll', async () => {
    watched = await Watched.open(browser, server.url);
    const { page } = watched;
    // The scrolling comes just before the page draws what is new. The browser tells of it only in the next frame.
    await page.addInitScript(() => {
      const original = window.requestAnimationFrame.bind(window);
      window.requestAnimationFrame = (draw) =>
        original((time) => {
          const region = document.querySelector('.log-scroll');
          if (region && document.documentElement.dataset.scroll) {
            delete document.documentElement.dataset.scroll;
            document.documentElement.dataset.scrolled = String(region.scrollTop);
            region.scrollTop = 200;
          }
          draw(time);
        });
    });
    road.holdAfter(afterSome);
    const id = await create('gerd@example.org');
    await signIn(watched, `/jobs/${id}`);
    await road.untilHeld();
    await caughtUp(id);
    const region = page.getByRole('region', { name: 'Log lines' });
    const before = await region.evaluate((e) => {
      document.documentElement.dataset.scroll = 'yes';
      return e.scrollTop;
    });
    expect(before).toBeGreaterThan(400);
    road.release();
    await server.waitFor(id, 'SUCCEEDED');
    await caughtUp(id);
    await page.getByRole('button', { name: /new lines?$/ }).waitFor();
    expect(Number(await page.evaluate(() => document.documentElement.dataset.scrolled))).toBeGreaterThanOrEqual(before);
    expect(await region.evaluate((e) => e.scrollTop)).toBe(200);
  });

  it('is left in peace where they read, and told of what is new', async () => {
    watched = await Watched.open(browser, server.url);
    const { page } = watched;
    road.holdAfter(afterSome);
    const id = await create('dora@example.org');
    await signIn(watched, `/jobs/${id}`);
    await page.getByText(/msg .+ copied to/).first().waitFor();
    await road.untilHeld();
    await caughtUp(id);
    const region = page.getByRole('region', { name: 'Log lines' });
    const top = () => region.evaluate((e) => e.scrollTop);
    expect(await top()).toBeGreaterThan(0);

    // A selection is made; new lines come; it is still there, and nothing has moved.
    await region.evaluate((e) => e.scrollTo(0, 200));
    await page.getByText('Held here while new lines come in').waitFor();
    // The rows of before stay drawn until those at the new place are.
    await until('the rows at the top are drawn', () => region.evaluate((e) => [...e.querySelectorAll<HTMLElement>('.log-row')].map((row) => Number(row.dataset.row))), (rows) => rows[12] === 12 && rows[15] === 15);
    const before = await top();
    await region.evaluate((e) => {
      const rows = [...e.querySelectorAll('.log-row .log-text')];
      const [a, b] = [rows[12]?.firstChild, rows[15]?.firstChild];
      if (a && b) document.getSelection()?.setBaseAndExtent(a, 2, b, 6);
    });
    const selection = () => page.evaluate(() => document.getSelection()?.toString());
    const selected = await selection();
    expect(selected).not.toBe('');
    road.release();
    await server.waitFor(id, 'SUCCEEDED');
    const button = page.getByRole('button', { name: /new lines?$/ });
    await button.waitFor();
    await caughtUp(id);
    expect(await selection()).toBe(selected);
    expect(await top()).toBe(before);

    // The way back to the end.
    await button.click();
    await page.getByText('End of the log').waitFor();
    await until('the end is shown', () => region.evaluate((e) => e.scrollHeight - e.scrollTop - e.clientHeight), (rest) => rest < 2);
    const last = linesOf(await server.log(id)).at(-1) ?? '';
    expect(await page.locator('.log-row .log-text').last().innerText()).toBe(last);
  });

  it('copies all of a selection, though only a part of it is drawn', async () => {
    const { jobs } = await server.api<{ jobs: { edges: { node: { id: string } }[] } }>('{ jobs(first: 1, filter: { search: "dora", status: [SUCCEEDED] }) { edges { node { id } } } }');
    const id = jobs.edges[0]?.node.id ?? '';
    const lines = linesOf(await server.log(id));
    watched = await Watched.open(browser, server.url);
    await watched.context.grantPermissions(['clipboard-read', 'clipboard-write']);
    const { page } = watched;
    await signIn(watched, `/jobs/${id}#L10`);
    await page.locator('[data-line="10"]').waitFor();
    const select = (line: number, extend: boolean) =>
      page.locator('.log-row', { has: page.locator(`[data-line="${line}"]`) }).locator('.log-text').evaluate(
        (element, more) => {
          const text = element.firstChild ?? element;
          if (more) document.getSelection()?.extend(text, 3);
          else document.getSelection()?.collapse(text, 1);
        },
        extend,
      );
    await select(10, false);
    await select(11, true);
    await page.getByRole('region', { name: 'Log lines' }).evaluate((e) => e.scrollTo(0, 690 * 20));
    await page.locator('[data-line="700"]').waitFor();
    await select(700, true);
    await page.keyboard.press('ControlOrMeta+c');
    const copied = await page.evaluate(() => navigator.clipboard.readText());
    const pasted = copied.split('\n');
    expect([pasted.length, pasted[0], pasted.at(-1)]).toEqual([691, lines[9]?.slice(1), lines[699]?.slice(0, 3)]);
    expect(pasted.slice(1, -1).findIndex((line, i) => line !== lines[10 + i])).toBe(-1);
  });
});

describe('a session', () => {
  it('that is not there leads to the sign-in page and back to where one was', async () => {
    watched = await Watched.open(browser, server.url);
    // Being refused is what this test is about; the browser's console tells it as an error.
    watched.tolerated = /status of 40[13]/;
    const { page } = watched;
    await page.goto('/jobs/new');
    await page.waitForURL('**/login?next=%2Fjobs%2Fnew');
    await page.getByLabel('Password', { exact: true }).fill('not the password');
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
    await page.getByText('That password is not right.').waitFor();
    await signIn(watched, '/jobs/new');
    await page.getByRole('heading', { name: 'New job' }).waitFor();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByText('You are signed out.').waitFor();
    await page.goto('/');
    await page.waitForURL('**/login**');
  });
});
