import { describe, expect, it } from 'vitest';
import { duration, fraction, moment, ordinal, plural, rate, size, timeLeft } from './format';

describe('formats', () => {
  it('sizes keep three digits', () => {
    expect([0, 999, 1000, 64_512, 999_499, 999_500, 1_250_000_000, 12_345_678].map(size)).toEqual([
      '0 B',
      '999 B',
      '1.00 kB',
      '64.5 kB',
      '999 kB',
      '1.00 MB',
      '1.25 GB',
      '12.3 MB',
    ]);
  });

  it('durations have two units, and never 60 of one', () => {
    expect([0, 0.3, 59.4, 60, 725, 3600, 12_000, 86_399, 90_000, 187_200].map(duration)).toEqual([
      '0 s',
      'under 1 s',
      '59 s',
      '1 min',
      '12 min 5 s',
      '1 h',
      '3 h 20 min',
      '1 d',
      '1 d 1 h',
      '2 d 4 h',
    ]);
  });

  it('time left is rough', () => {
    expect([3, 31, 61, 3599, 20_938].map(timeLeft)).toEqual(['under 10 s', '40 s', '2 min', '60 min', '5 h 50 min']);
  });

  it('moments are told from now', () => {
    const now = Date.parse('2026-03-05T12:00:00Z');
    expect(moment('2026-03-05T11:59:50Z', now)).toBe('just now');
    expect(moment('2026-03-05T12:00:03Z', now)).toBe('just now');
    expect(moment('2026-03-05T11:51:50Z', now)).toBe('8 min ago');
    expect(moment('2025-02-01T10:00:00Z', now)).toMatch(/2025/);
  });

  it('counts, ordinals, rates and fractions', () => {
    expect(plural(1, 'message')).toBe('1 message');
    expect(plural(26_581, 'message')).toBe('26,581 messages');
    expect([1, 2, 3, 4, 11, 12, 13, 21, 112].map(ordinal)).toEqual(['1st', '2nd', '3rd', '4th', '11th', '12th', '13th', '21st', '112th']);
    expect([0.44, 1.13, 9.97, 211.6].map(rate)).toEqual(['0.4/s', '1.1/s', '10/s', '212/s']);
    expect(fraction(5, 10)).toBe(0.5);
    expect(fraction(5, 0)).toBeNull();
    expect(fraction(null, 10)).toBeNull();
    expect(fraction(12, 10)).toBe(1);
  });
});
