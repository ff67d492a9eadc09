// Measures the log pane in Chromium against the real server:
//
//   time from a click on a job to the first lines on the screen, and to the whole log
//   what one appended line costs the page's main thread
//   memory of the page's process, and frames while scrolling
//
// at 100,000 lines, and at 100 MB with --large. Nothing here passes or fails.
import { readFileSync } from 'node:fs';
import os from 'node:os';
import type { Browser, CDPSession, Page } from 'playwright-core';
import { adminPassword, Mailferry, signIn, startBrowser, until, Watched } from '../e2e/harness';
import { writePrinter } from './printer';

const APPENDS = 200;
const EVERY = 25;

export async function main(args: string[]): Promise<void> {
  const server = new Mailferry({ MAILFERRY_ENGINE: 'imapsync', MAILFERRY_ADMIN_PASSWORD: adminPassword });
  server.env.MAILFERRY_IMAPSYNC = writePrinter(server.folder);
  await server.start();
  const browser = await startBrowser();
  print(`${os.cpus().length} processors, load ${os.loadavg()[0]?.toFixed(1)}, Chromium ${browser.version()}`);
  try {
    await measure(server, browser, 100_000);
    if (args.includes('--large')) await measure(server, browser, 850_000);
  } finally {
    await browser.close();
    await server.close();
  }
}

async function measure(server: Mailferry, browser: Browser, lines: number): Promise<void> {
  const create = async (then: number) => {
    const side = { host: '127.0.0.1', port: 2000, security: 'NONE', password: 'x', user: `lines-${lines}-then-${then}-every-${EVERY}@example.org` };
    const { createJob } = await server.api<{ createJob: { id: string } }>('mutation ($input: CreateJobInput!) { createJob(input: $input) { id } }', {
      input: { source: side, destination: { ...side, user: 'sink@example.com' }, name: `${lines} lines and ${then}` },
    });
    return createJob.id;
  };

  const ended = await create(0);
  await until('the job has ended', () => server.job(ended), (job) => job !== null && !['QUEUED', 'RUNNING'].includes(job.status));
  const bytes = (await server.job(ended))?.logSize ?? 0;
  print(`\n${lines.toLocaleString('en')} lines, ${(bytes / 1e6).toFixed(1)} MB`);

  const watched = await Watched.open(browser, server.url);
  const { page } = watched;
  await signIn(watched);
  const devtools = await browser.newBrowserCDPSession();
  const cdp = await watched.context.newCDPSession(page);
  await cdp.send('Performance.enable');
  await page.locator(`tr[data-job="${ended}"]`).waitFor();
  const before = await memory(devtools, cdp);

  const times = await page.evaluate(
    ({ id, last }) =>
      new Promise<{ first: number; all: number }>((resolve) => {
        const start = performance.now();
        let first = 0;
        const look = () => {
          if (first === 0 && document.querySelector('.log-row .log-text')?.textContent) {
            // The frame after the one in which the rows are in the document: they have been painted.
            first = -1;
            requestAnimationFrame(() => {
              first = performance.now() - start;
            });
          }
          if (first > 0 && document.querySelector(`.log-row [data-line="${last}"]`)) resolve({ first, all: performance.now() - start });
          else requestAnimationFrame(look);
        };
        document.querySelector<HTMLElement>(`tr[data-job="${id}"] .job-name`)?.click();
        requestAnimationFrame(look);
      }),
    { id: ended, last: lines },
  );
  print(`  first lines painted          ${times.first.toFixed(0)} ms after the click`);
  print(`  whole log loaded, at its end ${times.all.toFixed(0)} ms (${(bytes / 1e3 / times.all).toFixed(0)} MB/s)`);

  const after = await memory(devtools, cdp);
  print(`  memory of the page           ${after.toFixed(0)} MB, ${(after - before).toFixed(0)} MB more than with the list of jobs`);

  const frames = await scroll(page);
  print(`  scrolling, time per frame    median ${frames.median.toFixed(1)} ms, 95% under ${frames.p95.toFixed(1)} ms, longest ${frames.longest.toFixed(0)} ms`);

  const search = await page.evaluate(async () => {
    const box = document.querySelector<HTMLInputElement>('.log-search input');
    if (!box) return 0;
    const start = performance.now();
    Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value')?.set?.call(box, 'not in this log');
    box.dispatchEvent(new Event('input', { bubbles: true }));
    while (document.querySelector('.log-found')?.textContent !== 'Not found') await new Promise(requestAnimationFrame);
    return performance.now() - start;
  });
  print(`  search of the whole log      ${search.toFixed(0)} ms`);

  // A log that grows while it is read, at its end.
  const growing = await create(APPENDS * 40);
  await page.goto(`/jobs/${growing}`);
  const shown = () => page.locator('.log-row [data-line]').last().getAttribute('data-line').then(Number);
  await until('the growing log is at its end', shown, (n) => n > lines + 20);
  const [from, start] = [await work(cdp), await shown()];
  await until('lines are appended', shown, (n) => n >= start + APPENDS);
  const [to, end] = [await work(cdp), await shown()];
  const n = end - start;
  print(`  one line appended            ${((1000 * (to.task - from.task)) / n).toFixed(2)} ms of the main thread, of it ${((1000 * (to.script - from.script)) / n).toFixed(2)} ms scripts, ${((1000 * (to.layout - from.layout)) / n).toFixed(2)} ms style and layout (${n} lines, one every ${EVERY} ms)`);
  await watched.close();
  await server.api('mutation ($id: ID!) { cancelJob(id: $id) { id } }', { id: growing });
}

/** Megabytes that belong to the page's process alone, after a collection of garbage. */
async function memory(devtools: CDPSession, cdp: CDPSession): Promise<number> {
  await cdp.send('HeapProfiler.enable');
  await cdp.send('HeapProfiler.collectGarbage');
  const { processInfo } = await devtools.send('SystemInfo.getProcessInfo');
  const sizes = processInfo
    .filter((p) => p.type === 'renderer')
    .map((p) => Number(/RssAnon:\s+(\d+) kB/.exec(readFileSync(`/proc/${p.id}/status`, 'utf8'))?.[1] ?? 0) / 1024);
  return Math.max(...sizes);
}

async function work(cdp: CDPSession): Promise<{ task: number; script: number; layout: number }> {
  const { metrics } = await cdp.send('Performance.getMetrics');
  const get = (name: string) => metrics.find((m) => m.name === name)?.value ?? 0;
  return { task: get('TaskDuration'), script: get('ScriptDuration'), layout: get('LayoutDuration') + get('RecalcStyleDuration') };
}

const scroll = (page: Page) =>
  page.evaluate(
    () =>
      new Promise<{ median: number; p95: number; longest: number }>((resolve) => {
        const region = document.querySelector('.log-scroll');
        const times: number[] = [];
        let last = performance.now();
        let left = 240;
        const step = (now: number) => {
          times.push(now - last);
          last = now;
          region?.scrollBy(0, left % 40 === 0 ? -20_000 : -90);
          if (--left > 0) requestAnimationFrame(step);
          else {
            times.sort((a, b) => a - b);
            resolve({ median: times[120] ?? 0, p95: times[228] ?? 0, longest: times.at(-1) ?? 0 });
          }
        };
        requestAnimationFrame(step);
      }),
  );

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
