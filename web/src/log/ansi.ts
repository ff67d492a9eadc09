// What a row shows: text in the colours that its escape sequences ask for, and
// nothing else of what a program can send to a terminal.
import Anser from 'anser';

/** A run of text in one look. */
export interface Span {
  text: string;
  /** Class names of the look, empty for plain text. */
  className: string;
  /** Colours outside the sixteen that have class names. */
  color?: string;
  background?: string;
}

// Sequences that a terminal obeys: OSC and the other strings up to their end
// (window titles, links), CSI (cursor, erase, colours), and single ones.
// eslint-disable-next-line no-control-regex
const sequences = /\u001b(?:[\]PX^_][^\u0007\u001b]*(?:\u0007|\u001b\\)?|\[[0-?]*[ -/]*[@-~]|[@-Z\\^_]|[ -/]+[0-~])/g;
// The rest of the control characters, except the tab; signs that turn the direction of
// writing (Unicode Standard Annex 9), end a line or have no width, by which one text looks
// like another. Joiners stay: letters of many scripts need them.
const unseen =
  '\\u0000-\\u0008\\u000a-\\u001f\\u007f-\\u009f\\u00ad\\u061c\\u180e\\u200b\\u200e\\u200f\\u2028-\\u202e\\u2060-\\u206f\\ufeff\\u{e0000}-\\u{e007f}';
const controls = new RegExp(`[${unseen}]`, 'gu');
const special = new RegExp(`[${unseen}]`, 'u');
// A colour or a weight: CSI … m.
// eslint-disable-next-line no-control-regex
const rendition = /^\u001b\[[\d;:]*m$/;
// An escape that begins no such sequence.
// eslint-disable-next-line no-control-regex
const stray = /\u001b(?!\[[\d;:]*m)/g;

/** A control character as the picture that Unicode has for it, and others that nobody sees as U+FFFD. */
function picture(c: string): string {
  const code = c.charCodeAt(0);
  if (code === 0x7f) return '\u2421';
  return code < 0x20 ? String.fromCharCode(0x2400 + code) : '\ufffd';
}

/** A row's text as a reader sees it, for searching and copying. */
export function visible(text: string): string {
  if (!special.test(text)) return text;
  return text.replace(sequences, '').replace(controls, picture);
}

/** A row's text cut into runs of one look. Joined, their text is visible(text). */
export function spans(text: string): Span[] {
  if (!special.test(text)) return text === '' ? [] : [{ text, className: '' }];
  if (!text.includes('\u001b[')) {
    const shown = visible(text);
    return shown === '' ? [] : [{ text: shown, className: '' }];
  }
  const coloured = text.replace(sequences, (s) => (rendition.test(s) ? s : '')).replace(stray, picture);
  const out: Span[] = [];
  for (const part of Anser.ansiToJson(coloured, { use_classes: true, remove_empty: true })) {
    const shown = part.content.replace(controls, picture);
    if (shown === '') continue;
    const classes: string[] = [];
    const span: Span = { text: shown, className: '' };
    const fg = colour(part.fg, part.fg_truecolor);
    const bg = colour(part.bg, part.bg_truecolor);
    if (fg?.startsWith('ansi-')) classes.push(`fg-${fg.slice(5)}`);
    else if (fg) span.color = fg;
    if (bg?.startsWith('ansi-')) classes.push(`bg-${bg.slice(5)}`);
    else if (bg) span.background = bg;
    for (const decoration of part.decorations) classes.push(`ansi-${decoration}`);
    span.className = classes.join(' ');
    out.push(span);
  }
  return out;
}

// A class name of one of the sixteen colours, or a colour in CSS.
function colour(name: string | null, truecolor: string | null): string | undefined {
  if (!name) return undefined;
  if (name === 'ansi-truecolor') return truecolor ? `rgb(${truecolor})` : undefined;
  const palette = /^ansi-palette-(\d+)$/.exec(name);
  if (!palette) return name;
  const n = Number(palette[1]);
  if (n >= 232) {
    const grey = 8 + (n - 232) * 10;
    return `rgb(${grey}, ${grey}, ${grey})`;
  }
  const level = (i: number) => (i === 0 ? 0 : 55 + i * 40);
  const cube = n - 16;
  return `rgb(${level(Math.floor(cube / 36))}, ${level(Math.floor(cube / 6) % 6)}, ${level(cube % 6)})`;
}
