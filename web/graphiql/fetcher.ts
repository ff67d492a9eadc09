// Sends what GraphiQL asks, with the credentials of the web app.
import { createGraphiQLFetcher, type Fetcher } from '@graphiql/toolkit';
import { type DocumentNode, Kind, parse } from 'graphql';
import { createClient } from 'graphql-ws';

/** The token that was typed into the app's sign-in page, where one was used in place of the session. */
function authorization(): Record<string, string> {
  const token = sessionStorage.getItem('mailferry-token');
  return token === null ? {} : { Authorization: `Bearer ${token}` };
}

async function send(input: RequestInfo | URL, init?: RequestInit): Promise<Response> {
  const headers = new Headers(init?.headers);
  for (const [name, value] of Object.entries(authorization())) if (!headers.has(name)) headers.set(name, value);
  const answer = await fetch(input, { ...init, headers, credentials: 'same-origin' });
  if (answer.status === 401) location.assign('/login?next=/graphiql');
  return answer;
}

const ask = createGraphiQLFetcher({
  url: '/graphql',
  fetch: send,
  wsClient: createClient({
    url: new URL('/graphql', location.href).href.replace(/^http/, 'ws'),
    connectionParams: authorization,
    lazyCloseTimeout: 2000,
    keepAlive: 10_000,
    retryAttempts: 5,
    shouldRetry: () => true,
  }),
});

function parsed(query: string): DocumentNode | null {
  try {
    return parse(query);
  } catch {
    return null; // The server says what is wrong with it.
  }
}

/**
 * GraphiQL looks at the operations of a text a moment after it has changed. Who opens another tab and runs it at once
 * would ask for the operation of the tab before, and a subscription would be sent as a query.
 */
export const fetcher: Fetcher = (params, options) => {
  const documentAST = parsed(params.query);
  if (!documentAST) return ask(params, options);
  const names = documentAST.definitions.flatMap((d) => (d.kind === Kind.OPERATION_DEFINITION ? [d.name?.value] : []));
  const operationName = names.includes(params.operationName ?? undefined) ? params.operationName : names.length === 1 ? names[0] : params.operationName;
  return ask({ ...params, operationName }, { ...options, documentAST });
};
