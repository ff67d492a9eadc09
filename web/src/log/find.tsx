// Searching the log.
import { type RefObject, useEffect, useMemo, useRef, useState } from 'react';
import { count, plural } from '../ui/format';
import { ChevronDown, ChevronUp, SearchIcon } from '../ui/icons';
import type { LogModel } from './model';
import { LogSearch, pattern } from './search';
import type { Viewport } from './viewport';

export interface Find {
  query: string;
  /** Searches for another text. */
  ask: (text: string) => void;
  /** Goes so many hits on. */
  step: (by: number) => void;
  /** What to mark in the rows. */
  needle: RegExp | null;
  /** Rows with a hit, so far. */
  found: number;
  /** The hit that is shown, from 0; -1 for none. */
  hit: number;
  /** The row of that hit; -1 for none. */
  row: number;
  /** There are rows that were not looked at yet. */
  searching: boolean;
}

/** A search that goes on as the log grows, and shows the first hit from where the reader is. */
export function useFind(model: LogModel, version: number, { goTo, setFollow, topRow }: Viewport): Find {
  const [query, setQuery] = useState('');
  const [, redraw] = useState(0);
  const search = useMemo(() => (query === '' ? null : new LogSearch(model, query)), [query, model]);
  const needle = useMemo(() => (query === '' ? null : pattern(query)), [query]);
  const [hit, setHit] = useState(-1);
  const jumped = useRef<LogSearch | null>(null);

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
  const searching = search !== null && search.searched < model.rowCount;
  const step = (by: number) => {
    if (!search || found === 0) return;
    const next = (hit + by + found) % found;
    setHit(next);
    setFollow(false);
    goTo(search.rows.at(next), 'center');
  };
  const ask = (text: string) => {
    setQuery(text);
    setHit(-1);
  };

  const row = search && hit >= 0 && hit < found ? search.rows.at(hit) : -1;
  return { query, ask, step, needle, found, hit, row, searching };
}

export function FindField({ box, find: { query, ask, step, found, hit, searching } }: { box: RefObject<HTMLInputElement | null>; find: Find }) {
  return (
    <div className="log-search" role="search">
      <label className="field-icon">
        <SearchIcon />
        <span className="hidden">Search the log</span>
        <input
          ref={box}
          type="search"
          placeholder="Search the log"
          value={query}
          spellCheck={false}
          onChange={(e) => ask(e.target.value)}
          onKeyDown={(e) => {
            if (e.key === 'Enter') {
              e.preventDefault();
              step(e.shiftKey ? -1 : 1);
            } else if (e.key === 'Escape') {
              ask('');
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
  );
}
