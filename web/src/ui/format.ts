// Numbers, sizes and times as people read them.

const whole = new Intl.NumberFormat('en');

/** 26581 → "26,581". */
export const count = (n: number): string => whole.format(n);

/** "1 message", "26,581 messages". */
export const plural = (n: number, one: string, many = `${one}s`): string => `${count(n)} ${n === 1 ? one : many}`;

const units = ['B', 'kB', 'MB', 'GB', 'TB'];

/** Bytes with three digits at most: "0 B", "64.5 kB", "1.25 GB". Units are powers of 1000. */
export function size(bytes: number): string {
  let n = bytes;
  let unit = 0;
  while (n >= 999.5 && unit < units.length - 1) {
    n /= 1000;
    unit++;
  }
  const digits = unit === 0 || n >= 99.95 ? 0 : n >= 9.995 ? 1 : 2;
  return `${n.toFixed(digits)} ${units[unit] ?? ''}`;
}

/** Seconds in its two largest units: "45 s", "12 min 5 s", "3 h 20 min", "2 d 4 h". */
export function duration(seconds: number): string {
  const s = Math.max(0, Math.round(seconds));
  if (s === 0 && seconds > 0) return 'under 1 s';
  if (s < 60) return `${s} s`;
  if (s < 3600) return joined(Math.floor(s / 60), 'min', s % 60, 's');
  const minutes = Math.round(s / 60);
  if (minutes < 1440) return joined(Math.floor(minutes / 60), 'h', minutes % 60, 'min');
  const hours = Math.round(s / 3600);
  return joined(Math.floor(hours / 24), 'd', hours % 24, 'h');
}

const joined = (a: number, unit: string, b: number, smaller: string) => (b === 0 ? `${a} ${unit}` : `${a} ${unit} ${b} ${smaller}`);

/** Time left, roughly: nobody wants to watch seconds jump. */
export function timeLeft(seconds: number): string {
  if (seconds < 10) return 'under 10 s';
  if (seconds < 60) return `${Math.ceil(seconds / 10) * 10} s`;
  if (seconds < 3600) return `${Math.ceil(seconds / 60)} min`;
  return duration(Math.ceil(seconds / 300) * 300);
}

/** A rate: "1.13/s", "212/s". */
export const rate = (perSecond: number): string =>
  `${perSecond >= 99.5 ? count(Math.round(perSecond)) : perSecond.toFixed(perSecond >= 9.95 ? 0 : 1)}/s`;

const exactFormat = new Intl.DateTimeFormat(undefined, { dateStyle: 'full', timeStyle: 'long' });
const dayFormat = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short' });
const yearFormat = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short', year: 'numeric' });
const clockFormat = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' });

/** A moment exactly, in the reader's zone, for a tooltip. */
export const exactly = (iso: string): string => exactFormat.format(new Date(iso));

/** A moment as seen from now, in the reader's zone: "just now", "8 min ago", "14:05", "3 Mar 14:05". */
export function moment(iso: string, now: number): string {
  const then = new Date(iso);
  const seconds = (now - then.getTime()) / 1000;
  if (seconds < 45) return 'just now';
  if (seconds < 3600) return `${Math.max(1, Math.round(seconds / 60))} min ago`;
  const today = new Date(now);
  if (then.toDateString() === today.toDateString()) return clockFormat.format(then);
  const day = then.getFullYear() === today.getFullYear() ? dayFormat : yearFormat;
  return `${day.format(then)}, ${clockFormat.format(then)}`;
}

const secondsFormat = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', second: '2-digit' });

/** A moment that is to come, in the reader's zone: "14:05:30" today, else "3 Mar, 14:05:30". */
export function clock(iso: string, now = Date.now()): string {
  const then = new Date(iso);
  const time = secondsFormat.format(then);
  return then.toDateString() === new Date(now).toDateString() ? time : `${dayFormat.format(then)}, ${time}`;
}

/** 1 → "1st", 12 → "12th". */
export function ordinal(n: number): string {
  const tens = n % 100;
  const suffix = tens >= 11 && tens <= 13 ? 'th' : (['th', 'st', 'nd', 'rd'][n % 10] ?? 'th');
  return `${count(n)}${suffix}`;
}

/** The part that is done, between 0 and 1; null where that cannot be said. */
export function fraction(done: number | null | undefined, total: number | null | undefined): number | null {
  if (done === null || done === undefined || total === null || total === undefined || total <= 0) return null;
  return Math.min(1, Math.max(0, done / total));
}
