// What the form for a new job holds, and what it sends.
import type { CreateJobInput, EndpointInput, Engine, JobDetailFragment, Security, SyncOptionsInput } from '../gql/graphql';

export interface Side {
  host: string;
  /** Empty: the usual port of `security`. */
  port: string;
  security: Security;
  user: string;
  password: string;
  verifyCertificate: boolean;
}

export interface Rename {
  from: string;
  to: string;
}

export interface Options {
  /** One folder a line, here and in the next three. */
  folders: string;
  folderPrefixes: string;
  excludeFolders: string;
  excludeFolderPrefixes: string;
  automap: boolean;
  renames: Rename[];
  underFolder: string;
  maxAgeDays: string;
  minAgeDays: string;
  /** Megabytes (of 1,000,000 bytes). */
  maxSize: string;
  minSize: string;
  onlySubscribed: boolean;
  subscribeAll: boolean;
  syncFlags: boolean;
}

export interface Form {
  name: string;
  source: Side;
  destination: Side;
  dryRun: boolean;
  engine: Engine | '';
  /** How often it is tried again by itself; empty: never. */
  retries: string;
  options: Options;
}

/** What is wrong, by field as the API names it: `source.host`, `options.maxAgeDays`. "" is for the whole. */
export type Errors = Readonly<Record<string, string>>;

const side = (): Side => ({ host: '', port: '', security: 'TLS', user: '', password: '', verifyCertificate: true });

export const plainOptions = (): Options => ({
  folders: '',
  folderPrefixes: '',
  excludeFolders: '',
  excludeFolderPrefixes: '',
  automap: false,
  renames: [],
  underFolder: '',
  maxAgeDays: '',
  minAgeDays: '',
  maxSize: '',
  minSize: '',
  onlySubscribed: false,
  subscribeAll: false,
  syncFlags: true,
});

export const emptyForm = (): Form => ({ name: '', source: side(), destination: side(), dryRun: false, engine: '', retries: '', options: plainOptions() });

export const usualPort = (security: Security): number => (security === 'TLS' ? 993 : 143);

const megabytes = (bytes: number | null | undefined): string => (bytes == null ? '' : String(bytes / 1e6));
const whole = (n: number | null | undefined): string => (n == null ? '' : String(n));

/** A form with everything of a job but its passwords, which nobody can read. */
export function formFrom(job: JobDetailFragment): Form {
  const from = (e: JobDetailFragment['source']): Side => ({
    host: e.host,
    port: e.port === usualPort(e.security) ? '' : String(e.port),
    security: e.security,
    user: e.user,
    password: '',
    verifyCertificate: e.verifyCertificate,
  });
  const o = job.options;
  return {
    name: job.name === job.source.user ? '' : job.name,
    source: from(job.source),
    destination: from(job.destination),
    dryRun: job.dryRun,
    engine: job.engine,
    retries: whole(job.attempt - 1 + job.retriesLeft),
    options: {
      folders: o.folders.join('\n'),
      folderPrefixes: o.folderPrefixes.join('\n'),
      excludeFolders: o.excludeFolders.join('\n'),
      excludeFolderPrefixes: o.excludeFolderPrefixes.join('\n'),
      automap: o.automap,
      renames: o.renameFolders.map(({ from, to }) => ({ from, to })),
      underFolder: o.underFolder ?? '',
      maxAgeDays: whole(o.maxAgeDays),
      minAgeDays: whole(o.minAgeDays),
      maxSize: megabytes(o.maxSize),
      minSize: megabytes(o.minSize),
      onlySubscribed: o.onlySubscribed,
      subscribeAll: o.subscribeAll,
      syncFlags: o.syncFlags,
    },
  };
}

/** What can be said to be wrong without asking the server. */
export function checkSide(prefix: string, s: Side): Errors {
  const errors: Record<string, string> = {};
  if (s.host.trim() === '') errors[`${prefix}.host`] = 'Enter the host of the IMAP server.';
  else if (/[\s/@]/.test(s.host.trim())) errors[`${prefix}.host`] = 'Enter the host alone, as imap.example.org.';
  if (s.port.trim() !== '' && !between(s.port, 1, 65535)) {
    errors[`${prefix}.port`] = 'A port is a number from 1 to 65535.';
  }
  if (s.user === '') errors[`${prefix}.user`] = 'Enter the user name of the mailbox.';
  if (s.password === '') errors[`${prefix}.password`] = 'Enter the password of the mailbox.';
  return errors;
}

export const isWhole = (text: string) => /^\d{1,9}$/.test(text.trim());

export const between = (text: string, low: number, high: number): boolean => isWhole(text) && Number(text) >= low && Number(text) <= high;

/** What is wrong with a number of automatic retries, by its field. */
export const checkRetries = (text: string): Errors => (text.trim() === '' || between(text, 0, 20) ? {} : { retries: 'Enter a number from 0 to 20.' });

