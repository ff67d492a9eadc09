// How this browser proves who it is: by the session cookie, which scripts cannot
// see, or by an API token that was typed in and is kept until the tab is closed.
import { Cell } from '../ui/external';
import { navigate } from '../ui/router';

const key = 'mailferry-token';

/** Why the sign-in page is shown; null where nothing is to be said. */
export const signedOutBecause = new Cell<string | null>(null);

/** Where the server is: another origin where the page says so, else this one. */
export const server = (document.querySelector<HTMLMetaElement>('meta[name="mailferry-server"]')?.content ?? '').replace(/\/+$/, '');

/** A cookie is sent to another origin only when asked for. */
export const credentials: RequestCredentials = server === '' ? 'same-origin' : 'include';

export function token(): string | null {
  return sessionStorage.getItem(key);
}

export function setToken(value: string | null): void {
  if (value === null) sessionStorage.removeItem(key);
  else sessionStorage.setItem(key, value);
}

/** Headers that carry the token, if there is one. */
export function authorization(): Record<string, string> {
  const value = token();
  return value === null ? {} : { Authorization: `Bearer ${value}` };
}

/** Goes to the sign-in page and comes back here afterwards. */
export function askToSignIn(because: string | null): void {
  if (location.pathname === '/login') return;
  setToken(null);
  signedOutBecause.set(because);
  const here = location.pathname + location.search + location.hash;
  navigate(here === '/' ? '/login' : `/login?next=${encodeURIComponent(here)}`, { replace: true });
}
