import { describe, expect, it } from 'vitest';
import { checkForm, emptyForm, fieldOf, type Form, input, settles } from './form';

const side = (user: string) => ({ ...emptyForm().source, host: ' imap.example.org ', user, password: ' p w ' });
const filled = (): Form => ({ ...emptyForm(), source: side('anna'), destination: side('anna@example.com') });

describe('the form for a new job', () => {
  it('says what is missing on each side', () => {
    expect(Object.keys(checkForm(emptyForm()))).toEqual([
      'source.host',
      'source.user',
      'source.password',
      'destination.host',
      'destination.user',
      'destination.password',
    ]);
    expect(checkForm(filled())).toEqual({});
  });

  it('says what cannot be right', () => {
    const form = filled();
    form.source.host = 'https://imap.example.org';
    form.source.port = '70000';
    form.options.maxAgeDays = '1.5';
    form.options.minSize = 'big';
    form.options.renames = [{ from: 'A', to: '' }];
    form.options.folderPrefixes = 'Archive/';
    form.options.onlySubscribed = true;
    form.retries = '21';
    expect(Object.keys(checkForm(form)).sort()).toEqual(
      ['options.maxAgeDays', 'options.minSize', 'options.onlySubscribed', 'options.renameFolders.0', 'retries', 'source.host', 'source.port'].sort(),
    );
  });

  it('sends passwords as they were typed, and leaves the rest to the server', () => {
    expect(input(filled())).toEqual({
      name: null,
      source: { host: 'imap.example.org', port: null, security: 'TLS', user: 'anna', password: ' p w ', verifyCertificate: true },
      destination: { host: 'imap.example.org', port: null, security: 'TLS', user: 'anna@example.com', password: ' p w ', verifyCertificate: true },
      dryRun: false,
      engine: null,
      options: null,
    });
  });

  it('sends options in the units of the API', () => {
    const form = filled();
    form.options.excludeFolders = 'Junk\r\n\n Trash ';
    form.options.maxSize = '2,5';
    form.options.minAgeDays = '30';
    form.options.renames = [
      { from: 'Old', to: 'New' },
      { from: '', to: '' },
    ];
    expect(input(form).options).toMatchObject({
      excludeFolders: ['Junk', ' Trash '],
      maxSize: 2_500_000,
      minSize: null,
      minAgeDays: 30,
      renameFolders: [{ from: 'Old', to: 'New' }],
      syncFlags: true,
    });
  });

  it('forgets what was wrong with options that are changed since', () => {
    const about = ['options.folders', 'options.onlySubscribed', 'options.renameFolders.1'];
    expect(about.filter((field) => settles({ folders: 'A' }, field))).toEqual(['options.folders', 'options.onlySubscribed']);
    expect(about.filter((field) => settles({ renames: [] }, field))).toEqual(['options.renameFolders.1']);
    expect(about.filter((field) => settles({ automap: true }, field))).toEqual([]);
  });

  it('finds the field that the server means', () => {
    expect(fieldOf('source.host')).toBe('source.host');
    expect(fieldOf('input.destination.password')).toBe('destination.password');
    expect(fieldOf('options.folders[2]')).toBe('options.folders');
    expect(fieldOf('options.renameFolders[1].to')).toBe('options.renameFolders.1');
    expect(fieldOf('input.options.onlySubscribed')).toBe('options.onlySubscribed');
    expect(fieldOf('name')).toBe('name');
    expect(fieldOf('somewhere.else')).toBe('');
    expect(fieldOf(undefined)).toBe('');
  });
});
