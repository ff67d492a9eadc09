/* eslint-disable */
import type { TypedDocumentNode as DocumentNode } from '@graphql-typed-document-node/core';
export type Maybe<T> = T | null;
export type InputMaybe<T> = T | null | undefined;
export type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
export type MakeOptional<T, K extends keyof T> = Omit<T, K> & { [SubKey in K]?: Maybe<T[SubKey]> };
export type MakeMaybe<T, K extends keyof T> = Omit<T, K> & { [SubKey in K]: Maybe<T[SubKey]> };
export type MakeEmpty<T extends { [key: string]: unknown }, K extends keyof T> = { [_ in K]?: never };
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
/** All built-in and custom scalars, mapped to their actual values */
export type Scalars = {
  ID: { input: string; output: string; }
  String: { input: string; output: string; }
  Boolean: { input: boolean; output: boolean; }
  Int: { input: number; output: number; }
  Float: { input: number; output: number; }
  /** A moment in time: RFC 3339 with at most microseconds, always UTC, as `2026-03-01T09:30:00.123456Z`. */
  Time: { input: string; output: string; }
  /** A whole number up to 2^53, sent as a JSON number. Used for byte counts and offsets, which outgrow `Int`. */
  Int64: { input: number; output: number; }
  /** A secret on its way in. Accepted as input only, never printed: not in an answer, an error or a log. */
  Password: { input: string; output: string; }
};

/** How the connection to an IMAP server is protected. */
export type Security =
  /** TLS from the first byte, usually port 993 (RFC 8314). */
  | 'TLS'
  /** Clear text upgraded by STARTTLS before sign-in, usually port 143. Never falls back to clear text. */
  | 'STARTTLS'
  /** No encryption at all, usually port 143. The password crosses the network readable. */
  | 'NONE';

/** The program that a job runs as a child process. */
export type Engine =
  /** Mailferry's own engine: pipelined, verified at the end of each run. */
  | 'BUILTIN'
  /** The Perl program imapsync, where it is installed. */
  | 'IMAPSYNC';

/** Where a job is in its life. QUEUED and RUNNING jobs are active; the others have ended and never change again. */
export type JobStatus =
  /** Waits for a slot, for its time, for room at its hosts, or for another job that writes to the same mailbox: see `queueReason`. */
  | 'QUEUED'
  /** Its child process runs. */
  | 'RUNNING'
  /** The engine ended without an error, and nothing that it compared is missing. */
  | 'SUCCEEDED'
  /** The engine could not start, reported errors, was killed from outside, or its verification found messages missing. */
  | 'FAILED'
  /** The server went away while the job was running. A rerun copies only what is still missing. */
  | 'INTERRUPTED'
  /** An operator cancelled it. */
  | 'CANCELLED';

/** One side of a job, without its password. */
export type Endpoint = {
  __typename?: 'Endpoint';
  /** Host name or address of the IMAP server. */
  host: Scalars['String']['output'];
  /** TCP port. */
  port: Scalars['Int']['output'];
  /** How the connection is protected. */
  security: Security;
  /** User name of the mailbox. */
  user: Scalars['String']['output'];
  /** Whether the server's certificate must be valid for `host`. */
  verifyCertificate: Scalars['Boolean']['output'];
};

/** One side of a new job. */
export type EndpointInput = {
  /** Host name or address of the IMAP server. Refused where the configuration does not allow connections to it. */
  host: Scalars['String']['input'];
  /** TCP port; without one 993 for TLS and else 143. */
  port?: InputMaybe<Scalars['Int']['input']>;
  /** How the connection is protected. */
  security?: Security;
  /** User name of the mailbox. */
  user: Scalars['String']['input'];
  /** Password of the mailbox. Sealed before it is stored; no query returns it. */
  password: Scalars['Password']['input'];
  /** Whether the server's certificate must be valid for `host`. */
  verifyCertificate?: Scalars['Boolean']['input'];
};

/** A folder that gets another name at the destination. */
export type FolderRename = {
  __typename?: 'FolderRename';
  /** Whole name at the source, with the separator that its server puts between levels. */
  from: Scalars['String']['output'];
  /** Whole name at the destination, with the separator that its server puts between levels. */
  to: Scalars['String']['output'];
};

/** A folder that is to get another name at the destination. */
export type FolderRenameInput = {
  /** Whole name at the source, with the separator that its server puts between levels. */
  from: Scalars['String']['input'];
  /** Whole name at the destination, with the separator that its server puts between levels. */
  to: Scalars['String']['input'];
};

/** What a job copies, and how. Nothing is ever deleted at the source. */
export type SyncOptions = {
  __typename?: 'SyncOptions';
  /** Only these folders, by exact name; empty: all. */
  folders: Array<Scalars['String']['output']>;
  /** Only folders whose name begins so, in addition to `folders`; empty: all. */
  folderPrefixes: Array<Scalars['String']['output']>;
  /** Never these folders, by exact name. */
  excludeFolders: Array<Scalars['String']['output']>;
  /** Never folders whose name begins so. */
  excludeFolderPrefixes: Array<Scalars['String']['output']>;
  /** Whether special folders (Sent, Drafts, Junk, Trash, Archive) go to the destination's folder of the same purpose. */
  automap: Scalars['Boolean']['output'];
  /** Folders that get another name. */
  renameFolders: Array<FolderRename>;
  /** A folder at the destination that everything but renamed folders is put under, whatever `automap` says; null: none. */
  underFolder?: Maybe<Scalars['String']['output']>;
  /** Only messages that arrived at most so many days ago. */
  maxAgeDays?: Maybe<Scalars['Int']['output']>;
  /** Only messages that arrived at least so many days ago. */
  minAgeDays?: Maybe<Scalars['Int']['output']>;
  /** Only messages of at most so many bytes. */
  maxSize?: Maybe<Scalars['Int64']['output']>;
  /** Only messages of at least so many bytes. */
  minSize?: Maybe<Scalars['Int64']['output']>;
  /** Only folders that the source account is subscribed to. */
  onlySubscribed: Scalars['Boolean']['output'];
  /** Subscribes every copied folder at the destination; else only those that are subscribed at the source. */
  subscribeAll: Scalars['Boolean']['output'];
  /** Whether a further run brings flags of messages that are already there up to date. */
  syncFlags: Scalars['Boolean']['output'];
};

/** What a new job is to copy, and how. Every field may be left out. */
export type SyncOptionsInput = {
  /** Only these folders, by exact name; empty: all. */
  folders?: InputMaybe<Array<Scalars['String']['input']>>;
  /** Only folders whose name begins so, in addition to `folders`; empty: all. */
  folderPrefixes?: InputMaybe<Array<Scalars['String']['input']>>;
  /** Never these folders, by exact name. */
  excludeFolders?: InputMaybe<Array<Scalars['String']['input']>>;
  /** Never folders whose name begins so. */
  excludeFolderPrefixes?: InputMaybe<Array<Scalars['String']['input']>>;
  /** Whether special folders (Sent, Drafts, Junk, Trash, Archive) go to the destination's folder of the same purpose. */
  automap?: InputMaybe<Scalars['Boolean']['input']>;
  /** Folders that are to get another name. */
  renameFolders?: InputMaybe<Array<FolderRenameInput>>;
  /**
   * A folder at the destination to put everything but renamed folders under, whatever `automap` says. With imapsync only
   * letters from A to Z, digits, spaces and `-_./` are possible.
   */
  underFolder?: InputMaybe<Scalars['String']['input']>;
  /** Only messages that arrived at most so many days ago. */
  maxAgeDays?: InputMaybe<Scalars['Int']['input']>;
  /** Only messages that arrived at least so many days ago. */
  minAgeDays?: InputMaybe<Scalars['Int']['input']>;
  /** Only messages of at most so many bytes. */
  maxSize?: InputMaybe<Scalars['Int64']['input']>;
  /** Only messages of at least so many bytes. */
  minSize?: InputMaybe<Scalars['Int64']['input']>;
  /** Only folders that the source account is subscribed to; not together with `folders` and `folderPrefixes`. */
  onlySubscribed?: InputMaybe<Scalars['Boolean']['input']>;
  /** Subscribes every copied folder at the destination; else only those that are subscribed at the source. */
  subscribeAll?: InputMaybe<Scalars['Boolean']['input']>;
  /** Whether a further run brings flags of messages that are already there up to date; true unless said otherwise. */
  syncFlags?: InputMaybe<Scalars['Boolean']['input']>;
};

/** What replaces the user name or the password of one side of a job; at least one of them. */
export type CredentialsInput = {
  /** User name of the mailbox; without one it stays as it is. */
  user?: InputMaybe<Scalars['String']['input']>;
  /** Password of the mailbox; without one it stays as it is. Sealed before it is stored; no query returns it. */
  password?: InputMaybe<Scalars['Password']['input']>;
};

/** A new job. */
export type CreateJobInput = {
  /** A name for people; without one the source's user name. */
  name?: InputMaybe<Scalars['String']['input']>;
  /** Where messages are read. The source is never changed. */
  source: EndpointInput;
  /** Where messages are added. */
  destination: EndpointInput;
  /** Goes through every stage and changes nothing. */
  dryRun?: InputMaybe<Scalars['Boolean']['input']>;
  /** The engine to run; without one as the server is configured. */
  engine?: InputMaybe<Engine>;
  /** What to copy, and how. */
  options?: InputMaybe<SyncOptionsInput>;
  /** How often it is tried again by itself after a failure that passes by itself, as a lost connection; 0 to 20. */
  retries?: InputMaybe<Scalars['Int']['input']>;
};

/** How far a running job has come. Each field is null while it is unknown. */
export type Progress = {
  __typename?: 'Progress';
  /** The source folder being copied. */
  currentFolder?: Maybe<Scalars['String']['output']>;
  /** Folders that are finished. */
  foldersDone?: Maybe<Scalars['Int']['output']>;
  /** Folders to copy. */
  foldersTotal?: Maybe<Scalars['Int']['output']>;
  /** Messages that are copied, or were already there. */
  messagesDone?: Maybe<Scalars['Int']['output']>;
  /** Messages found at the source. */
  messagesTotal?: Maybe<Scalars['Int']['output']>;
  /** Bytes that are copied, or were already there. */
  bytesDone?: Maybe<Scalars['Int64']['output']>;
  /** Bytes of all messages found at the source. */
  bytesTotal?: Maybe<Scalars['Int64']['output']>;
  /** Rate of copying, messages per second. */
  messagesPerSecond?: Maybe<Scalars['Float']['output']>;
  /** Rate of copying, bytes per second. */
  bytesPerSecond?: Maybe<Scalars['Float']['output']>;
  /** Expected time to the end, in seconds. */
  etaSeconds?: Maybe<Scalars['Int']['output']>;
  /** The pause that a host has asked for and that is being waited out; null where there is none. */
  waiting?: Maybe<Waiting>;
};

/** A source folder, compared with its destination after the copy. */
export type FolderReport = {
  __typename?: 'FolderReport';
  /** Name at the source. */
  source: Scalars['String']['output'];
  /** Name at the destination. */
  destination: Scalars['String']['output'];
  /** Messages at the source. */
  sourceMessages: Scalars['Int']['output'];
  /** Messages at the destination. */
  destinationMessages: Scalars['Int']['output'];
  /** Messages of the source that are not at the destination. */
  missing: Scalars['Int']['output'];
  /**
   * Messages at the destination under the Message-IDs of source messages (or, without one, their Date, From, To and Subject) beyond
   * those that the source has: there twice, or other versions. Nothing is deleted. Only the built-in engine counts them.
   */
  surplus: Scalars['Int']['output'];
};

/** A message of the source that is not at the destination. */
export type MissingMessage = {
  __typename?: 'MissingMessage';
  /** Source folder. */
  folder: Scalars['String']['output'];
  /** UID in the source folder; null where the engine does not name it. */
  uid?: Maybe<Scalars['Int64']['output']>;
  /** Date header as the message has it. */
  date?: Maybe<Scalars['String']['output']>;
  /** Subject as the message has it, decoded. */
  subject?: Maybe<Scalars['String']['output']>;
  /** Size in bytes. */
  size?: Maybe<Scalars['Int64']['output']>;
  /** Why it is missing, in words, often the server's own. */
  reason?: Maybe<Scalars['String']['output']>;
};

/** What a finished run did, and what it found when it compared both sides. */
export type Report = {
  __typename?: 'Report';
  /** Folders looked at. */
  folders: Scalars['Int']['output'];
  /** Messages found at the source. */
  messagesFound: Scalars['Int']['output'];
  /** Messages copied by this run. */
  messagesCopied: Scalars['Int']['output'];
  /** Messages left out, because they were already there or the options exclude them. */
  messagesSkipped: Scalars['Int']['output'];
  /** Messages that a dry run would have copied; 0 for any other. */
  messagesToCopy: Scalars['Int']['output'];
  /** Messages of the source that are not at the destination; 0 for a dry run, which was not to bring any. */
  messagesMissing: Scalars['Int']['output'];
  /** Messages that could not be copied. */
  messagesFailed: Scalars['Int']['output'];
  /** The sum of the folders' `surplus`. */
  messagesSurplus: Scalars['Int']['output'];
  /** Bytes copied by this run. */
  bytes: Scalars['Int64']['output'];
  /** Time it took, in seconds. */
  seconds: Scalars['Float']['output'];
  /** Connections that had to be made anew. */
  reconnections: Scalars['Int']['output'];
  /** Both sides were compared after the copy and nothing is missing. */
  verified: Scalars['Boolean']['output'];
  /** Folder by folder; empty where the engine does not say. */
  folderReports: Array<FolderReport>;
  /** The missing messages, at most 1,000 of them; `messagesMissing` counts all. */
  missing: Array<MissingMessage>;
};

/** What became of a mailbox, for people who know nothing of jobs; the report of a batch has the same. */
export type MailboxResult =
  /** Copied and compared: nothing is missing. */
  | 'COMPLETE'
  /** Copied without an error by an engine that compared nothing. */
  | 'NOT_VERIFIED'
  /** Copied, but for messages that are known to be missing. */
  | 'INCOMPLETE'
  /** Not moved, or nobody knows how much of it. */
  | 'FAILED'
  /** Cancelled or interrupted. */
  | 'STOPPED'
  /** Waits or runs still. */
  | 'UNFINISHED'
  /** A dry run: nothing was to be moved. */
  | 'DRY_RUN';

/** One run that copies one source mailbox to one destination mailbox. */
export type Job = {
  __typename?: 'Job';
  /** Identifies the job; never used again, even after it is deleted. */
  id: Scalars['ID']['output'];
  /** A name for people. */
  name: Scalars['String']['output'];
  /** Where the job is in its life. */
  status: JobStatus;
  /** Where messages are read. */
  source: Endpoint;
  /** Where messages are added. */
  destination: Endpoint;
  /** Goes through every stage and changes nothing. */
  dryRun: Scalars['Boolean']['output'];
  /** The engine that it runs. */
  engine: Engine;
  /** What it copies, and how. */
  options: SyncOptions;
  /** When it was created. */
  createdAt: Scalars['Time']['output'];
  /** When its child process was started; null before. */
  startedAt?: Maybe<Scalars['Time']['output']>;
  /** When it ended; null before. */
  finishedAt?: Maybe<Scalars['Time']['output']>;
  /**
   * Its place among the jobs that may start, 1 is next; null unless QUEUED, and where something keeps it from starting:
   * `queueReason` says what.
   */
  queuePosition?: Maybe<Scalars['Int']['output']>;
  /**
   * What keeps a QUEUED job from starting, in a sentence: its batch is paused, its time has not come, a host is full or has
   * asked for a pause, or another job writes to the same mailbox. Null for a job that has a `queuePosition`, and unless QUEUED.
   */
  queueReason?: Maybe<Scalars['String']['output']>;
  /** Exit code of the child process; null unless it exited by itself. */
  exitCode?: Maybe<Scalars['Int']['output']>;
  /** imapsync's name of how it ended, as `EXIT_OVERQUOTA`; null where there is none. */
  exitReason?: Maybe<Scalars['String']['output']>;
  /** What went wrong and what to do about it, in one sentence; null when nothing did. */
  error?: Maybe<Scalars['String']['output']>;
  /** How far it has come; null before anything is known. */
  progress?: Maybe<Progress>;
  /** What the finished run did; null while it runs, or where its engine did not get that far. */
  report?: Maybe<Report>;
  /** Both sides were compared after the copy and nothing is missing. */
  verified: Scalars['Boolean']['output'];
  /** What became of the mailbox. */
  result: MailboxResult;
  /** What went wrong and what is left to do, in words; null where nothing is. */
  nextStep?: Maybe<Scalars['String']['output']>;
  /** Bytes in its log. */
  logSize: Scalars['Int64']['output'];
  /**
   * A piece of its log, read once: from byte `offset`, of at most `limit` bytes (up to 1 MiB). An offset inside a
   * multi-byte character starts at that character; one past the end is refused.
   */
  log: LogChunk;
  /** The job that this one repeats; null where there is none, or it was deleted. */
  rerunOf?: Maybe<Job>;
  /** Jobs that repeat this one, oldest first. */
  reruns: Array<Job>;
  /** Whether it can be run again: it has ended, no later run has taken its place, and its passwords are still kept. */
  canRerun: Scalars['Boolean']['output'];
  /** When an operator asked it to stop; null where nobody did. */
  cancelRequestedAt?: Maybe<Scalars['Time']['output']>;
  /** Which try this is: 1 for a job that somebody created or repeated, one more for each automatic retry. */
  attempt: Scalars['Int']['output'];
  /** Automatic retries that may still follow a failure that passes by itself. */
  retriesLeft: Scalars['Int']['output'];
  /**
   * When this automatic retry, or a job whose host has asked for a long pause, may start; null for a job that waits for
   * nothing but a slot, and once it runs.
   */
  nextTryAt?: Maybe<Scalars['Time']['output']>;
  /** The batch that it belongs to; null for a job of its own. */
  batch?: Maybe<Batch>;
  /** A later run of the same mailbox has taken its place. */
  superseded: Scalars['Boolean']['output'];
  /** What `checkBatch` found out about its two mailboxes; null where nobody looked. */
  precheck?: Maybe<Precheck>;
  /**
   * What a host has asked to wait for: while it runs the same as in `progress`, while it is QUEUED the pause after which it
   * goes on, at `nextTryAt`. Null where no host has asked for a pause. Nothing has failed, and no retry is used up.
   */
  waiting?: Maybe<Waiting>;
  /** It was deleted: true once, in the last event that `jobChanged` sends of it, and false everywhere else. */
  deleted: Scalars['Boolean']['output'];
};


/** One run that copies one source mailbox to one destination mailbox. */
export type JobLogArgs = {
  offset?: Scalars['Int64']['input'];
  limit?: InputMaybe<Scalars['Int']['input']>;
};

/** One of the two endpoints of a job. */
export type Side =
  /** Where messages are read. */
  | 'SOURCE'
  /** Where messages are added. */
  | 'DESTINATION';

/** A pause that a host has asked for. */
export type Waiting = {
  __typename?: 'Waiting';
  /** Whose host asked. */
  side: Side;
  /** What it said, in words. */
  reason: Scalars['String']['output'];
  /** When the job goes on; null where that is not known. */
  until?: Maybe<Scalars['Time']['output']>;
};

/** Jobs created together, seen and acted on together. A later run of a mailbox takes the place of the one before it. */
export type Batch = {
  __typename?: 'Batch';
  /** Identifies the batch. */
  id: Scalars['ID']['output'];
  /** A name for people. */
  name: Scalars['String']['output'];
  /** When it was created. */
  createdAt: Scalars['Time']['output'];
  /** Its queued jobs wait until it is resumed. */
  paused: Scalars['Boolean']['output'];
  /** When the passwords of its jobs were deleted; its jobs can no longer be run again. Null while they are kept. */
  purgedAt?: Maybe<Scalars['Time']['output']>;
  /** How far it has come. */
  summary: BatchSummary;
  /** The latest run of each mailbox, in the order of the batch or of its CSV file, whatever is run again. */
  jobs: JobConnection;
};


/** Jobs created together, seen and acted on together. A later run of a mailbox takes the place of the one before it. */
export type BatchJobsArgs = {
  first?: InputMaybe<Scalars['Int']['input']>;
  after?: InputMaybe<Scalars['String']['input']>;
  status?: InputMaybe<Array<JobStatus>>;
};

/** How far a batch has come, counted over the latest run of each mailbox. */
export type BatchSummary = {
  __typename?: 'BatchSummary';
  /** Mailboxes in the batch. */
  mailboxes: Scalars['Int']['output'];
  /** How many are in each state, every state listed. */
  counts: Array<StatusCount>;
  /** Mailboxes whose both sides were compared after the copy with nothing missing. */
  verified: Scalars['Int']['output'];
  /** Messages that are copied or were already there, as far as runs have said. */
  messagesDone: Scalars['Int64']['output'];
  /** Messages of those mailboxes whose size is known. */
  messagesTotal: Scalars['Int64']['output'];
  /** Bytes that the latest runs have transferred or given up, as far as they have said. */
  bytesDone: Scalars['Int64']['output'];
  /** Bytes that the latest runs have to transfer, or that a check has found where none has begun. */
  bytesTotal: Scalars['Int64']['output'];
  /** Messages known to be missing at the destination. */
  messagesMissing: Scalars['Int64']['output'];
  /** Messages that dry runs would have copied. */
  messagesToCopy: Scalars['Int64']['output'];
  /**
   * How much of the work is done, from 0 to 1: by messages and bytes, where a mailbox that nobody has counted yet weighs as
   * much as the others do on average. What a failed or cancelled run did not do is not done.
   */
  progress: Scalars['Float']['output'];
  /** The pause of a host that ends first, where mailboxes wait for one; null if none does. */
  waiting?: Maybe<Waiting>;
  /** Expected time to the end of the whole, in seconds; null while unknown. */
  etaSeconds?: Maybe<Scalars['Int64']['output']>;
  /** When the next automatic retry, or mailbox whose host has asked for a pause, may start; null if none waits. */
  nextTryAt?: Maybe<Scalars['Time']['output']>;
  /** A check runs at this moment. */
  checking: Scalars['Boolean']['output'];
  /** Mailboxes that were checked. */
  checked: Scalars['Int']['output'];
  /** Mailboxes that were checked and cannot be moved as they are. */
  checkFailed: Scalars['Int']['output'];
};

