// A job's log on the screen.
import { useVirtualizer, type Range } from '@tanstack/react-virtual';
import {
  type ClipboardEvent,
  type CSSProperties,
  type FormEvent,
  type KeyboardEvent,
  type MouseEvent,
  memo,
  type ReactNode,
  useCallback,
  useEffect,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
  useSyncExternalStore,
} from 'react';
import { live } from '../api/client';
import { authorization, credentials, server, token } from '../api/session';
import { count, plural, size } from '../ui/format';
import { ArrowDown, ChevronDown, ChevronUp, Close, CopyIcon, Download, SearchIcon, WrapIcon } from '../ui/icons';
import { navigate, useHash } from '../ui/router';
import { say } from '../ui/toast';
import { type Span, spans, visible } from './ansi';
import { extend, formatLines, type LineRange, parseLines } from './lines';
import { hits, LogSearch, pattern } from './search';
import type { LogTail } from './tail';

/** Height of a row that is not wrapped, in pixels; the style sheet has the same. */
const ROW_HEIGHT = 20;

// Browsers draw nothing below some 33 million pixels, and a list costs something
// for each of its rows. So the list holds a window of the log, which moves on
// when the reader comes near its edge. Wrapped rows can be 4 KiB high.
const WINDOW = { plain: 120_000, wrapped: 40_000 };
const EDGE = 400;
const OVERSCAN = 24;

/** A place in the log: a row, and a character of its visible text. */
interface Place {
  row: number;
  offset: number;
}

interface Selected {
  from: Place;
  to: Place;
}

