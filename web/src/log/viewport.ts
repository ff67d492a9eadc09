// The part of the log that is drawn: a window of its rows in a list that draws those on the screen, and whether it
// follows the end.
import { type Range, useVirtualizer, type Virtualizer } from '@tanstack/react-virtual';
import { type KeyboardEvent, type RefObject, useCallback, useLayoutEffect, useRef, useState, type WheelEvent } from 'react';
import type { LogModel } from './model';
import type { Selected } from './selection';

/** Height of a row that is not wrapped, in pixels; the style sheet has the same. */
const ROW_HEIGHT = 20;

// Browsers draw nothing below some 33 million pixels, and a list costs something
// for each of its rows. So the list holds a window of the log, which moves on
// when the reader comes near its edge. Wrapped rows can be 4 KiB high.
const WINDOW = { plain: 120_000, wrapped: 40_000 };
const EDGE = 400;
const OVERSCAN = 24;

type Align = 'start' | 'center' | 'end';

export interface Viewport {
  virtualizer: Virtualizer<HTMLDivElement, Element>;
  /** The first row of the window. */
  first: number;
  /** Rows in the window. */
  shown: number;
  wrap: boolean;
  setWrapping: (on: boolean) => void;
  /** It follows the end. */
  follow: boolean;
  setFollow: (on: boolean) => void;
  /** Lines that came since it last followed the end. */
  unread: number;
  goTo: (row: number, align: Align) => void;
  toEnd: () => void;
  /** The first row on the screen. */
  topRow: () => number;
  /** What the element that scrolls must call. */
  handlers: { onScroll: () => void; onWheel: (event: WheelEvent) => void; onKeyDown: (event: KeyboardEvent) => void };
}

/** The rows that a selection begins and ends in stay drawn: it lives in their elements. */
export function useViewport(model: LogModel, scroller: RefObject<HTMLDivElement | null>, selected: RefObject<Selected | null>, followAtFirst: boolean): Viewport {
  const rowCount = model.rowCount;
  const [wrap, setWrap] = useState(() => localStorage.getItem('mailferry-wrap') === 'yes');

  // Following the end, until the reader goes elsewhere.
  const [follow, setFollowState] = useState(followAtFirst);
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
  const pending = useRef<{ row: number; align: Align } | null>(null);

  const virtualizer = useVirtualizer<HTMLDivElement, Element>({
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
      [first, scroller, selected],
    ),
  });

  const goTo = useCallback(
    (row: number, align: Align) => {
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
      // The reader may have scrolled up since the last frame: the event that tells of it comes only after this. Where
      // the content has become shorter it is the browser that has moved, to the end.
      const end = element.scrollHeight - element.clientHeight;
      if (element.scrollTop < Math.min(lastTop.current, end) - 2) {
        lastTop.current = element.scrollTop;
        setFollow(false);
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
  }, [selected, setFollow]);

  const topRow = useCallback(() => {
    const range = virtualizer.range;
    return first + (range?.startIndex ?? 0);
  }, [first, virtualizer]);

  const onKeyDown = (event: KeyboardEvent) => {
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

  const onWheel = (event: WheelEvent) => {
    if (event.deltaY < 0 && (scroller.current?.scrollTop ?? 0) > 0) setFollow(false);
  };

  const unread = follow ? 0 : Math.max(0, model.lineCount - seen);
  return { virtualizer, first, shown, wrap, setWrapping, follow, setFollow, unread, goTo, toEnd, topRow, handlers: { onScroll, onWheel, onKeyDown } };
}
