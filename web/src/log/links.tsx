// Links to lines of the log: the ones in the address, and the ways to make them.
import { type FormEvent, type MouseEvent, useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { count } from '../ui/format';
import { Close, CopyIcon } from '../ui/icons';
import { navigate, useHash } from '../ui/router';
import { say } from '../ui/toast';
import { extend, formatLines, type LineRange, parseLines } from './lines';
import type { LogModel } from './model';
import type { Viewport } from './viewport';

const toLines = (hash: string) => navigate(location.pathname + location.search + hash, { replace: true });

/** The lines that the address names. */
export function useMarked(): LineRange | null {
  const hash = useHash();
  return useMemo(() => parseLines(hash), [hash]);
}

/** Shows the marked lines once they are there. Returns what a click on a line's number does. */
export function useLineLinks(marked: LineRange | null, model: LogModel, version: number, { goTo, setFollow }: Viewport): (event: MouseEvent, line: number) => void {
  const hash = useHash();
  const anchor = useRef(marked?.first ?? 1);
  const shown = useRef('');
  useEffect(() => {
    if (!marked || shown.current === hash) return;
    if (model.lineCount >= marked.first) {
      shown.current = hash;
      setFollow(false);
      anchor.current = marked.first;
      goTo(model.rowOf(marked.first), 'center');
    }
  }, [version, hash, marked, model, goTo, setFollow]);

  return useCallback(
    (event, line) => {
      event.preventDefault();
      const range = extend(event.shiftKey ? parseLines(location.hash) : null, anchor.current, line);
      if (!event.shiftKey) anchor.current = line;
      const to = formatLines(range);
      shown.current = to;
      setFollow(false);
      // A shift-click selects text on its way.
      if (event.shiftKey) document.getSelection()?.removeAllRanges();
      toLines(to);
    },
    [setFollow],
  );
}

/** What can be done with the marked lines. */
export function MarkedLines({ lines }: { lines: LineRange }) {
  const copy = async () => {
    await navigator.clipboard.writeText(location.href).then(
      () => say('The link is copied.'),
      () => say('This browser does not let the page copy. Copy the address instead.'),
    );
  };
  return (
    <span className="log-marked">
      <button type="button" onClick={() => void copy()}>
        <CopyIcon />
        Copy link to {lines.first === lines.last ? `line ${count(lines.first)}` : `lines ${count(lines.first)}–${count(lines.last)}`}
      </button>
      <button type="button" className="icon" aria-label="Unmark lines" title="Unmark lines" onClick={() => toLines('')}>
        <Close />
      </button>
    </span>
  );
}

/** The way to a line, and to a link to it, without a mouse. */
export function GoToLine({ lines, onGo }: { lines: number; onGo: () => void }) {
  const [text, setText] = useState('');
  const go = (event: FormEvent) => {
    event.preventDefault();
    const range = parseLines(`#L${text.replace(/\s/g, '').replace(/[–—]/, '-')}`);
    if (!range) {
      say('Give a line as 120, or lines as 120-140.');
      return;
    }
    toLines(formatLines(range));
    onGo();
  };
  return (
    <form className="log-goto" onSubmit={go}>
      <label>
        Line
        <input inputMode="numeric" value={text} placeholder={String(lines)} onChange={(e) => setText(e.target.value)} title="A line as 120, or lines as 120-140" />
      </label>
    </form>
  );
}
