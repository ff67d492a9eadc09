// Selecting and copying text of the log, though only a part of it is drawn.
import { type ClipboardEvent, type RefObject, useEffect } from 'react';
import { visible } from './ansi';
import type { LogModel } from './model';

/** A place in the log: a row, and a character of its visible text. */
interface Place {
  row: number;
  offset: number;
}

export interface Selected {
  from: Place;
  to: Place;
}

/** Keeps what is selected, and calls onSelect whenever there is something. Returns what puts all of it on the clipboard. */
export function useSelection(scroller: RefObject<HTMLElement | null>, selected: RefObject<Selected | null>, model: LogModel, onSelect: () => void): (event: ClipboardEvent) => void {
  useEffect(() => {
    const onChange = () => {
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
      onSelect();
    };
    document.addEventListener('selectionchange', onChange);
    return () => document.removeEventListener('selectionchange', onChange);
  }, [scroller, selected, onSelect]);

  return (event) => {
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
