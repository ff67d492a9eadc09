// Files that the server or the app hands to the browser.
import type { MouseEvent, ReactNode } from 'react';
import { authorization, credentials, server, token } from '../api/session';
import { Download } from './icons';
import { say } from './toast';

function save(name: string, content: Blob): void {
  const url = URL.createObjectURL(content);
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

/** Has the browser save a text as a file. */
export function saveText(name: string, type: string, text: string): void {
  save(name, new Blob([text], { type }));
}

/** Has the browser save a file of the server. Never throws; says so where it cannot be had. */
export async function download(path: string, name: string): Promise<void> {
  const href = server + path;
  if (token() === null) {
    location.assign(href);
    return;
  }
  // A token goes into a header, which a plain link cannot carry.
  const answer = await fetch(href, { credentials, headers: authorization() }).catch(() => null);
  if (!answer?.ok) {
    say('The file could not be downloaded.');
    return;
  }
  save(/filename="([^"]+)"/.exec(answer.headers.get('Content-Disposition') ?? '')?.[1] ?? name, await answer.blob());
}

/** A file of the server. */
export function DownloadLink({ path, name, children }: { path: string; name: string; children: ReactNode }) {
  const withToken = (event: MouseEvent) => {
    if (token() === null) return;
    event.preventDefault();
    void download(path, name);
  };
  return (
    <a className="button" href={server + path} download={name} onClick={withToken}>
      <Download />
      {children}
    </a>
  );
}
