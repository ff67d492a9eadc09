// Requests to the server: queries and mutations over HTTP, subscriptions over one WebSocket.
import {
  type AnyVariables,
  Client,
  type CombinedError,
  fetchExchange,
  stringifyDocument,
  type TypedDocumentNode,
} from '@urql/core';
import { createClient } from 'graphql-ws';
import { Cell, Listeners } from '../ui/external';
import { askToSignIn, authorization, credentials, server } from './session';

/** What went wrong, as far as the app acts on it. */
export interface Failure {
  /** extensions.code of the API, or NETWORK where no answer came. */
  code: string;
  /** The input that is at fault, as `source.host`. */
  field?: string;
  /** A sentence to show. */
  message: string;
}

export type Result<T> = { data: T; failure?: undefined } | { data?: undefined; failure: Failure };

/** How long a request may take, in milliseconds: a little longer than the server allows itself, which can say why. */
const requestTime = 100_000;

/** Fetches as the browser does, and gives up after a while: a server that is frozen, or a road that is, answers never. */
const fetchInTime: typeof fetch = (input, init) => {
  const timeout = AbortSignal.timeout(requestTime);
  return fetch(input, { ...init, signal: init?.signal ? AbortSignal.any([init.signal, timeout]) : timeout });
};

const http = new Client({
  url: `${server}/graphql`,
  exchanges: [fetchExchange],
  fetch: fetchInTime,
  requestPolicy: 'network-only',
  // GET /graphql is for WebSockets.
  preferGetMethod: false,
  fetchOptions: () => ({ credentials, headers: authorization() }),
});

const signedOut = 'You are signed out. Sign in to go on where you were.';

function failure(error: CombinedError): Failure {
  const first = error.graphQLErrors[0];
  const status = (error.response as Response | undefined)?.status;
  if (status === 401 || first?.extensions.code === 'UNAUTHENTICATED') {
    askToSignIn(signedOut);
    return { code: 'UNAUTHENTICATED', message: signedOut };
  }
  if (first) {
    const { code, field } = first.extensions;
    return {
      code: typeof code === 'string' ? code : 'INTERNAL',
      message: sentence(first.message),
      ...(typeof field === 'string' ? { field } : {}),
    };
  }
  if (status === 429) return { code: 'TOO_MANY', message: 'Too many requests at once. Wait a moment and try again.' };
  if (error.networkError?.name === 'TimeoutError') {
    return { code: 'NETWORK', message: `The server did not answer within ${requestTime / 1000} seconds. What was asked for may have been done: look before trying again.` };
  }
  return { code: 'NETWORK', message: 'The server does not answer. Check that it runs and that this device is online.' };
}

/** The server's messages are written as Go errors are: without a capital or a full stop. */
export function sentence(text: string): string {
  const trimmed = text.trim();
  if (trimmed === '') return 'Something went wrong.';
  return trimmed.charAt(0).toUpperCase() + trimmed.slice(1) + (/[.!?…]$/.test(trimmed) ? '' : '.');
}

/** Runs a query or mutation once. Never throws. */
export async function request<Data, Variables extends AnyVariables>(
  document: TypedDocumentNode<Data, Variables>,
  variables: Variables,
): Promise<Result<Data>> {
  const kind = document.definitions.some((d) => d.kind === 'OperationDefinition' && d.operation === 'mutation');
  const result = await (kind ? http.mutation(document, variables) : http.query(document, variables)).toPromise();
  if (result.error) return { failure: failure(result.error) };
  if (result.data === undefined || result.data === null) {
    return { failure: { code: 'INTERNAL', message: 'The server sent an empty answer.' } };
  }
  return { data: result.data };
}

/**
 * What the connection for live updates is doing. "polling": WebSockets do not
 * come through, though the server answers; news is asked for instead.
 */
export type Live = 'idle' | 'connecting' | 'live' | 'reconnecting' | 'polling';

export const live = new Cell<Live>('idle');

const reconnected = new Listeners();

/** Calls a function after a lost connection is back: events in between did not come. */
export const onReconnected = reconnected.add;

// Attempts in a row that came to nothing. Two may be a restart; with more it is time to ask over HTTP.
let failures = 0;
let ever = false;
let probing: ReturnType<typeof setTimeout> | undefined;

/** How often to ask where WebSockets do not come through, in milliseconds. */
export const pollEvery = 1500;

/** A request over HTTP went through while the WebSocket does not, or did not. */
export function reportPoll(ok: boolean): void {
  if (live.get() === 'live') return;
  if (failures >= 2) live.set(ok ? 'polling' : 'reconnecting');
}

// Asks for as little as there is, to tell "no WebSockets" from "no server".
async function probe(): Promise<void> {
  clearTimeout(probing);
  const answer = await fetch(`${server}/graphql`, {
    method: 'POST',
    credentials,
    headers: { 'Content-Type': 'application/json', ...authorization() },
    body: '{"query":"{ __typename }"}',
  }).catch(() => null);
  if (answer?.status === 401) askToSignIn(signedOut);
  if (live.get() === 'live') return;
  reportPoll(answer?.ok === true);
  probing = setTimeout(() => void probe(), 5000);
}

const wait = (milliseconds: number) =>
  new Promise<void>((resolve) => {
    const done = () => {
      clearTimeout(timer);
      window.removeEventListener('online', done);
      resolve();
    };
    const timer = setTimeout(done, milliseconds);
    window.addEventListener('online', done);
  });

let pong: ReturnType<typeof setTimeout> | undefined;

