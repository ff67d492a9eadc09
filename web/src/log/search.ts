// Search over a whole log, in slices short enough that the page stays alive.
import { visible } from './ansi';
import { type LogModel, Numbers } from './model';

// Rows looked at as one text first: most of them hold nothing.
const GROUP = 256;

/** A pattern that finds a text as it is, in any case. */
export function pattern(needle: string): RegExp {
  return new RegExp(needle.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'), 'giu');
}

/**
 * The rows of a log that hold a text. The last row of a log that is still
 * written is looked at again when it has changed.
 */
export class LogSearch {
  /** Rows with at least one hit, ascending. */
  readonly rows = new Numbers();
  readonly needle: string;
  readonly #model: LogModel;
  readonly #pattern: RegExp;
  // Rows that have been looked at, and what the model said of them then.
  #done = 0;
  #settled = 0;
  #rewrites = 0;

  constructor(model: LogModel, needle: string) {
    this.#model = model;
    this.needle = needle;
    this.#pattern = pattern(needle);
  }

  /** Rows that have been looked at. */
  get searched(): number {
    return this.#done;
  }

  /**
   * Looks on for about so many milliseconds. Returns true when every row there
   * is has been looked at.
   */
  advance(milliseconds: number, now: () => number = () => performance.now()): boolean {
    const model = this.#model;
    const total = model.rowCount;
    // The last row may have grown since. A carriage return may have put other rows in place of all of its line.
    const known = model.rewrites === this.#rewrites ? Math.max(0, this.#done - 1) : this.#settled;
    if (this.#done > known) this.#done = known;
    this.#rewrites = model.rewrites;
    this.#settled = model.settledRows;
    this.rows.length = this.rows.countBelow(this.#done);
    const until = now() + milliseconds;
    while (this.#done < total) {
      const from = this.#done;
      const to = Math.min(total, from + GROUP);
      if (this.#mayHold(from, to)) {
        for (let row = from; row < to; row++) if (this.#holds(row)) this.rows.push(row);
      }
      this.#done = to;
      if (now() >= until) break;
    }
    return this.#done >= total;
  }

  #mayHold(from: number, to: number): boolean {
    const text = this.#model.span(from, to);
    if (text.includes('\u001b')) return true;
    this.#pattern.lastIndex = 0;
    return this.#pattern.test(text) || /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/.test(text); // eslint-disable-line no-control-regex
  }

  #holds(row: number): boolean {
    let text = visible(this.#model.text(row));
    // A hit may lie across the cut of a long line; it counts for the row it begins in.
    const next = row + 1;
    const rest = this.needle.length - 1;
    if (rest > 0 && next < this.#model.rowCount && this.#model.isContinuation(next)) {
      text += visible(this.#model.text(next)).slice(0, rest);
    }
    this.#pattern.lastIndex = 0;
    return this.#pattern.test(text);
  }
}

/** Where a pattern is found in a text, as [start, end) pairs in string positions. */
export function hits(text: string, needle: RegExp): [number, number][] {
  const out: [number, number][] = [];
  needle.lastIndex = 0;
  for (let m = needle.exec(text); m; m = needle.exec(text)) {
    out.push([m.index, m.index + m[0].length]);
    if (m[0] === '') break;
  }
  return out;
}
