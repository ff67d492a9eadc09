// One job: how it goes or went, what to do next, and its log.
import { useEffect, useMemo, useState, useSyncExternalStore } from 'react';
import { request } from '../api/client';
import { CancelJobDocument, type JobDetailFragment, RerunJobDocument } from '../gql/graphql';
import { act } from '../jobs/actions';
import { BulkQuestion } from '../jobs/bulk';
import { useJobs } from '../jobs/context';
import { Bar, done, Status } from '../jobs/status';
import { isActive } from '../jobs/store';
import { LogPane } from '../log/log-pane';
import { LogTail } from '../log/tail';
import { count, duration, rate, size, timeLeft } from '../ui/format';
import { Again, ArrowRight, ChevronLeft, Duplicate, KeyIcon, StatusIcon, Stop, Trash } from '../ui/icons';
import { Link, navigate } from '../ui/router';
import { Time } from '../ui/time';
import { useTitle } from '../ui/title';
import { say } from '../ui/toast';
import { CredentialsDialog } from './credentials';
import { Figure } from './figure';
import { outcome } from './outcome';
import { optionLines } from './options';
import { ReportView } from './report';
import { Runs } from './runs';
import { refused } from './sign-in';
import { useJobDetail } from './use-job';

export function JobPage({ id }: { id: string }) {
  const { value: job, loading, gone, failure, reload } = useJobDetail(id);
  const percent = job && job.status === 'RUNNING' ? done(job) : null;
  const heading = useTitle(job ? `${percent === null ? '' : `${Math.floor(percent * 100)}% `}${job.name}` : 'Job');

  const tail = useMemo(() => new LogTail(id), [id]);
  useEffect(() => tail.open(), [tail]);
  // The stream ends with the job's final status; the report comes with it.
  const complete = useSyncExternalStore(tail.watch, () => tail.complete);
  const logGone = useSyncExternalStore(tail.watch, () => tail.gone);
  useEffect(() => {
    if (complete || logGone) reload();
  }, [complete, logGone, reload]);

  const back = (
    <Link href="/" className="back">
      <ChevronLeft />
      Jobs
    </Link>
  );

  if (!job) {
    return (
      <div className="page">
        {back}
        <div className="nothing">
          <h1 ref={heading} tabIndex={-1}>
            {gone ? 'There is no such job' : loading ? 'Loading the job…' : 'The job cannot be shown'}
          </h1>
          {gone && <p>It was deleted, or the address is not right.</p>}
          {failure && (
            <>
              <p>{failure}</p>
              <button type="button" onClick={reload}>
                Try again
              </button>
            </>
          )}
        </div>
      </div>
    );
  }

  const { tone, headline, next } = outcome(job);
  return (
    <div className="page">
      {back}
      {gone && (
        <p className="notice tone-warn" role="status">
          This job was deleted, here or elsewhere. What you see is the last that was known of it.
        </p>
      )}
      <div className="page-head job-head">
        <div>
          <h1 ref={heading} tabIndex={-1} title={job.name}>
            {job.name}
          </h1>
          <p className="job-tags">
            <Status status={job.status} />
            {job.dryRun && <span className="tag">Dry run</span>}
            {job.verified && !job.dryRun && <span className="tag tag-good">Verified</span>}
            {job.attempt > 1 && <span className="tag">Try {job.attempt}</span>}
            {job.batch && (
              <span className="minor job-batch">
                in <Link href={`/batches/${job.batch.id}`}>{job.batch.name}</Link>
              </span>
            )}
          </p>
        </div>
        {!gone && <Actions job={job} onChanged={reload} />}
      </div>

      <section className={`outcome tone-${tone}`} aria-label="How it went">
        <StatusIcon status={job.status} />
        <div>
          <p className="headline" role="status">
            {headline}
          </p>
          {next !== '' && <p>{next}</p>}
        </div>
      </section>
      {(job.status === 'RUNNING' || job.status === 'QUEUED') && <ProgressView job={job} />}
      {job.report && <ReportView report={job.report} dryRun={job.dryRun} />}
      <section className="about" aria-label="About this job">
        <Facts job={job} />
        <Runs job={job} />
      </section>
      <LogPane tail={tail} logSize={job.logSize} name={job.name} />
    </div>
  );
}

