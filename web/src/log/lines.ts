// Links to lines: #L120 and #L120-L140.

/** Lines from first to last, both included, counted from 1. */
export interface LineRange {
  first: number;
  last: number;
}

/** Reads a location's hash; null where it names no lines. */
export function parseLines(hash: string): LineRange | null {
  const m = /^#L(\d{1,9})(?:-L?(\d{1,9}))?$/.exec(hash);
  if (!m) return null;
  const a = Number(m[1]);
  const b = m[2] === undefined ? a : Number(m[2]);
  if (a < 1 || b < 1) return null;
  return { first: Math.min(a, b), last: Math.max(a, b) };
}

/** Writes what parseLines reads. */
export function formatLines({ first, last }: LineRange): string {
  return first === last ? `#L${first}` : `#L${first}-L${last}`;
}

/** The range from the line that was chosen first to another one. */
export function extend(range: LineRange | null, anchor: number, line: number): LineRange {
  const from = range ? anchor : line;
  return { first: Math.min(from, line), last: Math.max(from, line) };
}
