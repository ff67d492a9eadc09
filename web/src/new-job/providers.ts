// Where well-known providers have their IMAP servers, and what one has to know to sign in there.
import type { Security } from '../gql/graphql';

export interface Provider {
  id: string;
  name: string;
  host: string;
  port: number;
  security: Security;
  /** What stops people there most often. */
  hint?: string;
}

const tls = (id: string, name: string, host: string, hint?: string): Provider => ({ id, name, host, port: 993, security: 'TLS', ...(hint ? { hint } : {}) });

export const providers: readonly Provider[] = [
  tls('gmail', 'Gmail, Google Workspace', 'imap.gmail.com', 'Needs an app password, which needs 2-step verification. Labels appear as folders; leave “[Gmail]/All Mail” out to copy each message once.'),
  tls('microsoft', 'Microsoft 365, Outlook', 'outlook.office365.com', 'Microsoft has switched passwords off for IMAP in most organisations. Check before you plan with it.'),
  tls('yahoo', 'Yahoo', 'imap.mail.yahoo.com', 'Needs an app password.'),
  tls('icloud', 'iCloud', 'imap.mail.me.com', 'Needs an app-specific password. The user is the part before the @.'),
  tls('fastmail', 'Fastmail', 'imap.fastmail.com', 'Needs an app password with access to mail.'),
  tls('ionos', 'IONOS', 'imap.ionos.com', 'For contracts in Germany the host is imap.ionos.de.'),
  tls('gmx', 'GMX', 'imap.gmx.net', 'IMAP has to be switched on in the settings of the mailbox. Outside Germany the host is imap.gmx.com.'),
  tls('webde', 'WEB.DE', 'imap.web.de', 'IMAP has to be switched on in the settings of the mailbox.'),
  tls('ovh', 'OVHcloud', 'ssl0.ovh.net'),
  tls('zoho', 'Zoho Mail', 'imap.zoho.com', 'Paid organisations use imappro.zoho.com, and accounts in Europe the same hosts under zoho.eu.'),
  tls('strato', 'STRATO', 'imap.strato.de'),
  tls('mailbox', 'mailbox.org', 'imap.mailbox.org'),
  tls('aol', 'AOL', 'imap.aol.com', 'Needs an app password.'),
];