/** What signing in on both sides of a job showed before it was run. */
export type Precheck = {
  __typename?: 'Precheck';
  /** When that was. */
  checkedAt: Scalars['Time']['output'];
  /** Nothing stands in the way. */
  ok: Scalars['Boolean']['output'];
  /** What is wrong and what to do about it, in words; null if nothing is. */
  error?: Maybe<Scalars['String']['output']>;
  /** Folders of the source that would be copied. */
  folders: Scalars['Int']['output'];
  /** Messages in them, before options on age and size. */
  messages: Scalars['Int']['output'];
  /** Bytes in them, before options on age and size. */
  bytes: Scalars['Int64']['output'];
  /** Size in bytes of the largest message that would be copied, whatever its age; null where unknown. */
  biggestMessage?: Maybe<Scalars['Int64']['output']>;
  /** What still fits into the destination, in bytes; null without a quota. */
  quotaFree?: Maybe<Scalars['Int64']['output']>;
  /** The largest message that the destination takes, in bytes; null where it does not say. */
  sizeLimit?: Maybe<Scalars['Int64']['output']>;
};

/** A page of batches. */
export type BatchConnection = {
  __typename?: 'BatchConnection';
  /** The batches, newest first. */
  edges: Array<BatchEdge>;
  /** Whether there is more, and where. */
  pageInfo: PageInfo;
};

/** A batch in a page. */
export type BatchEdge = {
  __typename?: 'BatchEdge';
  /** Give it to `batches(after:)` to go on behind this batch. */
  cursor: Scalars['String']['output'];
  /** The batch. */
  node: Batch;
};

/** One side of the mailboxes of a batch. What a mailbox leaves out is taken from the batch. */
export type EndpointDefaultsInput = {
  /** Host name or address of the IMAP server. */
  host?: InputMaybe<Scalars['String']['input']>;
  /** TCP port; without one 993 for TLS and else 143. */
  port?: InputMaybe<Scalars['Int']['input']>;
  /** How the connection is protected; TLS unless said otherwise. */
  security?: InputMaybe<Security>;
  /** User name of the mailbox. */
  user?: InputMaybe<Scalars['String']['input']>;
  /** Password of the mailbox. */
  password?: InputMaybe<Scalars['Password']['input']>;
  /** Whether the server's certificate must be valid for `host`; true unless said otherwise. */
  verifyCertificate?: InputMaybe<Scalars['Boolean']['input']>;
};

/** A mailbox of a new batch. What it leaves out is taken from the batch. */
export type BatchMailboxInput = {
  /** A name for people; without one the source's user name. */
  name?: InputMaybe<Scalars['String']['input']>;
  /** Where messages are read. */
  source: EndpointDefaultsInput;
  /** Where messages are added. */
  destination: EndpointDefaultsInput;
  /** Goes through every stage and changes nothing. */
  dryRun?: InputMaybe<Scalars['Boolean']['input']>;
  /** The engine to run. */
  engine?: InputMaybe<Engine>;
  /** What to copy, and how; in place of the batch's options as a whole. */
  options?: InputMaybe<SyncOptionsInput>;
};

/** What holds for all mailboxes of a batch. */
export type BatchSettingsInput = {
  /** A name for people. */
  name?: InputMaybe<Scalars['String']['input']>;
  /** The source's side, for what a mailbox leaves out. */
  source?: InputMaybe<EndpointDefaultsInput>;
  /** The destination's side, for what a mailbox leaves out. */
  destination?: InputMaybe<EndpointDefaultsInput>;
  /** Goes through every stage and changes nothing. */
  dryRun?: InputMaybe<Scalars['Boolean']['input']>;
  /** The engine to run; without one as the server is configured. */
  engine?: InputMaybe<Engine>;
  /** What to copy, and how. */
  options?: InputMaybe<SyncOptionsInput>;
  /** Jobs of this batch that may run only while fewer than so many jobs use their source host. */
  sourceLimit?: InputMaybe<Scalars['Int']['input']>;
  /** Jobs of this batch that may run only while fewer than so many jobs use their destination host. */
  destinationLimit?: InputMaybe<Scalars['Int']['input']>;
  /** How often a mailbox is tried again by itself after a failure that passes by itself, 0 to 20. */
  retries?: InputMaybe<Scalars['Int']['input']>;
  /** Whether the end of the server under a running job counts as such a failure. */
  retryInterrupted?: InputMaybe<Scalars['Boolean']['input']>;
  /** Creates the batch without letting anything run: check it first, then resume it. */
  paused?: InputMaybe<Scalars['Boolean']['input']>;
};

/** A new batch. */
export type CreateBatchInput = {
  /** What holds for all mailboxes. It needs a name. */
  settings: BatchSettingsInput;
  /** The mailboxes, 1 to 5,000, in the order in which they are to run. */
  mailboxes: Array<BatchMailboxInput>;
};

/** What came of a CSV file. */
export type ImportResult = {
  __typename?: 'ImportResult';
  /** The mailboxes that were read, in the order of the file, without passwords. Where there are errors, what is wrong is left empty. */
  rows: Array<ImportRow>;
  /**
   * Lines that begin with # and were left out as remarks, from 1: those of one cell, and all where the file has the comment of
   * the template, which says so.
   */
  skipped: Array<Scalars['Int']['output']>;
  /** Everything that is wrong with the file. As long as there is any, nothing is created. */
  errors: Array<ImportError>;
  /** Further errors that are not listed. */
  errorsOmitted: Scalars['Int']['output'];
  /** The batch that was created; null if there are errors, or if the file was only to be checked. */
  batch?: Maybe<Batch>;
};

/** A mailbox as a CSV file and the settings describe it. */
export type ImportRow = {
  __typename?: 'ImportRow';
  /** Line of the file, from 1. */
  line: Scalars['Int']['output'];
  /** The name for people. */
  name: Scalars['String']['output'];
  /** Where messages are read. */
  source: ImportEndpoint;
  /** Where messages are added. */
  destination: ImportEndpoint;
  /** Goes through every stage and changes nothing. */
  dryRun: Scalars['Boolean']['output'];
};

/** One side of an imported mailbox. */
export type ImportEndpoint = {
  __typename?: 'ImportEndpoint';
  /** Host name; empty where it is missing. */
  host: Scalars['String']['output'];
  /** TCP port. */
  port: Scalars['Int']['output'];
  /** How the connection is protected. */
  security: Security;
  /** User name; empty where it is missing. */
  user: Scalars['String']['output'];
  /** Whether there is a password. */
  hasPassword: Scalars['Boolean']['output'];
};

/** Something to mend in a CSV file. */
export type ImportError = {
  __typename?: 'ImportError';
  /** Line of the file, from 1; 0 for the file as a whole. */
  line: Scalars['Int']['output'];
  /** Column from 1; null where the whole line is meant. */
  column?: Maybe<Scalars['Int']['output']>;
  /** The column's name in the file; null where the whole line is meant. */
  header?: Maybe<Scalars['String']['output']>;
  /** What the column sets, or `defaults` for all lines, as `source.host`; null where that is unknown. */
  field?: Maybe<Scalars['String']['output']>;
  /** What is wrong and what to do about it. */
  message: Scalars['String']['output'];
};

/** Which mailboxes of a batch to run again. */
export type RerunScope =
  /** Those whose last run did not succeed. */
  | 'FAILED'
  /** All that neither wait nor run; only what is new is copied. */
  | 'ALL';

/** A piece of a job's log. Offsets count bytes (UTF-8) and never move. */
export type LogChunk = {
  __typename?: 'LogChunk';
  /** The job. */
  jobId: Scalars['ID']['output'];
  /** Where `chunk` starts. */
  offset: Scalars['Int64']['output'];
  /** The text; never a part of a character. */
  chunk: Scalars['String']['output'];
  /** Where to ask on from. */
  newOffset: Scalars['Int64']['output'];
  /** The job's status when this was read. */
  status: JobStatus;
  /** The job has ended and this is the end of its log. */
  eof: Scalars['Boolean']['output'];
};

/** Which jobs to list. Conditions are joined by AND. */
export type JobFilter = {
  /** Jobs in one of these states; empty: in any. */
  status?: InputMaybe<Array<JobStatus>>;
  /** Jobs whose name, host or user contains this text, in any case. */
  search?: InputMaybe<Scalars['String']['input']>;
  /** The latest run of each mailbox of this batch, which are listed in its order, as `Batch.jobs`. */
  batch?: InputMaybe<Scalars['ID']['input']>;
  /** False leaves out runs whose place a later run has taken, true all others; null: both are listed. */
  superseded?: InputMaybe<Scalars['Boolean']['input']>;
};

/** A page of jobs. */
export type JobConnection = {
  __typename?: 'JobConnection';
  /** The jobs, newest first; those of a batch in the order of the batch. */
  edges: Array<JobEdge>;
  /** Whether there is more, and where. */
  pageInfo: PageInfo;
  /** Jobs that the filter lets through, on all pages. */
  totalCount: Scalars['Int']['output'];
};

/** A job in a page. */
export type JobEdge = {
  __typename?: 'JobEdge';
  /** Give it to `jobs(after:)` to go on behind this job. */
  cursor: Scalars['String']['output'];
  /** The job. */
  node: Job;
};

/** Where a page ends. */
export type PageInfo = {
  __typename?: 'PageInfo';
  /** More follows behind it. */
  hasNextPage: Scalars['Boolean']['output'];
  /** Cursor of the last job of this page; null when it is empty. */
  endCursor?: Maybe<Scalars['String']['output']>;
};

/** How many jobs are in a state. */
export type StatusCount = {
  __typename?: 'StatusCount';
  /** The state. */
  status: JobStatus;
  /** Jobs in it. */
  count: Scalars['Int']['output'];
};

/** The part of the server that runs jobs. */
export type Runner = {
  __typename?: 'Runner';
  /** Jobs that may run at the same time. */
  slots: Scalars['Int']['output'];
  /** Jobs that run now. */
  running: Array<Job>;
  /** Jobs that wait. */
  queued: Scalars['Int']['output'];
};

/** What signing in to one mailbox showed. */
export type EndpointCheck = {
  __typename?: 'EndpointCheck';
  /** Signing in worked. */
  ok: Scalars['Boolean']['output'];
  /** What went wrong and what to do about it, in one sentence; null when nothing did. */
  error?: Maybe<Scalars['String']['output']>;
  /** Folders in the mailbox; null where unknown. */
  folders?: Maybe<Scalars['Int']['output']>;
  /** Messages in all folders; null where unknown. */
  messages?: Maybe<Scalars['Int']['output']>;
  /** Bytes in all folders; null where the server does not say. */
  bytes?: Maybe<Scalars['Int64']['output']>;
};

/** What a job would do with folders. */
export type FolderPreview = {
  __typename?: 'FolderPreview';
  /** What signing in to the source showed. Where one side is not `ok` the lists are empty. */
  source: EndpointCheck;
  /** What signing in to the destination showed. */
  destination: EndpointCheck;
  /** The source folders that would be copied, in the order of the run. */
  folders: Array<PreviewedFolder>;
  /** Source folders that the options leave out. */
  notCopied: Array<Scalars['String']['output']>;
  /** Folders that the options name and the source does not have: most likely misspelt. */
  unknown: Array<Scalars['String']['output']>;
};

/** A source folder and where it would go. */
export type PreviewedFolder = {
  __typename?: 'PreviewedFolder';
  /** Name at the source. */
  source: Scalars['String']['output'];
  /** Name at the destination. */
  destination: Scalars['String']['output'];
  /** It is not there yet and would be created. */
  create: Scalars['Boolean']['output'];
  /** Other source folders that go to the same destination folder; their messages would end up in one. */
  collidesWith: Array<Scalars['String']['output']>;
  /** Messages in the source folder, before options on age and size; null where the server does not say. */
  messages?: Maybe<Scalars['Int']['output']>;
  /** Bytes in the source folder, before options on age and size; null where the server does not say. */
  bytes?: Maybe<Scalars['Int64']['output']>;
  /** Messages that the destination folder holds already; null where it is not there, or the server does not say. */
  destinationMessages?: Maybe<Scalars['Int']['output']>;
};

export type Query = {
  __typename?: 'Query';
  /** One job; null where there is none with this id. */
  job?: Maybe<Job>;
  /** Jobs, newest first; those of a batch in the order of the batch. A page stays as it is while new jobs are created. */
  jobs: JobConnection;
  /** How many jobs there are in each state, every state listed. */
  jobCounts: Array<StatusCount>;
  /** What runs and what waits. */
  runner: Runner;
  /** One batch; null where there is none with this id. */
  batch?: Maybe<Batch>;
  /** Batches, newest first. */
  batches: BatchConnection;
  /** A CSV file to fill in: the names of all columns, and an example. */
  importTemplate: Scalars['String']['output'];
};


export type QueryJobArgs = {
  id: Scalars['ID']['input'];
};


export type QueryJobsArgs = {
  first?: InputMaybe<Scalars['Int']['input']>;
  after?: InputMaybe<Scalars['String']['input']>;
  filter?: InputMaybe<JobFilter>;
};


export type QueryJobCountsArgs = {
  search?: InputMaybe<Scalars['String']['input']>;
  superseded?: InputMaybe<Scalars['Boolean']['input']>;
};


export type QueryBatchArgs = {
  id: Scalars['ID']['input'];
};


export type QueryBatchesArgs = {
  first?: InputMaybe<Scalars['Int']['input']>;
  after?: InputMaybe<Scalars['String']['input']>;
};

export type Mutation = {
  __typename?: 'Mutation';
  /** Creates a job and queues it. */
  createJob: Job;
  /** Creates jobs and queues them in this order: all, or none when one of them is refused. */
  createJobs: Array<Job>;
  /** Queues a new job with the endpoints and options of one that has ended. */
  rerunJob: Job;
  /**
   * Replaces user name or password of one or both sides of a job that does not run: a QUEUED job will use the new ones, of
   * one that has ended its rerun will. `precheck` becomes null. CONFLICT for a job that is RUNNING or `superseded`, whose
   * passwords were purged, or, for another user name, that has handled messages already.
   */
  setCredentials: Job;
  /** Cancels a job: a queued one at once; a running one is asked to stop, and killed after 10 seconds. */
  cancelJob: Job;
  /** Deletes a job that has ended, with its log, for good. */
  deleteJob: Scalars['ID']['output'];
  /** Creates a batch and queues its mailboxes in this order: all, or none when one of them is refused. */
  createBatch: Batch;
  /**
   * Creates a batch from a CSV file with a header line: one mailbox a line, the columns in any order. Every error is
   * listed with its line and column, and nothing is created unless every line is right.
   */
  importJobs: ImportResult;
  /**
   * Signs in to both sides of every mailbox of a batch that does not run, several at a time within the batch's limits,
   * and notes on each job what it holds and what stands in the way. Answers at once; `batchChanged` tells how far it is.
   */
  checkBatch: Batch;
  /** Keeps the queued jobs of a batch waiting; what runs runs on. */
  pauseBatch: Batch;
  /** Lets the queued jobs of a batch go on. */
  resumeBatch: Batch;
  /** Cancels every job of a batch that waits or runs. */
  cancelBatch: Batch;
  /** Runs mailboxes of a batch again. */
  rerunBatch: Batch;
  /** Deletes a batch with all its jobs and their logs, for good. All of them must have ended. */
  deleteBatch: Scalars['ID']['output'];
  /** Deletes the passwords of all jobs of a batch. The jobs stay as history and can no longer be run again. */
  purgeBatch: Batch;
  /** Signs in to a mailbox, counts what is in it and changes nothing. */
  checkEndpoint: EndpointCheck;
  /** Signs in to both sides of a job and says what would become of each folder. Creates no job and changes nothing. */
  previewFolders: FolderPreview;
  /**
   * Says what `previewFolders` says for one mailbox of a CSV file, as `importJobs` would create it. What is wrong with other
   * lines does not matter.
   */
  previewImport: FolderPreview;
};


export type MutationCreateJobArgs = {
  input: CreateJobInput;
};


export type MutationCreateJobsArgs = {
  inputs: Array<CreateJobInput>;
};


export type MutationRerunJobArgs = {
  id: Scalars['ID']['input'];
  dryRun?: InputMaybe<Scalars['Boolean']['input']>;
};


export type MutationSetCredentialsArgs = {
  jobId: Scalars['ID']['input'];
  source?: InputMaybe<CredentialsInput>;
  destination?: InputMaybe<CredentialsInput>;
};


export type MutationCancelJobArgs = {
  id: Scalars['ID']['input'];
};


export type MutationDeleteJobArgs = {
  id: Scalars['ID']['input'];
};


export type MutationCreateBatchArgs = {
  input: CreateBatchInput;
};


export type MutationImportJobsArgs = {
  csv: Scalars['String']['input'];
  defaults?: InputMaybe<BatchSettingsInput>;
  checkOnly?: InputMaybe<Scalars['Boolean']['input']>;
};


export type MutationCheckBatchArgs = {
  id: Scalars['ID']['input'];
};


export type MutationPauseBatchArgs = {
  id: Scalars['ID']['input'];
};


export type MutationResumeBatchArgs = {
  id: Scalars['ID']['input'];
};


export type MutationCancelBatchArgs = {
  id: Scalars['ID']['input'];
};


export type MutationRerunBatchArgs = {
  id: Scalars['ID']['input'];
  scope?: RerunScope;
};


export type MutationDeleteBatchArgs = {
  id: Scalars['ID']['input'];
};


export type MutationPurgeBatchArgs = {
  id: Scalars['ID']['input'];
};


export type MutationCheckEndpointArgs = {
  input: EndpointInput;
};


export type MutationPreviewFoldersArgs = {
  input: CreateJobInput;
};


export type MutationPreviewImportArgs = {
  csv: Scalars['String']['input'];
  defaults?: InputMaybe<BatchSettingsInput>;
  line: Scalars['Int']['input'];
};

export type Subscription = {
  __typename?: 'Subscription';
  /**
   * Follows a job's log from byte `offset`: what is there at once, in chunks of at most 64 KiB, then each new piece as
   * it is stored. The last event has `eof` true and the final status; then the subscription completes. A queued job's
   * log waits. After a lost connection go on at the last `newOffset`.
   */
  logTail: LogChunk;
  /**
   * Sends a job when it is created, at each change of its status, when it is deleted (its last state, with `deleted` true),
   * and for progress at most once a second. The present state comes first: of the one job, or of those that run. A slow reader gets the
   * newest state, not every step.
   */
  jobChanged: Job;
  /** Sends a batch when it or one of its jobs changes, at most once a second, and once at the start. */
  batchChanged: Batch;
};


export type SubscriptionLogTailArgs = {
  jobId: Scalars['ID']['input'];
  offset?: Scalars['Int64']['input'];
};


export type SubscriptionJobChangedArgs = {
  id?: InputMaybe<Scalars['ID']['input']>;
};


export type SubscriptionBatchChangedArgs = {
  id: Scalars['ID']['input'];
};

export type BatchPartsFragment = { __typename?: 'Batch', id: string, name: string, createdAt: string, paused: boolean, purgedAt?: string | null, summary: { __typename?: 'BatchSummary', mailboxes: number, verified: number, messagesDone: number, messagesTotal: number, bytesDone: number, bytesTotal: number, messagesMissing: number, messagesToCopy: number, progress: number, etaSeconds?: number | null, nextTryAt?: string | null, checking: boolean, checked: number, checkFailed: number, counts: Array<{ __typename?: 'StatusCount', status: JobStatus, count: number }>, waiting?: { __typename?: 'Waiting', side: Side, reason: string, until?: string | null } | null } };

export type ReportedMailboxFragment = { __typename?: 'Job', id: string, name: string, status: JobStatus, dryRun: boolean, verified: boolean, error?: string | null, nextStep?: string | null, exitReason?: string | null, canRerun: boolean, source: { __typename?: 'Endpoint', host: string, user: string }, destination: { __typename?: 'Endpoint', host: string, user: string }, report?: { __typename?: 'Report', messagesFound: number, messagesCopied: number, messagesMissing: number, folderReports: Array<{ __typename?: 'FolderReport', destinationMessages: number }> } | null };

export type BatchesQueryVariables = Exact<{
  first: Scalars['Int']['input'];
  after?: InputMaybe<Scalars['String']['input']>;
}>;


