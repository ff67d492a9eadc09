// What would become of each folder, before anything is queued.
import { type ReactNode, useId, useState } from 'react';
import type { Result } from '../api/client';
import type { FolderPreviewPartsFragment } from '../gql/graphql';
import { count, plural, size } from '../ui/format';

type Preview = FolderPreviewPartsFragment;

interface Props {
  /** All that the preview depends on: once any of it is another, the preview that is shown is out of date. */
  of: readonly unknown[];
  /** Asks the server; null where fields have to be mended first. */
  ask: () => Promise<Result<Preview> | null>;
  hint: string;
  /** What is to be chosen before. */
  children?: ReactNode;
}

export function FolderPreview({ of, ask, hint, children }: Props) {
  const title = useId();
  const [busy, setBusy] = useState(false);
  const [shown, setShown] = useState<{ of: readonly unknown[]; result: Result<Preview> } | null>(null);
  // An older preview stays where it is, so that the page does not jump while somebody types.
  const stale = shown !== null && !busy && shown.of.some((part, i) => part !== of[i]);

  const run = async () => {
    setBusy(true);
    const result = await ask();
    setBusy(false);
    if (result) setShown({ of, result });
  };

  return (
    <section className="side-card preview" aria-labelledby={title}>
      <h2 id={title}>
        What becomes of each folder
        <span className="minor">{hint}</span>
      </h2>
      {children}
      <div className="preview-ask">
        <button type="button" disabled={busy} onClick={() => void run()}>
          {busy ? 'Looking at both mailboxes…' : 'Preview folders'}
        </button>
        <p role="status" className={tone(shown?.result, stale)}>
          {shown && !busy && (stale ? 'Something was changed since. Preview the folders again.' : headline(shown.result))}
        </p>
      </div>
      {shown?.result.data && (
        <div className="preview-result" aria-busy={busy || stale}>
          <Sides preview={shown.result.data} />
          <Folders preview={shown.result.data} />
        </div>
      )}
    </section>
  );
}

const signedIn = (p: Preview) => p.source.ok && p.destination.ok;
const collisions = (p: Preview) => p.folders.filter((f) => f.collidesWith.length > 0).length;

function tone(result: Result<Preview> | undefined, stale: boolean): string {
  if (!result || stale) return 'minor';
  if (!result.data || !signedIn(result.data)) return 'tone-bad';
  const { folders, unknown } = result.data;
  return folders.length === 0 || unknown.length > 0 || collisions(result.data) > 0 ? 'tone-warn' : 'tone-good';
}

function headline({ data, failure }: Result<Preview>): string {
  if (!data) return failure.message;
  if (!signedIn(data)) return 'Signing in did not work, so nothing is known of the folders.';
  const n = data.folders.length;
  if (n === 0) return 'No folder would be copied.';
  const created = new Set(data.folders.filter((f) => f.create).map((f) => f.destination)).size;
  const parts = [
    `${created > 0 ? count(created) : 'none'} new at the destination`,
    ...(collisions(data) > 0 ? [`${count(collisions(data))} in one with another`] : []),
    ...(data.notCopied.length > 0 ? [`${count(data.notCopied.length)} left out`] : []),
  ];
  return `${plural(n, 'folder')} would be copied: ${parts.join(', ')}.`;
}

function Sides({ preview }: { preview: Preview }) {
  return (['source', 'destination'] as const)
    .filter((side) => !preview[side].ok)
    .map((side) => (
      <p key={side} className="tone-bad">
        <strong>{side === 'source' ? 'Source' : 'Destination'}:</strong> {preview[side].error ?? 'Signing in did not work.'}
      </p>
    ));
}

function Folders({ preview: { folders, notCopied, unknown } }: { preview: Preview }) {
  return (
    <>
      {unknown.length > 0 && (
        <p className="tone-warn">
          <strong>Not at the source, most likely misspelt:</strong> {unknown.join(', ')}
        </p>
      )}
      {folders.length > 0 && (
        <div className="table-scroll" role="region" aria-label="Folders and where they go" tabIndex={0}>
          <table className="previewed">
            <thead>
              <tr>
                <th scope="col">Source</th>
                <th scope="col">Destination</th>
                <th scope="col" className="number">
                  Messages
                </th>
                <th scope="col" className="number">
                  Size
                </th>
                <th scope="col">At the destination</th>
              </tr>
            </thead>
            <tbody>
              {folders.map((f) => (
                <tr key={f.source}>
                  <td>{f.source}</td>
                  <td>{f.destination}</td>
                  <td className="number">{f.messages == null ? '–' : count(f.messages)}</td>
                  <td className="number">{f.bytes == null ? '–' : size(f.bytes)}</td>
                  <td>
                    {f.create ? 'New' : f.destinationMessages == null ? 'Is there' : `Is there, with ${plural(f.destinationMessages, 'message')}`}
                    {f.collidesWith.length > 0 && <span className="collides">In one with {f.collidesWith.join(', ')}</span>}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {notCopied.length > 0 && (
        <p>
          <strong>Left out:</strong> {notCopied.join(', ')}
        </p>
      )}
    </>
  );
}
