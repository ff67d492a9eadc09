// GraphiQL, served from here alone.
import 'graphiql/setup-workers/vite';
import 'graphiql/style.css';
import './playground.css';
import { useMonaco } from '@graphiql/react';
import { GraphiQL } from 'graphiql';
import { useEffect, useState } from 'react';
import { createRoot } from 'react-dom/client';
import { examples } from './examples';
import { fetcher } from './fetcher';

function Playground() {
  // GraphiQL shows its tabs and buttons before it has editors, and does nothing when they are clicked. Effects of what
  // is inside run first: when this one runs, the editors are there.
  const { monaco } = useMonaco();
  const [ready, setReady] = useState(false);
  useEffect(() => setReady(monaco !== undefined), [monaco]);
  return (
    <div className="playground" inert={!ready} aria-busy={!ready}>
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
      </GraphiQL>
    </div>
  );
}

const root = document.getElementById('root');
if (root) createRoot(root).render(<Playground />);
