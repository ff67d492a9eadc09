// Takes pictures of the app at work: real mail servers, the real engine, jobs
// held half way. docs/screenshot.png is the README's; with --all every page in
// light and dark, wide and narrow goes to web/screenshots, to be looked at.
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { Gate, Mailferry, move, signIn, startBrowser, startMailServers, until, Watched } from '../e2e/harness';

const repository = path.resolve(fileURLToPath(new URL('../..', import.meta.url)));

const offices = ['accounts', 'archive', 'board', 'hall', 'hiring', 'info', 'legal', 'press', 'sales', 'service'];

export async function main(args: string[]): Promise<void> {
  const all = args.includes('--all');
  const [browser, mail, server] = await Promise.all([
    startBrowser(),
    startMailServers(Object.fromEntries(offices.map((name, i) => [`${name}@example.org`, [140, 90, 60, 1200, 40, 1500, 120, 80, 220, 160][i] ?? 100]))),
    new Mailferry().start(),
  ]);
  const road = await new Gate(() => mail.destination.port).open();
  try {
    const create = async (name: string, more: Record<string, unknown> = {}) => {
      const { createJob } = await server.api<{ createJob: { id: string } }>('mutation ($input: CreateJobInput!) { createJob(input: $input) { id } }', {
        input: { ...move(`${name}@example.org`, mail.source.port, road.port), ...more },
      });
      return createJob.id;
    };
    if (all) await shoot('none', '/');
    const ids: Record<string, string> = {};
    ids.archive = await create('archive', { dryRun: true });
    await server.waitFor(ids.archive, 'SUCCEEDED');
    if (all) await shoot('one', '/');
    for (const name of ['sales', 'accounts', 'press']) await server.waitFor((ids[name] = await create(name)), 'SUCCEEDED');
    const wrong = move('legal@example.org', mail.source.port, road.port);
    ids.legal = await create('legal', { source: { ...wrong.source, password: 'not the password' } });
    await server.waitFor(ids.legal, 'FAILED');
    road.holdAfter(9_000_000);
    const waiting = ['hall', 'info', 'board', 'service'];
    const { createJobs } = await server.api<{ createJobs: { id: string }[] }>('mutation ($inputs: [CreateJobInput!]!) { createJobs(inputs: $inputs) { id } }', {
      inputs: waiting.map((name) => move(`${name}@example.org`, mail.source.port, road.port)),
    });
    createJobs.forEach(({ id }, i) => {
      ids[waiting[i] ?? ''] = id;
    });
    await road.untilHeld();

    await shoot('jobs', '/', { file: `${repository}/docs/screenshot.png`, only: !all });
    if (!all) return;
    await shoot('new', '/jobs/new');
    for (const name of ['sales', 'archive', 'legal', 'hall', 'board']) await shoot(`job-${name}`, `/jobs/${ids[name]}`);
    road.release();
    const many = Array.from({ length: 490 }, (_, i) => move(`${offices[i % offices.length]}@example.org`, mail.source.port, 1025 + i));
    for (let at = 0; at < many.length; at += 35) {
      await server.api('mutation ($inputs: [CreateJobInput!]!) { createJobs(inputs: $inputs) { id } }', { inputs: many.slice(at, at + 35) });
    }
    await shoot('many', '/');
    await shoot('failures', '/?status=failed');
  } finally {
    await browser.close();
    await server.close();
    await road.close();
    await mail.stop();
  }

  async function shoot(name: string, url: string, options: { file?: string; only?: boolean } = {}): Promise<void> {
    const folder = `${repository}/web/screenshots`;
    const looks = [
      { suffix: '', colorScheme: 'light', width: 1280, height: 860 },
      { suffix: '-dark', colorScheme: 'dark', width: 1280, height: 860 },
      { suffix: '-narrow', colorScheme: 'light', width: 390, height: 844 },
    ] as const;
    for (const { suffix, colorScheme, width, height } of options.only ? looks.slice(0, 1) : looks) {
      const watched = await Watched.open(browser, server.url, { colorScheme, viewport: { width, height }, reducedMotion: 'reduce' });
      await signIn(watched, url);
      await settled(watched.page);
      if (suffix === '' && options.file) await watched.page.screenshot({ path: options.file });
      if (!options.only) {
        mkdirSync(folder, { recursive: true });
        await watched.page.screenshot({ path: `${folder}/${name}${suffix}.png`, fullPage: true });
      }
      await watched.close();
    }
    process.stdout.write(`${options.file ?? name}\n`);
  }
}

/** Waits until what the page shows has come. */
async function settled(page: Page): Promise<void> {
  await page.locator('.connection').getByText('Live').waitFor();
  await page.evaluate(() => document.fonts.ready);
  await until('the page is still', () => page.evaluate(() => document.body.innerText), (() => {
    let last = '';
    let same = 0;
    return (text: string) => {
      same = text === last ? same + 1 : 0;
      last = text;
      return same >= 8;
    };
  })());
}
