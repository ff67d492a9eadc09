// What a finished run did, and what it found when it compared both sides.
import { count, duration, plural, size } from '../ui/format';
import { Figure } from './figure';
import { MissingMessages } from './missing';
import type { ReportParts } from './types';

export function ReportView({ report: r, dryRun }: { report: ReportParts; dryRun: boolean }) {
  return (
    <section className="report" aria-label="Report">
      <dl className="figures">
        <Figure name="At the source">{count(r.messagesFound)}</Figure>
        <Figure name={dryRun ? 'Would be copied' : 'Copied'}>
          {count(dryRun ? r.messagesToCopy : r.messagesCopied)} {r.bytes > 0 && <span className="minor">{size(r.bytes)}</span>}
        </Figure>
        <Figure name="There or left out">{count(r.messagesSkipped)}</Figure>
        <Figure name="Not copied" {...(r.messagesFailed > 0 ? { tone: 'bad' } : {})}>
          {count(r.messagesFailed)}
        </Figure>
        {!dryRun && (
          <Figure name="Missing" {...(r.messagesMissing > 0 ? { tone: 'bad' } : {})}>
            {count(r.messagesMissing)}
          </Figure>
        )}
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
          <MissingMessages report={r} label="Missing messages" />
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
