// Clients that nobody here wrote: what the packages that most people use make of the server.
import { Client as Urql, fetchExchange } from '@urql/core';
import { getIntrospectionQuery, parse } from 'graphql';
import { serverAudits } from 'graphql-http';
import { type Client, createClient } from 'graphql-ws';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import WebSocket from 'ws';
import { adminPassword, apiToken, Gate, Mailferry, move, type Postgres, startPostgres, until } from './harness';

const authorized = { Authorization: `Bearer ${apiToken}` };

/** A graphql-ws client that tries again for ever, and remembers why its sockets closed. */
function persistent(url: string, options: { token?: string } = {}): { client: Client; codes: number[]; connections: () => number } {
  const codes: number[] = [];
  let connections = 0;
  const client = createClient({
    url: `${url.replace(/^http/, 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    connectionParams: { Authorization: `Bearer ${options.token ?? apiToken}` },
    retryAttempts: Number.POSITIVE_INFINITY,
    retryWait: () => new Promise((resolve) => setTimeout(resolve, 50)),
    shouldRetry: () => true,
    on: {
      connected: () => connections++,
      closed: (event) => codes.push((event as CloseEvent).code),
    },
  });
  return { client, codes, connections: () => connections };
}

interface Chunk {
  logTail: { chunk: string; eof: boolean };
}

/** Follows a log to its end, from where it was when a connection is lost. Rejects when the client gives up. */
function wholeLog(client: Client, id: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    let offset = 0;
    client.subscribe<Chunk & { logTail: { newOffset: number } }>(
      {
        query: 'subscription ($id: ID!, $offset: Int64!) { logTail(jobId: $id, offset: $offset) { chunk newOffset eof } }',
        variables: { id, get offset() { return offset; } },
      },
      {
        next: ({ data, errors }) => {
          if (errors) reject(new Error(JSON.stringify(errors)));
          text += data?.logTail.chunk ?? '';
          offset = data?.logTail.newOffset ?? offset;
        },
        error: (reason) => reject(new Error(`the client gave up: ${JSON.stringify(reason)}`, { cause: reason })),
        complete: () => resolve(text),
      },
    );
  });
}

/** A job that fails at once and leaves a log. */
async function endedJob(server: Mailferry): Promise<string> {
  const { createJob } = await server.api<{ createJob: { id: string } }>('mutation ($input: CreateJobInput!) { createJob(input: $input) { id } }', { input: move('anna', 1024, 1025) });
  await server.waitFor(createJob.id, 'FAILED');
  return createJob.id;
}

describe('over HTTP', () => {
  let server: Mailferry;
  beforeAll(async () => {
    server = await new Mailferry().start();
  });
  afterAll(() => server.close());

  it('the audits of graphql-http find nothing that must or should be otherwise', async () => {
    const audits = serverAudits({
      url: `${server.url}/graphql`,
      fetchFn: (url: string, init: RequestInit = {}) => fetch(url, { ...init, headers: { ...(init.headers as Record<string, string>), ...authorized } }),
    });
    expect(audits.length).toBeGreaterThan(40);
    const results: { name: string; status: string; reason?: string }[] = [];
    for (const audit of audits) {
      const { name, status, ...rest } = await audit.fn();
      results.push('reason' in rest ? { name, status, reason: rest.reason } : { name, status });
    }
    const count = (status: string) => results.filter((r) => r.status === status).length;
    console.log(`graphql-http: ${results.length} audits, ${count('ok')} ok, ${count('notice')} notices, ${count('warn')} warnings, ${count('error')} errors`);
    expect(results.filter(({ status }) => status !== 'ok')).toEqual([]);
  });

  it('a client with urql’s defaults reads by GET and changes by POST', async () => {
    const cookie = (await fetch(`${server.url}/login`, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ password: adminPassword }) })).headers.get('set-cookie')?.split(';')[0];
    const methods: string[] = [];
    const client = (headers: Record<string, string>) =>
      new Urql({
        url: `${server.url}/graphql`,
        exchanges: [fetchExchange],
        preferGetMethod: 'within-url-limit',
        fetchOptions: { headers },
        fetch: (url, init) => {
          methods.push(init?.method ?? 'GET');
          return fetch(url, init);
        },
      });
    const slots = parse('query Slots { runner { slots } }');
    expect((await client(authorized).query(slots, {}).toPromise()).data?.runner.slots).toBe(2);
    expect((await client({ Cookie: cookie ?? '', 'X-Requested-With': 'urql' }).query(slots, {}).toPromise()).data?.runner.slots).toBe(2);
    const refused = await client({ Cookie: cookie ?? '' }).query(slots, {}).toPromise();
    expect(refused.error?.graphQLErrors[0]?.extensions.code).toBe('FORBIDDEN');
    const unknown = await client(authorized).mutation(parse('mutation { cancelJob(id: 999) { id } }'), {}).toPromise();
    expect(unknown.error?.graphQLErrors[0]?.extensions.code).toBe('NOT_FOUND');
    expect(methods).toEqual(['GET', 'GET', 'GET', 'POST']);
  });

  it('clients of persisted queries fall back to the query', async () => {
    const ask = async (method: string) => {
      const extensions = { persistedQuery: { version: 1, sha256Hash: 'ab'.repeat(32) } };
      const answer =
        method === 'GET'
          ? await fetch(`${server.url}/graphql?${new URLSearchParams({ operationName: 'Slots', extensions: JSON.stringify(extensions) })}`, { headers: authorized })
          : await fetch(`${server.url}/graphql`, { method, headers: { ...authorized, 'Content-Type': 'application/json' }, body: JSON.stringify({ operationName: 'Slots', extensions }) });
      return { status: answer.status, body: await answer.json() };
    };
    // By these words @urql/exchange-persisted and Apollo's createPersistedQueryLink know what to do.
    const body = { errors: [{ message: 'PersistedQueryNotSupported', extensions: { code: 'PERSISTED_QUERY_NOT_SUPPORTED' } }] };
    for (const method of ['GET', 'POST']) expect(await ask(method)).toEqual({ status: 200, body });
  });

  it('the query that reads the whole schema is answered', async () => {
    for (const options of [{}, { specifiedByUrl: true, directiveIsRepeatable: true, schemaDescription: true, inputValueDeprecation: true, oneOf: true }]) {
      const { __schema } = await server.api<{ __schema: { types: unknown[] } }>(getIntrospectionQuery(options));
      expect(__schema.types.length).toBeGreaterThan(40);
    }
  });
});

describe('graphql-ws with endless retries comes back', () => {
  it('when the server was full', async () => {
    const server = await new Mailferry({ MAILFERRY_MAX_SOCKETS: '2' }).start();
    try {
      const id = await endedJob(server);
      const holding = [1, 2].map(() => new WebSocket(`${server.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws', { headers: authorized }));
      await Promise.all(holding.map((socket) => new Promise((resolve) => socket.once('open', resolve))));
      const { client, codes, connections } = persistent(server.url);
      const log = wholeLog(client, id);
      await until('the client was turned away more than once', () => codes.length, (n) => n > 2);
      expect(connections()).toBe(0);
      for (const socket of holding) socket.terminate();
      expect(await log).toBe(await server.log(id));
      // 503 before the upgrade: browsers and ws call it 1006.
      expect(new Set(codes.filter((code) => code !== 1000))).toEqual(new Set([1006]));
      await client.dispose();
    } finally {
      await server.close();
    }
  });

  it('when the server was stopped and started', async () => {
    const server = await new Mailferry().start();
    try {
      const id = await endedJob(server);
      const { client, codes, connections } = persistent(server.url);
      const seen: string[] = [];
      const stop = client.subscribe<{ jobChanged: { id: string } }>(
        { query: 'subscription ($id: ID!) { jobChanged(id: $id) { id } }', variables: { id } },
        { next: ({ data }) => seen.push(data?.jobChanged.id ?? ''), error: (reason) => seen.push(`the client gave up: ${JSON.stringify(reason)}`), complete: () => {} },
      );
      await until('the first event', () => seen.length, (n) => n === 1);
      await server.stop();
      await until('the socket is closed', () => codes.length, (n) => n > 0);
      expect(codes[0]).toBe(1001);
      await server.start();
      await until('the event after the restart', () => seen.length, (n) => n >= 2);
      expect(seen).toEqual([id, id]);
      expect(connections()).toBe(2);
      stop();
      await client.dispose();
    } finally {
      await server.close();
    }
  });

  describe('when the database was away', () => {
    let postgres: Postgres;
    let gate: Gate;
    let server: Mailferry;
    beforeAll(async () => {
      postgres = await startPostgres();
      const url = new URL(postgres.url);
      gate = await new Gate(() => Number(url.port)).open();
      const through = new URL(postgres.url);
      through.host = `127.0.0.1:${gate.port}`;
      server = await new Mailferry({ DATABASE_URL: through.href }).start();
    });
    afterAll(async () => {
      await server.close();
      await gate.close();
      await postgres.stop();
    });

    it('as it connects, and as it follows', async () => {
      const id = await endedJob(server);
      const cookie = (await fetch(`${server.url}/login`, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ password: adminPassword }) })).headers.get('set-cookie')?.split(';')[0] ?? '';
      const { client, codes } = persistent(server.url);
      gate.shut();
      const log = wholeLog(client, id);
      await until('the client was sent away more than once', () => codes.length, (n) => n > 2);
      // Credentials that the database knows: 503 before the upgrade.
      const status = await new Promise<number | undefined>((resolve) => {
        const socket = new WebSocket(`${server.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws', { headers: { Cookie: cookie } });
        socket.once('unexpected-response', (_, response) => resolve(response.statusCode)).on('error', () => {});
      });
      expect(status).toBe(503);
      const answer = await fetch(`${server.url}/graphql`, { method: 'POST', headers: { ...authorized, 'Content-Type': 'application/json' }, body: '{"query":"{ runner { queued } }"}' });
      expect((await answer.json()).errors[0].extensions.code).toBe('UNAVAILABLE');
      gate.reopen();
      expect(await log).toBe(await server.log(id));
      expect(new Set(codes.filter((code) => code !== 1000))).toEqual(new Set([1013]));
      await client.dispose();
    });
  });
});
