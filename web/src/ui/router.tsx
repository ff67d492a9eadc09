// Routes of the app: a handful, so the browser's own History API is enough.
import { type AnchorHTMLAttributes, type MouseEvent, useSyncExternalStore } from 'react';
import { Listeners } from './external';

const listeners = new Listeners();
window.addEventListener('popstate', listeners.tell);
window.addEventListener('hashchange', listeners.tell);

/** Goes to a path of the app, such as `/jobs/7`. */
export function navigate(to: string, options: { replace?: boolean } = {}): void {
  if (options.replace) history.replaceState(null, '', to);
  else history.pushState(null, '', to);
  listeners.tell();
}

/** The current path; the component is drawn again when it changes. */
export const usePath = (): string => useSyncExternalStore(listeners.add, () => location.pathname);

/** The current query string, from its question mark on. */
export const useQueryString = (): string => useSyncExternalStore(listeners.add, () => location.search);

/** The current hash, from its # on. */
export const useHash = (): string => useSyncExternalStore(listeners.add, () => location.hash);

/** An address inside the app, followed without loading the page anew. */
export function Link({ href, onClick, ...rest }: AnchorHTMLAttributes<HTMLAnchorElement> & { href: string }) {
  const follow = (event: MouseEvent<HTMLAnchorElement>) => {
    onClick?.(event);
    const plain = event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;
    if (event.defaultPrevented || !plain || rest.target) return;
    event.preventDefault();
    navigate(href);
  };
  return <a href={href} onClick={follow} {...rest} />;
}
