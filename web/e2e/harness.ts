// What the end-to-end tests stand on: the real binary, real IMAP servers, a
// real browser, and gates between them that can be shut.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { once } from 'node:events';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { type Browser, type BrowserContext, type BrowserContextOptions, chromium, type Locator, type Page } from 'playwright-core';

const repository = fileURLToPath(new URL('../..', import.meta.url));
const binary = process.env.MAILFERRY_BINARY ?? path.join(repository, 'bin/mailferry');

export const adminPassword = 'correct horse battery staple';
export const apiToken = 'e2e-token-0123456789abcdef0123456789abcdef';

/** How long anything that must happen may take on a busy machine, in milliseconds. */
export const patience = 60_000;

/** Waits until a condition holds, and says what it saw last when it does not. */
export async function until<T>(what: string, look: () => Promise<T> | T, holds: (seen: T) => boolean): Promise<T> {
  const deadline = Date.now() + patience;
  for (;;) {
    const seen = await look();
    if (holds(seen)) return seen;
    if (Date.now() > deadline) throw new Error(`${what}: not within ${patience} ms; last seen: ${JSON.stringify(seen)}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

function temporary(name: string): string {
  return mkdtempSync(path.join(os.tmpdir(), `mailferry-web-${name}-`));
}

/** Ends a process and waits for its end. */
async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill(signal);
  await ended;
}

// --- IMAP servers

export interface MailServers {
  source: { host: string; port: number; tlsPort: number };
  destination: { host: string; port: number; tlsPort: number };
  password: string;
  /** Brings so many messages more to a mailbox of the source. */
  deliver: (user: string, messages: number) => Promise<void>;
  stop: () => Promise<void>;
}

/** A mailbox as its number of messages on the source, or with its quota at the destination in bytes. */
export type Mailbox = number | { messages: number; quota: number };

/** Starts two Dovecots with mailboxes by their users' names. */
export async function startMailServers(mailboxes: Record<string, Mailbox>): Promise<MailServers> {
  const folder = temporary('mail');
  const program = path.join(folder, 'mailservers');
  execFileSync('go', ['build', '-o', program, './web/e2e/mailservers'], { cwd: repository, stdio: ['ignore', 'inherit', 'inherit'] });
  const child = spawn(
    program,
    Object.entries(mailboxes).flatMap(([user, box]) => ['--mailbox', typeof box === 'number' ? `${user}:${box}` : `${user}:${box.messages}:${box.quota}`]),
    { stdio: ['pipe', 'pipe', 'inherit'] },
  );
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  const answer = async () => {
    const line = await lines.next();
    if (line.done) throw new Error(`the IMAP servers ended (exit code ${child.exitCode})`);
    return line.value;
  };
  return {
    ...(JSON.parse(await answer()) as Pick<MailServers, 'source' | 'destination' | 'password'>),
    deliver: async (user, messages) => {
      child.stdin.write(`${user}:${messages}\n`);
      await answer();
    },
    stop: async () => {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.stdin.end();
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

// --- Postgres

/** A Postgres of its own. */
export interface Postgres {
  url: string;
  stop: () => Promise<void>;
}

/** Starts a Postgres with one empty database. */
export async function startPostgres(): Promise<Postgres> {
  const folder = temporary('postgres');
  const program = path.join(folder, 'postgresserver');
  execFileSync('go', ['build', '-o', program, './web/e2e/postgresserver'], { cwd: repository, stdio: ['ignore', 'inherit', 'inherit'] });
  const child = spawn(program, { stdio: ['pipe', 'pipe', 'inherit'] });
  const line = await createInterface(child.stdout)[Symbol.asyncIterator]().next();
  if (line.done) throw new Error(`Postgres ended (exit code ${child.exitCode})`);
  return {
    url: line.value,
    stop: async () => {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.stdin.end();
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

// --- gates

/** A way from a port of its own to another one, which can be held up or cut. */
export class Gate {
  port = 0;
  /** Bytes that went towards the target. */
  passed = 0;
  #server = net.createServer((socket) => this.#join(socket));
  #pairs = new Set<{ near: net.Socket; far: net.Socket }>();
  #held = false;
  #shut = false;
  #limit = Number.POSITIVE_INFINITY;
  #holding = new EventTarget();
  #target: () => number;

  constructor(target: () => number) {
    this.#target = target;
  }

  async open(): Promise<this> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    this.port = (this.#server.address() as net.AddressInfo).port;
    return this;
  }

  #join(near: net.Socket): void {
    if (this.#shut) {
      near.destroy();
      return;
    }
    const far = net.connect(this.#target(), '127.0.0.1');
    const pair = { near, far };
    this.#pairs.add(pair);
    near.on('data', (data: Buffer) => {
      this.passed += data.length;
      if (!far.write(data)) near.pause();
      if (this.passed >= this.#limit) this.hold();
    });
    far.on('drain', () => !this.#held && near.resume());
    far.pipe(near);
    const close = () => {
      this.#pairs.delete(pair);
      near.destroy();
      far.destroy();
    };
    for (const socket of [near, far]) socket.on('close', close).on('error', close);
    if (this.#held) near.pause();
  }

  /** Lets nothing more towards the target; connections stay. */
  hold(): void {
    this.#held = true;
    for (const { near } of this.#pairs) near.pause();
    this.#holding.dispatchEvent(new Event('held'));
  }

  /** Holds as soon as so many more bytes have passed. */
  holdAfter(bytes: number): void {
    this.#limit = this.passed + bytes;
  }

  release(): void {
    this.#held = false;
    this.#limit = Number.POSITIVE_INFINITY;
    for (const { near } of this.#pairs) near.resume();
  }

  /** Waits until the gate is held. */
  async untilHeld(): Promise<void> {
    if (this.#held) return;
    await once(this.#holding, 'held', { signal: AbortSignal.timeout(patience) });
  }

  /** Breaks every connection and takes no new ones. */
  shut(): void {
    this.#shut = true;
    for (const { near, far } of this.#pairs) {
      near.destroy();
      far.destroy();
    }
  }

  reopen(): void {
    this.#shut = false;
  }

  async close(): Promise<void> {
    this.shut();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

// --- the server

/** A Mailferry with its data, started and stopped as often as a test likes. */
export class Mailferry {
  readonly folder = temporary('data');
  port = 0;
  #child: ChildProcess | undefined;
  #printed = '';
  /** What its environment has beyond, or in place of, what every test wants. */
  readonly env: Record<string, string>;

  constructor(env: Record<string, string> = {}) {
    this.env = { ...env };
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  async start(): Promise<this> {
    if (!existsSync(binary)) throw new Error(`${binary} is not there: run "make build" first`);
    this.#printed = '';
    const child = spawn(binary, ['serve'], {
      cwd: this.folder,
      stdio: ['ignore', 'ignore', 'pipe'],
      env: {
        PATH: process.env.PATH ?? '',
        HOME: this.folder,
        TMPDIR: this.folder,
        MAILFERRY_ADDR: `127.0.0.1:${this.port}`,
        MAILFERRY_DATA: path.join(this.folder, 'data'),
        MAILFERRY_ENGINE: 'builtin',
        MAILFERRY_ADMIN_PASSWORD: adminPassword,
        MAILFERRY_API_TOKEN: apiToken,
        MAILFERRY_ALLOWED_NETWORKS: 'loopback',
        MAILFERRY_ALLOWED_PORTS: '1024-65535',
        ...this.env,
      },
    });
    this.#child = child;
    this.port = await new Promise<number>((resolve, reject) => {
      child.stderr?.on('data', (data: Buffer) => {
        this.#printed += data.toString();
        const port = /listening.*url="?http:\/\/127\.0\.0\.1:(\d+)/.exec(this.#printed)?.[1];
        if (port) resolve(Number(port));
      });
      child.once('exit', (code) => reject(new Error(`the server did not start (exit code ${code}):\n${this.#printed}`)));
    });
    return this;
  }

  get printed(): string {
    return this.#printed;
  }

  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    if (this.#child) await end(this.#child, signal);
  }

  async close(): Promise<void> {
    await this.stop('SIGKILL');
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Asks the API as a script would. */
  async api<T>(query: string, variables: Record<string, unknown> = {}): Promise<T> {
    const answer = await fetch(`${this.url}/graphql`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${apiToken}` },
      body: JSON.stringify({ query, variables }),
    });
    const { data, errors } = (await answer.json()) as { data?: T; errors?: unknown };
    if (errors || !data) throw new Error(`${query}: ${JSON.stringify(errors)}`);
    return data;
  }

  /** The whole log of a job, as the API has it. */
  async log(id: string): Promise<string> {
    let text = '';
    for (let offset = 0; ; ) {
      const { job } = await this.api<{ job: { log: { chunk: string; newOffset: number } } }>(
        'query ($id: ID!, $offset: Int64!) { job(id: $id) { log(offset: $offset, limit: 1048576) { chunk newOffset } } }',
        { id, offset },
      );
      text += job.log.chunk;
      if (job.log.newOffset === offset) return text;
      offset = job.log.newOffset;
    }
  }

  async job(id: string): Promise<{ status: string; verified: boolean; logSize: number } | null> {
    const { job } = await this.api<{ job: { status: string; verified: boolean; logSize: number } | null }>('query ($id: ID!) { job(id: $id) { status verified logSize } }', { id });
    return job;
  }

  async waitFor(id: string, ...statuses: string[]): Promise<string> {
    const job = await until(`job ${id} is ${statuses.join(' or ')}`, () => this.job(id), (j) => j !== null && statuses.includes(j.status));
    return job?.status ?? '';
  }
}

/** The input of a job from a user's mailbox on one port to the same user's on another. */
export function move(user: string, sourcePort: number, destinationPort: number, more: Record<string, unknown> = {}) {
  const side = (port: number) => ({ host: '127.0.0.1', port, security: 'NONE', user, password: 'secret' });
  return { source: side(sourcePort), destination: side(destinationPort), ...more };
}

// --- the browser

export async function startBrowser(): Promise<Browser> {
  const executablePath = process.env.CHROMIUM ?? ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((p) => existsSync(p));
  if (!executablePath) throw new Error('Chromium is not installed: "make test-deps" does that, or set CHROMIUM to its path');
  return chromium.launch({
    executablePath,
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
  });
}

/** A page that remembers all that must not happen in it. */
export class Watched {
  /** Errors on the console, violations of the policy, requests to other hosts. */
  readonly complaints: string[] = [];
  /** Set while the server is away on purpose: requests fail, and the console says so. */
  serverAway = false;
  /** What the console may say, because the test brings it about. */
  tolerated: RegExp | null = null;
  readonly context: BrowserContext;
  readonly page: Page;
  readonly origin: string;

  private constructor(context: BrowserContext, page: Page, origin: string) {
    this.context = context;
    this.page = page;
    this.origin = origin;
  }

  static async open(browser: Browser, origin: string, options: BrowserContextOptions = {}): Promise<Watched> {
    const context = await browser.newContext({ baseURL: origin, viewport: { width: 1280, height: 900 }, ...options });
    const page = await context.newPage();
    const watched = new Watched(context, page, origin);
    page.setDefaultTimeout(patience);
    page.on('console', (message) => {
      const text = message.text();
      if (message.type() !== 'error' && !/Content.Security.Policy/i.test(text)) return;
      if (watched.serverAway && /Failed to load resource|WebSocket connection|ERR_CONNECTION|ERR_EMPTY_RESPONSE/.test(text)) return;
      if (watched.tolerated?.test(text)) return;
      watched.complaints.push(`console: ${text}`);
    });
    page.on('pageerror', (error) => watched.complaints.push(`exception: ${error.message}`));
    const host = new URL(origin).host;
    const look = (url: string) => {
      const { protocol, host: other } = new URL(url);
      if (!['blob:', 'data:', 'about:'].includes(protocol) && other !== host) watched.complaints.push(`request to another host: ${url}`);
    };
    context.on('request', (request) => look(request.url()));
    page.on('websocket', (socket) => look(socket.url()));
    return watched;
  }

  async close(): Promise<void> {
    await this.context.close();
  }
}

/** Waits until an element has the focus. */
export const focused = (element: Locator): Promise<void> => element.and(element.page().locator(':focus')).waitFor();

/** Waits until a field is marked as wrong. */
export const invalid = (field: Locator): Promise<void> => field.and(field.page().locator('[aria-invalid="true"]')).waitFor();

/** Signs in by the form, and ends where one wanted to go. */
export async function signIn({ page }: Watched, to = '/', by: 'password' | 'token' = 'password'): Promise<void> {
  await page.goto(`/login?next=${encodeURIComponent(to)}`);
  if (by === 'token') await page.getByRole('button', { name: 'Use an API token instead' }).click();
  await page.getByLabel(by === 'token' ? 'API token' : 'Password', { exact: true }).fill(by === 'token' ? apiToken : adminPassword);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page.waitForURL((url) => url.pathname !== '/login');
}

/** All lines of the log pane with their numbers, collected by scrolling through it. */
export async function readLog(page: Page): Promise<string[]> {
  const lines = new Map<number, string>();
  const region = page.getByRole('region', { name: 'Log lines' });
  await region.focus();
  await page.keyboard.press('Home');
  await until('the log is at its beginning', () => region.evaluate((e) => e.scrollTop), (top) => top === 0);
  const collect = () =>
    region.evaluate((element) =>
      [...element.querySelectorAll<HTMLElement>('.log-row')].map((row) => [Number(row.querySelector<HTMLElement>('[data-line]')?.dataset.line), row.querySelector('.log-text')?.textContent ?? ''] as const),
    );
  for (let before = -1; ; ) {
    await until('rows are drawn', collect, (rows) => {
      for (const [line, text] of rows) lines.set(line, text);
      return rows.length > 0;
    });
    const at = await region.evaluate((e) => {
      e.scrollTop += e.clientHeight / 2;
      return new Promise<number>((resolve) => requestAnimationFrame(() => requestAnimationFrame(() => resolve(e.scrollTop))));
    });
    for (const [line, text] of await collect()) lines.set(line, text);
    if (at === before) break;
    before = at;
  }
  return Array.from({ length: Math.max(0, ...lines.keys()) }, (_, i) => lines.get(i + 1) ?? '(missing)');
}

/** The lines that a log's text shows: carriage returns taken back, no newline at the end. */
export function linesOf(text: string): string[] {
  const lines = text.split('\n').map((line) => line.replace(/\r+$/, '').replace(/^.*\r/s, ''));
  if (lines.at(-1) === '') lines.pop();
  return lines;
}
