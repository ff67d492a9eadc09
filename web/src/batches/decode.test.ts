import { describe, expect, it } from 'vitest';
import { batchName, bodyLimit, bodySize, countLines, decode } from './decode';

const bytes = (...values: number[]) => new Uint8Array(values);
const latin1 = (text: string) => Uint8Array.from(text, (c) => c.charCodeAt(0));
const utf16 = (text: string, bigEndian: boolean, mark: boolean) => {
  const all = mark ? `\ufeff${text}` : text;
  const view = new DataView(new ArrayBuffer(2 * all.length));
  for (let i = 0; i < all.length; i++) view.setUint16(2 * i, all.charCodeAt(i), !bigEndian);
  return new Uint8Array(view.buffer);
};

const table = 'name,source_user\r\nBüro,büro@example.org\r\n';

describe('a file is read', () => {
  it('as UTF-8, with and without a byte order mark', () => {
    const plain = new TextEncoder().encode(table);
    expect(decode(plain)).toEqual({ text: table, encoding: 'UTF-8' });
    expect(decode(bytes(0xef, 0xbb, 0xbf, ...plain))).toEqual({ text: table, encoding: 'UTF-8' });
  });

  it('as UTF-16 of either order, marked or not', () => {
    for (const bigEndian of [false, true]) {
      for (const mark of [false, true]) {
        expect(decode(utf16(table, bigEndian, mark)), `${bigEndian} ${mark}`).toEqual({ text: table, encoding: 'UTF-16' });
      }
    }
  });

  it('as Windows-1252 where it is not UTF-8', () => {
    expect(decode(latin1(table))).toEqual({ text: table, encoding: 'Windows-1252' });
    // Some versions of Node take it for Latin-1, so 0x80 to 0x9f are tested in the browser.
  });
});

describe('a file is refused', () => {
  it('that is a workbook', () => {
    expect(decode(bytes(0x50, 0x4b, 3, 4, 20, 0)).problem).toContain('save it as CSV');
    expect(decode(bytes(0xd0, 0xcf, 0x11, 0xe0, 0xa1)).problem).toContain('save it as CSV');
  });

  it('that is empty or no text', () => {
    expect(decode(bytes()).problem).toBe('The file is empty.');
    expect(decode(latin1(' \r\n\r\n')).problem).toBe('The file is empty.');
    expect(decode(latin1('GIF89a with one \0 in a longer run of text')).problem).toContain('not a text file');
  });
});

it('the size of a request counts what JSON escapes, and bytes rather than letters', () => {
  const plain = bodySize('q', { csv: 'aaaa' });
  expect(bodySize('q', { csv: '"\n"\n' }) - plain).toBe(4);
  expect(bodySize('q', { csv: 'üüüü' }) - plain).toBe(4);
  expect(bodySize('q', { csv: 'x'.repeat(bodyLimit) })).toBeGreaterThan(bodyLimit);
});

it('a batch is named after its file', () => {
  expect(batchName('Accounting 2026.CSV')).toBe('Accounting 2026');
  expect(batchName('list.of.mailboxes.txt')).toBe('list.of.mailboxes');
  expect(batchName(`${'n'.repeat(300)}.csv`)).toHaveLength(200);
});

it('lines are counted without empty ones, whatever ends them', () => {
  expect(countLines('a\r\nb\n\nc\rd\n')).toBe(4);
  expect(countLines('')).toBe(0);
});
