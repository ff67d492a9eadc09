// Pages whose code is loaded when they are opened.
import { type ComponentType, useCallback, useEffect, useState } from 'react';
import { useTitle } from './title';

/** Makes a component of one that is loaded first. Where that fails, it says so and can try again. */
export function lazy<Props extends object>(load: () => Promise<ComponentType<Props>>): ComponentType<Props> {
  let loaded: ComponentType<Props> | undefined;
  return function Lazy(props: Props) {
    const [Page, setPage] = useState(() => loaded);
    const [failed, setFailed] = useState(false);
    const get = useCallback(() => {
      setFailed(false);
      load().then(
        (page) => {
          loaded = page;
          setPage(() => page);
        },
        () => setFailed(true),
      );
    }, []);
    useEffect(() => {
      if (!loaded) get();
    }, [get]);
    if (Page) return <Page {...props} />;
    return failed ? <Failed again={get} /> : null;
  };
}

function Failed({ again }: { again: () => void }) {
  const heading = useTitle('Not loaded');
  return (
    <div className="page nothing">
      <h1 ref={heading} tabIndex={-1}>
        This page could not be loaded
      </h1>
      <p>The server does not answer, or has been updated since the app was opened.</p>
      <div className="actions">
        <button type="button" className="primary" onClick={again}>
          Try again
        </button>
        <button type="button" onClick={() => location.reload()}>
          Reload the app
        </button>
      </div>
    </div>
  );
}
