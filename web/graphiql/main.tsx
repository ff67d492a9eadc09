// GraphiQL, served from here alone, with the credentials of the web app.
import 'graphiql/setup-workers/vite';
import 'graphiql/style.css';
import './playground.css';
import { createGraphiQLFetcher } from '@graphiql/toolkit';
import { GraphiQL } from 'graphiql';
import { createClient } from 'graphql-ws';
import { createRoot } from 'react-dom/client';
import { examples } from './examples';

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

const fetcher = createGraphiQLFetcher({
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

const root = document.getElementById('root');
if (root) {
  createRoot(root).render(
    <GraphiQL
      fetcher={fetcher}
      defaultTabs={examples}
      // Passwords are typed into variables here: they must not outlive the tab.
      storage={sessionStorage}
      defaultEditorToolsVisibility="variables"
    >
      <GraphiQL.Logo>
        <a href="/" className="home">
          Mailferry
        </a>
      </GraphiQL.Logo>
    </GraphiQL>,
  );
}