function Actions({ job, onChanged }: { job: JobDetailFragment; onChanged: () => void }) {
  const jobs = useJobs();
  const [busy, setBusy] = useState(false);
  const [asking, setAsking] = useState<'cancel' | 'delete' | 'credentials' | null>(null);
  const active = isActive(job.status);
  const sides = refused(job);
  const dryRunWorked = job.dryRun && job.status === 'SUCCEEDED';

  const run = async (what: () => Promise<void>) => {
    setBusy(true);
    await what();
    setBusy(false);
  };
  const rerun = (dryRun: boolean | null) =>
    run(async () => {
      const answer = await request(RerunJobDocument, { id: job.id, dryRun });
      if (answer.failure) say(answer.failure.message);
      else {
        jobs.take(answer.data.rerunJob);
        navigate(`/jobs/${answer.data.rerunJob.id}`);
      }
    });
  const cancel = () =>
    run(async () => {
      setAsking(null);
      const answer = await request(CancelJobDocument, { id: job.id });
      if (answer.failure) say(answer.failure.message);
      else {
        jobs.take(answer.data.cancelJob);
        say(answer.data.cancelJob.status === 'CANCELLED' ? 'The job is cancelled.' : 'The job was asked to stop.');
      }
    });
  const remove = () =>
    run(async () => {
      setAsking(null);
      const failure = await act(jobs, 'delete', job.id);
      if (failure) say(failure.message);
      else {
        say(`“${job.name}” is deleted.`);
        navigate('/');
      }
    });

  return (
    <div className="actions">
      {sides.length > 0 && (
        <button type="button" className="primary" disabled={busy} onClick={() => setAsking('credentials')}>
          <KeyIcon />
          Change password…
        </button>
      )}
      {active ? (
        <button type="button" disabled={busy || job.cancelRequestedAt != null} onClick={() => setAsking('cancel')}>
          <Stop />
          Cancel
        </button>
      ) : (
        <>
          {job.canRerun && dryRunWorked && (
            <button type="button" className="primary" disabled={busy} onClick={() => void rerun(false)}>
              <ArrowRight />
              Run for real
            </button>
          )}
          {job.canRerun && (
            <button type="button" className={dryRunWorked || sides.length > 0 ? '' : 'primary'} disabled={busy} onClick={() => void rerun(null)}>
              <Again />
              Run again
            </button>
          )}
        </>
      )}
      <Link href={`/jobs/new?from=${encodeURIComponent(job.id)}`} className="button" title="Opens the form with everything of this job but its passwords">
        <Duplicate />
        New from this
      </Link>
      {!active && (
        <button type="button" disabled={busy} onClick={() => setAsking('delete')}>
          <Trash />
          Delete
        </button>
      )}
      {asking === 'credentials' && (
        <CredentialsDialog
          job={job}
          refused={sides}
          onSaved={(run) => {
            setAsking(null);
            if (run) navigate(`/jobs/${run.id}`);
            else {
              say('Saved. The next run signs in with it.');
              onChanged();
            }
          }}
          onClose={() => setAsking(null)}
        />
      )}
      {(asking === 'cancel' || asking === 'delete') && <BulkQuestion action={asking} jobs={[job]} total={1} onConfirm={() => void (asking === 'cancel' ? cancel() : remove())} onClose={() => setAsking(null)} />}
    </div>
  );
}

function ProgressView({ job }: { job: JobDetailFragment }) {
  const p = job.progress;
  const part = done(job);
  const running = job.status === 'RUNNING';
  const of = (a: string | null, b: string | null) => (a === null ? '–' : b === null ? a : `${a} of ${b}`);
  return (
    <section className="progress-card" aria-label="Progress">
      <div className="progress-head">
        {running ? <Bar job={job} label="Progress" /> : <progress aria-label="Progress" max={1} value={0} />}
        <span className="percent">{part === null ? '' : `${Math.floor(part * 100)}%`}</span>
      </div>
      <dl className="figures">
        <Figure name="Messages">{of(p?.messagesDone == null ? null : count(p.messagesDone), p?.messagesTotal == null ? null : count(p.messagesTotal))}</Figure>
        <Figure name="Size">{of(p?.bytesDone == null ? null : size(p.bytesDone), p?.bytesTotal == null ? null : size(p.bytesTotal))}</Figure>
        <Figure name="Rate">
          {p?.messagesPerSecond == null ? '–' : rate(p.messagesPerSecond)}
          {p?.bytesPerSecond != null && <span className="minor"> {size(p.bytesPerSecond)}/s</span>}
        </Figure>
        <Figure name="Time left">{p?.etaSeconds == null ? '–' : timeLeft(p.etaSeconds)}</Figure>
        <Figure name="Folder">
          <span title={p?.currentFolder ?? undefined}>
            {p?.foldersDone != null && p.foldersTotal != null ? `${count(Math.min(p.foldersTotal, p.foldersDone + 1))} of ${count(p.foldersTotal)}: ` : ''}
            {p?.currentFolder ?? '–'}
          </span>
        </Figure>
      </dl>
    </section>
  );
}

const securities = { TLS: 'TLS', STARTTLS: 'STARTTLS', NONE: 'not encrypted' };
const engines = { BUILTIN: 'Built-in', IMAPSYNC: 'imapsync' };

function Facts({ job }: { job: JobDetailFragment }) {
  const options = optionLines(job.options);
  return (
    <dl className="facts">
      {([
        ['Source', job.source],
        ['Destination', job.destination],
      ] as const).map(([name, e]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>
            <span className="user">{e.user}</span>
            <span className="minor">
              {e.host}:{e.port}, {securities[e.security]}
              {!e.verifyCertificate && e.security !== 'NONE' && ', any certificate'}
            </span>
          </dd>
        </div>
      ))}
      <div>
        <dt>{job.startedAt ? 'Started' : 'Created'}</dt>
        <dd>
          <Time at={job.startedAt ?? job.createdAt} />
          {job.startedAt && (
            <span className="minor">
              created <Time at={job.createdAt} />
            </span>
          )}
        </dd>
      </div>
      <div>
        <dt>Ended</dt>
        <dd>
          {job.finishedAt ? <Time at={job.finishedAt} /> : 'Not yet'}
          {job.finishedAt && job.startedAt && <span className="minor">after {duration((Date.parse(job.finishedAt) - Date.parse(job.startedAt)) / 1000)}</span>}
        </dd>
      </div>
      <div>
        <dt>Engine</dt>
        <dd>
          {engines[job.engine]}
          {job.exitCode != null && (
            <span className="minor">
              exit code {job.exitCode}
              {job.exitReason && ` (${job.exitReason})`}
            </span>
          )}
        </dd>
      </div>
      {options.length > 0 && (
        <div className="wide">
          <dt>Options</dt>
          <dd>{options.join('; ')}</dd>
        </div>
      )}
    </dl>
  );
}
