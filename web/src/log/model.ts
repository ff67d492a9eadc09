// A job's log as the app holds it: the bytes, and where its rows begin.
//
// A log can be 100 MB and more than a million lines. Strings and objects per
// line would cost several times that, so the model keeps UTF-8 bytes in blocks
// and two numbers per row; text is made for the rows on the screen only.
//
// Words: a line is what ends with a newline, as an editor counts them. A row is
// what the list shows: a line, or a piece of at most ROW_BYTES of a longer one,
// since one element with a megabyte of text stops a browser.

const BLOCK_BYTES = 1 << 20;

/** The longest row, in bytes; a longer line is shown as several rows. */
export const ROW_BYTES = 4096;

const LF = 10;
const CR = 13;

/** A piece of a log as the server sends it; offsets are bytes of the log. */
export interface Piece {
  offset: number;
  chunk: string;
  newOffset: number;
}

/** Row numbers in ascending order, or any other growing list of whole numbers below 2^32. */
export class Numbers {
  #data = new Uint32Array(1024);
  length = 0;

  push(n: number): void {
    if (this.length === this.#data.length) {
      const wider = new Uint32Array(this.#data.length * 2);
      wider.set(this.#data);
      this.#data = wider;
    }
    this.#data[this.length++] = n;
  }

  at(i: number): number {
    return this.#data[i] ?? 0;
  }

  set(i: number, n: number): void {
    this.#data[i] = n;
  }

  /** How many of the numbers are below n; they must be in ascending order. */
  countBelow(n: number): number {
    let low = 0;
    let high = this.length;
    while (low < high) {
      const mid = (low + high) >>> 1;
      if (this.at(mid) < n) low = mid + 1;
      else high = mid;
    }
    return low;
  }
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

export class LogModel {
  #blocks: Uint8Array[] = [];
  #bytes = 0;
  #next = 0;

  // The last row is the open one: it has a start, its end is still to come.
  #starts = new Numbers();
  #ends = new Numbers();
  #continued = new Numbers();
  // First row of the line that is still open.
  #lineRow = 0;
  // Where the carriage returns begin that the text so far ends with; -1 where it ends with none.
  #crAt = -1;

  #rewrites = 0;

  constructor() {
    this.#starts.push(0);
    this.#ends.push(0);
  }

  /** The server's offset to ask on from. */
  get nextOffset(): number {
    return this.#next;
  }

  /** Rows before this one never change again. */
  get settledRows(): number {
    return this.#lineRow;
  }

  /** How many times a carriage return has taken rows back. */
  get rewrites(): number {
    return this.#rewrites;
  }

  /** Bytes held. */
  get byteLength(): number {
    return this.#bytes;
  }

  /** Rows there are to show. An empty row at the very end is not one of them. */
  get rowCount(): number {
    const open = this.#starts.length - 1;
    return this.#openEnd() > this.#starts.at(open) || this.#isContinuation(open) ? open + 1 : open;
  }

  /** Lines there are to show. */
  get lineCount(): number {
    const rows = this.rowCount;
    return rows - this.#continued.countBelow(rows);
  }

  /**
   * Takes the next piece. What overlaps with bytes held already is dropped, so a
   * piece that comes twice changes nothing. Returns false where the piece begins
   * behind the next offset: it is not taken, since bytes between are missing.
   */
  append(piece: Piece): boolean {
    if (piece.offset > this.#next) return false;
    if (piece.newOffset <= this.#next) return true;
    const bytes = encoder.encode(piece.chunk);
    const fresh = bytes.subarray(this.#next - piece.offset);
    this.#store(fresh);
    this.#index(fresh);
    this.#bytes += fresh.length;
    this.#next = piece.newOffset;
    return true;
  }

  #store(bytes: Uint8Array): void {
    let from = 0;
    let at = this.#bytes;
    while (from < bytes.length) {
      const within = at % BLOCK_BYTES;
      if (within === 0) this.#blocks.push(new Uint8Array(BLOCK_BYTES));
      const n = Math.min(BLOCK_BYTES - within, bytes.length - from);
      this.#blocks[this.#blocks.length - 1]?.set(bytes.subarray(from, from + n), within);
      from += n;
      at += n;
    }
  }

  // Cuts new bytes into rows. A carriage return takes a line back to its start,
  // as on a terminal: of a progress line only the last state remains.
  #index(bytes: Uint8Array): void {
    const base = this.#bytes;
    let row = this.#starts.length - 1;
    let start = this.#starts.at(row);
    for (let i = 0; i < bytes.length; i++) {
      const byte = bytes[i];
      const at = base + i;
      if (byte === LF) {
        this.#ends.set(row, this.#crAt >= 0 ? this.#crAt : at);
        this.#crAt = -1;
        start = at + 1;
        row = this.#open(start);
        this.#lineRow = row;
      } else if (byte === CR) {
        if (this.#crAt < 0) this.#crAt = at;
      } else if (this.#crAt >= 0) {
        this.#crAt = -1;
        this.#rewrites++;
        start = at;
        row = this.#lineRow;
        this.#starts.length = row + 1;
        this.#ends.length = row + 1;
        this.#starts.set(row, start);
        this.#continued.length = this.#continued.countBelow(row + 1);
      } else if (at - start >= ROW_BYTES && ((byte ?? 0) & 0xc0) !== 0x80) {
        this.#ends.set(row, at);
        start = at;
        row = this.#open(start);
        this.#continued.push(row);
      }
    }
  }

  #open(start: number): number {
    this.#starts.push(start);
    this.#ends.push(0);
    return this.#starts.length - 1;
  }

  #openEnd(): number {
    return this.#crAt >= 0 ? this.#crAt : this.#bytes;
  }

  #end(row: number): number {
    return row === this.#starts.length - 1 ? this.#openEnd() : this.#ends.at(row);
  }

  #isContinuation(row: number): boolean {
    const i = this.#continued.countBelow(row);
    return i < this.#continued.length && this.#continued.at(i) === row;
  }

  /** Whether a row goes on with the line of the row before. */
  isContinuation(row: number): boolean {
    return this.#isContinuation(row);
  }

  /** Number of the line that a row belongs to, from 1. */
  lineOf(row: number): number {
    return row + 1 - this.#continued.countBelow(row + 1);
  }

  /** First row of a line; rowCount where there is no such line yet. */
  rowOf(line: number): number {
    let low = line - 1;
    let high = Math.min(this.rowCount, low + this.#continued.length);
    if (low >= high) return Math.min(low, this.rowCount);
    while (low < high) {
      const mid = (low + high) >>> 1;
      if (this.lineOf(mid) < line) low = mid + 1;
      else high = mid;
    }
    return low;
  }

  /** Bytes of a row, without its newline. */
  rowBytes(row: number): number {
    return this.#end(row) - this.#starts.at(row);
  }

  /** The text of a row as it was printed, escape sequences included. */
  text(row: number): string {
    return this.#decode(this.#starts.at(row), this.#end(row));
  }

  /**
   * The text of rows from..to (to excluded) with everything between them,
   * newlines and overwritten progress lines included. For finding out quickly
   * that something is not there.
   */
  span(from: number, to: number): string {
    return to > from ? this.#decode(this.#starts.at(from), this.#end(to - 1)) : '';
  }

  #decode(start: number, end: number): string {
    const first = Math.floor(start / BLOCK_BYTES);
    const last = Math.floor((end - 1) / BLOCK_BYTES);
    if (end <= start) return '';
    if (first === last) {
      const from = first * BLOCK_BYTES;
      return decoder.decode(this.#blocks[first]?.subarray(start - from, end - from));
    }
    const joined = new Uint8Array(end - start);
    for (let i = first; i <= last; i++) {
      const from = i * BLOCK_BYTES;
      const piece = this.#blocks[i]?.subarray(Math.max(0, start - from), Math.min(BLOCK_BYTES, end - from));
      if (piece) joined.set(piece, Math.max(0, from - start));
    }
    return decoder.decode(joined);
  }
}
