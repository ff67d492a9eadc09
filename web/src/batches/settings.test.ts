import { describe, expect, it } from 'vitest';
import { checkKey, checkSettings, emptySettings, settingOf, settingsInput } from './settings';

it('an untouched form sends what the server would take by itself, and keeps the batch waiting', () => {
  expect(checkSettings(emptySettings())).toEqual({});
  const side = { host: null, port: null, security: 'TLS', password: null, verifyCertificate: true };
  expect(settingsInput(emptySettings())).toEqual({
    name: null,
    source: side,
    destination: side,
    dryRun: false,
    engine: null,
    options: null,
    sourceLimit: null,
    destinationLimit: null,
    retryInterrupted: true,
    paused: true,
  });
});

it('what is filled in is sent, without spaces around it', () => {
  const s = emptySettings();
  const input = settingsInput({
    ...s,
    name: ' Accounting ',
    destination: { ...s.destination, host: ' imap.example.com ', port: ' 1993', password: ' kept as it is ' },
    sourceLimit: '4',
    retries: '',
    checkFirst: false,
    options: { ...s.options, excludeFolders: 'Trash\nJunk' },
  });
  expect(input).toMatchObject({
    name: 'Accounting',
    destination: { host: 'imap.example.com', port: 1993, password: ' kept as it is ' },
    sourceLimit: 4,
    paused: false,
    options: { excludeFolders: ['Trash', 'Junk'] },
  });
});

it('what cannot be meant is named by its field', () => {
  const s = emptySettings();
  expect(
    Object.keys(
      checkSettings({
        ...s,
        source: { ...s.source, host: 'imaps://imap.example.org', port: '0' },
        destination: { ...s.destination, port: '70000' },
        sourceLimit: '0',
        destinationLimit: 'many',
        retries: '21',
        options: { ...s.options, maxAgeDays: '1.5' },
      }),
    ).sort(),
  ).toEqual(['destination.port', 'destinationLimit', 'options.maxAgeDays', 'retries', 'source.host', 'source.port', 'sourceLimit']);
});

describe('an error of the API', () => {
  it.each([
    ['defaults.source.host', 'source.host'],
    ['defaults.sourceLimit', 'sourceLimit'],
    ['defaults.options.excludeFolders[3]', 'options.excludeFolders'],
    ['defaults.options.renameFolders[1].to', 'options.renameFolders.1'],
    ['mailboxes[3].source.host', ''],
    [undefined, ''],
  ])('about %s belongs to %s', (named, field) => {
    expect(settingOf(named)).toBe(field);
  });
});

it('a new name needs no new check, another host does', () => {
  const s = emptySettings();
  expect(checkKey({ ...s, name: 'Sales', checkFirst: false })).toBe(checkKey(s));
  expect(checkKey({ ...s, source: { ...s.source, host: 'imap.example.org' } })).not.toBe(checkKey(s));
});