export function LogPane({ tail, logSize, name }: { tail: LogTail; logSize: number; name: string }) {
  const version = useSyncExternalStore(tail.watch, tail.getVersion);
  const connection = useSyncExternalStore(live.watch, live.get);
  const { model } = tail;
  const rowCount = model.rowCount;

  const scroller = useRef<HTMLDivElement>(null);
  const searchBox = useRef<HTMLInputElement>(null);
  const [wrap, setWrap] = useState(() => localStorage.getItem('mailferry-wrap') === 'yes');
  const hash = useHash();
  const marked = useMemo(() => parseLines(hash), [hash]);
  const anchor = useRef(marked?.first ?? 1);

  // Following the end, until the reader goes elsewhere.
  const [follow, setFollowState] = useState(marked === null);
  const following = useRef(follow);
  const [seen, setSeen] = useState(0);
  const setFollow = useCallback(
    (on: boolean) => {
      if (following.current === on) return;
      following.current = on;
      setSeen(model.lineCount);
      setFollowState(on);
    },
    [model],
  );

  // The window of rows that the list holds.
  const limit = wrap ? WINDOW.wrapped : WINDOW.plain;
  const [base, setBase] = useState(0);
  const first = Math.min(base, Math.max(0, rowCount - 1));
  const shown = Math.min(limit, rowCount - first);
  const pending = useRef<{ row: number; align: 'start' | 'center' | 'end' } | null>(null);

  const selected = useRef<Selected | null>(null);

  const virtualizer = useVirtualizer({
    count: shown,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_HEIGHT,
    overscan: OVERSCAN,
    getItemKey: useCallback((i: number) => first + i, [first]),
    rangeExtractor: useCallback(
      (range: Range) => {
        let start = Math.max(0, range.startIndex - range.overscan);
        let end = Math.min(range.count - 1, range.endIndex + range.overscan);
        if (following.current) {
          // The scroll position follows only after the rows are there: draw those at the end at once.
          const height = scroller.current?.clientHeight ?? 0;
          end = range.count - 1;
          start = Math.max(0, end - Math.ceil(height / ROW_HEIGHT) - range.overscan);
        }
        const rows = new Set<number>();
        // A selection lives in the elements it begins and ends in, so these stay.
        if (selected.current) {
          for (const { row } of [selected.current.from, selected.current.to]) {
            const i = row - first;
            if (i >= 0 && i < range.count) rows.add(i);
          }
        }
        for (let i = start; i <= end; i++) rows.add(i);
        return [...rows].sort((a, b) => a - b);
      },
      [first],
    ),
  });

  const goTo = useCallback(
    (row: number, align: 'start' | 'center' | 'end') => {
      if (row >= first && row < first + shown) {
        virtualizer.scrollToIndex(row - first, { align });
      } else {
        pending.current = { row, align };
        setBase(Math.max(0, Math.min(row - Math.floor(limit / 2), model.rowCount - limit)));
      }
    },
    [first, shown, limit, model, virtualizer],
  );

  // Heights that were measured belong to the way of wrapping they were measured in.
  useLayoutEffect(() => virtualizer.measure(), [wrap, virtualizer]);

  const lastTop = useRef(0);

  useLayoutEffect(() => {
    const element = scroller.current;
    if (!element) return;
    if (following.current) {
      // Move the window on by half, not by every line: each move costs as much as the window is long.
      if (rowCount - first > limit) {
        setBase(rowCount - Math.floor(limit / 2));
        return;
      }
      element.scrollTop = element.scrollHeight;
      lastTop.current = element.scrollTop;
    } else if (pending.current) {
      const { row, align } = pending.current;
      pending.current = null;
      virtualizer.scrollToIndex(row - first, { align });
      lastTop.current = element.scrollTop;
    }
  });

  // A change of wrapping keeps the row at the top where it is.
  const setWrapping = (on: boolean) => {
    localStorage.setItem('mailferry-wrap', on ? 'yes' : 'no');
    const top = virtualizer.getVirtualItemForOffset(scroller.current?.scrollTop ?? 0);
    if (!following.current && top) {
      const row = first + top.index;
      pending.current = { row, align: 'start' };
      setBase(Math.max(0, row - Math.floor((on ? WINDOW.wrapped : WINDOW.plain) / 2)));
    }
    setWrap(on);
  };

  const onScroll = () => {
    const element = scroller.current;
    if (!element) return;
    const top = element.scrollTop;
    const atEnd = first + shown >= model.rowCount && element.scrollHeight - top - element.clientHeight < ROW_HEIGHT / 2;
    if (following.current) {
      if (top < lastTop.current - 2 && !atEnd) setFollow(false);
    } else if (atEnd && top > lastTop.current) {
      setFollow(true);
    }
    lastTop.current = top;
    if (following.current || pending.current) return;
    // The list itself hears of the scrolling later than this, so it is asked by position.
    const from = virtualizer.getVirtualItemForOffset(top)?.index ?? 0;
    const to = virtualizer.getVirtualItemForOffset(top + element.clientHeight)?.index ?? shown;
    if ((from < EDGE && first > 0) || (shown - to < EDGE && first + shown < model.rowCount)) {
      pending.current = { row: first + from, align: 'start' };
      setBase(Math.max(0, Math.min(first + from - Math.floor(limit / 2), model.rowCount - limit)));
    }
  };

  const toEnd = useCallback(() => {
    selected.current = null;
    document.getSelection()?.removeAllRanges();
    setFollow(true);
  }, [setFollow]);

  // --- links to lines

  const shownHash = useRef('');
  useEffect(() => {
    if (!marked || shownHash.current === hash) return;
    if (model.lineCount >= marked.first) {
      shownHash.current = hash;
      setFollow(false);
      anchor.current = marked.first;
      goTo(model.rowOf(marked.first), 'center');
    }
  }, [version, hash, marked, model, goTo, setFollow]);

  const onNumber = useCallback(
    (event: MouseEvent, line: number) => {
      event.preventDefault();
      const range = extend(event.shiftKey ? parseLines(location.hash) : null, anchor.current, line);
      if (!event.shiftKey) anchor.current = line;
      const to = formatLines(range);
      shownHash.current = to;
      setFollow(false);
      // A shift-click selects text on its way.
      if (event.shiftKey) document.getSelection()?.removeAllRanges();
      navigate(location.pathname + location.search + to, { replace: true });
    },
    [setFollow],
  );

  const copyLink = async () => {
    await navigator.clipboard.writeText(location.href).then(
      () => say('The link is copied.'),
      () => say('This browser does not let the page copy. Copy the address instead.'),
    );
  };

  // --- selection and copying

  useEffect(() => {
    const onSelect = () => {
      const selection = document.getSelection();
      const element = scroller.current;
      if (!selection || !element || selection.isCollapsed) {
        selected.current = null;
        return;
      }
      const a = placeOf(element, selection.anchorNode, selection.anchorOffset);
      const b = placeOf(element, selection.focusNode, selection.focusOffset);
      if (!a || !b) return;
      const ordered = a.row < b.row || (a.row === b.row && a.offset <= b.offset);
      selected.current = ordered ? { from: a, to: b } : { from: b, to: a };
      // What is being read or copied must not run away.
      setFollow(false);
    };
    document.addEventListener('selectionchange', onSelect);
    return () => document.removeEventListener('selectionchange', onSelect);
  }, [setFollow]);

  const onCopy = (event: ClipboardEvent) => {
    const range = selected.current;
    if (!range || range.from.row === range.to.row) return;
    const parts: string[] = [];
    for (let row = range.from.row; row <= range.to.row; row++) {
      let text = visible(model.text(row));
      if (row === range.to.row) text = text.slice(0, range.to.offset);
      if (row === range.from.row) text = text.slice(range.from.offset);
      else if (!model.isContinuation(row)) parts.push('\n');
      parts.push(text);
    }
    event.clipboardData.setData('text/plain', parts.join(''));
    event.preventDefault();
  };

  // --- search

  const [query, setQuery] = useState('');
  const [, redraw] = useState(0);
  const search = useMemo(() => (query === '' ? null : new LogSearch(model, query)), [query, model]);
  const needle = useMemo(() => (query === '' ? null : pattern(query)), [query]);
  const [hit, setHit] = useState(-1);
  const jumped = useRef<LogSearch | null>(null);

  const topRow = useCallback(() => {
    const range = virtualizer.range;
    return first + (range?.startIndex ?? 0);
  }, [first, virtualizer]);

  useEffect(() => {
    if (!search) return;
    let timer: ReturnType<typeof setTimeout>;
    const step = () => {
      const done = search.advance(10);
      if (jumped.current !== search) {
        const i = search.rows.countBelow(topRow());
        // The first hit from here on, or the first of all when the search has come around.
        const target = i < search.rows.length ? i : done && search.rows.length > 0 ? 0 : -1;
        if (target >= 0 || done) jumped.current = search;
        if (target >= 0) {
          setHit(target);
          setFollow(false);
          goTo(search.rows.at(target), 'center');
        }
      }
      redraw((n) => n + 1);
      if (!done) timer = setTimeout(step, 0);
    };
    timer = setTimeout(step, 0);
    return () => clearTimeout(timer);
  }, [search, version, goTo, setFollow, topRow]);

  const found = search?.rows.length ?? 0;
  const searching = search !== null && search.searched < rowCount;
  const step = (by: number) => {
    if (!search || found === 0) return;
    const next = (hit + by + found) % found;
    setHit(next);
    setFollow(false);
    goTo(search.rows.at(next), 'center');
  };
  const clearSearch = () => {
    setQuery('');
    setHit(-1);
  };

  const onKey = (event: KeyboardEvent) => {
    if ((event.ctrlKey || event.metaKey) && event.key === 'f' && event.target !== searchBox.current) {
      event.preventDefault();
      searchBox.current?.focus();
      searchBox.current?.select();
    }
  };
  const onScrollerKey = (event: KeyboardEvent) => {
    if (event.key === 'Home') {
      event.preventDefault();
      setFollow(false);
      goTo(0, 'start');
    } else if (event.key === 'End') {
      event.preventDefault();
      toEnd();
    } else if (event.key === 'PageUp' || event.key === 'ArrowUp') {
      setFollow(false);
    }
  };

  const unread = follow ? 0 : Math.max(0, model.lineCount - seen);
  const currentRow = search && hit >= 0 && hit < found ? search.rows.at(hit) : -1;
  const items = virtualizer.getVirtualItems();
  const missingLine = marked && tail.complete && marked.first > model.lineCount;

  return (
    <section className="log" aria-labelledby="log-title" onKeyDown={onKey}>
      <div className="log-tools">
        <h2 id="log-title">Log</h2>
        <div className="log-search" role="search">
          <label className="field-icon">
            <SearchIcon />
            <span className="hidden">Search the log</span>
            <input
              ref={searchBox}
              type="search"
              placeholder="Search the log"
              value={query}
              spellCheck={false}
              onChange={(e) => {
                setQuery(e.target.value);
                setHit(-1);
              }}
              onKeyDown={(e) => {
                if (e.key === 'Enter') {
                  e.preventDefault();
                  step(e.shiftKey ? -1 : 1);
                } else if (e.key === 'Escape') {
                  clearSearch();
                }
              }}
            />
          </label>
          <output className="log-found" aria-live="polite">
            {query === '' ? '' : found === 0 ? (searching ? 'Searching…' : 'Not found') : `${hit >= 0 ? `${count(hit + 1)} of ` : ''}${plural(found, 'line')}${searching ? '…' : ''}`}
          </output>
          <button type="button" className="icon" aria-label="Previous hit" title="Previous hit (Shift+Enter)" disabled={found === 0} onClick={() => step(-1)}>
            <ChevronUp />
          </button>
          <button type="button" className="icon" aria-label="Next hit" title="Next hit (Enter)" disabled={found === 0} onClick={() => step(1)}>
            <ChevronDown />
          </button>
        </div>
        <div className="log-actions">
          {marked && (
            <span className="log-marked">
              <button type="button" onClick={() => void copyLink()}>
                <CopyIcon />
                Copy link to {marked.first === marked.last ? `line ${count(marked.first)}` : `lines ${count(marked.first)}–${count(marked.last)}`}
              </button>
              <button type="button" className="icon" aria-label="Unmark lines" title="Unmark lines" onClick={() => navigate(location.pathname + location.search, { replace: true })}>
                <Close />
              </button>
            </span>
          )}
          <button type="button" aria-pressed={wrap} onClick={() => setWrapping(!wrap)} title="Wrap long lines">
            <WrapIcon />
            Wrap
          </button>
          <DownloadLink id={tail.jobId} name={name} />
        </div>
      </div>
      <div className="log-body">
        <div
          ref={scroller}
          className={wrap ? 'log-scroll wrapped' : 'log-scroll'}
          role="region"
          aria-label="Log lines"
          tabIndex={0}
          onScroll={onScroll}
          onWheel={(e) => {
            if (e.deltaY < 0 && (scroller.current?.scrollTop ?? 0) > 0) setFollow(false);
          }}
          onKeyDown={onScrollerKey}
          onCopy={onCopy}
        >
          {rowCount === 0 ? (
            <p className="log-empty">{emptyText(tail)}</p>
          ) : (
            <div
              className="log-rows"
              style={{ height: virtualizer.getTotalSize(), '--digits': Math.max(4, String(model.lineCount).length) } as CSSProperties}
            >
              {items.map((item) => {
                const row = first + item.index;
                const line = model.lineOf(row);
                return (
                  <LogRow
                    key={item.key}
                    ref={wrap ? virtualizer.measureElement : undefined}
                    index={item.index}
                    row={row}
                    top={item.start}
                    line={line}
                    continued={model.isContinuation(row)}
                    text={model.text(row)}
                    marked={marked !== null && within(marked, line)}
                    needle={needle}
                    current={row === currentRow}
                    onNumber={onNumber}
                  />
                );
              })}
            </div>
          )}
        </div>
        {!follow && rowCount > 0 && (
          <button type="button" className="log-end" onClick={toEnd}>
            <ArrowDown />
            {unread > 0 ? plural(unread, 'new line') : 'To the end'}
          </button>
        )}
      </div>
      <div className="log-status">
        <GoToLine lines={model.lineCount} onGo={() => scroller.current?.focus()} />
        <span>
          {plural(model.lineCount, 'line')}, {size(model.byteLength)}
          {shown < rowCount && `; lines ${count(model.lineOf(first))} to ${count(model.lineOf(first + shown - 1))} in the scroll bar`}
        </span>
        <span className="log-state">
          {missingLine
            ? `There is no line ${count(marked.first)}: the log ends at line ${count(model.lineCount)}.`
            : marked && model.lineCount < marked.first
              ? `Line ${count(marked.first)} is still to come.`
              : stateText(tail, logSize, connection, follow)}
        </span>
      </div>
    </section>
  );
}

