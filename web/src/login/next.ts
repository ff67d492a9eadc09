// Where a sign-in leads.

/** The place to go to after signing in: one on this server, whatever the address says. */
export function afterSignIn(query: string, hash: string, origin: string): string {
  const next = new URLSearchParams(query).get('next') ?? '/';
  // As the browser reads it: it passes over line breaks, and takes some slashes for the beginning of a host.
  let to: URL;
  try {
    to = new URL(next, origin);
  } catch {
    return '/';
  }
  if (to.origin !== origin || !next.startsWith('/') || to.pathname.startsWith('//') || to.pathname.startsWith('/login')) return '/';
  // A server that leads here cannot see the part behind #, which the browser keeps.
  return to.pathname + to.search + (to.hash || hash);
}

/** Whether a place is a page of its own or a file, which the server gives and not the app. */
export function ofServer(path: string): 'page' | 'file' | null {
  if (/^\/graphiql(?:[/?#]|$)/.test(path)) return 'page';
  return path.startsWith('/migration/') ? 'file' : null;
}