export function checkForm(form: Form): Errors {
  return { ...checkSide('source', form.source), ...checkSide('destination', form.destination), ...checkRetries(form.retries), ...checkOptions(form.options) };
}

export function checkOptions(o: Options): Errors {
  const errors: Record<string, string> = {};
  for (const field of ['maxAgeDays', 'minAgeDays'] as const) {
    if (o[field].trim() !== '' && !isWhole(o[field])) errors[`options.${field}`] = 'Enter a whole number of days.';
  }
  for (const field of ['maxSize', 'minSize'] as const) {
    const text = o[field].trim();
    if (text !== '' && !(Number(text.replace(',', '.')) >= 0)) errors[`options.${field}`] = 'Enter a number of megabytes.';
  }
  o.renames.forEach((r, i) => {
    if ((r.from === '') !== (r.to === '')) errors[`options.renameFolders.${i}`] = 'Enter both names, or none.';
  });
  if (o.onlySubscribed && (lines(o.folders).length > 0 || lines(o.folderPrefixes).length > 0)) {
    errors['options.onlySubscribed'] = 'Choose one: the subscribed folders, or those that are named above.';
  }
  return errors;
}

export function endpoint(s: Side): EndpointInput {
  const port = s.port.trim();
  return {
    host: s.host.trim(),
    port: port === '' ? null : Number(port),
    security: s.security,
    user: s.user,
    password: s.password,
    verifyCertificate: s.verifyCertificate,
  };
}

// Names may begin or end with spaces on some servers, so lines are taken as they are.
const lines = (text: string): string[] => text.split('\n').map((l) => l.replace(/\r$/, '')).filter((l) => l.trim() !== '');
const days = (text: string): number | null => (text.trim() === '' ? null : Number(text));
const bytes = (text: string): number | null => (text.trim() === '' ? null : Math.round(Number(text.trim().replace(',', '.')) * 1e6));

export function optionsInput(o: Options): SyncOptionsInput {
  return {
    folders: lines(o.folders),
    folderPrefixes: lines(o.folderPrefixes),
    excludeFolders: lines(o.excludeFolders),
    excludeFolderPrefixes: lines(o.excludeFolderPrefixes),
    automap: o.automap,
    renameFolders: o.renames.filter((r) => r.from !== ''),
    underFolder: o.underFolder.trim() === '' ? null : o.underFolder,
    maxAgeDays: days(o.maxAgeDays),
    minAgeDays: days(o.minAgeDays),
    maxSize: bytes(o.maxSize),
    minSize: bytes(o.minSize),
    onlySubscribed: o.onlySubscribed,
    subscribeAll: o.subscribeAll,
    syncFlags: o.syncFlags,
  };
}

/** Whether any option was set that the server would not set by itself. */
export const changed = (o: Options): boolean => JSON.stringify(o) !== JSON.stringify(plainOptions());

export function input(form: Form): CreateJobInput {
  return {
    name: form.name.trim() === '' ? null : form.name.trim(),
    source: endpoint(form.source),
    destination: endpoint(form.destination),
    dryRun: form.dryRun,
    engine: form.engine === '' ? null : form.engine,
    // Without a number the server's own holds.
    ...(form.retries.trim() === '' ? {} : { retries: Number(form.retries) }),
    options: changed(form.options) ? optionsInput(form.options) : null,
  };
}

/** The field of the options that an error of the API is about, as `options.folders`; null where there is none. */
export function optionOf(named: string): string | null {
  const field = named
    .replace(/\[(\d+)\]/g, '.$1')
    .replace(/^(options\.renameFolders\.\d+)\..*$/, '$1')
    .replace(/^(options\.(?:folders|folderPrefixes|excludeFolders|excludeFolderPrefixes))\.\d+$/, '$1');
  const known =
    /^options\.(folders|folderPrefixes|excludeFolders|excludeFolderPrefixes|automap|underFolder|maxAgeDays|minAgeDays|maxSize|minSize|onlySubscribed|subscribeAll|syncFlags|renameFolders\.\d+)$/;
  return known.test(field) ? field : null;
}

/** Whether an error about a field says nothing any more after a change of options. */
export const settles = (change: Partial<Options>, field: string): boolean =>
  Object.keys(change).some((key) => field === `options.${key}`) ||
  (change.renames !== undefined && field.startsWith('options.renameFolders.')) ||
  ((change.folders ?? change.folderPrefixes) !== undefined && field === 'options.onlySubscribed');

/** The field of this form that an error of the API is about; "" where there is none. */
export function fieldOf(named: string | undefined): string {
  const field = (named ?? '').replace(/^inputs?(\.|\[\d+\]\.?)/, '');
  if (/^(name|engine|retries|(source|destination)\.(host|port|security|user|password|verifyCertificate))$/.test(field)) return field;
  return optionOf(field) ?? '';
}
