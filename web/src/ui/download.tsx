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

/** A file of the server. */
export function DownloadLink({ path, name, children }: { path: string; name: string; children: ReactNode }) {
  const href = server + path;
  // A token goes into a header, which a plain link cannot carry.
  const withToken = async (event: MouseEvent) => {
    if (token() === null) return;
    event.preventDefault();
    const answer = await fetch(href, { credentials, headers: authorization() }).catch(() => null);
    if (!answer?.ok) {
      say('The file could not be downloaded.');
      return;
    }
    save(/filename="([^"]+)"/.exec(answer.headers.get('Content-Disposition') ?? '')?.[1] ?? name, await answer.blob());
  };
  return (
    <a className="button" href={href} download={name} onClick={(e) => void withToken(e)}>
      <Download />
      {children}
    </a>
  );
}
