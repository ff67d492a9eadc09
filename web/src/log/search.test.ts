import { describe, expect, it } from 'vitest';
import { LogModel, ROW_BYTES } from './model';
import { hits, LogSearch, pattern } from './search';

function feed(model: LogModel, chunk: string): LogModel {
  const offset = model.nextOffset;
  model.append({ offset, chunk, newOffset: offset + new TextEncoder().encode(chunk).length });
  return model;
}

const found = (s: LogSearch) => Array.from({ length: s.rows.length }, (_, i) => s.rows.at(i));

function search(model: LogModel, needle: string): LogSearch {
  const s = new LogSearch(model, needle);
  while (!s.advance(50));
  return s;
}

describe('search', () => {
  it('finds a text in any case, anywhere in a log', () => {
    const model = new LogModel();
    for (let i = 0; i < 5000; i++) feed(model, i % 1000 === 999 ? `Err ${i} could NOT append\n` : `msg INBOX/${i} copied\n`);
    expect(found(search(model, 'could not append'))).toEqual([999, 1999, 2999, 3999, 4999]);
    expect(found(search(model, 'INBOX/42'))).toHaveLength(111);
    expect(found(search(model, 'nowhere'))).toEqual([]);
  });

  it('takes a text as it is, not as a pattern', () => {
    const model = feed(new LogModel(), '[INBOX]\nINBOX\na.c\nabc\n(x|y)*\n');
    expect(found(search(model, '[inbox]'))).toEqual([0]);
    expect(found(search(model, 'a.c'))).toEqual([2]);
    expect(found(search(model, '(x|y)*'))).toEqual([4]);
  });

  it('knows more letters than ASCII', () => {
    const model = feed(new LogModel(), 'ENTWÜRFE\nentwurfe\nΔελτία\n');
    expect(found(search(model, 'entwürfe'))).toEqual([0]);
    expect(found(search(model, 'δΕΛΤΊΑ'))).toEqual([2]);
  });

  it('reads across colours and not inside escape sequences', () => {
    const model = feed(new LogModel(), '\u001b[31mfai\u001b[1mled\u001b[0m\n\u001b]0;failed\u0007quiet\n');
    expect(found(search(model, 'failed'))).toEqual([0]);
    expect(found(search(model, '31m'))).toEqual([]);
  });

  it('does not find what a progress line has overwritten', () => {
    const model = feed(new LogModel(), 'needle 1%\rdone\n');
    expect(found(search(model, 'needle'))).toEqual([]);
    expect(found(search(model, 'done'))).toEqual([0]);
  });

  it('finds a text that lies across the cut of a long line, once', () => {
    const model = feed(new LogModel(), `${'a'.repeat(ROW_BYTES - 3)}needle${'b'.repeat(50)}\n`);
    expect(found(search(model, 'needle'))).toEqual([0]);
  });

  it('goes on where it stopped when the log grows', () => {
    const model = feed(new LogModel(), 'one hit\nnothing\npart of a h');
    const s = search(model, 'hit');
    expect(found(s)).toEqual([0]);
    feed(model, 'it\nanother hit\n');
    while (!s.advance(50));
    expect(found(s)).toEqual([0, 2, 3]);
    while (!s.advance(50));
    expect(found(s)).toEqual([0, 2, 3]);
  });

  it('forgets hits in rows that are gone', () => {
    const model = feed(new LogModel(), `top\nhit ${'x'.repeat(ROW_BYTES)} hit`);
    const s = search(model, 'hit');
    expect(found(s)).toEqual([1, 2]);
    feed(model, '\rnew text\n');
    while (!s.advance(50));
    expect(found(s)).toEqual([]);
  });

  it('forgets hits in rows that others have taken the place of', () => {
    const model = feed(new LogModel(), `hit ${'x'.repeat(ROW_BYTES)} hit`);
    const s = search(model, 'hit');
    expect(found(s)).toEqual([0, 1]);
    feed(model, '\rnew text\nsecond\nthird hit\nfourth\n');
    while (!s.advance(50));
    expect(found(s)).toEqual([2]);
  });

  it('works in slices', () => {
    const model = new LogModel();
    for (let i = 0; i < 4000; i++) feed(model, `line ${i}\n`);
    const s = new LogSearch(model, 'line 3999');
    let clock = 0;
    let slices = 1;
    while (!s.advance(1, () => clock++)) slices++;
    expect(slices).toBeGreaterThan(3);
    expect(found(s)).toEqual([3999]);
  });
});

describe('hits', () => {
  it('are where they are in the row', () => {
    expect(hits('Copied, not copied', pattern('copied'))).toEqual([
      [0, 6],
      [12, 18],
    ]);
    expect(hits('', pattern('x'))).toEqual([]);
  });
});
