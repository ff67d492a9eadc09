// What a finished run did, and what it found when it compared both sides.
import { count, duration, plural, size } from '../ui/format';
import { Figure } from './figure';
import type { ReportParts } from './types';

export function ReportView({ report: r, dryRun }: { report: ReportParts; dryRun: boolean }) {
  return (
    <section className="report" aria-label="Report">
      <dl className="figures">
        <Figure name="At the source">{count(r.messagesFound)}</Figure>
        <Figure name={dryRun ? 'Would be copied' : 'Copied'}>
          {count(r.messagesCopied)} {r.bytes > 0 && <span className="minor">{size(r.bytes)}</span>}
        </Figure>
        <Figure name="There or left out">{count(r.messagesSkipped)}</Figure>
        <Figure name="Not copied" {...(r.messagesFailed > 0 ? { tone: 'bad' } : {})}>
          {count(r.messagesFailed)}
        </Figure>
        <Figure name="Missing" {...(r.messagesMissing > 0 ? { tone: 'bad' } : {})}>
          {count(r.messagesMissing)}
        </Figure>
        <Figure name="Time">
          {duration(r.seconds)}
          {r.reconnections > 0 && <span className="minor"> {plural(r.reconnections, 'break')} in the connection</span>}
        </Figure>
      </dl>
      {r.missing.length > 0 && (
        <details open>
          <summary>
            Missing messages <span className="badge">{count(r.messagesMissing)}</span>
          </summary>
          <div className="table-scroll" role="region" aria-label="Missing messages" tabIndex={0}>
            <table>
              <thead>
                <tr>
                  <th scope="col">Folder</th>
                  <th scope="col">Subject</th>
                  <th scope="col">Date</th>
                  <th scope="col" className="number">
                    Size
                  </th>
                  <th scope="col">Why</th>
                </tr>
              </thead>
              <tbody>
                {r.missing.map((m, i) => (
                  // A message has no key of its own that every engine names.
                  // oxlint-disable-next-line react/no-array-index-key
                  <tr key={i}>
                    <td>
                      {m.folder}
                      {m.uid != null && <span className="minor"> {m.uid}</span>}
                    </td>
                    <td>{m.subject ?? '–'}</td>
                    <td>{m.date ?? '–'}</td>
                    <td className="number">{m.size == null ? '–' : size(m.size)}</td>
                    <td>{m.reason ?? '–'}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
          {r.messagesMissing > r.missing.length && <p className="minor">The first {count(r.missing.length)} are listed; the log names all.</p>}
        </details>
      )}
      {r.folderReports.length > 0 && (
        <details>
          <summary>
            Folders <span className="badge">{count(r.folders)}</span>
          </summary>
          <div className="table-scroll" role="region" aria-label="Folders" tabIndex={0}>
            <table>
              <thead>
                <tr>
                  <th scope="col">Source</th>
                  <th scope="col">Destination</th>
                  <th scope="col" className="number">
                    At the source
                  </th>
                  <th scope="col" className="number">
                    At the destination
                  </th>
                  <th scope="col" className="number">
                    Missing
                  </th>
                </tr>
              </thead>
              <tbody>
                {r.folderReports.map((f) => (
                  <tr key={`${f.source}\n${f.destination}`}>
                    <td>{f.source}</td>
                    <td>{f.destination}</td>
                    <td className="number">{count(f.sourceMessages)}</td>
                    <td className="number">{count(f.destinationMessages)}</td>
                    <td className={f.missing > 0 ? 'number tone-bad' : 'number'}>{count(f.missing)}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        </details>
      )}
    </section>
  );
}
