// What the server read in a table of mailboxes, and what is wrong with it.
import { type RefObject, useState } from 'react';
import { sentence } from '../api/client';
import type { ImportJobsMutation } from '../gql/graphql';
import { usualPort } from '../new-job/form';
import { count, plural } from '../ui/format';
import { StatusIcon } from '../ui/icons';

export type ImportResult = ImportJobsMutation['importJobs'];
type ImportRow = ImportResult['rows'][number];

const PAGE = 200;

interface Props {
  result: ImportResult;
  /** The settings have changed since; a new answer is on its way. */
  stale: boolean;
  heading: RefObject<HTMLHeadingElement | null>;
}

// Numbers of lines that are named in a sentence.
const LINES = 20;

export function ImportTable({ result, stale, heading }: Props) {
  const [shown, setShown] = useState(PAGE);
  const { rows, skipped, errors, errorsOmitted } = result;
  const wrong = errors.length + errorsOmitted;
  const byLine = new Map<number, number>();
  for (const { line } of errors) byLine.set(line, (byLine.get(line) ?? 0) + 1);
  return (
    <section className="read" aria-labelledby="read-title" aria-busy={stale}>
      <div className={`outcome tone-${wrong > 0 ? 'bad' : 'good'}`}>
        <StatusIcon status={wrong > 0 ? 'FAILED' : 'SUCCEEDED'} />
        <div>
          <h2 className="headline" id="read-title" ref={heading} tabIndex={-1}>
            {wrong > 0 ? `${plural(wrong, 'thing')} to mend in the table.` : `${plural(rows.length, 'mailbox', 'mailboxes')} read, nothing wrong.`}
          </h2>
          <p>
            {wrong > 0
              ? 'Nothing is created as long as anything is wrong. Mend it in the file and choose it again, or fill in below what is missing everywhere.'
              : 'Look through the table, then create the batch at the end of the page.'}
          </p>
          {skipped.length > 0 && (
            <p>
              {plural(skipped.length, 'line')} that {skipped.length === 1 ? 'begins' : 'begin'} with # {skipped.length === 1 ? 'was' : 'were'} left out: {skipped.slice(0, LINES).map(count).join(', ')}
              {skipped.length > LINES && ` and ${count(skipped.length - LINES)} more`}.
            </p>
          )}
        </div>
      </div>
      {wrong > 0 && (
        <div className="card flush">
          <div className="table-scroll" role="region" aria-label="What is wrong" tabIndex={0}>
            <table className="import-errors">
              <thead>
                <tr>
                  <th scope="col" className="number">
                    Line
                  </th>
                  <th scope="col">Column</th>
                  <th scope="col">What is wrong, and what to do</th>
                </tr>
              </thead>
              <tbody>
                {errors.map((e, i) => (
                  // Two errors may be alike in all they say.
                  // oxlint-disable-next-line react/no-array-index-key
                  <tr key={i}>
                    <td className="number">{e.line === 0 ? 'File' : count(e.line)}</td>
                    <td>{e.column == null ? (settingName(e.field) ?? '–') : <Column column={e.column} header={e.header ?? null} />}</td>
                    <td>{sentence(e.message)}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
          {errorsOmitted > 0 && <p className="minor list-rest">and {plural(errorsOmitted, 'more', 'more')}, listed once these are mended.</p>}
        </div>
      )}
      {rows.length > 0 && (
        <div className="card flush">
          <div className="table-scroll tall" role="region" aria-label="The table as it was read" tabIndex={0}>
            <table className="import-rows">
              <thead>
                <tr>
                  <th scope="col" className="number">
                    Line
                  </th>
                  <th scope="col">Name</th>
                  <th scope="col">Source</th>
                  <th scope="col">Destination</th>
                </tr>
              </thead>
              <tbody>
                {rows.slice(0, shown).map((row) => (
                  <Row key={row.line} row={row} errors={byLine.get(row.line)} />
                ))}
              </tbody>
            </table>
          </div>
          {rows.length > shown && (
            <p className="list-rest">
              <span className="minor">
                {count(shown)} of {plural(rows.length, 'mailbox', 'mailboxes')} shown.
              </span>{' '}
              <button type="button" onClick={() => setShown(shown + 5 * PAGE)}>
                Show more
              </button>
            </p>
          )}
        </div>
      )}
    </section>
  );
}

/** What is meant where it is not the file that gives it: `source.host` is the source’s host, for all mailboxes. */
function settingName(field: string | null | undefined): string | null {
  const [side, what] = (field ?? '').split('.');
  return (side === 'source' || side === 'destination') && what ? `${side === 'source' ? 'Source' : 'Destination'}, ${what}` : null;
}

function Column({ column, header }: { column: number; header: string | null }) {
  return (
    <>
      {column}
      {header && <span className="column-name"> {header}</span>}
    </>
  );
}

function Row({ row, errors }: { row: ImportRow; errors: number | undefined }) {
  return (
    <tr className={errors ? 'wrong' : undefined}>
      <td className="number">{count(row.line)}</td>
      <td>
        {row.name || '–'}
        {row.dryRun && <span className="tag">Dry run</span>}
        {errors && <span className="minor lacking">{plural(errors, 'thing')} to mend</span>}
      </td>
      <Side side={row.source} />
      <Side side={row.destination} />
    </tr>
  );
}

function Side({ side }: { side: ImportRow['source'] }) {
  const port = side.port === usualPort(side.security) ? '' : `:${side.port}`;
  return (
    <td>
      {side.user || <span className="lacking">no user</span>}
      <span className="minor">
        {side.host ? `${side.host}${port}` : <span className="lacking">no host</span>}
        {side.security !== 'TLS' && `, ${side.security === 'NONE' ? 'not encrypted' : side.security}`}
        {!side.hasPassword && (
          <>
            , <span className="lacking">no password</span>
          </>
        )}
      </span>
    </td>
  );
}
