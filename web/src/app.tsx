// The frame around the pages, and which page is shown.
import { type ReactNode, useEffect, useState, useSyncExternalStore } from 'react';
import { hangUp, live, signOut } from './api/client';
import { server, setToken, signedOutBecause } from './api/session';
import { JobPage } from './job/job-page';
import { useJobs } from './jobs/context';
import { JobsPage } from './jobs/jobs-page';
import { LoginPage } from './login/login-page';
import { NewJobPage } from './new-job/new-job-page';
import { count } from './ui/format';
import { Mark } from './ui/icons';
import { lazy } from './ui/lazy';
import { Link, navigate, usePath } from './ui/router';
import { useTitle } from './ui/title';
import { Toast } from './ui/toast';

// Who moves one mailbox does not wait for the pages that move many.
const BatchesPage = lazy(async () => (await import('./batches/batches-page')).BatchesPage);
const BatchPage = lazy(async () => (await import('./batches/batch-page')).BatchPage);
const ImportPage = lazy(async () => (await import('./batches/import-page')).ImportPage);

export function App() {
  const path = usePath();
  if (path === '/login') return <LoginPage />;
  return (
    <Frame path={path}>
      <Page path={path} />
      <Toast />
    </Frame>
  );
}

function Page({ path }: { path: string }) {
  if (path === '/' || path === '/jobs' || path === '/jobs/') return <JobsPage />;
  if (path === '/jobs/new') return <NewJobPage />;
  const job = /^\/jobs\/([^/]+)$/.exec(path)?.[1];
  // Another job is another page: nothing of one may be seen in the other.
  if (job) return <JobPage key={job} id={decodeURIComponent(job)} />;
  if (path === '/batches' || path === '/batches/') return <BatchesPage />;
  if (path === '/batches/new') return <ImportPage />;
  const batch = /^\/batches\/([^/]+)$/.exec(path)?.[1];
  if (batch) return <BatchPage key={batch} id={decodeURIComponent(batch)} />;
  return <Unknown />;
}

function Unknown() {
  const heading = useTitle('Not found');
  return (
    <div className="page nothing">
      <h1 ref={heading} tabIndex={-1}>
        There is no such page
      </h1>
      <Link href="/" className="button">
        To the jobs
      </Link>
    </div>
  );
}

function Frame({ path, children }: { path: string; children: ReactNode }) {
  const jobs = useJobs();
  useEffect(() => jobs.follow(), [jobs]);
  const leave = async () => {
    await signOut();
    setToken(null);
    hangUp();
    jobs.clear();
    signedOutBecause.set('You are signed out.');
    navigate('/login');
  };
  const here = (to: string) => (path === to ? 'page' : undefined);
  return (
    <>
      <a className="skip" href="#main">
        Skip to the content
      </a>
      <header className="top">
        <Link href="/" className="brand">
          <Mark />
          <span>Mailferry</span>
        </Link>
        <nav aria-label="Main">
          <Link href="/" aria-current={here('/')}>
            Jobs
          </Link>
          <Link href="/jobs/new" aria-current={here('/jobs/new')}>
            New job
          </Link>
          <Link href="/batches" aria-current={here('/batches')}>
            Batches
          </Link>
          <a href={`${server}/graphiql`}>API</a>
        </nav>
        <div className="top-state">
          <Slots />
          <Connection />
          <button type="button" onClick={() => void leave()}>
            Sign out
          </button>
        </div>
      </header>
      <main id="main" tabIndex={-1}>
        {children}
      </main>
      <Lost />
    </>
  );
}

function Slots() {
  const jobs = useJobs();
  const runner = useSyncExternalStore(jobs.runner.watch, jobs.runner.get);
  if (!runner) return null;
  return (
    <p className="slots" title={`${runner.running.length} of ${runner.slots} slots are busy, ${runner.queued} jobs wait`}>
      {count(runner.running.length)}/{count(runner.slots)} running{runner.queued > 0 && `, ${count(runner.queued)} waiting`}
    </p>
  );
}

const connections = {
  idle: { name: 'Connecting', title: 'Connecting to the server' },
  connecting: { name: 'Connecting', title: 'Connecting to the server' },
  live: { name: 'Live', title: 'Changes show as they happen' },
  reconnecting: { name: 'Reconnecting', title: 'The connection is lost; trying again' },
  polling: { name: 'Polling', title: 'WebSockets do not come through here, so news is asked for every few seconds' },
};

function Connection() {
  const state = useSyncExternalStore(live.watch, live.get);
  const { name, title } = connections[state];
  return (
    <p className={`connection is-${state}`} role="status" title={title}>
      <span className="dot" aria-hidden="true" />
      {name}
    </p>
  );
}

// A moment without a connection is nothing to talk about.
function Lost() {
  const state = useSyncExternalStore(live.watch, live.get);
  const lost = state === 'reconnecting';
  const [shown, setShown] = useState(false);
  useEffect(() => {
    if (!lost) {
      setShown(false);
      return;
    }
    const timer = setTimeout(() => setShown(true), 2500);
    return () => clearTimeout(timer);
  }, [lost]);
  return (
    <div className="lost" role="status">
      {shown && <p>The server does not answer. Trying again; what you see is from before. Running jobs do not depend on this page.</p>}
    </div>
  );
}