export type BatchesQuery = { __typename?: 'Query', batches: { __typename?: 'BatchConnection', edges: Array<{ __typename?: 'BatchEdge', node: { __typename?: 'Batch', id: string, name: string, createdAt: string, paused: boolean, purgedAt?: string | null, summary: { __typename?: 'BatchSummary', mailboxes: number, verified: number, messagesDone: number, messagesTotal: number, bytesDone: number, bytesTotal: number, messagesMissing: number, messagesToCopy: number, progress: number, etaSeconds?: number | null, nextTryAt?: string | null, checking: boolean, checked: number, checkFailed: number, counts: Array<{ __typename?: 'StatusCount', status: JobStatus, count: number }>, waiting?: { __typename?: 'Waiting', side: Side, reason: string, until?: string | null } | null } } }>, pageInfo: { __typename?: 'PageInfo', hasNextPage: boolean, endCursor?: string | null } } };

export type BatchQueryVariables = Exact<{
  id: Scalars['ID']['input'];
}>;


export type BatchQuery = { __typename?: 'Query', batch?: { __typename?: 'Batch', id: string, name: string, createdAt: string, paused: boolean, purgedAt?: string | null, summary: { __typename?: 'BatchSummary', mailboxes: number, verified: number, messagesDone: number, messagesTotal: number, bytesDone: number, bytesTotal: number, messagesMissing: number, messagesToCopy: number, progress: number, etaSeconds?: number | null, nextTryAt?: string | null, checking: boolean, checked: number, checkFailed: number, counts: Array<{ __typename?: 'StatusCount', status: JobStatus, count: number }>, waiting?: { __typename?: 'Waiting', side: Side, reason: string, until?: string | null } | null } } | null };

export type BatchReportQueryVariables = Exact<{
  id: Scalars['ID']['input'];
  first: Scalars['Int']['input'];
  after?: InputMaybe<Scalars['String']['input']>;
  status?: InputMaybe<Array<JobStatus> | JobStatus>;
}>;


export type BatchReportQuery = { __typename?: 'Query', batch?: { __typename?: 'Batch', id: string, jobs: { __typename?: 'JobConnection', totalCount: number, edges: Array<{ __typename?: 'JobEdge', node: { __typename?: 'Job', id: string, name: string, status: JobStatus, dryRun: boolean, verified: boolean, error?: string | null, nextStep?: string | null, exitReason?: string | null, canRerun: boolean, source: { __typename?: 'Endpoint', host: string, user: string }, destination: { __typename?: 'Endpoint', host: string, user: string }, report?: { __typename?: 'Report', messagesFound: number, messagesCopied: number, messagesMissing: number, folderReports: Array<{ __typename?: 'FolderReport', destinationMessages: number }> } | null } }>, pageInfo: { __typename?: 'PageInfo', hasNextPage: boolean, endCursor?: string | null } } } | null };

export type MissingMessagesQueryVariables = Exact<{
  id: Scalars['ID']['input'];
}>;


export type MissingMessagesQuery = { __typename?: 'Query', job?: { __typename?: 'Job', id: string, report?: { __typename?: 'Report', messagesMissing: number, missing: Array<{ __typename?: 'MissingMessage', folder: string, uid?: number | null, date?: string | null, subject?: string | null, size?: number | null, reason?: string | null }> } | null } | null };

export type ImportTemplateQueryVariables = Exact<{ [key: string]: never; }>;


export type ImportTemplateQuery = { __typename?: 'Query', importTemplate: string };

export type ImportJobsMutationVariables = Exact<{
  csv: Scalars['String']['input'];
  defaults?: InputMaybe<BatchSettingsInput>;
  checkOnly: Scalars['Boolean']['input'];
}>;


export type ImportJobsMutation = { __typename?: 'Mutation', importJobs: { __typename?: 'ImportResult', skipped: Array<number>, errorsOmitted: number, rows: Array<{ __typename?: 'ImportRow', line: number, name: string, dryRun: boolean, source: { __typename?: 'ImportEndpoint', host: string, port: number, security: Security, user: string, hasPassword: boolean }, destination: { __typename?: 'ImportEndpoint', host: string, port: number, security: Security, user: string, hasPassword: boolean } }>, errors: Array<{ __typename?: 'ImportError', line: number, column?: number | null, header?: string | null, field?: string | null, message: string }>, batch?: { __typename?: 'Batch', id: string, name: string, createdAt: string, paused: boolean, purgedAt?: string | null, summary: { __typename?: 'BatchSummary', mailboxes: number, verified: number, messagesDone: number, messagesTotal: number, bytesDone: number, bytesTotal: number, messagesMissing: number, messagesToCopy: number, progress: number, etaSeconds?: number | null, nextTryAt?: string | null, checking: boolean, checked: number, checkFailed: number, counts: Array<{ __typename?: 'StatusCount', status: JobStatus, count: number }>, waiting?: { __typename?: 'Waiting', side: Side, reason: string, until?: string | null } | null } } | null } };

export type PreviewImportMutationVariables = Exact<{
  csv: Scalars['String']['input'];
  defaults?: InputMaybe<BatchSettingsInput>;
  line: Scalars['Int']['input'];
}>;


export type PreviewImportMutation = { __typename?: 'Mutation', previewImport: { __typename?: 'FolderPreview', notCopied: Array<string>, unknown: Array<string>, source: { __typename?: 'EndpointCheck', ok: boolean, error?: string | null }, destination: { __typename?: 'EndpointCheck', ok: boolean, error?: string | null }, folders: Array<{ __typename?: 'PreviewedFolder', source: string, destination: string, create: boolean, collidesWith: Array<string>, messages?: number | null, bytes?: number | null, destinationMessages?: number | null }> } };

export type ImportSideFragment = { __typename?: 'ImportEndpoint', host: string, port: number, security: Security, user: string, hasPassword: boolean };

export type CheckBatchMutationVariables = Exact<{
  id: Scalars['ID']['input'];
}>;


export type CheckBatchMutation = { __typename?: 'Mutation', checkBatch: { __typename?: 'Batch', id: string, name: string, createdAt: string, paused: boolean, purgedAt?: string | null, summary: { __typename?: 'BatchSummary', mailboxes: number, verified: number, messagesDone: number, messagesTotal: number, bytesDone: number, bytesTotal: number, messagesMissing: number, messagesToCopy: number, progress: number, etaSeconds?: number | null, nextTryAt?: string | null, checking: boolean, checked: number, checkFailed: number, counts: Array<{ __typename?: 'StatusCount', status: JobStatus, count: number }>, waiting?: { __typename?: 'Waiting', side: Side, reason: string, until?: string | null } | null } } };

export type PauseBatchMutationVariables = Exact<{
  id: Scalars['ID']['input'];
}>;


export type PauseBatchMutation = { __typename?: 'Mutation', pauseBatch: { __typename?: 'Batch', id: string, name: string, createdAt: string, paused: boolean, purgedAt?: string | null, summary: { __typename?: 'BatchSummary', mailboxes: number, verified: number, messagesDone: number, messagesTotal: number, bytesDone: number, bytesTotal: number, messagesMissing: number, messagesToCopy: number, progress: number, etaSeconds?: number | null, nextTryAt?: string | null, checking: boolean, checked: number, checkFailed: number, counts: Array<{ __typename?: 'StatusCount', status: JobStatus, count: number }>, waiting?: { __typename?: 'Waiting', side: Side, reason: string, until?: string | null } | null } } };

export type ResumeBatchMutationVariables = Exact<{
  id: Scalars['ID']['input'];
}>;


export type ResumeBatchMutation = { __typename?: 'Mutation', resumeBatch: { __typename?: 'Batch', id: string, name: string, createdAt: string, paused: boolean, purgedAt?: string | null, summary: { __typename?: 'BatchSummary', mailboxes: number, verified: number, messagesDone: number, messagesTotal: number, bytesDone: number, bytesTotal: number, messagesMissing: number, messagesToCopy: number, progress: number, etaSeconds?: number | null, nextTryAt?: string | null, checking: boolean, checked: number, checkFailed: number, counts: Array<{ __typename?: 'StatusCount', status: JobStatus, count: number }>, waiting?: { __typename?: 'Waiting', side: Side, reason: string, until?: string | null } | null } } };

export type CancelBatchMutationVariables = Exact<{
  id: Scalars['ID']['input'];
}>;


export type CancelBatchMutation = { __typename?: 'Mutation', cancelBatch: { __typename?: 'Batch', id: string, name: string, createdAt: string, paused: boolean, purgedAt?: string | null, summary: { __typename?: 'BatchSummary', mailboxes: number, verified: number, messagesDone: number, messagesTotal: number, bytesDone: number, bytesTotal: number, messagesMissing: number, messagesToCopy: number, progress: number, etaSeconds?: number | null, nextTryAt?: string | null, checking: boolean, checked: number, checkFailed: number, counts: Array<{ __typename?: 'StatusCount', status: JobStatus, count: number }>, waiting?: { __typename?: 'Waiting', side: Side, reason: string, until?: string | null } | null } } };

export type RerunBatchMutationVariables = Exact<{
  id: Scalars['ID']['input'];
  scope: RerunScope;
}>;


export type RerunBatchMutation = { __typename?: 'Mutation', rerunBatch: { __typename?: 'Batch', id: string, name: string, createdAt: string, paused: boolean, purgedAt?: string | null, summary: { __typename?: 'BatchSummary', mailboxes: number, verified: number, messagesDone: number, messagesTotal: number, bytesDone: number, bytesTotal: number, messagesMissing: number, messagesToCopy: number, progress: number, etaSeconds?: number | null, nextTryAt?: string | null, checking: boolean, checked: number, checkFailed: number, counts: Array<{ __typename?: 'StatusCount', status: JobStatus, count: number }>, waiting?: { __typename?: 'Waiting', side: Side, reason: string, until?: string | null } | null } } };

export type PurgeBatchMutationVariables = Exact<{
  id: Scalars['ID']['input'];
}>;


export type PurgeBatchMutation = { __typename?: 'Mutation', purgeBatch: { __typename?: 'Batch', id: string, name: string, createdAt: string, paused: boolean, purgedAt?: string | null, summary: { __typename?: 'BatchSummary', mailboxes: number, verified: number, messagesDone: number, messagesTotal: number, bytesDone: number, bytesTotal: number, messagesMissing: number, messagesToCopy: number, progress: number, etaSeconds?: number | null, nextTryAt?: string | null, checking: boolean, checked: number, checkFailed: number, counts: Array<{ __typename?: 'StatusCount', status: JobStatus, count: number }>, waiting?: { __typename?: 'Waiting', side: Side, reason: string, until?: string | null } | null } } };

export type DeleteBatchMutationVariables = Exact<{
  id: Scalars['ID']['input'];
}>;


export type DeleteBatchMutation = { __typename?: 'Mutation', deleteBatch: string };

export type BatchChangedSubscriptionVariables = Exact<{
  id: Scalars['ID']['input'];
}>;


export type BatchChangedSubscription = { __typename?: 'Subscription', batchChanged: { __typename?: 'Batch', id: string, name: string, createdAt: string, paused: boolean, purgedAt?: string | null, summary: { __typename?: 'BatchSummary', mailboxes: number, verified: number, messagesDone: number, messagesTotal: number, bytesDone: number, bytesTotal: number, messagesMissing: number, messagesToCopy: number, progress: number, etaSeconds?: number | null, nextTryAt?: string | null, checking: boolean, checked: number, checkFailed: number, counts: Array<{ __typename?: 'StatusCount', status: JobStatus, count: number }>, waiting?: { __typename?: 'Waiting', side: Side, reason: string, until?: string | null } | null } } };

export type EndpointPartsFragment = { __typename?: 'Endpoint', host: string, port: number, security: Security, user: string, verifyCertificate: boolean };

export type ProgressPartsFragment = { __typename?: 'Progress', currentFolder?: string | null, foldersDone?: number | null, foldersTotal?: number | null, messagesDone?: number | null, messagesTotal?: number | null, bytesDone?: number | null, bytesTotal?: number | null, messagesPerSecond?: number | null, bytesPerSecond?: number | null, etaSeconds?: number | null, waiting?: { __typename?: 'Waiting', side: Side, reason: string, until?: string | null } | null };

export type WaitingPartsFragment = { __typename?: 'Waiting', side: Side, reason: string, until?: string | null };

export type JobRowFragment = { __typename?: 'Job', id: string, name: string, status: JobStatus, dryRun: boolean, engine: Engine, verified: boolean, createdAt: string, startedAt?: string | null, finishedAt?: string | null, queuePosition?: number | null, queueReason?: string | null, deleted: boolean, nextStep?: string | null, exitCode?: number | null, exitReason?: string | null, error?: string | null, cancelRequestedAt?: string | null, attempt: number, retriesLeft: number, nextTryAt?: string | null, superseded: boolean, canRerun: boolean, source: { __typename?: 'Endpoint', host: string, port: number, security: Security, user: string, verifyCertificate: boolean }, destination: { __typename?: 'Endpoint', host: string, port: number, security: Security, user: string, verifyCertificate: boolean }, waiting?: { __typename?: 'Waiting', side: Side, reason: string, until?: string | null } | null, progress?: { __typename?: 'Progress', currentFolder?: string | null, foldersDone?: number | null, foldersTotal?: number | null, messagesDone?: number | null, messagesTotal?: number | null, bytesDone?: number | null, bytesTotal?: number | null, messagesPerSecond?: number | null, bytesPerSecond?: number | null, etaSeconds?: number | null, waiting?: { __typename?: 'Waiting', side: Side, reason: string, until?: string | null } | null } | null, batch?: { __typename?: 'Batch', id: string, name: string, purgedAt?: string | null } | null, precheck?: { __typename?: 'Precheck', checkedAt: string, ok: boolean, error?: string | null, folders: number, messages: number, bytes: number } | null };

export type JobDetailFragment = { __typename?: 'Job', logSize: number, id: string, name: string, status: JobStatus, dryRun: boolean, engine: Engine, verified: boolean, createdAt: string, startedAt?: string | null, finishedAt?: string | null, queuePosition?: number | null, queueReason?: string | null, deleted: boolean, nextStep?: string | null, exitCode?: number | null, exitReason?: string | null, error?: string | null, cancelRequestedAt?: string | null, attempt: number, retriesLeft: number, nextTryAt?: string | null, superseded: boolean, canRerun: boolean, options: { __typename?: 'SyncOptions', folders: Array<string>, folderPrefixes: Array<string>, excludeFolders: Array<string>, excludeFolderPrefixes: Array<string>, automap: boolean, underFolder?: string | null, maxAgeDays?: number | null, minAgeDays?: number | null, maxSize?: number | null, minSize?: number | null, onlySubscribed: boolean, subscribeAll: boolean, syncFlags: boolean, renameFolders: Array<{ __typename?: 'FolderRename', from: string, to: string }> }, report?: { __typename?: 'Report', folders: number, messagesFound: number, messagesCopied: number, messagesSkipped: number, messagesToCopy: number, messagesMissing: number, messagesFailed: number, bytes: number, seconds: number, reconnections: number, verified: boolean, folderReports: Array<{ __typename?: 'FolderReport', source: string, destination: string, sourceMessages: number, destinationMessages: number, missing: number }>, missing: Array<{ __typename?: 'MissingMessage', folder: string, uid?: number | null, date?: string | null, subject?: string | null, size?: number | null, reason?: string | null }> } | null, rerunOf?: { __typename?: 'Job', id: string, name: string, status: JobStatus, dryRun: boolean, verified: boolean, attempt: number, createdAt: string, finishedAt?: string | null } | null, reruns: Array<{ __typename?: 'Job', id: string, name: string, status: JobStatus, dryRun: boolean, verified: boolean, attempt: number, createdAt: string, finishedAt?: string | null }>, source: { __typename?: 'Endpoint', host: string, port: number, security: Security, user: string, verifyCertificate: boolean }, destination: { __typename?: 'Endpoint', host: string, port: number, security: Security, user: string, verifyCertificate: boolean }, waiting?: { __typename?: 'Waiting', side: Side, reason: string, until?: string | null } | null, progress?: { __typename?: 'Progress', currentFolder?: string | null, foldersDone?: number | null, foldersTotal?: number | null, messagesDone?: number | null, messagesTotal?: number | null, bytesDone?: number | null, bytesTotal?: number | null, messagesPerSecond?: number | null, bytesPerSecond?: number | null, etaSeconds?: number | null, waiting?: { __typename?: 'Waiting', side: Side, reason: string, until?: string | null } | null } | null, batch?: { __typename?: 'Batch', id: string, name: string, purgedAt?: string | null } | null, precheck?: { __typename?: 'Precheck', checkedAt: string, ok: boolean, error?: string | null, folders: number, messages: number, bytes: number } | null };

export type RunFragment = { __typename?: 'Job', id: string, name: string, status: JobStatus, dryRun: boolean, verified: boolean, attempt: number, createdAt: string, finishedAt?: string | null };

export type JobsQueryVariables = Exact<{
  first: Scalars['Int']['input'];
  after?: InputMaybe<Scalars['String']['input']>;
  filter?: InputMaybe<JobFilter>;
}>;


export type JobsQuery = { __typename?: 'Query', jobs: { __typename?: 'JobConnection', totalCount: number, edges: Array<{ __typename?: 'JobEdge', cursor: string, node: { __typename?: 'Job', id: string, name: string, status: JobStatus, dryRun: boolean, engine: Engine, verified: boolean, createdAt: string, startedAt?: string | null, finishedAt?: string | null, queuePosition?: number | null, queueReason?: string | null, deleted: boolean, nextStep?: string | null, exitCode?: number | null, exitReason?: string | null, error?: string | null, cancelRequestedAt?: string | null, attempt: number, retriesLeft: number, nextTryAt?: string | null, superseded: boolean, canRerun: boolean, source: { __typename?: 'Endpoint', host: string, port: number, security: Security, user: string, verifyCertificate: boolean }, destination: { __typename?: 'Endpoint', host: string, port: number, security: Security, user: string, verifyCertificate: boolean }, waiting?: { __typename?: 'Waiting', side: Side, reason: string, until?: string | null } | null, progress?: { __typename?: 'Progress', currentFolder?: string | null, foldersDone?: number | null, foldersTotal?: number | null, messagesDone?: number | null, messagesTotal?: number | null, bytesDone?: number | null, bytesTotal?: number | null, messagesPerSecond?: number | null, bytesPerSecond?: number | null, etaSeconds?: number | null, waiting?: { __typename?: 'Waiting', side: Side, reason: string, until?: string | null } | null } | null, batch?: { __typename?: 'Batch', id: string, name: string, purgedAt?: string | null } | null, precheck?: { __typename?: 'Precheck', checkedAt: string, ok: boolean, error?: string | null, folders: number, messages: number, bytes: number } | null } }>, pageInfo: { __typename?: 'PageInfo', hasNextPage: boolean, endCursor?: string | null } } };

export type JobCountsQueryVariables = Exact<{
  search?: InputMaybe<Scalars['String']['input']>;
}>;


export type JobCountsQuery = { __typename?: 'Query', jobCounts: Array<{ __typename?: 'StatusCount', status: JobStatus, count: number }> };

export type RunnerStateQueryVariables = Exact<{ [key: string]: never; }>;


export type RunnerStateQuery = { __typename?: 'Query', runner: { __typename?: 'Runner', slots: number, queued: number, running: Array<{ __typename?: 'Job', id: string, name: string, status: JobStatus, dryRun: boolean, engine: Engine, verified: boolean, createdAt: string, startedAt?: string | null, finishedAt?: string | null, queuePosition?: number | null, queueReason?: string | null, deleted: boolean, nextStep?: string | null, exitCode?: number | null, exitReason?: string | null, error?: string | null, cancelRequestedAt?: string | null, attempt: number, retriesLeft: number, nextTryAt?: string | null, superseded: boolean, canRerun: boolean, source: { __typename?: 'Endpoint', host: string, port: number, security: Security, user: string, verifyCertificate: boolean }, destination: { __typename?: 'Endpoint', host: string, port: number, security: Security, user: string, verifyCertificate: boolean }, waiting?: { __typename?: 'Waiting', side: Side, reason: string, until?: string | null } | null, progress?: { __typename?: 'Progress', currentFolder?: string | null, foldersDone?: number | null, foldersTotal?: number | null, messagesDone?: number | null, messagesTotal?: number | null, bytesDone?: number | null, bytesTotal?: number | null, messagesPerSecond?: number | null, bytesPerSecond?: number | null, etaSeconds?: number | null, waiting?: { __typename?: 'Waiting', side: Side, reason: string, until?: string | null } | null } | null, batch?: { __typename?: 'Batch', id: string, name: string, purgedAt?: string | null } | null, precheck?: { __typename?: 'Precheck', checkedAt: string, ok: boolean, error?: string | null, folders: number, messages: number, bytes: number } | null }> } };

export type JobQueryVariables = Exact<{
  id: Scalars['ID']['input'];
}>;


