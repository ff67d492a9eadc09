import { describe, expect, it } from 'vitest';
import { refused, type Refusable } from './sign-in';

const failed = (exitReason: string, change: Partial<Refusable> = {}): Refusable => ({ status: 'FAILED', exitReason, canRerun: true, superseded: false, precheck: null, ...change });

describe('the passwords that are worth changing', () => {
  it.each([
    ['EXIT_AUTHENTICATION_FAILURE_USER1', ['source']],
    ['EXIT_AUTHENTICATION_FAILURE_USER2', ['destination']],
    ['EXIT_AUTHENTICATION_FAILURE', ['source', 'destination']],
    ['EXIT_OVERQUOTA', []],
  ])('after %s are those of %j', (reason, sides) => {
    expect(refused(failed(reason))).toEqual(sides);
  });

  it('are none where nothing runs again', () => {
    expect(refused(failed('EXIT_AUTHENTICATION_FAILURE_USER1', { canRerun: false }))).toEqual([]);
    expect(refused(failed('EXIT_AUTHENTICATION_FAILURE_USER1', { superseded: true }))).toEqual([]);
    expect(refused(failed('EXIT_AUTHENTICATION_FAILURE_USER1', { status: 'QUEUED' }))).toEqual([]);
  });

  it('are those that a check found wrong', () => {
    const checked = (error: string) => refused(failed('', { status: 'QUEUED', canRerun: false, precheck: { ok: false, error } }));
    const refusal = 'The server refused the login (it said "NO"): check the user name and the password, and whether it wants an app password.';
    expect(checked(`Destination: ${refusal}`)).toEqual(['destination']);
    expect(checked(`Source: ${refusal} Destination: ${refusal}`)).toEqual(['source', 'destination']);
    expect(checked('Destination: The quota is too small.')).toEqual([]);
  });
});
