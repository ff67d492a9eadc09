// What holds for a whole batch: what the form holds, and what it sends.
import type { BatchSettingsInput, EndpointDefaultsInput, Engine, Security } from '../gql/graphql';
import { between, changed, checkOptions, checkRetries, type Errors, type Options, optionOf, optionsInput, plainOptions } from '../new-job/form';

/** One side, for what a line of the file leaves out. */
export interface SideDefaults {
  host: string;
  /** Empty: the usual port of `security`. */
  port: string;
  security: Security;
  password: string;
  verifyCertificate: boolean;
}

export interface Settings {
  name: string;
  source: SideDefaults;
  destination: SideDefaults;
  /** Jobs at once on a host; empty: as many as the server has slots. */
  sourceLimit: string;
  destinationLimit: string;
  /** How often a mailbox is tried again by itself; empty: as often as the server has it. */
  retries: string;
  retryInterrupted: boolean;
  engine: Engine | '';
  dryRun: boolean;
  /** Nothing runs before somebody has seen the check. */
  checkFirst: boolean;
  options: Options;
}

const side = (): SideDefaults => ({ host: '', port: '', security: 'TLS', password: '', verifyCertificate: true });

export const emptySettings = (): Settings => ({
  name: '',
  source: side(),
  destination: side(),
  sourceLimit: '',
  destinationLimit: '',
  retries: '',
  retryInterrupted: true,
  engine: '',
  dryRun: false,
  checkFirst: true,
  options: plainOptions(),
});

/** What can be said to be wrong without asking the server. */
export function checkSettings(s: Settings): Errors {
  const errors: Record<string, string> = {};
  for (const name of ['source', 'destination'] as const) {
    const { host, port } = s[name];
    if (/[\s/@]/.test(host.trim())) errors[`${name}.host`] = 'Enter the host alone, as imap.example.org.';
    if (port.trim() !== '' && !between(port, 1, 65535)) errors[`${name}.port`] = 'A port is a number from 1 to 65535.';
    const limit = s[`${name}Limit`];
    if (limit.trim() !== '' && !between(limit, 1, 1000)) errors[`${name}Limit`] = 'Enter a number of jobs, 1 or more, or nothing.';
  }
  return { ...errors, ...checkRetries(s.retries), ...checkOptions(s.options) };
}

const number = (text: string): number | null => (text.trim() === '' ? null : Number(text));

function defaults(s: SideDefaults): EndpointDefaultsInput {
  return {
    host: s.host.trim() === '' ? null : s.host.trim(),
    port: number(s.port),
    security: s.security,
    password: s.password === '' ? null : s.password,
    verifyCertificate: s.verifyCertificate,
  };
}

export function settingsInput(s: Settings): BatchSettingsInput {
  return {
    name: s.name.trim() === '' ? null : s.name.trim(),
    source: defaults(s.source),
    destination: defaults(s.destination),
    dryRun: s.dryRun,
    engine: s.engine === '' ? null : s.engine,
    options: changed(s.options) ? optionsInput(s.options) : null,
    sourceLimit: number(s.sourceLimit),
    destinationLimit: number(s.destinationLimit),
    // Without a number the server's own holds.
    ...(s.retries.trim() === '' ? {} : { retries: Number(s.retries) }),
    retryInterrupted: s.retryInterrupted,
    paused: s.checkFirst,
  };
}

/** The field of the form that an error of the API is about; "" where there is none. */
export function settingOf(named: string | undefined): string {
  const field = (named ?? '').replace(/^defaults\./, '');
  if (/^(name|engine|retries|sourceLimit|destinationLimit|(source|destination)\.(host|port|security|password|verifyCertificate))$/.test(field)) return field;
  return optionOf(field) ?? '';
}

/** The settings as a key: a check of the file is good for as long as it stays the same. */
export function checkKey(s: Settings): string {
  const { name: _, paused: __, ...rest } = settingsInput(s);
  return JSON.stringify(rest);
}
