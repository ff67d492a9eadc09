// The messages of the source that are not at the destination.
import { count, size } from '../ui/format';
import type { ReportParts } from './types';

interface Props {
  report: Pick<ReportParts, 'missing' | 'messagesMissing'>;
  /** What the table is called to those who do not see what is around it. */
  label: string;
}

export function MissingMessages({ report: { missing, messagesMissing }, label }: Props) {
  return (
    <>
      <div className="table-scroll" role="region" aria-label={label} tabIndex={0}>
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
            {missing.map((m, i) => (
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
      {messagesMissing > missing.length && <p className="minor">The first {count(missing.length)} are listed; the job’s log names all.</p>}
    </>
  );
}
