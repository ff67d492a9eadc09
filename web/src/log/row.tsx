// One row of the log.
import { type MouseEvent, memo, type ReactNode } from 'react';
import { type Span, spans } from './ansi';
import { hits } from './search';

interface Props {
  ref: ((element: HTMLDivElement | null) => void) | undefined;
  index: number;
  row: number;
  top: number;
  line: number;
  continued: boolean;
  text: string;
  marked: boolean;
  needle: RegExp | null;
  current: boolean;
  onNumber: (event: MouseEvent, line: number) => void;
}

export const LogRow = memo(function LogRow({ ref, index, row, top, line, continued, text, marked, needle, current, onNumber }: Props) {
  const name = `log-row${marked ? ' marked' : ''}${current ? ' current' : ''}`;
  return (
    <div ref={ref} className={name} data-index={index} data-row={row} style={{ transform: `translateY(${top}px)` }}>
      {continued ? (
        <span className="log-number" aria-hidden="true" />
      ) : (
        <a className="log-number" href={`#L${line}`} tabIndex={-1} aria-label={`Line ${line}`} onClick={(e) => onNumber(e, line)} data-line={line} />
      )}
      <span className="log-text">{content(text, needle)}</span>
    </div>
  );
});

/** A row's text as React nodes, in its colours and with what was searched for marked. */
function content(text: string, needle: RegExp | null): ReactNode {
  const runs = spans(text);
  const found = needle ? hits(runs.map((r) => r.text).join(''), needle) : [];
  if (found.length === 0) return runs.map((run, i) => (run.className || run.color || run.background ? dress(run, run.text, i) : run.text));
  const out: ReactNode[] = [];
  let at = 0;
  let h = 0;
  for (const run of runs) {
    const end = at + run.text.length;
    let from = at;
    while (from < end) {
      while (h < found.length && (found[h]?.[1] ?? 0) <= from) h++;
      const [start, stop] = found[h] ?? [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
      const inside = start <= from;
      const to = Math.min(end, inside ? stop : start);
      const piece = dress(run, run.text.slice(from - at, to - at), `${from}`);
      out.push(inside ? <mark key={`m${from}`}>{piece}</mark> : piece);
      from = to;
    }
    at = end;
  }
  return out;
}

function dress(run: Span, text: string, key: string | number): ReactNode {
  if (!run.className && !run.color && !run.background) return text;
  return (
    <span key={key} className={run.className || undefined} style={run.color || run.background ? { color: run.color, background: run.background } : undefined}>
      {text}
    </span>
  );
}
