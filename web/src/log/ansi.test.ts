import { describe, expect, it } from 'vitest';
import { spans, visible } from './ansi';

const ESC = '\u001b';

describe('spans', () => {
  it('give colours names', () => {
    expect(spans(`a ${ESC}[31mred${ESC}[0m ${ESC}[1;42mbold${ESC}[0m`)).toEqual([
      { text: 'a ', className: '' },
      { text: 'red', className: 'fg-red' },
      { text: ' ', className: '' },
      { text: 'bold', className: 'bg-green ansi-bold' },
    ]);
  });

  it('know the 256 colours and true colour', () => {
    expect(spans(`${ESC}[38;5;196mx${ESC}[0m`)[0]).toMatchObject({ text: 'x', color: 'rgb(255, 0, 0)' });
    expect(spans(`${ESC}[38;5;244mx${ESC}[0m`)[0]).toMatchObject({ color: 'rgb(128, 128, 128)' });
    expect(spans(`${ESC}[48;2;1;2;3mx${ESC}[0m`)[0]?.background?.replace(/ /g, '')).toBe('rgb(1,2,3)');
  });

  it('keep markup as text', () => {
    expect(spans('<script>alert(1)</script> &amp;')).toEqual([{ text: '<script>alert(1)</script> &amp;', className: '' }]);
    expect(spans(`${ESC}[31m<b>${ESC}[0m`)[0]?.text).toBe('<b>');
  });

  it('join to the visible text', () => {
    for (const text of [
      'plain',
      '',
      `${ESC}[31mred${ESC}[39m and ${ESC}[2Kmore`,
      `${ESC}]8;;http://example.test/${ESC}\\a link${ESC}]8;;${ESC}\\`,
      `bell\u0007 back\bspace`,
      `${ESC}[1mtab\there${ESC}[m`,
      `unfinished ${ESC}[`,
    ]) {
      expect(
        spans(text)
          .map((s) => s.text)
          .join(''),
      ).toBe(visible(text));
    }
  });
});

describe('visible text', () => {
  it('has no terminal links, titles or cursor movements', () => {
    expect(visible(`${ESC}]8;;http://example.test/\u0007click${ESC}]8;;\u0007`)).toBe('click');
    expect(visible(`${ESC}]0;title\u0007x${ESC}[2J${ESC}[10;10Hy`)).toBe('xy');
  });

  it('shows control characters as pictures', () => {
    expect(visible('a\u0007b\u0008c\td')).toBe('a␇b␈c\td');
  });

  it('does not turn, hide or break what stands around', () => {
    expect(visible('INBOX/\u202Egpj.exe\u202C')).toBe('INBOX/\ufffdgpj.exe\ufffd');
    for (const code of [0x61c, 0x200b, 0x200e, 0x200f, 0x2028, 0x202a, 0x202e, 0x2066, 0x2069, 0x2060, 0xfeff, 0xad, 0x85, 0x9b, 0xe0041]) {
      const text = `a${String.fromCodePoint(code)}b`;
      expect(visible(text), code.toString(16)).toBe('a\ufffdb');
      expect(spans(text), code.toString(16)).toEqual([{ text: 'a\ufffdb', className: '' }]);
      expect(spans(`${ESC}[31m${text}${ESC}[0m`)[0]?.text, code.toString(16)).toBe('a\ufffdb');
    }
    // Letters that are joined, and a family, are what they are.
    expect(visible('\u0646\u0627\u0645\u0647\u200c\u0647\u0627 👩‍💻')).toBe('\u0646\u0627\u0645\u0647\u200c\u0647\u0627 👩‍💻');
  });
});
