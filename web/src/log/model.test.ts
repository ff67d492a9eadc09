import { describe, expect, it } from 'vitest';
import { LogModel, ROW_BYTES } from './model';

const bytes = (s: string) => new TextEncoder().encode(s).length;

/** Feeds texts one after the other, with the offsets a server would give them. */
function feed(model: LogModel, ...texts: string[]): LogModel {
  for (const chunk of texts) {
    const offset = model.nextOffset;
    expect(model.append({ offset, chunk, newOffset: offset + bytes(chunk) })).toBe(true);
  }
  return model;
}

const rows = (m: LogModel) => Array.from({ length: m.rowCount }, (_, i) => m.text(i));

describe('offsets', () => {
  it('come from the server and count bytes', () => {
    const model = feed(new LogModel(), 'Entwürfe ✓\n');
    expect(model.nextOffset).toBe(14);
    expect(rows(model)).toEqual(['Entwürfe ✓']);
  });

  it('are taken as they are, even where they do not fit the text', () => {
    const model = new LogModel();
    model.append({ offset: 0, chunk: 'abc\n', newOffset: 10 });
    expect(model.nextOffset).toBe(10);
    expect(model.append({ offset: 10, chunk: 'def', newOffset: 13 })).toBe(true);
    expect(rows(model)).toEqual(['abc', 'def']);
  });

  it('keep a piece that comes twice from showing twice', () => {
    const model = feed(new LogModel(), 'one\ntwo\n');
    expect(model.append({ offset: 4, chunk: 'two\n', newOffset: 8 })).toBe(true);
    expect(model.append({ offset: 0, chunk: 'one\n', newOffset: 4 })).toBe(true);
    expect(rows(model)).toEqual(['one', 'two']);
  });

  it('keep what is new of a piece that overlaps', () => {
    const model = feed(new LogModel(), 'ä\nbö');
    const whole = 'ä\nbö!\n';
    expect(model.append({ offset: 0, chunk: whole, newOffset: bytes(whole) })).toBe(true);
    expect(rows(model)).toEqual(['ä', 'bö!']);
  });

  it('refuse a piece that leaves a gap', () => {
    const model = feed(new LogModel(), 'one\n');
    expect(model.append({ offset: 9, chunk: 'three\n', newOffset: 15 })).toBe(false);
    expect(model.nextOffset).toBe(4);
    expect(rows(model)).toEqual(['one']);
  });
});

describe('rows', () => {
  it('are the same however the text is cut', () => {
    const text = 'Host1: löaded\r\n\n 1%\r 50%\r100%\nfolder [Entwürfe] ✓\npartial';
    const whole = rows(feed(new LogModel(), text));
    expect(whole).toEqual(['Host1: löaded', '', '100%', 'folder [Entwürfe] ✓', 'partial']);
    const all = [...text];
    for (let cut = 1; cut < all.length; cut++) {
      const model = feed(new LogModel(), all.slice(0, cut).join(''), all.slice(cut).join(''));
      expect(rows(model)).toEqual(whole);
    }
    expect(rows(feed(new LogModel(), ...all))).toEqual(whole);
  });

  it('show a line before its newline has come', () => {
    const model = feed(new LogModel(), 'copi');
    expect(rows(model)).toEqual(['copi']);
    feed(model, 'ed\n');
    expect(rows(model)).toEqual(['copied']);
    expect(model.lineCount).toBe(1);
  });

  it('are none in an empty log', () => {
    expect(new LogModel().rowCount).toBe(0);
    expect(new LogModel().lineCount).toBe(0);
  });

  it('lie across the blocks that hold them', () => {
    const model = new LogModel();
    const line = 'ü'.repeat(700);
    for (let i = 0; i < 2000; i++) feed(model, `${i} ${line}\n`);
    expect(model.byteLength).toBeGreaterThan(2 << 20);
    for (const i of [0, 745, 746, 747, 748, 749, 750, 1492, 1493, 1494, 1495, 1999]) {
      expect(model.text(i)).toBe(`${i} ${line}`);
    }
  });
});

describe('carriage returns', () => {
  it('leave the last state of a progress line', () => {
    const model = feed(new LogModel(), 'copy  1%\rcopy  2%');
    expect(rows(model)).toEqual(['copy  2%']);
    feed(model, '\r');
    expect(rows(model)).toEqual(['copy  2%']);
    feed(model, 'copy  3%\ndone\n');
    expect(rows(model)).toEqual(['copy  3%', 'done']);
  });

  it('before a newline belong to it, however many there are', () => {
    expect(rows(feed(new LogModel(), 'one\r\ntwo\r\r\nthree\r', '\n'))).toEqual(['one', 'two', 'three']);
  });

  it('take all rows of a long line back', () => {
    const model = feed(new LogModel(), 'before\n', 'x'.repeat(3 * ROW_BYTES));
    expect(model.rowCount).toBe(4);
    feed(model, '\rshort\nafter\n');
    expect(rows(model)).toEqual(['before', 'short', 'after']);
    expect(model.lineOf(2)).toBe(3);
  });
});

describe('long lines', () => {
  it('are cut into rows between characters, and keep one line number', () => {
    const line = '€'.repeat(5000);
    const model = feed(new LogModel(), 'a\n', line, '\nz\n');
    expect(rows(model).join('')).toBe(`a${line}z`);
    expect(model.rowCount).toBe(6);
    expect(model.lineCount).toBe(3);
    expect([0, 1, 2, 3, 4, 5].map((r) => model.lineOf(r))).toEqual([1, 2, 2, 2, 2, 3]);
    expect([0, 1, 2, 3, 4, 5].map((r) => model.isContinuation(r))).toEqual([false, false, true, true, true, false]);
    expect([1, 2, 3].map((l) => model.rowOf(l))).toEqual([0, 1, 5]);
    expect(model.rowOf(4)).toBe(6);
    expect(model.rowOf(400)).toBe(6);
  });

  it('of a megabyte without a newline stay within the limit', () => {
    const model = new LogModel();
    for (let i = 0; i < 1024; i++) feed(model, 'y'.repeat(1024));
    expect(model.lineCount).toBe(1);
    expect(model.rowCount).toBe((1 << 20) / ROW_BYTES);
    for (let r = 0; r < model.rowCount; r++) expect(model.rowBytes(r)).toBe(ROW_BYTES);
  });
});

describe('line numbers', () => {
  it('and rows lead to one another', () => {
    const model = new LogModel();
    for (let i = 1; i <= 300; i++) feed(model, i % 7 === 0 ? `${'w'.repeat(ROW_BYTES * 2 + 5)}\n` : `line ${i}\n`);
    for (let line = 1; line <= 300; line++) {
      const row = model.rowOf(line);
      expect(model.lineOf(row)).toBe(line);
      expect(model.isContinuation(row)).toBe(false);
    }
  });
});
