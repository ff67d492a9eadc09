import { describe, expect, it } from 'vitest';
import { extend, formatLines, parseLines } from './lines';

describe('links to lines', () => {
  it('name one line or a range, in either order', () => {
    expect(parseLines('#L120')).toEqual({ first: 120, last: 120 });
    expect(parseLines('#L120-L140')).toEqual({ first: 120, last: 140 });
    expect(parseLines('#L140-L120')).toEqual({ first: 120, last: 140 });
    expect(parseLines('#L7-9')).toEqual({ first: 7, last: 9 });
  });

  it('are nothing else', () => {
    for (const hash of ['', '#', '#L', '#L0', '#L-3', '#L1-', '#l1', '#L1-L0', '#L99999999999', '#Lx', '#L1 ']) {
      expect(parseLines(hash), hash).toBeNull();
    }
  });

  it('read back as they were written', () => {
    for (const range of [{ first: 1, last: 1 }, { first: 3, last: 900 }]) expect(parseLines(formatLines(range))).toEqual(range);
  });

  it('grow from the line chosen first', () => {
    expect(extend(null, 0, 5)).toEqual({ first: 5, last: 5 });
    expect(extend({ first: 5, last: 5 }, 5, 9)).toEqual({ first: 5, last: 9 });
    expect(extend({ first: 5, last: 9 }, 5, 2)).toEqual({ first: 2, last: 5 });
  });
});