export type JobQuery = { __typename?: 'Query', job?: { __typename?: 'Job', logSize: number, id: string, name: string, status: JobStatus, dryRun: boolean, engine: Engine, verified: boolean, createdAt: string, startedAt?: string | null, finishedAt?: string | null, queuePosition?: number | null, queueReason?: string | null, deleted: boolean, nextStep?: string | null, exitCode?: number | null, exitReason?: string | null, error?: string | null, cancelRequestedAt?: string | null, attempt: number, retriesLeft: number, nextTryAt?: string | null, superseded: boolean, canRerun: boolean, options: { __typename?: 'SyncOptions', folders: Array<string>, folderPrefixes: Array<string>, excludeFolders: Array<string>, excludeFolderPrefixes: Array<string>, automap: boolean, underFolder?: string | null, maxAgeDays?: number | null, minAgeDays?: number | null, maxSize?: number | null, minSize?: number | null, onlySubscribed: boolean, subscribeAll: boolean, syncFlags: boolean, renameFolders: Array<{ __typename?: 'FolderRename', from: string, to: string }> }, report?: { __typename?: 'Report', folders: number, messagesFound: number, messagesCopied: number, messagesSkipped: number, messagesToCopy: number, messagesMissing: number, messagesFailed: number, bytes: number, seconds: number, reconnections: number, verified: boolean, folderReports: Array<{ __typename?: 'FolderReport', source: string, destination: string, sourceMessages: number, destinationMessages: number, missing: number }>, missing: Array<{ __typename?: 'MissingMessage', folder: string, uid?: number | null, date?: string | null, subject?: string | null, size?: number | null, reason?: string | null }> } | null, rerunOf?: { __typename?: 'Job', id: string, name: string, status: JobStatus, dryRun: boolean, verified: boolean, attempt: number, createdAt: string, finishedAt?: string | null } | null, reruns: Array<{ __typename?: 'Job', id: string, name: string, status: JobStatus, dryRun: boolean, verified: boolean, attempt: number, createdAt: string, finishedAt?: string | null }>, source: { __typename?: 'Endpoint', host: string, port: number, security: Security, user: string, verifyCertificate: boolean }, destination: { __typename?: 'Endpoint', host: string, port: number, security: Security, user: string, verifyCertificate: boolean }, waiting?: { __typename?: 'Waiting', side: Side, reason: string, until?: string | null } | null, progress?: { __typename?: 'Progress', currentFolder?: string | null, foldersDone?: number | null, foldersTotal?: number | null, messagesDone?: number | null, messagesTotal?: number | null, bytesDone?: number | null, bytesTotal?: number | null, messagesPerSecond?: number | null, bytesPerSecond?: number | null, etaSeconds?: number | null, waiting?: { __typename?: 'Waiting', side: Side, reason: string, until?: string | null } | null } | null, batch?: { __typename?: 'Batch', id: string, name: string, purgedAt?: string | null } | null, precheck?: { __typename?: 'Precheck', checkedAt: string, ok: boolean, error?: string | null, folders: number, messages: number, bytes: number } | null } | null };

export type JobLogQueryVariables = Exact<{
  id: Scalars['ID']['input'];
  offset: Scalars['Int64']['input'];
  limit: Scalars['Int']['input'];
}>;


export type JobLogQuery = { __typename?: 'Query', job?: { __typename?: 'Job', id: string, log: { __typename?: 'LogChunk', jobId: string, offset: number, chunk: string, newOffset: number, status: JobStatus, eof: boolean } } | null };

export type CreateJobMutationVariables = Exact<{
  input: CreateJobInput;
}>;


export type CreateJobMutation = { __typename?: 'Mutation', createJob: { __typename?: 'Job', id: string, name: string, status: JobStatus, dryRun: boolean, engine: Engine, verified: boolean, createdAt: string, startedAt?: string | null, finishedAt?: string | null, queuePosition?: number | null, queueReason?: string | null, deleted: boolean, nextStep?: string | null, exitCode?: number | null, exitReason?: string | null, error?: string | null, cancelRequestedAt?: string | null, attempt: number, retriesLeft: number, nextTryAt?: string | null, superseded: boolean, canRerun: boolean, source: { __typename?: 'Endpoint', host: string, port: number, security: Security, user: string, verifyCertificate: boolean }, destination: { __typename?: 'Endpoint', host: string, port: number, security: Security, user: string, verifyCertificate: boolean }, waiting?: { __typename?: 'Waiting', side: Side, reason: string, until?: string | null } | null, progress?: { __typename?: 'Progress', currentFolder?: string | null, foldersDone?: number | null, foldersTotal?: number | null, messagesDone?: number | null, messagesTotal?: number | null, bytesDone?: number | null, bytesTotal?: number | null, messagesPerSecond?: number | null, bytesPerSecond?: number | null, etaSeconds?: number | null, waiting?: { __typename?: 'Waiting', side: Side, reason: string, until?: string | null } | null } | null, batch?: { __typename?: 'Batch', id: string, name: string, purgedAt?: string | null } | null, precheck?: { __typename?: 'Precheck', checkedAt: string, ok: boolean, error?: string | null, folders: number, messages: number, bytes: number } | null } };

export type RerunJobMutationVariables = Exact<{
  id: Scalars['ID']['input'];
  dryRun?: InputMaybe<Scalars['Boolean']['input']>;
}>;


export type RerunJobMutation = { __typename?: 'Mutation', rerunJob: { __typename?: 'Job', id: string, name: string, status: JobStatus, dryRun: boolean, engine: Engine, verified: boolean, createdAt: string, startedAt?: string | null, finishedAt?: string | null, queuePosition?: number | null, queueReason?: string | null, deleted: boolean, nextStep?: string | null, exitCode?: number | null, exitReason?: string | null, error?: string | null, cancelRequestedAt?: string | null, attempt: number, retriesLeft: number, nextTryAt?: string | null, superseded: boolean, canRerun: boolean, source: { __typename?: 'Endpoint', host: string, port: number, security: Security, user: string, verifyCertificate: boolean }, destination: { __typename?: 'Endpoint', host: string, port: number, security: Security, user: string, verifyCertificate: boolean }, waiting?: { __typename?: 'Waiting', side: Side, reason: string, until?: string | null } | null, progress?: { __typename?: 'Progress', currentFolder?: string | null, foldersDone?: number | null, foldersTotal?: number | null, messagesDone?: number | null, messagesTotal?: number | null, bytesDone?: number | null, bytesTotal?: number | null, messagesPerSecond?: number | null, bytesPerSecond?: number | null, etaSeconds?: number | null, waiting?: { __typename?: 'Waiting', side: Side, reason: string, until?: string | null } | null } | null, batch?: { __typename?: 'Batch', id: string, name: string, purgedAt?: string | null } | null, precheck?: { __typename?: 'Precheck', checkedAt: string, ok: boolean, error?: string | null, folders: number, messages: number, bytes: number } | null } };

export type CancelJobMutationVariables = Exact<{
  id: Scalars['ID']['input'];
}>;


export type CancelJobMutation = { __typename?: 'Mutation', cancelJob: { __typename?: 'Job', id: string, name: string, status: JobStatus, dryRun: boolean, engine: Engine, verified: boolean, createdAt: string, startedAt?: string | null, finishedAt?: string | null, queuePosition?: number | null, queueReason?: string | null, deleted: boolean, nextStep?: string | null, exitCode?: number | null, exitReason?: string | null, error?: string | null, cancelRequestedAt?: string | null, attempt: number, retriesLeft: number, nextTryAt?: string | null, superseded: boolean, canRerun: boolean, source: { __typename?: 'Endpoint', host: string, port: number, security: Security, user: string, verifyCertificate: boolean }, destination: { __typename?: 'Endpoint', host: string, port: number, security: Security, user: string, verifyCertificate: boolean }, waiting?: { __typename?: 'Waiting', side: Side, reason: string, until?: string | null } | null, progress?: { __typename?: 'Progress', currentFolder?: string | null, foldersDone?: number | null, foldersTotal?: number | null, messagesDone?: number | null, messagesTotal?: number | null, bytesDone?: number | null, bytesTotal?: number | null, messagesPerSecond?: number | null, bytesPerSecond?: number | null, etaSeconds?: number | null, waiting?: { __typename?: 'Waiting', side: Side, reason: string, until?: string | null } | null } | null, batch?: { __typename?: 'Batch', id: string, name: string, purgedAt?: string | null } | null, precheck?: { __typename?: 'Precheck', checkedAt: string, ok: boolean, error?: string | null, folders: number, messages: number, bytes: number } | null } };

export type DeleteJobMutationVariables = Exact<{
  id: Scalars['ID']['input'];
}>;


export type DeleteJobMutation = { __typename?: 'Mutation', deleteJob: string };

export type SetCredentialsMutationVariables = Exact<{
  jobId: Scalars['ID']['input'];
  source?: InputMaybe<CredentialsInput>;
  destination?: InputMaybe<CredentialsInput>;
}>;


export type SetCredentialsMutation = { __typename?: 'Mutation', setCredentials: { __typename?: 'Job', id: string, name: string, status: JobStatus, dryRun: boolean, engine: Engine, verified: boolean, createdAt: string, startedAt?: string | null, finishedAt?: string | null, queuePosition?: number | null, queueReason?: string | null, deleted: boolean, nextStep?: string | null, exitCode?: number | null, exitReason?: string | null, error?: string | null, cancelRequestedAt?: string | null, attempt: number, retriesLeft: number, nextTryAt?: string | null, superseded: boolean, canRerun: boolean, source: { __typename?: 'Endpoint', host: string, port: number, security: Security, user: string, verifyCertificate: boolean }, destination: { __typename?: 'Endpoint', host: string, port: number, security: Security, user: string, verifyCertificate: boolean }, waiting?: { __typename?: 'Waiting', side: Side, reason: string, until?: string | null } | null, progress?: { __typename?: 'Progress', currentFolder?: string | null, foldersDone?: number | null, foldersTotal?: number | null, messagesDone?: number | null, messagesTotal?: number | null, bytesDone?: number | null, bytesTotal?: number | null, messagesPerSecond?: number | null, bytesPerSecond?: number | null, etaSeconds?: number | null, waiting?: { __typename?: 'Waiting', side: Side, reason: string, until?: string | null } | null } | null, batch?: { __typename?: 'Batch', id: string, name: string, purgedAt?: string | null } | null, precheck?: { __typename?: 'Precheck', checkedAt: string, ok: boolean, error?: string | null, folders: number, messages: number, bytes: number } | null } };

export type CheckEndpointMutationVariables = Exact<{
  input: EndpointInput;
}>;


export type CheckEndpointMutation = { __typename?: 'Mutation', checkEndpoint: { __typename?: 'EndpointCheck', ok: boolean, error?: string | null, folders?: number | null, messages?: number | null, bytes?: number | null } };

export type PreviewFoldersMutationVariables = Exact<{
  input: CreateJobInput;
}>;


export type PreviewFoldersMutation = { __typename?: 'Mutation', previewFolders: { __typename?: 'FolderPreview', notCopied: Array<string>, unknown: Array<string>, source: { __typename?: 'EndpointCheck', ok: boolean, error?: string | null }, destination: { __typename?: 'EndpointCheck', ok: boolean, error?: string | null }, folders: Array<{ __typename?: 'PreviewedFolder', source: string, destination: string, create: boolean, collidesWith: Array<string>, messages?: number | null, bytes?: number | null, destinationMessages?: number | null }> } };

export type FolderPreviewPartsFragment = { __typename?: 'FolderPreview', notCopied: Array<string>, unknown: Array<string>, source: { __typename?: 'EndpointCheck', ok: boolean, error?: string | null }, destination: { __typename?: 'EndpointCheck', ok: boolean, error?: string | null }, folders: Array<{ __typename?: 'PreviewedFolder', source: string, destination: string, create: boolean, collidesWith: Array<string>, messages?: number | null, bytes?: number | null, destinationMessages?: number | null }> };

export type JobsChangedSubscriptionVariables = Exact<{ [key: string]: never; }>;


export type JobsChangedSubscription = { __typename?: 'Subscription', jobChanged: { __typename?: 'Job', id: string, name: string, status: JobStatus, dryRun: boolean, engine: Engine, verified: boolean, createdAt: string, startedAt?: string | null, finishedAt?: string | null, queuePosition?: number | null, queueReason?: string | null, deleted: boolean, nextStep?: string | null, exitCode?: number | null, exitReason?: string | null, error?: string | null, cancelRequestedAt?: string | null, attempt: number, retriesLeft: number, nextTryAt?: string | null, superseded: boolean, canRerun: boolean, source: { __typename?: 'Endpoint', host: string, port: number, security: Security, user: string, verifyCertificate: boolean }, destination: { __typename?: 'Endpoint', host: string, port: number, security: Security, user: string, verifyCertificate: boolean }, waiting?: { __typename?: 'Waiting', side: Side, reason: string, until?: string | null } | null, progress?: { __typename?: 'Progress', currentFolder?: string | null, foldersDone?: number | null, foldersTotal?: number | null, messagesDone?: number | null, messagesTotal?: number | null, bytesDone?: number | null, bytesTotal?: number | null, messagesPerSecond?: number | null, bytesPerSecond?: number | null, etaSeconds?: number | null, waiting?: { __typename?: 'Waiting', side: Side, reason: string, until?: string | null } | null } | null, batch?: { __typename?: 'Batch', id: string, name: string, purgedAt?: string | null } | null, precheck?: { __typename?: 'Precheck', checkedAt: string, ok: boolean, error?: string | null, folders: number, messages: number, bytes: number } | null } };

export type JobChangedSubscriptionVariables = Exact<{
  id: Scalars['ID']['input'];
}>;


export type JobChangedSubscription = { __typename?: 'Subscription', jobChanged: { __typename?: 'Job', logSize: number, id: string, name: string, status: JobStatus, dryRun: boolean, engine: Engine, verified: boolean, createdAt: string, startedAt?: string | null, finishedAt?: string | null, queuePosition?: number | null, queueReason?: string | null, deleted: boolean, nextStep?: string | null, exitCode?: number | null, exitReason?: string | null, error?: string | null, cancelRequestedAt?: string | null, attempt: number, retriesLeft: number, nextTryAt?: string | null, superseded: boolean, canRerun: boolean, options: { __typename?: 'SyncOptions', folders: Array<string>, folderPrefixes: Array<string>, excludeFolders: Array<string>, excludeFolderPrefixes: Array<string>, automap: boolean, underFolder?: string | null, maxAgeDays?: number | null, minAgeDays?: number | null, maxSize?: number | null, minSize?: number | null, onlySubscribed: boolean, subscribeAll: boolean, syncFlags: boolean, renameFolders: Array<{ __typename?: 'FolderRename', from: string, to: string }> }, report?: { __typename?: 'Report', folders: number, messagesFound: number, messagesCopied: number, messagesSkipped: number, messagesToCopy: number, messagesMissing: number, messagesFailed: number, bytes: number, seconds: number, reconnections: number, verified: boolean, folderReports: Array<{ __typename?: 'FolderReport', source: string, destination: string, sourceMessages: number, destinationMessages: number, missing: number }>, missing: Array<{ __typename?: 'MissingMessage', folder: string, uid?: number | null, date?: string | null, subject?: string | null, size?: number | null, reason?: string | null }> } | null, rerunOf?: { __typename?: 'Job', id: string, name: string, status: JobStatus, dryRun: boolean, verified: boolean, attempt: number, createdAt: string, finishedAt?: string | null } | null, reruns: Array<{ __typename?: 'Job', id: string, name: string, status: JobStatus, dryRun: boolean, verified: boolean, attempt: number, createdAt: string, finishedAt?: string | null }>, source: { __typename?: 'Endpoint', host: string, port: number, security: Security, user: string, verifyCertificate: boolean }, destination: { __typename?: 'Endpoint', host: string, port: number, security: Security, user: string, verifyCertificate: boolean }, waiting?: { __typename?: 'Waiting', side: Side, reason: string, until?: string | null } | null, progress?: { __typename?: 'Progress', currentFolder?: string | null, foldersDone?: number | null, foldersTotal?: number | null, messagesDone?: number | null, messagesTotal?: number | null, bytesDone?: number | null, bytesTotal?: number | null, messagesPerSecond?: number | null, bytesPerSecond?: number | null, etaSeconds?: number | null, waiting?: { __typename?: 'Waiting', side: Side, reason: string, until?: string | null } | null } | null, batch?: { __typename?: 'Batch', id: string, name: string, purgedAt?: string | null } | null, precheck?: { __typename?: 'Precheck', checkedAt: string, ok: boolean, error?: string | null, folders: number, messages: number, bytes: number } | null } };

export type LogTailSubscriptionVariables = Exact<{
  jobId: Scalars['ID']['input'];
  offset: Scalars['Int64']['input'];
}>;


export type LogTailSubscription = { __typename?: 'Subscription', logTail: { __typename?: 'LogChunk', jobId: string, offset: number, chunk: string, newOffset: number, status: JobStatus, eof: boolean } };