const within = (range: LineRange, line: number) => line >= range.first && line <= range.last;

function emptyText(tail: LogTail): string {
  if (tail.gone) return 'The log went with the job.';
  if (tail.complete) return 'The job printed nothing.';
  if (tail.status === 'QUEUED' || tail.status === null) return 'Nothing is printed yet. Lines appear here as soon as the job runs.';
  return 'The job runs and has printed nothing yet.';
}

function stateText(tail: LogTail, logSize: number, connection: string, follow: boolean): string {
  const have = tail.model.nextOffset;
  if (tail.gone) return 'The job was deleted';
  if (tail.complete) return 'End of the log';
  if (connection === 'reconnecting') return 'Connection lost, trying again';
  if (logSize > have + 65_536) return `Loading, ${size(have)} of ${size(logSize)}`;
  if (connection === 'polling') return `${follow ? 'Following the end' : 'Held here'}, asking every few seconds`;
  return follow ? 'Following the end' : 'Held here while new lines come in';
}

interface RowProps {
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

const LogRow = memo(function LogRow({ ref, index, row, top, line, continued, text, marked, needle, current, onNumber }: RowProps) {
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

// The way to a line, and to a link to it, without a mouse.
function GoToLine({ lines, onGo }: { lines: number; onGo: () => void }) {
  const [text, setText] = useState('');
  const go = (event: FormEvent) => {
    event.preventDefault();
    const range = parseLines(`#L${text.replace(/\s/g, '').replace(/[–—]/, '-')}`);
    if (!range) {
      say('Give a line as 120, or lines as 120-140.');
      return;
    }
    navigate(location.pathname + location.search + formatLines(range), { replace: true });
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

// Where in the log a point of a selection is; null outside of it.
function placeOf(scroller: HTMLElement, node: Node | null, offset: number): Place | null {
  if (!node || !scroller.contains(node)) return null;
  const element = node instanceof Element ? node : node.parentElement;
  const row = element?.closest<HTMLElement>('[data-row]');
  if (!row) return null;
  const text = row.querySelector('.log-text');
  let before = 0;
  if (text?.contains(node)) {
    const range = document.createRange();
    range.setStart(text, 0);
    range.setEnd(node, offset);
    before = range.toString().length;
  }
  return { row: Number(row.dataset.row), offset: before };
}

function DownloadLink({ id, name }: { id: string; name: string }) {
  const href = `${server}/migration/jobs/${encodeURIComponent(id)}/log`;
  // A token goes into a header, which a plain link cannot carry.
  const withToken = async (event: MouseEvent) => {
    if (token() === null) return;
    event.preventDefault();
    const answer = await fetch(href, { credentials, headers: authorization() }).catch(() => null);
    if (!answer?.ok) {
      say('The log could not be downloaded.');
      return;
    }
    const url = URL.createObjectURL(await answer.blob());
    const link = document.createElement('a');
    link.href = url;
    link.download = /filename="([^"]+)"/.exec(answer.headers.get('Content-Disposition') ?? '')?.[1] ?? `job-${id}-${name}.log`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(url), 60_000);
  };
  return (
    <a className="button" href={href} download onClick={(e) => void withToken(e)}>
      <Download />
      Download
    </a>
  );
}
