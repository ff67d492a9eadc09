// Where the list of mailboxes comes from: a file that is chosen or dropped, or what is pasted.
// It holds passwords, so that it is nowhere shown.
import { type DragEvent, useRef, useState } from 'react';
import { count, plural, size } from '../ui/format';
import { Close, Download } from '../ui/icons';
import { batchName, countLines, decode, type Encoding } from './decode';

export interface Table {
  /** What it is called: the file's name, or that it was pasted. */
  name: string;
  text: string;
  encoding: Encoding | null;
  lines: number;
  /** A name for the batch; empty if there is none. */
  batchName: string;
}

interface Props {
  table: Table | null;
  problem: string | null;
  onTable: (table: Table) => void;
  onProblem: (problem: string) => void;
  onRemove: () => void;
  onTemplate: () => void;
}

// Nobody has a list of mailboxes of this size, and a browser need not read what is something else.
const largest = 16 << 20;

export function FileField({ table, problem, onTable, onProblem, onRemove, onTemplate }: Props) {
  const input = useRef<HTMLInputElement>(null);
  const [over, setOver] = useState(false);

  const read = async (file: File | undefined) => {
    if (!file) return;
    if (file.size > largest) {
      onProblem(`“${file.name}” has ${size(file.size)}. That is no list of mailboxes.`);
      return;
    }
    const bytes = await file.arrayBuffer().then(
      (buffer) => new Uint8Array(buffer),
      () => null,
    );
    if (!bytes) {
      onProblem(`“${file.name}” cannot be read. If it is open in another program, save it there and choose it again.`);
      return;
    }
    const { text, problem: refused, ...rest } = decode(bytes) as { text?: string; problem?: string; encoding?: Encoding };
    if (text === undefined) onProblem(refused ?? '');
    else onTable({ name: file.name, text, encoding: rest.encoding ?? null, lines: countLines(text), batchName: batchName(file.name) });
  };
  const paste = (text: string) => {
    if (text.trim() === '') return;
    onTable({ name: 'Pasted table', text, encoding: null, lines: countLines(text), batchName: '' });
  };
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    const file = event.dataTransfer.files[0];
    if (file) void read(file);
    else paste(event.dataTransfer.getData('text/plain'));
  };

  return (
    <section className="side-card" aria-labelledby="file-title">
      <div className="card-head">
        <h2 id="file-title">
          The mailboxes
          <span className="minor">A CSV file with a line for each. The first line names the columns, in any order.</span>
        </h2>
        <button type="button" onClick={onTemplate}>
          <Download />
          Template
        </button>
      </div>
      <div
        className={`drop${over ? ' over' : ''}${problem ? ' invalid' : ''}`}
        onDragEnter={() => setOver(true)}
        onDragLeave={(e) => !e.currentTarget.contains(e.relatedTarget as Node | null) && setOver(false)}
        onDragOver={(e) => {
          e.preventDefault();
          setOver(true);
        }}
        onDrop={drop}
      >
        {table ? (
          <div className="drop-file">
            <p>
              <strong>{table.name}</strong>
              <span className="minor">
                {plural(table.lines, 'line')}
                {table.encoding && `, read as ${table.encoding}`}. Its content is not shown, for the passwords in it.
              </span>
            </p>
            <button type="button" onClick={() => input.current?.click()}>
              Choose again
            </button>
            <button type="button" className="icon" aria-label="Remove the table" title="Remove the table" onClick={onRemove}>
              <Close />
            </button>
          </div>
        ) : (
          <div className="drop-choose">
            <p>
              <button type="button" className="primary" aria-describedby={problem ? 'file-problem' : undefined} onClick={() => input.current?.click()}>
                Choose a CSV file
              </button>
              <span className="drop-or">or drop it here</span>
            </p>
            <label>
              <span>or paste a table</span>
              {/* Taken as soon as it comes, and never drawn. */}
              <textarea
                rows={1}
                value=""
                autoComplete="off"
                spellCheck={false}
                placeholder="Click here and paste, from a spreadsheet or as CSV"
                onPaste={(e) => {
                  e.preventDefault();
                  paste(e.clipboardData.getData('text/plain'));
                }}
                onChange={(e) => paste(e.target.value)}
              />
            </label>
          </div>
        )}
        <input
          ref={input}
          type="file"
          hidden
          tabIndex={-1}
          aria-label="CSV file"
          accept=".csv,.tsv,.txt,text/csv,text/tab-separated-values,text/plain"
          onChange={(e) => {
            void read(e.target.files?.[0]);
            // The same file, mended, is to be a change as well.
            e.target.value = '';
          }}
        />
      </div>
      {problem && (
        <p className="error" id="file-problem" role="alert">
          {problem}
        </p>
      )}
    </section>
  );
}

/** "The table has 1.2 MB …": what cannot be sent, said before it is. */
export function tooLarge(bytes: number, limit: number): string {
  return `The table takes ${size(bytes)} to send, and the server takes ${count(limit)} bytes (1 MiB) at once. Divide it into ${Math.ceil(bytes / (limit * 0.9))} files, and make a batch of each.`;
}