// How often a quiet connection is asked for a sign of life, and how long one may take, in milliseconds: "Live" is a
// promise, and stands for no longer than both together on a connection that is dead.
const pingEvery = 4000;
const pongWithin = 3000;

// The browser knows before any ping that there is no network.
window.addEventListener('offline', () => {
  if (live.get() === 'live') socketClient.terminate();
});

const socketClient = createClient({
  url: () => new URL(`${server}/graphql`, location.href).href.replace(/^http/, 'ws'),
  connectionParams: () => authorization(),
  lazy: true,
  lazyCloseTimeout: 2000,
  connectionAckWaitTimeout: 10_000,
  // The library gives up after one refused connection unless it is told otherwise.
  retryAttempts: Number.POSITIVE_INFINITY,
  shouldRetry: () => true,
  retryWait: (retries) => wait(Math.min(8000, 300 * 2 ** Math.min(retries, 6)) * (0.75 + Math.random() / 2)),
  keepAlive: pingEvery,
  on: {
    connecting: () => live.get() === 'idle' && live.set('connecting'),
    connected: () => {
      failures = 0;
      clearTimeout(probing);
      live.set('live');
      if (ever) reconnected.tell();
      ever = true;
    },
    // keepAlive only sends pings: that none is answered has to be noticed here. A dead
    // connection cannot be closed politely either, so it is dropped and made anew.
    ping: (received) => {
      if (!received) pong = setTimeout(() => socketClient.terminate(), pongWithin);
    },
    pong: (received) => {
      if (received) clearTimeout(pong);
    },
    closed: (event) => {
      clearTimeout(pong);
      const { code, wasClean } = event as CloseEvent;
      if (code === 4401) {
        live.set('idle');
        askToSignIn(signedOut);
        return;
      }
      if (code === 1000 && wasClean) {
        live.set('idle');
        return;
      }
      failures++;
      if (live.get() !== 'polling') live.set('reconnecting');
      if (failures >= 2) void probe();
    },
  },
});

/** Closes the socket, so that the next one is opened with the credentials of then. */
export function hangUp(): void {
  socketClient.terminate();
  failures = 0;
  ever = false;
  clearTimeout(probing);
  live.set('idle');
}

/**
 * Runs a subscription until the function it returns is called. Lost connections
 * are made anew, and the variables read anew with them: a getter among them
 * gives the place to go on at. Where the server ends it, or refuses it for now,
 * ended is called with the reason; null means that it was complete.
 */
export function subscribe<Data, Variables extends Record<string, unknown>>(
  document: TypedDocumentNode<Data, Variables>,
  variables: Variables,
  next: (data: Data) => void,
  ended: (failure: Failure | null) => void,
): () => void {
  return socketClient.subscribe<Data>(
    { query: stringifyDocument(document), variables },
    {
      next: ({ data, errors }) => {
        if (errors?.[0]) {
          const { code, field } = errors[0].extensions ?? {};
          ended({
            code: typeof code === 'string' ? code : 'INTERNAL',
            message: sentence(errors[0].message),
            ...(typeof field === 'string' ? { field } : {}),
          });
        } else if (data) next(data);
      },
      error: (error) => {
        if (Array.isArray(error)) {
          const code: unknown = error[0]?.extensions?.code;
          if (code === 'UNAUTHENTICATED') askToSignIn(signedOut);
          ended({ code: typeof code === 'string' ? code : 'INTERNAL', message: sentence(String(error[0]?.message ?? '')) });
        } else {
          ended({ code: 'NETWORK', message: 'The connection for live updates was refused.' });
        }
      },
      complete: () => ended(null),
    },
  );
}

// How long after the server ended a stream it is asked for another, in milliseconds.
const followAgain = 2000;

/**
 * Subscribes as subscribe does, and anew each time the server ends it, until the function it returns is called.
 * Ended is called each time with the reason: what was followed may be there no more, and is then not asked for again.
 */
export function follow<Data, Variables extends Record<string, unknown>>(
  document: TypedDocumentNode<Data, Variables>,
  variables: Variables,
  next: (data: Data) => void,
  ended: (failure: Failure | null) => void = () => {},
): () => void {
  let stop = () => {};
  let closed = false;
  const open = () => {
    stop = subscribe(document, variables, next, (failure) => {
      if (closed || failure?.code === 'UNAUTHENTICATED') return;
      ended(failure);
      if (failure?.code !== 'NOT_FOUND') setTimeout(() => !closed && open(), followAgain);
    });
  };
  open();
  return () => {
    closed = true;
    stop();
  };
}

/** Sends a password to the server and has it set the session's cookie. */
export async function signIn(password: string): Promise<Failure | null> {
  const answer = await fetch(`${server}/login`, {
    method: 'POST',
    credentials,
    headers: { 'Content-Type': 'application/json', Accept: 'application/json' },
    body: JSON.stringify({ password }),
  }).catch(() => null);
  if (!answer) return { code: 'NETWORK', message: 'The server does not answer. Check that it runs.' };
  if (answer.ok) return null;
  if (answer.status === 429) {
    const seconds = Number(answer.headers.get('Retry-After'));
    const when = seconds > 0 ? `in ${seconds} seconds` : 'in a minute';
    return { code: 'TOO_MANY', message: `Too many attempts. Try again ${when}.` };
  }
  if (answer.status === 401 || answer.status === 403) return { code: 'UNAUTHENTICATED', message: 'That password is not right.' };
  return { code: 'INTERNAL', message: `The server cannot sign you in (status ${answer.status}).` };
}

export async function signOut(): Promise<void> {
  await fetch(`${server}/logout`, { method: 'POST', credentials, headers: authorization() }).catch(() => null);
}
