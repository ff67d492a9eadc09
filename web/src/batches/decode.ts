// A file of mailboxes as text. Spreadsheet programs save CSV in three encodings and name none of them.

export type Encoding = 'UTF-8' | 'UTF-16' | 'Windows-1252';

export type Decoded = { text: string; encoding: Encoding; problem?: undefined } | { problem: string; text?: undefined };

const begins = (bytes: Uint8Array, ...signature: number[]) => signature.every((byte, i) => bytes[i] === byte);

// In UTF-16 every other byte of mostly Latin text is zero: the second of each pair in
// little-endian, the first in big-endian.
function utf16(bytes: Uint8Array): 'utf-16le' | 'utf-16be' | null {
  if (begins(bytes, 0xff, 0xfe)) return 'utf-16le';
  if (begins(bytes, 0xfe, 0xff)) return 'utf-16be';
  const pairs = Math.min(500, Math.floor(bytes.length / 2));
  let first = 0;
  let second = 0;
  for (let i = 0; i < pairs; i++) {
    if (bytes[2 * i] === 0) first++;
    if (bytes[2 * i + 1] === 0) second++;
  }
  if (pairs === 0 || first + second < pairs * 0.4) return null;
  return second > first ? 'utf-16le' : 'utf-16be';
}

function utf8(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}

/** Reads a file's bytes. What cannot be a table of text is refused with a sentence that says what to do. */
export function decode(bytes: Uint8Array): Decoded {
  // A workbook of Excel or LibreOffice is a ZIP archive; one of old Excel an OLE container.
  if (begins(bytes, 0x50, 0x4b, 0x03, 0x04) || begins(bytes, 0xd0, 0xcf, 0x11, 0xe0)) {
    return { problem: 'This is a workbook, not a CSV file. Open it in the spreadsheet program, save it as CSV, and choose that file.' };
  }
  const wide = utf16(bytes);
  const plain = wide === null ? utf8(bytes) : null;
  const [text, encoding]: [string, Encoding] =
    wide !== null
      ? [new TextDecoder(wide).decode(bytes), 'UTF-16']
      : plain !== null
        ? [plain, 'UTF-8']
        : [new TextDecoder('windows-1252').decode(bytes), 'Windows-1252'];
  if (text.includes('\0')) return { problem: 'This is not a text file. Choose a file that was saved as CSV.' };
  if (text.trim() === '') return { problem: 'The file is empty.' };
  return { text, encoding };
}

/** What the server takes in one request, in bytes. */
export const bodyLimit = 1 << 20;

// The request's other members, and room for what the client may add to them.
const envelope = 2048;

/** The size in bytes of a request with these variables: quotes and line breaks are escaped in it. */
export function bodySize(query: string, variables: unknown): number {
  return new TextEncoder().encode(JSON.stringify({ query, variables })).length + envelope;
}

/** The name that a file of mailboxes gives its batch: its own, without the ending. */
export function batchName(fileName: string): string {
  return fileName.replace(/\.(csv|tsv|txt)$/i, '').trim().slice(0, 200);
}

/** How many lines a text has that are not empty. */
export function countLines(text: string): number {
  return text.split(/\r\n|\r|\n/).filter((line) => line.trim() !== '').length;
}