export const WaitingPartsFragmentDoc = {"kind":"Document","definitions":[{"kind":"FragmentDefinition","name":{"kind":"Name","value":"WaitingParts"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Waiting"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"side"}},{"kind":"Field","name":{"kind":"Name","value":"reason"}},{"kind":"Field","name":{"kind":"Name","value":"until"}}]}}]} as unknown as DocumentNode<WaitingPartsFragment, unknown>;
export const BatchPartsFragmentDoc = {"kind":"Document","definitions":[{"kind":"FragmentDefinition","name":{"kind":"Name","value":"BatchParts"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Batch"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}},{"kind":"Field","name":{"kind":"Name","value":"paused"}},{"kind":"Field","name":{"kind":"Name","value":"purgedAt"}},{"kind":"Field","name":{"kind":"Name","value":"summary"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"mailboxes"}},{"kind":"Field","name":{"kind":"Name","value":"counts"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"count"}}]}},{"kind":"Field","name":{"kind":"Name","value":"verified"}},{"kind":"Field","name":{"kind":"Name","value":"messagesDone"}},{"kind":"Field","name":{"kind":"Name","value":"messagesTotal"}},{"kind":"Field","name":{"kind":"Name","value":"bytesDone"}},{"kind":"Field","name":{"kind":"Name","value":"bytesTotal"}},{"kind":"Field","name":{"kind":"Name","value":"messagesMissing"}},{"kind":"Field","name":{"kind":"Name","value":"messagesToCopy"}},{"kind":"Field","name":{"kind":"Name","value":"progress"}},{"kind":"Field","name":{"kind":"Name","value":"waiting"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"WaitingParts"}}]}},{"kind":"Field","name":{"kind":"Name","value":"etaSeconds"}},{"kind":"Field","name":{"kind":"Name","value":"nextTryAt"}},{"kind":"Field","name":{"kind":"Name","value":"checking"}},{"kind":"Field","name":{"kind":"Name","value":"checked"}},{"kind":"Field","name":{"kind":"Name","value":"checkFailed"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"WaitingParts"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Waiting"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"side"}},{"kind":"Field","name":{"kind":"Name","value":"reason"}},{"kind":"Field","name":{"kind":"Name","value":"until"}}]}}]} as unknown as DocumentNode<BatchPartsFragment, unknown>;
export const ReportedMailboxFragmentDoc = {"kind":"Document","definitions":[{"kind":"FragmentDefinition","name":{"kind":"Name","value":"ReportedMailbox"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Job"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"dryRun"}},{"kind":"Field","name":{"kind":"Name","value":"verified"}},{"kind":"Field","name":{"kind":"Name","value":"error"}},{"kind":"Field","name":{"kind":"Name","value":"nextStep"}},{"kind":"Field","name":{"kind":"Name","value":"exitReason"}},{"kind":"Field","name":{"kind":"Name","value":"canRerun"}},{"kind":"Field","name":{"kind":"Name","value":"source"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"host"}},{"kind":"Field","name":{"kind":"Name","value":"user"}}]}},{"kind":"Field","name":{"kind":"Name","value":"destination"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"host"}},{"kind":"Field","name":{"kind":"Name","value":"user"}}]}},{"kind":"Field","name":{"kind":"Name","value":"report"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"messagesFound"}},{"kind":"Field","name":{"kind":"Name","value":"messagesCopied"}},{"kind":"Field","name":{"kind":"Name","value":"messagesMissing"}},{"kind":"Field","name":{"kind":"Name","value":"folderReports"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"destinationMessages"}}]}}]}}]}}]} as unknown as DocumentNode<ReportedMailboxFragment, unknown>;
export const ImportSideFragmentDoc = {"kind":"Document","definitions":[{"kind":"FragmentDefinition","name":{"kind":"Name","value":"ImportSide"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"ImportEndpoint"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"host"}},{"kind":"Field","name":{"kind":"Name","value":"port"}},{"kind":"Field","name":{"kind":"Name","value":"security"}},{"kind":"Field","name":{"kind":"Name","value":"user"}},{"kind":"Field","name":{"kind":"Name","value":"hasPassword"}}]}}]} as unknown as DocumentNode<ImportSideFragment, unknown>;
export const EndpointPartsFragmentDoc = {"kind":"Document","definitions":[{"kind":"FragmentDefinition","name":{"kind":"Name","value":"EndpointParts"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Endpoint"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"host"}},{"kind":"Field","name":{"kind":"Name","value":"port"}},{"kind":"Field","name":{"kind":"Name","value":"security"}},{"kind":"Field","name":{"kind":"Name","value":"user"}},{"kind":"Field","name":{"kind":"Name","value":"verifyCertificate"}}]}}]} as unknown as DocumentNode<EndpointPartsFragment, unknown>;
export const ProgressPartsFragmentDoc = {"kind":"Document","definitions":[{"kind":"FragmentDefinition","name":{"kind":"Name","value":"ProgressParts"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Progress"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"currentFolder"}},{"kind":"Field","name":{"kind":"Name","value":"foldersDone"}},{"kind":"Field","name":{"kind":"Name","value":"foldersTotal"}},{"kind":"Field","name":{"kind":"Name","value":"messagesDone"}},{"kind":"Field","name":{"kind":"Name","value":"messagesTotal"}},{"kind":"Field","name":{"kind":"Name","value":"bytesDone"}},{"kind":"Field","name":{"kind":"Name","value":"bytesTotal"}},{"kind":"Field","name":{"kind":"Name","value":"messagesPerSecond"}},{"kind":"Field","name":{"kind":"Name","value":"bytesPerSecond"}},{"kind":"Field","name":{"kind":"Name","value":"etaSeconds"}},{"kind":"Field","name":{"kind":"Name","value":"waiting"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"WaitingParts"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"WaitingParts"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Waiting"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"side"}},{"kind":"Field","name":{"kind":"Name","value":"reason"}},{"kind":"Field","name":{"kind":"Name","value":"until"}}]}}]} as unknown as DocumentNode<ProgressPartsFragment, unknown>;
export const JobRowFragmentDoc = {"kind":"Document","definitions":[{"kind":"FragmentDefinition","name":{"kind":"Name","value":"JobRow"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Job"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"dryRun"}},{"kind":"Field","name":{"kind":"Name","value":"engine"}},{"kind":"Field","name":{"kind":"Name","value":"verified"}},{"kind":"Field","name":{"kind":"Name","value":"source"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"EndpointParts"}}]}},{"kind":"Field","name":{"kind":"Name","value":"destination"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"EndpointParts"}}]}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}},{"kind":"Field","name":{"kind":"Name","value":"startedAt"}},{"kind":"Field","name":{"kind":"Name","value":"finishedAt"}},{"kind":"Field","name":{"kind":"Name","value":"queuePosition"}},{"kind":"Field","name":{"kind":"Name","value":"queueReason"}},{"kind":"Field","name":{"kind":"Name","value":"waiting"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"WaitingParts"}}]}},{"kind":"Field","name":{"kind":"Name","value":"deleted"}},{"kind":"Field","name":{"kind":"Name","value":"nextStep"}},{"kind":"Field","name":{"kind":"Name","value":"exitCode"}},{"kind":"Field","name":{"kind":"Name","value":"exitReason"}},{"kind":"Field","name":{"kind":"Name","value":"error"}},{"kind":"Field","name":{"kind":"Name","value":"cancelRequestedAt"}},{"kind":"Field","name":{"kind":"Name","value":"progress"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"ProgressParts"}}]}},{"kind":"Field","name":{"kind":"Name","value":"attempt"}},{"kind":"Field","name":{"kind":"Name","value":"retriesLeft"}},{"kind":"Field","name":{"kind":"Name","value":"nextTryAt"}},{"kind":"Field","name":{"kind":"Name","value":"superseded"}},{"kind":"Field","name":{"kind":"Name","value":"canRerun"}},{"kind":"Field","name":{"kind":"Name","value":"batch"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"purgedAt"}}]}},{"kind":"Field","name":{"kind":"Name","value":"precheck"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"checkedAt"}},{"kind":"Field","name":{"kind":"Name","value":"ok"}},{"kind":"Field","name":{"kind":"Name","value":"error"}},{"kind":"Field","name":{"kind":"Name","value":"folders"}},{"kind":"Field","name":{"kind":"Name","value":"messages"}},{"kind":"Field","name":{"kind":"Name","value":"bytes"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"WaitingParts"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Waiting"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"side"}},{"kind":"Field","name":{"kind":"Name","value":"reason"}},{"kind":"Field","name":{"kind":"Name","value":"until"}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"EndpointParts"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Endpoint"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"host"}},{"kind":"Field","name":{"kind":"Name","value":"port"}},{"kind":"Field","name":{"kind":"Name","value":"security"}},{"kind":"Field","name":{"kind":"Name","value":"user"}},{"kind":"Field","name":{"kind":"Name","value":"verifyCertificate"}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"ProgressParts"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Progress"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"currentFolder"}},{"kind":"Field","name":{"kind":"Name","value":"foldersDone"}},{"kind":"Field","name":{"kind":"Name","value":"foldersTotal"}},{"kind":"Field","name":{"kind":"Name","value":"messagesDone"}},{"kind":"Field","name":{"kind":"Name","value":"messagesTotal"}},{"kind":"Field","name":{"kind":"Name","value":"bytesDone"}},{"kind":"Field","name":{"kind":"Name","value":"bytesTotal"}},{"kind":"Field","name":{"kind":"Name","value":"messagesPerSecond"}},{"kind":"Field","name":{"kind":"Name","value":"bytesPerSecond"}},{"kind":"Field","name":{"kind":"Name","value":"etaSeconds"}},{"kind":"Field","name":{"kind":"Name","value":"waiting"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"WaitingParts"}}]}}]}}]} as unknown as DocumentNode<JobRowFragment, unknown>;
export const RunFragmentDoc = {"kind":"Document","definitions":[{"kind":"FragmentDefinition","name":{"kind":"Name","value":"Run"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Job"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"dryRun"}},{"kind":"Field","name":{"kind":"Name","value":"verified"}},{"kind":"Field","name":{"kind":"Name","value":"attempt"}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}},{"kind":"Field","name":{"kind":"Name","value":"finishedAt"}}]}}]} as unknown as DocumentNode<RunFragment, unknown>;
export const JobDetailFragmentDoc = {"kind":"Document","definitions":[{"kind":"FragmentDefinition","name":{"kind":"Name","value":"JobDetail"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Job"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"JobRow"}},{"kind":"Field","name":{"kind":"Name","value":"logSize"}},{"kind":"Field","name":{"kind":"Name","value":"options"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"folders"}},{"kind":"Field","name":{"kind":"Name","value":"folderPrefixes"}},{"kind":"Field","name":{"kind":"Name","value":"excludeFolders"}},{"kind":"Field","name":{"kind":"Name","value":"excludeFolderPrefixes"}},{"kind":"Field","name":{"kind":"Name","value":"automap"}},{"kind":"Field","name":{"kind":"Name","value":"renameFolders"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"from"}},{"kind":"Field","name":{"kind":"Name","value":"to"}}]}},{"kind":"Field","name":{"kind":"Name","value":"underFolder"}},{"kind":"Field","name":{"kind":"Name","value":"maxAgeDays"}},{"kind":"Field","name":{"kind":"Name","value":"minAgeDays"}},{"kind":"Field","name":{"kind":"Name","value":"maxSize"}},{"kind":"Field","name":{"kind":"Name","value":"minSize"}},{"kind":"Field","name":{"kind":"Name","value":"onlySubscribed"}},{"kind":"Field","name":{"kind":"Name","value":"subscribeAll"}},{"kind":"Field","name":{"kind":"Name","value":"syncFlags"}}]}},{"kind":"Field","name":{"kind":"Name","value":"report"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"folders"}},{"kind":"Field","name":{"kind":"Name","value":"messagesFound"}},{"kind":"Field","name":{"kind":"Name","value":"messagesCopied"}},{"kind":"Field","name":{"kind":"Name","value":"messagesSkipped"}},{"kind":"Field","name":{"kind":"Name","value":"messagesToCopy"}},{"kind":"Field","name":{"kind":"Name","value":"messagesMissing"}},{"kind":"Field","name":{"kind":"Name","value":"messagesFailed"}},{"kind":"Field","name":{"kind":"Name","value":"bytes"}},{"kind":"Field","name":{"kind":"Name","value":"seconds"}},{"kind":"Field","name":{"kind":"Name","value":"reconnections"}},{"kind":"Field","name":{"kind":"Name","value":"verified"}},{"kind":"Field","name":{"kind":"Name","value":"folderReports"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"source"}},{"kind":"Field","name":{"kind":"Name","value":"destination"}},{"kind":"Field","name":{"kind":"Name","value":"sourceMessages"}},{"kind":"Field","name":{"kind":"Name","value":"destinationMessages"}},{"kind":"Field","name":{"kind":"Name","value":"missing"}}]}},{"kind":"Field","name":{"kind":"Name","value":"missing"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"folder"}},{"kind":"Field","name":{"kind":"Name","value":"uid"}},{"kind":"Field","name":{"kind":"Name","value":"date"}},{"kind":"Field","name":{"kind":"Name","value":"subject"}},{"kind":"Field","name":{"kind":"Name","value":"size"}},{"kind":"Field","name":{"kind":"Name","value":"reason"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"rerunOf"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"Run"}}]}},{"kind":"Field","name":{"kind":"Name","value":"reruns"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"Run"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"EndpointParts"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Endpoint"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"host"}},{"kind":"Field","name":{"kind":"Name","value":"port"}},{"kind":"Field","name":{"kind":"Name","value":"security"}},{"kind":"Field","name":{"kind":"Name","value":"user"}},{"kind":"Field","name":{"kind":"Name","value":"verifyCertificate"}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"WaitingParts"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Waiting"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"side"}},{"kind":"Field","name":{"kind":"Name","value":"reason"}},{"kind":"Field","name":{"kind":"Name","value":"until"}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"ProgressParts"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Progress"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"currentFolder"}},{"kind":"Field","name":{"kind":"Name","value":"foldersDone"}},{"kind":"Field","name":{"kind":"Name","value":"foldersTotal"}},{"kind":"Field","name":{"kind":"Name","value":"messagesDone"}},{"kind":"Field","name":{"kind":"Name","value":"messagesTotal"}},{"kind":"Field","name":{"kind":"Name","value":"bytesDone"}},{"kind":"Field","name":{"kind":"Name","value":"bytesTotal"}},{"kind":"Field","name":{"kind":"Name","value":"messagesPerSecond"}},{"kind":"Field","name":{"kind":"Name","value":"bytesPerSecond"}},{"kind":"Field","name":{"kind":"Name","value":"etaSeconds"}},{"kind":"Field","name":{"kind":"Name","value":"waiting"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"WaitingParts"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"JobRow"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Job"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"dryRun"}},{"kind":"Field","name":{"kind":"Name","value":"engine"}},{"kind":"Field","name":{"kind":"Name","value":"verified"}},{"kind":"Field","name":{"kind":"Name","value":"source"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"EndpointParts"}}]}},{"kind":"Field","name":{"kind":"Name","value":"destination"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"EndpointParts"}}]}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}},{"kind":"Field","name":{"kind":"Name","value":"startedAt"}},{"kind":"Field","name":{"kind":"Name","value":"finishedAt"}},{"kind":"Field","name":{"kind":"Name","value":"queuePosition"}},{"kind":"Field","name":{"kind":"Name","value":"queueReason"}},{"kind":"Field","name":{"kind":"Name","value":"waiting"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"WaitingParts"}}]}},{"kind":"Field","name":{"kind":"Name","value":"deleted"}},{"kind":"Field","name":{"kind":"Name","value":"nextStep"}},{"kind":"Field","name":{"kind":"Name","value":"exitCode"}},{"kind":"Field","name":{"kind":"Name","value":"exitReason"}},{"kind":"Field","name":{"kind":"Name","value":"error"}},{"kind":"Field","name":{"kind":"Name","value":"cancelRequestedAt"}},{"kind":"Field","name":{"kind":"Name","value":"progress"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"ProgressParts"}}]}},{"kind":"Field","name":{"kind":"Name","value":"attempt"}},{"kind":"Field","name":{"kind":"Name","value":"retriesLeft"}},{"kind":"Field","name":{"kind":"Name","value":"nextTryAt"}},{"kind":"Field","name":{"kind":"Name","value":"superseded"}},{"kind":"Field","name":{"kind":"Name","value":"canRerun"}},{"kind":"Field","name":{"kind":"Name","value":"batch"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"purgedAt"}}]}},{"kind":"Field","name":{"kind":"Name","value":"precheck"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"checkedAt"}},{"kind":"Field","name":{"kind":"Name","value":"ok"}},{"kind":"Field","name":{"kind":"Name","value":"error"}},{"kind":"Field","name":{"kind":"Name","value":"folders"}},{"kind":"Field","name":{"kind":"Name","value":"messages"}},{"kind":"Field","name":{"kind":"Name","value":"bytes"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"Run"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Job"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"dryRun"}},{"kind":"Field","name":{"kind":"Name","value":"verified"}},{"kind":"Field","name":{"kind":"Name","value":"attempt"}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}},{"kind":"Field","name":{"kind":"Name","value":"finishedAt"}}]}}]} as unknown as DocumentNode<JobDetailFragment, unknown>;
export const FolderPreviewPartsFragmentDoc = {"kind":"Document","definitions":[{"kind":"FragmentDefinition","name":{"kind":"Name","value":"FolderPreviewParts"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"FolderPreview"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"source"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"ok"}},{"kind":"Field","name":{"kind":"Name","value":"error"}}]}},{"kind":"Field","name":{"kind":"Name","value":"destination"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"ok"}},{"kind":"Field","name":{"kind":"Name","value":"error"}}]}},{"kind":"Field","name":{"kind":"Name","value":"folders"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"source"}},{"kind":"Field","name":{"kind":"Name","value":"destination"}},{"kind":"Field","name":{"kind":"Name","value":"create"}},{"kind":"Field","name":{"kind":"Name","value":"collidesWith"}},{"kind":"Field","name":{"kind":"Name","value":"messages"}},{"kind":"Field","name":{"kind":"Name","value":"bytes"}},{"kind":"Field","name":{"kind":"Name","value":"destinationMessages"}}]}},{"kind":"Field","name":{"kind":"Name","value":"notCopied"}},{"kind":"Field","name":{"kind":"Name","value":"unknown"}}]}}]} as unknown as DocumentNode<FolderPreviewPartsFragment, unknown>;
export const BatchesDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"Batches"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"first"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"Int"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"after"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"batches"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"Variable","name":{"kind":"Name","value":"first"}}},{"kind":"Argument","name":{"kind":"Name","value":"after"},"value":{"kind":"Variable","name":{"kind":"Name","value":"after"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"edges"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"node"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"BatchParts"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"pageInfo"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"hasNextPage"}},{"kind":"Field","name":{"kind":"Name","value":"endCursor"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"WaitingParts"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Waiting"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"side"}},{"kind":"Field","name":{"kind":"Name","value":"reason"}},{"kind":"Field","name":{"kind":"Name","value":"until"}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"BatchParts"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Batch"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}},{"kind":"Field","name":{"kind":"Name","value":"paused"}},{"kind":"Field","name":{"kind":"Name","value":"purgedAt"}},{"kind":"Field","name":{"kind":"Name","value":"summary"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"mailboxes"}},{"kind":"Field","name":{"kind":"Name","value":"counts"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"count"}}]}},{"kind":"Field","name":{"kind":"Name","value":"verified"}},{"kind":"Field","name":{"kind":"Name","value":"messagesDone"}},{"kind":"Field","name":{"kind":"Name","value":"messagesTotal"}},{"kind":"Field","name":{"kind":"Name","value":"bytesDone"}},{"kind":"Field","name":{"kind":"Name","value":"bytesTotal"}},{"kind":"Field","name":{"kind":"Name","value":"messagesMissing"}},{"kind":"Field","name":{"kind":"Name","value":"messagesToCopy"}},{"kind":"Field","name":{"kind":"Name","value":"progress"}},{"kind":"Field","name":{"kind":"Name","value":"waiting"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"WaitingParts"}}]}},{"kind":"Field","name":{"kind":"Name","value":"etaSeconds"}},{"kind":"Field","name":{"kind":"Name","value":"nextTryAt"}},{"kind":"Field","name":{"kind":"Name","value":"checking"}},{"kind":"Field","name":{"kind":"Name","value":"checked"}},{"kind":"Field","name":{"kind":"Name","value":"checkFailed"}}]}}]}}]} as unknown as DocumentNode<BatchesQuery, BatchesQueryVariables>;
export const BatchDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"Batch"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"id"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"batch"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"id"},"value":{"kind":"Variable","name":{"kind":"Name","value":"id"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"BatchParts"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"WaitingParts"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Waiting"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"side"}},{"kind":"Field","name":{"kind":"Name","value":"reason"}},{"kind":"Field","name":{"kind":"Name","value":"until"}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"BatchParts"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Batch"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}},{"kind":"Field","name":{"kind":"Name","value":"paused"}},{"kind":"Field","name":{"kind":"Name","value":"purgedAt"}},{"kind":"Field","name":{"kind":"Name","value":"summary"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"mailboxes"}},{"kind":"Field","name":{"kind":"Name","value":"counts"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"count"}}]}},{"kind":"Field","name":{"kind":"Name","value":"verified"}},{"kind":"Field","name":{"kind":"Name","value":"messagesDone"}},{"kind":"Field","name":{"kind":"Name","value":"messagesTotal"}},{"kind":"Field","name":{"kind":"Name","value":"bytesDone"}},{"kind":"Field","name":{"kind":"Name","value":"bytesTotal"}},{"kind":"Field","name":{"kind":"Name","value":"messagesMissing"}},{"kind":"Field","name":{"kind":"Name","value":"messagesToCopy"}},{"kind":"Field","name":{"kind":"Name","value":"progress"}},{"kind":"Field","name":{"kind":"Name","value":"waiting"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"WaitingParts"}}]}},{"kind":"Field","name":{"kind":"Name","value":"etaSeconds"}},{"kind":"Field","name":{"kind":"Name","value":"nextTryAt"}},{"kind":"Field","name":{"kind":"Name","value":"checking"}},{"kind":"Field","name":{"kind":"Name","value":"checked"}},{"kind":"Field","name":{"kind":"Name","value":"checkFailed"}}]}}]}}]} as unknown as DocumentNode<BatchQuery, BatchQueryVariables>;
export const BatchReportDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"BatchReport"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"id"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"first"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"Int"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"after"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"status"}},"type":{"kind":"ListType","type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"JobStatus"}}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"batch"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"id"},"value":{"kind":"Variable","name":{"kind":"Name","value":"id"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"jobs"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"Variable","name":{"kind":"Name","value":"first"}}},{"kind":"Argument","name":{"kind":"Name","value":"after"},"value":{"kind":"Variable","name":{"kind":"Name","value":"after"}}},{"kind":"Argument","name":{"kind":"Name","value":"status"},"value":{"kind":"Variable","name":{"kind":"Name","value":"status"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"edges"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"node"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"ReportedMailbox"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"pageInfo"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"hasNextPage"}},{"kind":"Field","name":{"kind":"Name","value":"endCursor"}}]}},{"kind":"Field","name":{"kind":"Name","value":"totalCount"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"ReportedMailbox"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Job"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"dryRun"}},{"kind":"Field","name":{"kind":"Name","value":"verified"}},{"kind":"Field","name":{"kind":"Name","value":"error"}},{"kind":"Field","name":{"kind":"Name","value":"nextStep"}},{"kind":"Field","name":{"kind":"Name","value":"exitReason"}},{"kind":"Field","name":{"kind":"Name","value":"canRerun"}},{"kind":"Field","name":{"kind":"Name","value":"source"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"host"}},{"kind":"Field","name":{"kind":"Name","value":"user"}}]}},{"kind":"Field","name":{"kind":"Name","value":"destination"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"host"}},{"kind":"Field","name":{"kind":"Name","value":"user"}}]}},{"kind":"Field","name":{"kind":"Name","value":"report"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"messagesFound"}},{"kind":"Field","name":{"kind":"Name","value":"messagesCopied"}},{"kind":"Field","name":{"kind":"Name","value":"messagesMissing"}},{"kind":"Field","name":{"kind":"Name","value":"folderReports"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"destinationMessages"}}]}}]}}]}}]} as unknown as DocumentNode<BatchReportQuery, BatchReportQueryVariables>;
export const MissingMessagesDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"MissingMessages"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"id"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"job"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"id"},"value":{"kind":"Variable","name":{"kind":"Name","value":"id"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"report"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"messagesMissing"}},{"kind":"Field","name":{"kind":"Name","value":"missing"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"folder"}},{"kind":"Field","name":{"kind":"Name","value":"uid"}},{"kind":"Field","name":{"kind":"Name","value":"date"}},{"kind":"Field","name":{"kind":"Name","value":"subject"}},{"kind":"Field","name":{"kind":"Name","value":"size"}},{"kind":"Field","name":{"kind":"Name","value":"reason"}}]}}]}}]}}]}}]} as unknown as DocumentNode<MissingMessagesQuery, MissingMessagesQueryVariables>;
export const ImportTemplateDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"ImportTemplate"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"importTemplate"}}]}}]} as unknown as DocumentNode<ImportTemplateQuery, ImportTemplateQueryVariables>;
export const ImportJobsDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"ImportJobs"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"csv"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"defaults"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"BatchSettingsInput"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"checkOnly"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"Boolean"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"importJobs"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"csv"},"value":{"kind":"Variable","name":{"kind":"Name","value":"csv"}}},{"kind":"Argument","name":{"kind":"Name","value":"defaults"},"value":{"kind":"Variable","name":{"kind":"Name","value":"defaults"}}},{"kind":"Argument","name":{"kind":"Name","value":"checkOnly"},"value":{"kind":"Variable","name":{"kind":"Name","value":"checkOnly"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"rows"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"line"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"dryRun"}},{"kind":"Field","name":{"kind":"Name","value":"source"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"ImportSide"}}]}},{"kind":"Field","name":{"kind":"Name","value":"destination"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"ImportSide"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"skipped"}},{"kind":"Field","name":{"kind":"Name","value":"errors"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"line"}},{"kind":"Field","name":{"kind":"Name","value":"column"}},{"kind":"Field","name":{"kind":"Name","value":"header"}},{"kind":"Field","name":{"kind":"Name","value":"field"}},{"kind":"Field","name":{"kind":"Name","value":"message"}}]}},{"kind":"Field","name":{"kind":"Name","value":"errorsOmitted"}},{"kind":"Field","name":{"kind":"Name","value":"batch"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"BatchParts"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"WaitingParts"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Waiting"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"side"}},{"kind":"Field","name":{"kind":"Name","value":"reason"}},{"kind":"Field","name":{"kind":"Name","value":"until"}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"ImportSide"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"ImportEndpoint"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"host"}},{"kind":"Field","name":{"kind":"Name","value":"port"}},{"kind":"Field","name":{"kind":"Name","value":"security"}},{"kind":"Field","name":{"kind":"Name","value":"user"}},{"kind":"Field","name":{"kind":"Name","value":"hasPassword"}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"BatchParts"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Batch"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}},{"kind":"Field","name":{"kind":"Name","value":"paused"}},{"kind":"Field","name":{"kind":"Name","value":"purgedAt"}},{"kind":"Field","name":{"kind":"Name","value":"summary"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"mailboxes"}},{"kind":"Field","name":{"kind":"Name","value":"counts"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"count"}}]}},{"kind":"Field","name":{"kind":"Name","value":"verified"}},{"kind":"Field","name":{"kind":"Name","value":"messagesDone"}},{"kind":"Field","name":{"kind":"Name","value":"messagesTotal"}},{"kind":"Field","name":{"kind":"Name","value":"bytesDone"}},{"kind":"Field","name":{"kind":"Name","value":"bytesTotal"}},{"kind":"Field","name":{"kind":"Name","value":"messagesMissing"}},{"kind":"Field","name":{"kind":"Name","value":"messagesToCopy"}},{"kind":"Field","name":{"kind":"Name","value":"progress"}},{"kind":"Field","name":{"kind":"Name","value":"waiting"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"WaitingParts"}}]}},{"kind":"Field","name":{"kind":"Name","value":"etaSeconds"}},{"kind":"Field","name":{"kind":"Name","value":"nextTryAt"}},{"kind":"Field","name":{"kind":"Name","value":"checking"}},{"kind":"Field","name":{"kind":"Name","value":"checked"}},{"kind":"Field","name":{"kind":"Name","value":"checkFailed"}}]}}]}}]} as unknown as DocumentNode<ImportJobsMutation, ImportJobsMutationVariables>;
export const PreviewImportDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"PreviewImport"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"csv"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"defaults"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"BatchSettingsInput"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"line"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"Int"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"previewImport"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"csv"},"value":{"kind":"Variable","name":{"kind":"Name","value":"csv"}}},{"kind":"Argument","name":{"kind":"Name","value":"defaults"},"value":{"kind":"Variable","name":{"kind":"Name","value":"defaults"}}},{"kind":"Argument","name":{"kind":"Name","value":"line"},"value":{"kind":"Variable","name":{"kind":"Name","value":"line"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"FolderPreviewParts"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"FolderPreviewParts"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"FolderPreview"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"source"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"ok"}},{"kind":"Field","name":{"kind":"Name","value":"error"}}]}},{"kind":"Field","name":{"kind":"Name","value":"destination"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"ok"}},{"kind":"Field","name":{"kind":"Name","value":"error"}}]}},{"kind":"Field","name":{"kind":"Name","value":"folders"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"source"}},{"kind":"Field","name":{"kind":"Name","value":"destination"}},{"kind":"Field","name":{"kind":"Name","value":"create"}},{"kind":"Field","name":{"kind":"Name","value":"collidesWith"}},{"kind":"Field","name":{"kind":"Name","value":"messages"}},{"kind":"Field","name":{"kind":"Name","value":"bytes"}},{"kind":"Field","name":{"kind":"Name","value":"destinationMessages"}}]}},{"kind":"Field","name":{"kind":"Name","value":"notCopied"}},{"kind":"Field","name":{"kind":"Name","value":"unknown"}}]}}]} as unknown as DocumentNode<PreviewImportMutation, PreviewImportMutationVariables>;
export const CheckBatchDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"CheckBatch"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"id"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"checkBatch"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"id"},"value":{"kind":"Variable","name":{"kind":"Name","value":"id"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"BatchParts"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"WaitingParts"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Waiting"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"side"}},{"kind":"Field","name":{"kind":"Name","value":"reason"}},{"kind":"Field","name":{"kind":"Name","value":"until"}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"BatchParts"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Batch"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}},{"kind":"Field","name":{"kind":"Name","value":"paused"}},{"kind":"Field","name":{"kind":"Name","value":"purgedAt"}},{"kind":"Field","name":{"kind":"Name","value":"summary"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"mailboxes"}},{"kind":"Field","name":{"kind":"Name","value":"counts"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"count"}}]}},{"kind":"Field","name":{"kind":"Name","value":"verified"}},{"kind":"Field","name":{"kind":"Name","value":"messagesDone"}},{"kind":"Field","name":{"kind":"Name","value":"messagesTotal"}},{"kind":"Field","name":{"kind":"Name","value":"bytesDone"}},{"kind":"Field","name":{"kind":"Name","value":"bytesTotal"}},{"kind":"Field","name":{"kind":"Name","value":"messagesMissing"}},{"kind":"Field","name":{"kind":"Name","value":"messagesToCopy"}},{"kind":"Field","name":{"kind":"Name","value":"progress"}},{"kind":"Field","name":{"kind":"Name","value":"waiting"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"WaitingParts"}}]}},{"kind":"Field","name":{"kind":"Name","value":"etaSeconds"}},{"kind":"Field","name":{"kind":"Name","value":"nextTryAt"}},{"kind":"Field","name":{"kind":"Name","value":"checking"}},{"kind":"Field","name":{"kind":"Name","value":"checked"}},{"kind":"Field","name":{"kind":"Name","value":"checkFailed"}}]}}]}}]} as unknown as DocumentNode<CheckBatchMutation, CheckBatchMutationVariables>;
export const PauseBatchDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"PauseBatch"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"id"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"pauseBatch"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"id"},"value":{"kind":"Variable","name":{"kind":"Name","value":"id"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"BatchParts"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"WaitingParts"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Waiting"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"side"}},{"kind":"Field","name":{"kind":"Name","value":"reason"}},{"kind":"Field","name":{"kind":"Name","value":"until"}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"BatchParts"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Batch"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}},{"kind":"Field","name":{"kind":"Name","value":"paused"}},{"kind":"Field","name":{"kind":"Name","value":"purgedAt"}},{"kind":"Field","name":{"kind":"Name","value":"summary"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"mailboxes"}},{"kind":"Field","name":{"kind":"Name","value":"counts"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"count"}}]}},{"kind":"Field","name":{"kind":"Name","value":"verified"}},{"kind":"Field","name":{"kind":"Name","value":"messagesDone"}},{"kind":"Field","name":{"kind":"Name","value":"messagesTotal"}},{"kind":"Field","name":{"kind":"Name","value":"bytesDone"}},{"kind":"Field","name":{"kind":"Name","value":"bytesTotal"}},{"kind":"Field","name":{"kind":"Name","value":"messagesMissing"}},{"kind":"Field","name":{"kind":"Name","value":"messagesToCopy"}},{"kind":"Field","name":{"kind":"Name","value":"progress"}},{"kind":"Field","name":{"kind":"Name","value":"waiting"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"WaitingParts"}}]}},{"kind":"Field","name":{"kind":"Name","value":"etaSeconds"}},{"kind":"Field","name":{"kind":"Name","value":"nextTryAt"}},{"kind":"Field","name":{"kind":"Name","value":"checking"}},{"kind":"Field","name":{"kind":"Name","value":"checked"}},{"kind":"Field","name":{"kind":"Name","value":"checkFailed"}}]}}]}}]} as unknown as DocumentNode<PauseBatchMutation, PauseBatchMutationVariables>;
export const ResumeBatchDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"ResumeBatch"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"id"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"resumeBatch"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"id"},"value":{"kind":"Variable","name":{"kind":"Name","value":"id"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"BatchParts"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"WaitingParts"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Waiting"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"side"}},{"kind":"Field","name":{"kind":"Name","value":"reason"}},{"kind":"Field","name":{"kind":"Name","value":"until"}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"BatchParts"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Batch"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}},{"kind":"Field","name":{"kind":"Name","value":"paused"}},{"kind":"Field","name":{"kind":"Name","value":"purgedAt"}},{"kind":"Field","name":{"kind":"Name","value":"summary"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"mailboxes"}},{"kind":"Field","name":{"kind":"Name","value":"counts"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"count"}}]}},{"kind":"Field","name":{"kind":"Name","value":"verified"}},{"kind":"Field","name":{"kind":"Name","value":"messagesDone"}},{"kind":"Field","name":{"kind":"Name","value":"messagesTotal"}},{"kind":"Field","name":{"kind":"Name","value":"bytesDone"}},{"kind":"Field","name":{"kind":"Name","value":"bytesTotal"}},{"kind":"Field","name":{"kind":"Name","value":"messagesMissing"}},{"kind":"Field","name":{"kind":"Name","value":"messagesToCopy"}},{"kind":"Field","name":{"kind":"Name","value":"progress"}},{"kind":"Field","name":{"kind":"Name","value":"waiting"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"WaitingParts"}}]}},{"kind":"Field","name":{"kind":"Name","value":"etaSeconds"}},{"kind":"Field","name":{"kind":"Name","value":"nextTryAt"}},{"kind":"Field","name":{"kind":"Name","value":"checking"}},{"kind":"Field","name":{"kind":"Name","value":"checked"}},{"kind":"Field","name":{"kind":"Name","value":"checkFailed"}}]}}]}}]} as unknown as DocumentNode<ResumeBatchMutation, ResumeBatchMutationVariables>;
export const CancelBatchDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"CancelBatch"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"id"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"cancelBatch"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"id"},"value":{"kind":"Variable","name":{"kind":"Name","value":"id"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"BatchParts"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"WaitingParts"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Waiting"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"side"}},{"kind":"Field","name":{"kind":"Name","value":"reason"}},{"kind":"Field","name":{"kind":"Name","value":"until"}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"BatchParts"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Batch"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}},{"kind":"Field","name":{"kind":"Name","value":"paused"}},{"kind":"Field","name":{"kind":"Name","value":"purgedAt"}},{"kind":"Field","name":{"kind":"Name","value":"summary"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"mailboxes"}},{"kind":"Field","name":{"kind":"Name","value":"counts"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"count"}}]}},{"kind":"Field","name":{"kind":"Name","value":"verified"}},{"kind":"Field","name":{"kind":"Name","value":"messagesDone"}},{"kind":"Field","name":{"kind":"Name","value":"messagesTotal"}},{"kind":"Field","name":{"kind":"Name","value":"bytesDone"}},{"kind":"Field","name":{"kind":"Name","value":"bytesTotal"}},{"kind":"Field","name":{"kind":"Name","value":"messagesMissing"}},{"kind":"Field","name":{"kind":"Name","value":"messagesToCopy"}},{"kind":"Field","name":{"kind":"Name","value":"progress"}},{"kind":"Field","name":{"kind":"Name","value":"waiting"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"WaitingParts"}}]}},{"kind":"Field","name":{"kind":"Name","value":"etaSeconds"}},{"kind":"Field","name":{"kind":"Name","value":"nextTryAt"}},{"kind":"Field","name":{"kind":"Name","value":"checking"}},{"kind":"Field","name":{"kind":"Name","value":"checked"}},{"kind":"Field","name":{"kind":"Name","value":"checkFailed"}}]}}]}}]} as unknown as DocumentNode<CancelBatchMutation, CancelBatchMutationVariables>;
export const RerunBatchDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"RerunBatch"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"id"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"scope"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"RerunScope"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"rerunBatch"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"id"},"value":{"kind":"Variable","name":{"kind":"Name","value":"id"}}},{"kind":"Argument","name":{"kind":"Name","value":"scope"},"value":{"kind":"Variable","name":{"kind":"Name","value":"scope"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"BatchParts"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"WaitingParts"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Waiting"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"side"}},{"kind":"Field","name":{"kind":"Name","value":"reason"}},{"kind":"Field","name":{"kind":"Name","value":"until"}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"BatchParts"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Batch"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}},{"kind":"Field","name":{"kind":"Name","value":"paused"}},{"kind":"Field","name":{"kind":"Name","value":"purgedAt"}},{"kind":"Field","name":{"kind":"Name","value":"summary"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"mailboxes"}},{"kind":"Field","name":{"kind":"Name","value":"counts"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"count"}}]}},{"kind":"Field","name":{"kind":"Name","value":"verified"}},{"kind":"Field","name":{"kind":"Name","value":"messagesDone"}},{"kind":"Field","name":{"kind":"Name","value":"messagesTotal"}},{"kind":"Field","name":{"kind":"Name","value":"bytesDone"}},{"kind":"Field","name":{"kind":"Name","value":"bytesTotal"}},{"kind":"Field","name":{"kind":"Name","value":"messagesMissing"}},{"kind":"Field","name":{"kind":"Name","value":"messagesToCopy"}},{"kind":"Field","name":{"kind":"Name","value":"progress"}},{"kind":"Field","name":{"kind":"Name","value":"waiting"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"WaitingParts"}}]}},{"kind":"Field","name":{"kind":"Name","value":"etaSeconds"}},{"kind":"Field","name":{"kind":"Name","value":"nextTryAt"}},{"kind":"Field","name":{"kind":"Name","value":"checking"}},{"kind":"Field","name":{"kind":"Name","value":"checked"}},{"kind":"Field","name":{"kind":"Name","value":"checkFailed"}}]}}]}}]} as unknown as DocumentNode<RerunBatchMutation, RerunBatchMutationVariables>;
export const PurgeBatchDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"PurgeBatch"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"id"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"purgeBatch"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"id"},"value":{"kind":"Variable","name":{"kind":"Name","value":"id"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"BatchParts"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"WaitingParts"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Waiting"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"side"}},{"kind":"Field","name":{"kind":"Name","value":"reason"}},{"kind":"Field","name":{"kind":"Name","value":"until"}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"BatchParts"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Batch"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}},{"kind":"Field","name":{"kind":"Name","value":"paused"}},{"kind":"Field","name":{"kind":"Name","value":"purgedAt"}},{"kind":"Field","name":{"kind":"Name","value":"summary"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"mailboxes"}},{"kind":"Field","name":{"kind":"Name","value":"counts"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"count"}}]}},{"kind":"Field","name":{"kind":"Name","value":"verified"}},{"kind":"Field","name":{"kind":"Name","value":"messagesDone"}},{"kind":"Field","name":{"kind":"Name","value":"messagesTotal"}},{"kind":"Field","name":{"kind":"Name","value":"bytesDone"}},{"kind":"Field","name":{"kind":"Name","value":"bytesTotal"}},{"kind":"Field","name":{"kind":"Name","value":"messagesMissing"}},{"kind":"Field","name":{"kind":"Name","value":"messagesToCopy"}},{"kind":"Field","name":{"kind":"Name","value":"progress"}},{"kind":"Field","name":{"kind":"Name","value":"waiting"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"WaitingParts"}}]}},{"kind":"Field","name":{"kind":"Name","value":"etaSeconds"}},{"kind":"Field","name":{"kind":"Name","value":"nextTryAt"}},{"kind":"Field","name":{"kind":"Name","value":"checking"}},{"kind":"Field","name":{"kind":"Name","value":"checked"}},{"kind":"Field","name":{"kind":"Name","value":"checkFailed"}}]}}]}}]} as unknown as DocumentNode<PurgeBatchMutation, PurgeBatchMutationVariables>;
export const DeleteBatchDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"DeleteBatch"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"id"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"deleteBatch"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"id"},"value":{"kind":"Variable","name":{"kind":"Name","value":"id"}}}]}]}}]} as unknown as DocumentNode<DeleteBatchMutation, DeleteBatchMutationVariables>;
export const BatchChangedDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"subscription","name":{"kind":"Name","value":"BatchChanged"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"id"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"batchChanged"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"id"},"value":{"kind":"Variable","name":{"kind":"Name","value":"id"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"BatchParts"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"WaitingParts"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Waiting"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"side"}},{"kind":"Field","name":{"kind":"Name","value":"reason"}},{"kind":"Field","name":{"kind":"Name","value":"until"}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"BatchParts"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Batch"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}},{"kind":"Field","name":{"kind":"Name","value":"paused"}},{"kind":"Field","name":{"kind":"Name","value":"purgedAt"}},{"kind":"Field","name":{"kind":"Name","value":"summary"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"mailboxes"}},{"kind":"Field","name":{"kind":"Name","value":"counts"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"count"}}]}},{"kind":"Field","name":{"kind":"Name","value":"verified"}},{"kind":"Field","name":{"kind":"Name","value":"messagesDone"}},{"kind":"Field","name":{"kind":"Name","value":"messagesTotal"}},{"kind":"Field","name":{"kind":"Name","value":"bytesDone"}},{"kind":"Field","name":{"kind":"Name","value":"bytesTotal"}},{"kind":"Field","name":{"kind":"Name","value":"messagesMissing"}},{"kind":"Field","name":{"kind":"Name","value":"messagesToCopy"}},{"kind":"Field","name":{"kind":"Name","value":"progress"}},{"kind":"Field","name":{"kind":"Name","value":"waiting"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"WaitingParts"}}]}},{"kind":"Field","name":{"kind":"Name","value":"etaSeconds"}},{"kind":"Field","name":{"kind":"Name","value":"nextTryAt"}},{"kind":"Field","name":{"kind":"Name","value":"checking"}},{"kind":"Field","name":{"kind":"Name","value":"checked"}},{"kind":"Field","name":{"kind":"Name","value":"checkFailed"}}]}}]}}]} as unknown as DocumentNode<BatchChangedSubscription, BatchChangedSubscriptionVariables>;
export const JobsDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"Jobs"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"first"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"Int"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"after"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"filter"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"JobFilter"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"jobs"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"Variable","name":{"kind":"Name","value":"first"}}},{"kind":"Argument","name":{"kind":"Name","value":"after"},"value":{"kind":"Variable","name":{"kind":"Name","value":"after"}}},{"kind":"Argument","name":{"kind":"Name","value":"filter"},"value":{"kind":"Variable","name":{"kind":"Name","value":"filter"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"edges"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"cursor"}},{"kind":"Field","name":{"kind":"Name","value":"node"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"JobRow"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"pageInfo"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"hasNextPage"}},{"kind":"Field","name":{"kind":"Name","value":"endCursor"}}]}},{"kind":"Field","name":{"kind":"Name","value":"totalCount"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"EndpointParts"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Endpoint"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"host"}},{"kind":"Field","name":{"kind":"Name","value":"port"}},{"kind":"Field","name":{"kind":"Name","value":"security"}},{"kind":"Field","name":{"kind":"Name","value":"user"}},{"kind":"Field","name":{"kind":"Name","value":"verifyCertificate"}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"WaitingParts"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Waiting"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"side"}},{"kind":"Field","name":{"kind":"Name","value":"reason"}},{"kind":"Field","name":{"kind":"Name","value":"until"}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"ProgressParts"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Progress"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"currentFolder"}},{"kind":"Field","name":{"kind":"Name","value":"foldersDone"}},{"kind":"Field","name":{"kind":"Name","value":"foldersTotal"}},{"kind":"Field","name":{"kind":"Name","value":"messagesDone"}},{"kind":"Field","name":{"kind":"Name","value":"messagesTotal"}},{"kind":"Field","name":{"kind":"Name","value":"bytesDone"}},{"kind":"Field","name":{"kind":"Name","value":"bytesTotal"}},{"kind":"Field","name":{"kind":"Name","value":"messagesPerSecond"}},{"kind":"Field","name":{"kind":"Name","value":"bytesPerSecond"}},{"kind":"Field","name":{"kind":"Name","value":"etaSeconds"}},{"kind":"Field","name":{"kind":"Name","value":"waiting"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"WaitingParts"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"JobRow"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Job"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"dryRun"}},{"kind":"Field","name":{"kind":"Name","value":"engine"}},{"kind":"Field","name":{"kind":"Name","value":"verified"}},{"kind":"Field","name":{"kind":"Name","value":"source"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"EndpointParts"}}]}},{"kind":"Field","name":{"kind":"Name","value":"destination"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"EndpointParts"}}]}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}},{"kind":"Field","name":{"kind":"Name","value":"startedAt"}},{"kind":"Field","name":{"kind":"Name","value":"finishedAt"}},{"kind":"Field","name":{"kind":"Name","value":"queuePosition"}},{"kind":"Field","name":{"kind":"Name","value":"queueReason"}},{"kind":"Field","name":{"kind":"Name","value":"waiting"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"WaitingParts"}}]}},{"kind":"Field","name":{"kind":"Name","value":"deleted"}},{"kind":"Field","name":{"kind":"Name","value":"nextStep"}},{"kind":"Field","name":{"kind":"Name","value":"exitCode"}},{"kind":"Field","name":{"kind":"Name","value":"exitReason"}},{"kind":"Field","name":{"kind":"Name","value":"error"}},{"kind":"Field","name":{"kind":"Name","value":"cancelRequestedAt"}},{"kind":"Field","name":{"kind":"Name","value":"progress"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"ProgressParts"}}]}},{"kind":"Field","name":{"kind":"Name","value":"attempt"}},{"kind":"Field","name":{"kind":"Name","value":"retriesLeft"}},{"kind":"Field","name":{"kind":"Name","value":"nextTryAt"}},{"kind":"Field","name":{"kind":"Name","value":"superseded"}},{"kind":"Field","name":{"kind":"Name","value":"canRerun"}},{"kind":"Field","name":{"kind":"Name","value":"batch"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"purgedAt"}}]}},{"kind":"Field","name":{"kind":"Name","value":"precheck"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"checkedAt"}},{"kind":"Field","name":{"kind":"Name","value":"ok"}},{"kind":"Field","name":{"kind":"Name","value":"error"}},{"kind":"Field","name":{"kind":"Name","value":"folders"}},{"kind":"Field","name":{"kind":"Name","value":"messages"}},{"kind":"Field","name":{"kind":"Name","value":"bytes"}}]}}]}}]} as unknown as DocumentNode<JobsQuery, JobsQueryVariables>;
export const JobCountsDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"JobCounts"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"search"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"jobCounts"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"search"},"value":{"kind":"Variable","name":{"kind":"Name","value":"search"}}},{"kind":"Argument","name":{"kind":"Name","value":"superseded"},"value":{"kind":"BooleanValue","value":false}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"count"}}]}}]}}]} as unknown as DocumentNode<JobCountsQuery, JobCountsQueryVariables>;
export const RunnerStateDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"RunnerState"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"runner"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"slots"}},{"kind":"Field","name":{"kind":"Name","value":"queued"}},{"kind":"Field","name":{"kind":"Name","value":"running"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"JobRow"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"EndpointParts"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Endpoint"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"host"}},{"kind":"Field","name":{"kind":"Name","value":"port"}},{"kind":"Field","name":{"kind":"Name","value":"security"}},{"kind":"Field","name":{"kind":"Name","value":"user"}},{"kind":"Field","name":{"kind":"Name","value":"verifyCertificate"}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"WaitingParts"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Waiting"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"side"}},{"kind":"Field","name":{"kind":"Name","value":"reason"}},{"kind":"Field","name":{"kind":"Name","value":"until"}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"ProgressParts"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Progress"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"currentFolder"}},{"kind":"Field","name":{"kind":"Name","value":"foldersDone"}},{"kind":"Field","name":{"kind":"Name","value":"foldersTotal"}},{"kind":"Field","name":{"kind":"Name","value":"messagesDone"}},{"kind":"Field","name":{"kind":"Name","value":"messagesTotal"}},{"kind":"Field","name":{"kind":"Name","value":"bytesDone"}},{"kind":"Field","name":{"kind":"Name","value":"bytesTotal"}},{"kind":"Field","name":{"kind":"Name","value":"messagesPerSecond"}},{"kind":"Field","name":{"kind":"Name","value":"bytesPerSecond"}},{"kind":"Field","name":{"kind":"Name","value":"etaSeconds"}},{"kind":"Field","name":{"kind":"Name","value":"waiting"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"WaitingParts"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"JobRow"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Job"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"dryRun"}},{"kind":"Field","name":{"kind":"Name","value":"engine"}},{"kind":"Field","name":{"kind":"Name","value":"verified"}},{"kind":"Field","name":{"kind":"Name","value":"source"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"EndpointParts"}}]}},{"kind":"Field","name":{"kind":"Name","value":"destination"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"EndpointParts"}}]}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}},{"kind":"Field","name":{"kind":"Name","value":"startedAt"}},{"kind":"Field","name":{"kind":"Name","value":"finishedAt"}},{"kind":"Field","name":{"kind":"Name","value":"queuePosition"}},{"kind":"Field","name":{"kind":"Name","value":"queueReason"}},{"kind":"Field","name":{"kind":"Name","value":"waiting"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"WaitingParts"}}]}},{"kind":"Field","name":{"kind":"Name","value":"deleted"}},{"kind":"Field","name":{"kind":"Name","value":"nextStep"}},{"kind":"Field","name":{"kind":"Name","value":"exitCode"}},{"kind":"Field","name":{"kind":"Name","value":"exitReason"}},{"kind":"Field","name":{"kind":"Name","value":"error"}},{"kind":"Field","name":{"kind":"Name","value":"cancelRequestedAt"}},{"kind":"Field","name":{"kind":"Name","value":"progress"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"ProgressParts"}}]}},{"kind":"Field","name":{"kind":"Name","value":"attempt"}},{"kind":"Field","name":{"kind":"Name","value":"retriesLeft"}},{"kind":"Field","name":{"kind":"Name","value":"nextTryAt"}},{"kind":"Field","name":{"kind":"Name","value":"superseded"}},{"kind":"Field","name":{"kind":"Name","value":"canRerun"}},{"kind":"Field","name":{"kind":"Name","value":"batch"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"purgedAt"}}]}},{"kind":"Field","name":{"kind":"Name","value":"precheck"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"checkedAt"}},{"kind":"Field","name":{"kind":"Name","value":"ok"}},{"kind":"Field","name":{"kind":"Name","value":"error"}},{"kind":"Field","name":{"kind":"Name","value":"folders"}},{"kind":"Field","name":{"kind":"Name","value":"messages"}},{"kind":"Field","name":{"kind":"Name","value":"bytes"}}]}}]}}]} as unknown as DocumentNode<RunnerStateQuery, RunnerStateQueryVariables>;
export const JobDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"Job"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"id"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"job"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"id"},"value":{"kind":"Variable","name":{"kind":"Name","value":"id"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"JobDetail"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"EndpointParts"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Endpoint"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"host"}},{"kind":"Field","name":{"kind":"Name","value":"port"}},{"kind":"Field","name":{"kind":"Name","value":"security"}},{"kind":"Field","name":{"kind":"Name","value":"user"}},{"kind":"Field","name":{"kind":"Name","value":"verifyCertificate"}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"WaitingParts"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Waiting"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"side"}},{"kind":"Field","name":{"kind":"Name","value":"reason"}},{"kind":"Field","name":{"kind":"Name","value":"until"}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"ProgressParts"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Progress"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"currentFolder"}},{"kind":"Field","name":{"kind":"Name","value":"foldersDone"}},{"kind":"Field","name":{"kind":"Name","value":"foldersTotal"}},{"kind":"Field","name":{"kind":"Name","value":"messagesDone"}},{"kind":"Field","name":{"kind":"Name","value":"messagesTotal"}},{"kind":"Field","name":{"kind":"Name","value":"bytesDone"}},{"kind":"Field","name":{"kind":"Name","value":"bytesTotal"}},{"kind":"Field","name":{"kind":"Name","value":"messagesPerSecond"}},{"kind":"Field","name":{"kind":"Name","value":"bytesPerSecond"}},{"kind":"Field","name":{"kind":"Name","value":"etaSeconds"}},{"kind":"Field","name":{"kind":"Name","value":"waiting"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"WaitingParts"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"JobRow"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Job"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"dryRun"}},{"kind":"Field","name":{"kind":"Name","value":"engine"}},{"kind":"Field","name":{"kind":"Name","value":"verified"}},{"kind":"Field","name":{"kind":"Name","value":"source"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"EndpointParts"}}]}},{"kind":"Field","name":{"kind":"Name","value":"destination"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"EndpointParts"}}]}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}},{"kind":"Field","name":{"kind":"Name","value":"startedAt"}},{"kind":"Field","name":{"kind":"Name","value":"finishedAt"}},{"kind":"Field","name":{"kind":"Name","value":"queuePosition"}},{"kind":"Field","name":{"kind":"Name","value":"queueReason"}},{"kind":"Field","name":{"kind":"Name","value":"waiting"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"WaitingParts"}}]}},{"kind":"Field","name":{"kind":"Name","value":"deleted"}},{"kind":"Field","name":{"kind":"Name","value":"nextStep"}},{"kind":"Field","name":{"kind":"Name","value":"exitCode"}},{"kind":"Field","name":{"kind":"Name","value":"exitReason"}},{"kind":"Field","name":{"kind":"Name","value":"error"}},{"kind":"Field","name":{"kind":"Name","value":"cancelRequestedAt"}},{"kind":"Field","name":{"kind":"Name","value":"progress"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"ProgressParts"}}]}},{"kind":"Field","name":{"kind":"Name","value":"attempt"}},{"kind":"Field","name":{"kind":"Name","value":"retriesLeft"}},{"kind":"Field","name":{"kind":"Name","value":"nextTryAt"}},{"kind":"Field","name":{"kind":"Name","value":"superseded"}},{"kind":"Field","name":{"kind":"Name","value":"canRerun"}},{"kind":"Field","name":{"kind":"Name","value":"batch"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"purgedAt"}}]}},{"kind":"Field","name":{"kind":"Name","value":"precheck"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"checkedAt"}},{"kind":"Field","name":{"kind":"Name","value":"ok"}},{"kind":"Field","name":{"kind":"Name","value":"error"}},{"kind":"Field","name":{"kind":"Name","value":"folders"}},{"kind":"Field","name":{"kind":"Name","value":"messages"}},{"kind":"Field","name":{"kind":"Name","value":"bytes"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"Run"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Job"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"dryRun"}},{"kind":"Field","name":{"kind":"Name","value":"verified"}},{"kind":"Field","name":{"kind":"Name","value":"attempt"}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}},{"kind":"Field","name":{"kind":"Name","value":"finishedAt"}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"JobDetail"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Job"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"JobRow"}},{"kind":"Field","name":{"kind":"Name","value":"logSize"}},{"kind":"Field","name":{"kind":"Name","value":"options"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"folders"}},{"kind":"Field","name":{"kind":"Name","value":"folderPrefixes"}},{"kind":"Field","name":{"kind":"Name","value":"excludeFolders"}},{"kind":"Field","name":{"kind":"Name","value":"excludeFolderPrefixes"}},{"kind":"Field","name":{"kind":"Name","value":"automap"}},{"kind":"Field","name":{"kind":"Name","value":"renameFolders"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"from"}},{"kind":"Field","name":{"kind":"Name","value":"to"}}]}},{"kind":"Field","name":{"kind":"Name","value":"underFolder"}},{"kind":"Field","name":{"kind":"Name","value":"maxAgeDays"}},{"kind":"Field","name":{"kind":"Name","value":"minAgeDays"}},{"kind":"Field","name":{"kind":"Name","value":"maxSize"}},{"kind":"Field","name":{"kind":"Name","value":"minSize"}},{"kind":"Field","name":{"kind":"Name","value":"onlySubscribed"}},{"kind":"Field","name":{"kind":"Name","value":"subscribeAll"}},{"kind":"Field","name":{"kind":"Name","value":"syncFlags"}}]}},{"kind":"Field","name":{"kind":"Name","value":"report"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"folders"}},{"kind":"Field","name":{"kind":"Name","value":"messagesFound"}},{"kind":"Field","name":{"kind":"Name","value":"messagesCopied"}},{"kind":"Field","name":{"kind":"Name","value":"messagesSkipped"}},{"kind":"Field","name":{"kind":"Name","value":"messagesToCopy"}},{"kind":"Field","name":{"kind":"Name","value":"messagesMissing"}},{"kind":"Field","name":{"kind":"Name","value":"messagesFailed"}},{"kind":"Field","name":{"kind":"Name","value":"bytes"}},{"kind":"Field","name":{"kind":"Name","value":"seconds"}},{"kind":"Field","name":{"kind":"Name","value":"reconnections"}},{"kind":"Field","name":{"kind":"Name","value":"verified"}},{"kind":"Field","name":{"kind":"Name","value":"folderReports"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"source"}},{"kind":"Field","name":{"kind":"Name","value":"destination"}},{"kind":"Field","name":{"kind":"Name","value":"sourceMessages"}},{"kind":"Field","name":{"kind":"Name","value":"destinationMessages"}},{"kind":"Field","name":{"kind":"Name","value":"missing"}}]}},{"kind":"Field","name":{"kind":"Name","value":"missing"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"folder"}},{"kind":"Field","name":{"kind":"Name","value":"uid"}},{"kind":"Field","name":{"kind":"Name","value":"date"}},{"kind":"Field","name":{"kind":"Name","value":"subject"}},{"kind":"Field","name":{"kind":"Name","value":"size"}},{"kind":"Field","name":{"kind":"Name","value":"reason"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"rerunOf"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"Run"}}]}},{"kind":"Field","name":{"kind":"Name","value":"reruns"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"Run"}}]}}]}}]} as unknown as DocumentNode<JobQuery, JobQueryVariables>;
export const JobLogDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"JobLog"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"id"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"offset"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"Int64"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"limit"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"Int"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"job"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"id"},"value":{"kind":"Variable","name":{"kind":"Name","value":"id"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"log"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"offset"},"value":{"kind":"Variable","name":{"kind":"Name","value":"offset"}}},{"kind":"Argument","name":{"kind":"Name","value":"limit"},"value":{"kind":"Variable","name":{"kind":"Name","value":"limit"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"jobId"}},{"kind":"Field","name":{"kind":"Name","value":"offset"}},{"kind":"Field","name":{"kind":"Name","value":"chunk"}},{"kind":"Field","name":{"kind":"Name","value":"newOffset"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"eof"}}]}}]}}]}}]} as unknown as DocumentNode<JobLogQuery, JobLogQueryVariables>;
export const CreateJobDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"CreateJob"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"CreateJobInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"createJob"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"JobRow"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"EndpointParts"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Endpoint"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"host"}},{"kind":"Field","name":{"kind":"Name","value":"port"}},{"kind":"Field","name":{"kind":"Name","value":"security"}},{"kind":"Field","name":{"kind":"Name","value":"user"}},{"kind":"Field","name":{"kind":"Name","value":"verifyCertificate"}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"WaitingParts"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Waiting"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"side"}},{"kind":"Field","name":{"kind":"Name","value":"reason"}},{"kind":"Field","name":{"kind":"Name","value":"until"}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"ProgressParts"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Progress"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"currentFolder"}},{"kind":"Field","name":{"kind":"Name","value":"foldersDone"}},{"kind":"Field","name":{"kind":"Name","value":"foldersTotal"}},{"kind":"Field","name":{"kind":"Name","value":"messagesDone"}},{"kind":"Field","name":{"kind":"Name","value":"messagesTotal"}},{"kind":"Field","name":{"kind":"Name","value":"bytesDone"}},{"kind":"Field","name":{"kind":"Name","value":"bytesTotal"}},{"kind":"Field","name":{"kind":"Name","value":"messagesPerSecond"}},{"kind":"Field","name":{"kind":"Name","value":"bytesPerSecond"}},{"kind":"Field","name":{"kind":"Name","value":"etaSeconds"}},{"kind":"Field","name":{"kind":"Name","value":"waiting"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"WaitingParts"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"JobRow"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Job"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"dryRun"}},{"kind":"Field","name":{"kind":"Name","value":"engine"}},{"kind":"Field","name":{"kind":"Name","value":"verified"}},{"kind":"Field","name":{"kind":"Name","value":"source"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"EndpointParts"}}]}},{"kind":"Field","name":{"kind":"Name","value":"destination"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"EndpointParts"}}]}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}},{"kind":"Field","name":{"kind":"Name","value":"startedAt"}},{"kind":"Field","name":{"kind":"Name","value":"finishedAt"}},{"kind":"Field","name":{"kind":"Name","value":"queuePosition"}},{"kind":"Field","name":{"kind":"Name","value":"queueReason"}},{"kind":"Field","name":{"kind":"Name","value":"waiting"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"WaitingParts"}}]}},{"kind":"Field","name":{"kind":"Name","value":"deleted"}},{"kind":"Field","name":{"kind":"Name","value":"nextStep"}},{"kind":"Field","name":{"kind":"Name","value":"exitCode"}},{"kind":"Field","name":{"kind":"Name","value":"exitReason"}},{"kind":"Field","name":{"kind":"Name","value":"error"}},{"kind":"Field","name":{"kind":"Name","value":"cancelRequestedAt"}},{"kind":"Field","name":{"kind":"Name","value":"progress"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"ProgressParts"}}]}},{"kind":"Field","name":{"kind":"Name","value":"attempt"}},{"kind":"Field","name":{"kind":"Name","value":"retriesLeft"}},{"kind":"Field","name":{"kind":"Name","value":"nextTryAt"}},{"kind":"Field","name":{"kind":"Name","value":"superseded"}},{"kind":"Field","name":{"kind":"Name","value":"canRerun"}},{"kind":"Field","name":{"kind":"Name","value":"batch"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"purgedAt"}}]}},{"kind":"Field","name":{"kind":"Name","value":"precheck"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"checkedAt"}},{"kind":"Field","name":{"kind":"Name","value":"ok"}},{"kind":"Field","name":{"kind":"Name","value":"error"}},{"kind":"Field","name":{"kind":"Name","value":"folders"}},{"kind":"Field","name":{"kind":"Name","value":"messages"}},{"kind":"Field","name":{"kind":"Name","value":"bytes"}}]}}]}}]} as unknown as DocumentNode<CreateJobMutation, CreateJobMutationVariables>;
export const RerunJobDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"RerunJob"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"id"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"dryRun"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"Boolean"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"rerunJob"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"id"},"value":{"kind":"Variable","name":{"kind":"Name","value":"id"}}},{"kind":"Argument","name":{"kind":"Name","value":"dryRun"},"value":{"kind":"Variable","name":{"kind":"Name","value":"dryRun"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"JobRow"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"EndpointParts"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Endpoint"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"host"}},{"kind":"Field","name":{"kind":"Name","value":"port"}},{"kind":"Field","name":{"kind":"Name","value":"security"}},{"kind":"Field","name":{"kind":"Name","value":"user"}},{"kind":"Field","name":{"kind":"Name","value":"verifyCertificate"}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"WaitingParts"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Waiting"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"side"}},{"kind":"Field","name":{"kind":"Name","value":"reason"}},{"kind":"Field","name":{"kind":"Name","value":"until"}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"ProgressParts"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Progress"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"currentFolder"}},{"kind":"Field","name":{"kind":"Name","value":"foldersDone"}},{"kind":"Field","name":{"kind":"Name","value":"foldersTotal"}},{"kind":"Field","name":{"kind":"Name","value":"messagesDone"}},{"kind":"Field","name":{"kind":"Name","value":"messagesTotal"}},{"kind":"Field","name":{"kind":"Name","value":"bytesDone"}},{"kind":"Field","name":{"kind":"Name","value":"bytesTotal"}},{"kind":"Field","name":{"kind":"Name","value":"messagesPerSecond"}},{"kind":"Field","name":{"kind":"Name","value":"bytesPerSecond"}},{"kind":"Field","name":{"kind":"Name","value":"etaSeconds"}},{"kind":"Field","name":{"kind":"Name","value":"waiting"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"WaitingParts"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"JobRow"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Job"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"dryRun"}},{"kind":"Field","name":{"kind":"Name","value":"engine"}},{"kind":"Field","name":{"kind":"Name","value":"verified"}},{"kind":"Field","name":{"kind":"Name","value":"source"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"EndpointParts"}}]}},{"kind":"Field","name":{"kind":"Name","value":"destination"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"EndpointParts"}}]}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}},{"kind":"Field","name":{"kind":"Name","value":"startedAt"}},{"kind":"Field","name":{"kind":"Name","value":"finishedAt"}},{"kind":"Field","name":{"kind":"Name","value":"queuePosition"}},{"kind":"Field","name":{"kind":"Name","value":"queueReason"}},{"kind":"Field","name":{"kind":"Name","value":"waiting"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"WaitingParts"}}]}},{"kind":"Field","name":{"kind":"Name","value":"deleted"}},{"kind":"Field","name":{"kind":"Name","value":"nextStep"}},{"kind":"Field","name":{"kind":"Name","value":"exitCode"}},{"kind":"Field","name":{"kind":"Name","value":"exitReason"}},{"kind":"Field","name":{"kind":"Name","value":"error"}},{"kind":"Field","name":{"kind":"Name","value":"cancelRequestedAt"}},{"kind":"Field","name":{"kind":"Name","value":"progress"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"ProgressParts"}}]}},{"kind":"Field","name":{"kind":"Name","value":"attempt"}},{"kind":"Field","name":{"kind":"Name","value":"retriesLeft"}},{"kind":"Field","name":{"kind":"Name","value":"nextTryAt"}},{"kind":"Field","name":{"kind":"Name","value":"superseded"}},{"kind":"Field","name":{"kind":"Name","value":"canRerun"}},{"kind":"Field","name":{"kind":"Name","value":"batch"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"purgedAt"}}]}},{"kind":"Field","name":{"kind":"Name","value":"precheck"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"checkedAt"}},{"kind":"Field","name":{"kind":"Name","value":"ok"}},{"kind":"Field","name":{"kind":"Name","value":"error"}},{"kind":"Field","name":{"kind":"Name","value":"folders"}},{"kind":"Field","name":{"kind":"Name","value":"messages"}},{"kind":"Field","name":{"kind":"Name","value":"bytes"}}]}}]}}]} as unknown as DocumentNode<RerunJobMutation, RerunJobMutationVariables>;
export const CancelJobDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"CancelJob"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"id"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"cancelJob"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"id"},"value":{"kind":"Variable","name":{"kind":"Name","value":"id"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"JobRow"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"EndpointParts"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Endpoint"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"host"}},{"kind":"Field","name":{"kind":"Name","value":"port"}},{"kind":"Field","name":{"kind":"Name","value":"security"}},{"kind":"Field","name":{"kind":"Name","value":"user"}},{"kind":"Field","name":{"kind":"Name","value":"verifyCertificate"}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"WaitingParts"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Waiting"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"side"}},{"kind":"Field","name":{"kind":"Name","value":"reason"}},{"kind":"Field","name":{"kind":"Name","value":"until"}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"ProgressParts"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Progress"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"currentFolder"}},{"kind":"Field","name":{"kind":"Name","value":"foldersDone"}},{"kind":"Field","name":{"kind":"Name","value":"foldersTotal"}},{"kind":"Field","name":{"kind":"Name","value":"messagesDone"}},{"kind":"Field","name":{"kind":"Name","value":"messagesTotal"}},{"kind":"Field","name":{"kind":"Name","value":"bytesDone"}},{"kind":"Field","name":{"kind":"Name","value":"bytesTotal"}},{"kind":"Field","name":{"kind":"Name","value":"messagesPerSecond"}},{"kind":"Field","name":{"kind":"Name","value":"bytesPerSecond"}},{"kind":"Field","name":{"kind":"Name","value":"etaSeconds"}},{"kind":"Field","name":{"kind":"Name","value":"waiting"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"WaitingParts"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"JobRow"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Job"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"dryRun"}},{"kind":"Field","name":{"kind":"Name","value":"engine"}},{"kind":"Field","name":{"kind":"Name","value":"verified"}},{"kind":"Field","name":{"kind":"Name","value":"source"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"EndpointParts"}}]}},{"kind":"Field","name":{"kind":"Name","value":"destination"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"EndpointParts"}}]}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}},{"kind":"Field","name":{"kind":"Name","value":"startedAt"}},{"kind":"Field","name":{"kind":"Name","value":"finishedAt"}},{"kind":"Field","name":{"kind":"Name","value":"queuePosition"}},{"kind":"Field","name":{"kind":"Name","value":"queueReason"}},{"kind":"Field","name":{"kind":"Name","value":"waiting"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"WaitingParts"}}]}},{"kind":"Field","name":{"kind":"Name","value":"deleted"}},{"kind":"Field","name":{"kind":"Name","value":"nextStep"}},{"kind":"Field","name":{"kind":"Name","value":"exitCode"}},{"kind":"Field","name":{"kind":"Name","value":"exitReason"}},{"kind":"Field","name":{"kind":"Name","value":"error"}},{"kind":"Field","name":{"kind":"Name","value":"cancelRequestedAt"}},{"kind":"Field","name":{"kind":"Name","value":"progress"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"ProgressParts"}}]}},{"kind":"Field","name":{"kind":"Name","value":"attempt"}},{"kind":"Field","name":{"kind":"Name","value":"retriesLeft"}},{"kind":"Field","name":{"kind":"Name","value":"nextTryAt"}},{"kind":"Field","name":{"kind":"Name","value":"superseded"}},{"kind":"Field","name":{"kind":"Name","value":"canRerun"}},{"kind":"Field","name":{"kind":"Name","value":"batch"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"purgedAt"}}]}},{"kind":"Field","name":{"kind":"Name","value":"precheck"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"checkedAt"}},{"kind":"Field","name":{"kind":"Name","value":"ok"}},{"kind":"Field","name":{"kind":"Name","value":"error"}},{"kind":"Field","name":{"kind":"Name","value":"folders"}},{"kind":"Field","name":{"kind":"Name","value":"messages"}},{"kind":"Field","name":{"kind":"Name","value":"bytes"}}]}}]}}]} as unknown as DocumentNode<CancelJobMutation, CancelJobMutationVariables>;
export const DeleteJobDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"DeleteJob"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"id"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"deleteJob"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"id"},"value":{"kind":"Variable","name":{"kind":"Name","value":"id"}}}]}]}}]} as unknown as DocumentNode<DeleteJobMutation, DeleteJobMutationVariables>;
export const SetCredentialsDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"SetCredentials"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"jobId"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"source"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"CredentialsInput"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"destination"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"CredentialsInput"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"setCredentials"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"jobId"},"value":{"kind":"Variable","name":{"kind":"Name","value":"jobId"}}},{"kind":"Argument","name":{"kind":"Name","value":"source"},"value":{"kind":"Variable","name":{"kind":"Name","value":"source"}}},{"kind":"Argument","name":{"kind":"Name","value":"destination"},"value":{"kind":"Variable","name":{"kind":"Name","value":"destination"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"JobRow"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"EndpointParts"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Endpoint"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"host"}},{"kind":"Field","name":{"kind":"Name","value":"port"}},{"kind":"Field","name":{"kind":"Name","value":"security"}},{"kind":"Field","name":{"kind":"Name","value":"user"}},{"kind":"Field","name":{"kind":"Name","value":"verifyCertificate"}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"WaitingParts"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Waiting"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"side"}},{"kind":"Field","name":{"kind":"Name","value":"reason"}},{"kind":"Field","name":{"kind":"Name","value":"until"}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"ProgressParts"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Progress"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"currentFolder"}},{"kind":"Field","name":{"kind":"Name","value":"foldersDone"}},{"kind":"Field","name":{"kind":"Name","value":"foldersTotal"}},{"kind":"Field","name":{"kind":"Name","value":"messagesDone"}},{"kind":"Field","name":{"kind":"Name","value":"messagesTotal"}},{"kind":"Field","name":{"kind":"Name","value":"bytesDone"}},{"kind":"Field","name":{"kind":"Name","value":"bytesTotal"}},{"kind":"Field","name":{"kind":"Name","value":"messagesPerSecond"}},{"kind":"Field","name":{"kind":"Name","value":"bytesPerSecond"}},{"kind":"Field","name":{"kind":"Name","value":"etaSeconds"}},{"kind":"Field","name":{"kind":"Name","value":"waiting"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"WaitingParts"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"JobRow"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Job"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"dryRun"}},{"kind":"Field","name":{"kind":"Name","value":"engine"}},{"kind":"Field","name":{"kind":"Name","value":"verified"}},{"kind":"Field","name":{"kind":"Name","value":"source"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"EndpointParts"}}]}},{"kind":"Field","name":{"kind":"Name","value":"destination"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"EndpointParts"}}]}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}},{"kind":"Field","name":{"kind":"Name","value":"startedAt"}},{"kind":"Field","name":{"kind":"Name","value":"finishedAt"}},{"kind":"Field","name":{"kind":"Name","value":"queuePosition"}},{"kind":"Field","name":{"kind":"Name","value":"queueReason"}},{"kind":"Field","name":{"kind":"Name","value":"waiting"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"WaitingParts"}}]}},{"kind":"Field","name":{"kind":"Name","value":"deleted"}},{"kind":"Field","name":{"kind":"Name","value":"nextStep"}},{"kind":"Field","name":{"kind":"Name","value":"exitCode"}},{"kind":"Field","name":{"kind":"Name","value":"exitReason"}},{"kind":"Field","name":{"kind":"Name","value":"error"}},{"kind":"Field","name":{"kind":"Name","value":"cancelRequestedAt"}},{"kind":"Field","name":{"kind":"Name","value":"progress"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"ProgressParts"}}]}},{"kind":"Field","name":{"kind":"Name","value":"attempt"}},{"kind":"Field","name":{"kind":"Name","value":"retriesLeft"}},{"kind":"Field","name":{"kind":"Name","value":"nextTryAt"}},{"kind":"Field","name":{"kind":"Name","value":"superseded"}},{"kind":"Field","name":{"kind":"Name","value":"canRerun"}},{"kind":"Field","name":{"kind":"Name","value":"batch"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"purgedAt"}}]}},{"kind":"Field","name":{"kind":"Name","value":"precheck"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"checkedAt"}},{"kind":"Field","name":{"kind":"Name","value":"ok"}},{"kind":"Field","name":{"kind":"Name","value":"error"}},{"kind":"Field","name":{"kind":"Name","value":"folders"}},{"kind":"Field","name":{"kind":"Name","value":"messages"}},{"kind":"Field","name":{"kind":"Name","value":"bytes"}}]}}]}}]} as unknown as DocumentNode<SetCredentialsMutation, SetCredentialsMutationVariables>;
export const CheckEndpointDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"CheckEndpoint"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"EndpointInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"checkEndpoint"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"ok"}},{"kind":"Field","name":{"kind":"Name","value":"error"}},{"kind":"Field","name":{"kind":"Name","value":"folders"}},{"kind":"Field","name":{"kind":"Name","value":"messages"}},{"kind":"Field","name":{"kind":"Name","value":"bytes"}}]}}]}}]} as unknown as DocumentNode<CheckEndpointMutation, CheckEndpointMutationVariables>;
export const PreviewFoldersDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"PreviewFolders"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"CreateJobInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"previewFolders"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"FolderPreviewParts"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"FolderPreviewParts"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"FolderPreview"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"source"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"ok"}},{"kind":"Field","name":{"kind":"Name","value":"error"}}]}},{"kind":"Field","name":{"kind":"Name","value":"destination"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"ok"}},{"kind":"Field","name":{"kind":"Name","value":"error"}}]}},{"kind":"Field","name":{"kind":"Name","value":"folders"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"source"}},{"kind":"Field","name":{"kind":"Name","value":"destination"}},{"kind":"Field","name":{"kind":"Name","value":"create"}},{"kind":"Field","name":{"kind":"Name","value":"collidesWith"}},{"kind":"Field","name":{"kind":"Name","value":"messages"}},{"kind":"Field","name":{"kind":"Name","value":"bytes"}},{"kind":"Field","name":{"kind":"Name","value":"destinationMessages"}}]}},{"kind":"Field","name":{"kind":"Name","value":"notCopied"}},{"kind":"Field","name":{"kind":"Name","value":"unknown"}}]}}]} as unknown as DocumentNode<PreviewFoldersMutation, PreviewFoldersMutationVariables>;
export const JobsChangedDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"subscription","name":{"kind":"Name","value":"JobsChanged"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"jobChanged"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"JobRow"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"EndpointParts"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Endpoint"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"host"}},{"kind":"Field","name":{"kind":"Name","value":"port"}},{"kind":"Field","name":{"kind":"Name","value":"security"}},{"kind":"Field","name":{"kind":"Name","value":"user"}},{"kind":"Field","name":{"kind":"Name","value":"verifyCertificate"}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"WaitingParts"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Waiting"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"side"}},{"kind":"Field","name":{"kind":"Name","value":"reason"}},{"kind":"Field","name":{"kind":"Name","value":"until"}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"ProgressParts"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Progress"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"currentFolder"}},{"kind":"Field","name":{"kind":"Name","value":"foldersDone"}},{"kind":"Field","name":{"kind":"Name","value":"foldersTotal"}},{"kind":"Field","name":{"kind":"Name","value":"messagesDone"}},{"kind":"Field","name":{"kind":"Name","value":"messagesTotal"}},{"kind":"Field","name":{"kind":"Name","value":"bytesDone"}},{"kind":"Field","name":{"kind":"Name","value":"bytesTotal"}},{"kind":"Field","name":{"kind":"Name","value":"messagesPerSecond"}},{"kind":"Field","name":{"kind":"Name","value":"bytesPerSecond"}},{"kind":"Field","name":{"kind":"Name","value":"etaSeconds"}},{"kind":"Field","name":{"kind":"Name","value":"waiting"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"WaitingParts"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"JobRow"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Job"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"dryRun"}},{"kind":"Field","name":{"kind":"Name","value":"engine"}},{"kind":"Field","name":{"kind":"Name","value":"verified"}},{"kind":"Field","name":{"kind":"Name","value":"source"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"EndpointParts"}}]}},{"kind":"Field","name":{"kind":"Name","value":"destination"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"EndpointParts"}}]}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}},{"kind":"Field","name":{"kind":"Name","value":"startedAt"}},{"kind":"Field","name":{"kind":"Name","value":"finishedAt"}},{"kind":"Field","name":{"kind":"Name","value":"queuePosition"}},{"kind":"Field","name":{"kind":"Name","value":"queueReason"}},{"kind":"Field","name":{"kind":"Name","value":"waiting"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"WaitingParts"}}]}},{"kind":"Field","name":{"kind":"Name","value":"deleted"}},{"kind":"Field","name":{"kind":"Name","value":"nextStep"}},{"kind":"Field","name":{"kind":"Name","value":"exitCode"}},{"kind":"Field","name":{"kind":"Name","value":"exitReason"}},{"kind":"Field","name":{"kind":"Name","value":"error"}},{"kind":"Field","name":{"kind":"Name","value":"cancelRequestedAt"}},{"kind":"Field","name":{"kind":"Name","value":"progress"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"ProgressParts"}}]}},{"kind":"Field","name":{"kind":"Name","value":"attempt"}},{"kind":"Field","name":{"kind":"Name","value":"retriesLeft"}},{"kind":"Field","name":{"kind":"Name","value":"nextTryAt"}},{"kind":"Field","name":{"kind":"Name","value":"superseded"}},{"kind":"Field","name":{"kind":"Name","value":"canRerun"}},{"kind":"Field","name":{"kind":"Name","value":"batch"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"purgedAt"}}]}},{"kind":"Field","name":{"kind":"Name","value":"precheck"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"checkedAt"}},{"kind":"Field","name":{"kind":"Name","value":"ok"}},{"kind":"Field","name":{"kind":"Name","value":"error"}},{"kind":"Field","name":{"kind":"Name","value":"folders"}},{"kind":"Field","name":{"kind":"Name","value":"messages"}},{"kind":"Field","name":{"kind":"Name","value":"bytes"}}]}}]}}]} as unknown as DocumentNode<JobsChangedSubscription, JobsChangedSubscriptionVariables>;
export const JobChangedDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"subscription","name":{"kind":"Name","value":"JobChanged"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"id"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"jobChanged"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"id"},"value":{"kind":"Variable","name":{"kind":"Name","value":"id"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"JobDetail"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"EndpointParts"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Endpoint"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"host"}},{"kind":"Field","name":{"kind":"Name","value":"port"}},{"kind":"Field","name":{"kind":"Name","value":"security"}},{"kind":"Field","name":{"kind":"Name","value":"user"}},{"kind":"Field","name":{"kind":"Name","value":"verifyCertificate"}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"WaitingParts"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Waiting"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"side"}},{"kind":"Field","name":{"kind":"Name","value":"reason"}},{"kind":"Field","name":{"kind":"Name","value":"until"}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"ProgressParts"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Progress"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"currentFolder"}},{"kind":"Field","name":{"kind":"Name","value":"foldersDone"}},{"kind":"Field","name":{"kind":"Name","value":"foldersTotal"}},{"kind":"Field","name":{"kind":"Name","value":"messagesDone"}},{"kind":"Field","name":{"kind":"Name","value":"messagesTotal"}},{"kind":"Field","name":{"kind":"Name","value":"bytesDone"}},{"kind":"Field","name":{"kind":"Name","value":"bytesTotal"}},{"kind":"Field","name":{"kind":"Name","value":"messagesPerSecond"}},{"kind":"Field","name":{"kind":"Name","value":"bytesPerSecond"}},{"kind":"Field","name":{"kind":"Name","value":"etaSeconds"}},{"kind":"Field","name":{"kind":"Name","value":"waiting"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"WaitingParts"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"JobRow"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Job"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"dryRun"}},{"kind":"Field","name":{"kind":"Name","value":"engine"}},{"kind":"Field","name":{"kind":"Name","value":"verified"}},{"kind":"Field","name":{"kind":"Name","value":"source"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"EndpointParts"}}]}},{"kind":"Field","name":{"kind":"Name","value":"destination"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"EndpointParts"}}]}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}},{"kind":"Field","name":{"kind":"Name","value":"startedAt"}},{"kind":"Field","name":{"kind":"Name","value":"finishedAt"}},{"kind":"Field","name":{"kind":"Name","value":"queuePosition"}},{"kind":"Field","name":{"kind":"Name","value":"queueReason"}},{"kind":"Field","name":{"kind":"Name","value":"waiting"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"WaitingParts"}}]}},{"kind":"Field","name":{"kind":"Name","value":"deleted"}},{"kind":"Field","name":{"kind":"Name","value":"nextStep"}},{"kind":"Field","name":{"kind":"Name","value":"exitCode"}},{"kind":"Field","name":{"kind":"Name","value":"exitReason"}},{"kind":"Field","name":{"kind":"Name","value":"error"}},{"kind":"Field","name":{"kind":"Name","value":"cancelRequestedAt"}},{"kind":"Field","name":{"kind":"Name","value":"progress"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"ProgressParts"}}]}},{"kind":"Field","name":{"kind":"Name","value":"attempt"}},{"kind":"Field","name":{"kind":"Name","value":"retriesLeft"}},{"kind":"Field","name":{"kind":"Name","value":"nextTryAt"}},{"kind":"Field","name":{"kind":"Name","value":"superseded"}},{"kind":"Field","name":{"kind":"Name","value":"canRerun"}},{"kind":"Field","name":{"kind":"Name","value":"batch"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"purgedAt"}}]}},{"kind":"Field","name":{"kind":"Name","value":"precheck"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"checkedAt"}},{"kind":"Field","name":{"kind":"Name","value":"ok"}},{"kind":"Field","name":{"kind":"Name","value":"error"}},{"kind":"Field","name":{"kind":"Name","value":"folders"}},{"kind":"Field","name":{"kind":"Name","value":"messages"}},{"kind":"Field","name":{"kind":"Name","value":"bytes"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"Run"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Job"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"dryRun"}},{"kind":"Field","name":{"kind":"Name","value":"verified"}},{"kind":"Field","name":{"kind":"Name","value":"attempt"}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}},{"kind":"Field","name":{"kind":"Name","value":"finishedAt"}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"JobDetail"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Job"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"JobRow"}},{"kind":"Field","name":{"kind":"Name","value":"logSize"}},{"kind":"Field","name":{"kind":"Name","value":"options"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"folders"}},{"kind":"Field","name":{"kind":"Name","value":"folderPrefixes"}},{"kind":"Field","name":{"kind":"Name","value":"excludeFolders"}},{"kind":"Field","name":{"kind":"Name","value":"excludeFolderPrefixes"}},{"kind":"Field","name":{"kind":"Name","value":"automap"}},{"kind":"Field","name":{"kind":"Name","value":"renameFolders"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"from"}},{"kind":"Field","name":{"kind":"Name","value":"to"}}]}},{"kind":"Field","name":{"kind":"Name","value":"underFolder"}},{"kind":"Field","name":{"kind":"Name","value":"maxAgeDays"}},{"kind":"Field","name":{"kind":"Name","value":"minAgeDays"}},{"kind":"Field","name":{"kind":"Name","value":"maxSize"}},{"kind":"Field","name":{"kind":"Name","value":"minSize"}},{"kind":"Field","name":{"kind":"Name","value":"onlySubscribed"}},{"kind":"Field","name":{"kind":"Name","value":"subscribeAll"}},{"kind":"Field","name":{"kind":"Name","value":"syncFlags"}}]}},{"kind":"Field","name":{"kind":"Name","value":"report"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"folders"}},{"kind":"Field","name":{"kind":"Name","value":"messagesFound"}},{"kind":"Field","name":{"kind":"Name","value":"messagesCopied"}},{"kind":"Field","name":{"kind":"Name","value":"messagesSkipped"}},{"kind":"Field","name":{"kind":"Name","value":"messagesToCopy"}},{"kind":"Field","name":{"kind":"Name","value":"messagesMissing"}},{"kind":"Field","name":{"kind":"Name","value":"messagesFailed"}},{"kind":"Field","name":{"kind":"Name","value":"bytes"}},{"kind":"Field","name":{"kind":"Name","value":"seconds"}},{"kind":"Field","name":{"kind":"Name","value":"reconnections"}},{"kind":"Field","name":{"kind":"Name","value":"verified"}},{"kind":"Field","name":{"kind":"Name","value":"folderReports"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"source"}},{"kind":"Field","name":{"kind":"Name","value":"destination"}},{"kind":"Field","name":{"kind":"Name","value":"sourceMessages"}},{"kind":"Field","name":{"kind":"Name","value":"destinationMessages"}},{"kind":"Field","name":{"kind":"Name","value":"missing"}}]}},{"kind":"Field","name":{"kind":"Name","value":"missing"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"folder"}},{"kind":"Field","name":{"kind":"Name","value":"uid"}},{"kind":"Field","name":{"kind":"Name","value":"date"}},{"kind":"Field","name":{"kind":"Name","value":"subject"}},{"kind":"Field","name":{"kind":"Name","value":"size"}},{"kind":"Field","name":{"kind":"Name","value":"reason"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"rerunOf"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"Run"}}]}},{"kind":"Field","name":{"kind":"Name","value":"reruns"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"Run"}}]}}]}}]} as unknown as DocumentNode<JobChangedSubscription, JobChangedSubscriptionVariables>;
export const LogTailDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"subscription","name":{"kind":"Name","value":"LogTail"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"jobId"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"offset"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"Int64"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"logTail"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"jobId"},"value":{"kind":"Variable","name":{"kind":"Name","value":"jobId"}}},{"kind":"Argument","name":{"kind":"Name","value":"offset"},"value":{"kind":"Variable","name":{"kind":"Name","value":"offset"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"jobId"}},{"kind":"Field","name":{"kind":"Name","value":"offset"}},{"kind":"Field","name":{"kind":"Name","value":"chunk"}},{"kind":"Field","name":{"kind":"Name","value":"newOffset"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"eof"}}]}}]}}]} as unknown as DocumentNode<LogTailSubscription, LogTailSubscriptionVariables>;