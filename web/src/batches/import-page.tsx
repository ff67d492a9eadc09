// A batch from a table of mailboxes: read and checked by the server before anything is created.
import { stringifyDocument } from '@urql/core';
import { type FormEvent, useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { request } from '../api/client';
import { CheckBatchDocument, ImportJobsDocument, ImportTemplateDocument, PreviewImportDocument } from '../gql/graphql';
import { EngineField } from '../new-job/engine-field';
import { CheckField, SelectField, TextField } from '../new-job/fields';
import { type Errors, settles } from '../new-job/form';
import { FolderPreview } from '../new-job/folder-preview';
import { OptionsFields } from '../new-job/options-fields';
import { plural } from '../ui/format';
import { ChevronLeft } from '../ui/icons';
import { Link, navigate } from '../ui/router';
import { useTitle } from '../ui/title';
import { say } from '../ui/toast';
import './batches.css';
import { bodyLimit, bodySize } from './decode';
import { saveText } from '../ui/download';
import { FileField, type Table, tooLarge } from './file-field';
import { type ImportResult, ImportTable } from './import-table';
import { checkKey, checkSettings, emptySettings, type Settings, settingOf, settingsInput, type SideDefaults } from './settings';
import { SideDefaultsFields } from './side-defaults';

// A pause in typing that is long enough to ask the server again, in milliseconds.
const pause = 700;

export function ImportPage() {
  const heading = useTitle('Move many mailboxes');
  const [settings, setSettings] = useState<Settings>(emptySettings);
  const [table, setTable] = useState<Table | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const [read, setRead] = useState<{ of: Table; key: string; result: ImportResult } | null>(null);
  const [errors, setErrors] = useState<Errors>({});
  const [failure, setFailure] = useState<string | null>(null);
  const [sending, setSending] = useState(false);
  /** The line whose mailbox the folders are previewed for; null: the first. */
  const [line, setLine] = useState<number | null>(null);
  const named = useRef('');
  const element = useRef<HTMLFormElement>(null);
  const result = useRef<HTMLHeadingElement>(null);

  const key = useMemo(() => checkKey(settings), [settings]);
  const latest = useRef(settings);
  latest.current = settings;

  const refuse = useCallback((failed: { message: string; field?: string }) => {
    const field = settingOf(failed.field);
    if (field) setErrors((all) => ({ ...all, [field]: failed.message }));
    else setFailure(failed.message);
  }, []);

  // The server reads the table as soon as there is one, and again whenever what holds for it changes.
  const checked = useRef<Table | null>(null);
  useEffect(() => {
    if (!table || Object.keys(checkSettings(latest.current)).length > 0) return;
    let here = true;
    const run = async () => {
      const variables = { csv: table.text, defaults: settingsInput(latest.current), checkOnly: true };
      const bytes = bodySize(stringifyDocument(ImportJobsDocument), variables);
      if (bytes > bodyLimit) {
        setTable(null);
        setRead(null);
        setProblem(tooLarge(bytes, bodyLimit));
        return;
      }
      const answer = await request(ImportJobsDocument, variables);
      if (!here) return;
      setFailure(null);
      if (answer.data) setRead({ of: table, key, result: answer.data.importJobs });
      else refuse(answer.failure);
    };
    const timer = setTimeout(() => void run(), checked.current === table ? pause : 0);
    checked.current = table;
    return () => {
      here = false;
      clearTimeout(timer);
    };
  }, [table, key, refuse]);

  const change = (part: Partial<Settings>) => {
    setSettings((s) => ({ ...s, ...part }));
    forget(Object.keys(part));
  };
  const forget = (fields: string[]) =>
    setErrors((all) => (fields.some((f) => f in all) ? Object.fromEntries(Object.entries(all).filter(([f]) => !fields.includes(f))) : all));
  const changeSide = (side: 'source' | 'destination') => (part: Partial<SideDefaults>) => {
    setSettings((s) => ({ ...s, [side]: { ...s[side], ...part } }));
    forget(Object.keys(part).map((field) => `${side}.${field}`));
  };

  const take = (chosen: Table) => {
    setTable(chosen);
    setLine(null);
    setRead(null);
    setProblem(null);
    setFailure(null);
    // The name follows the file until somebody gives another one.
    setSettings((s) => {
      if (s.name !== named.current) return s;
      named.current = chosen.batchName;
      return { ...s, name: chosen.batchName };
    });
  };
  const remove = () => {
    setTable(null);
    setRead(null);
    setProblem(null);
    setFailure(null);
  };

  const template = async () => {
    const answer = await request(ImportTemplateDocument, {});
    if (answer.data) saveText('mailboxes.csv', 'text/csv;charset=utf-8', answer.data.importTemplate);
    else say(answer.failure.message);
  };

  const focusFirst = () => requestAnimationFrame(() => element.current?.querySelector<HTMLElement>('[aria-invalid="true"], .form-error')?.focus());

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (!table) {
      setProblem('Choose the file with the mailboxes first.');
      element.current?.querySelector<HTMLElement>('.drop button, .drop textarea')?.focus();
      return;
    }
    const found = { ...checkSettings(settings), ...(settings.name.trim() === '' ? { name: 'Give the batch a name.' } : {}) };
    setErrors(found);
    if (Object.keys(found).length > 0) {
      focusFirst();
      return;
    }
    setSending(true);
    setFailure(null);
    const answer = await request(ImportJobsDocument, { csv: table.text, defaults: settingsInput(settings), checkOnly: false });
    if (!answer.data) {
      setSending(false);
      refuse(answer.failure);
      focusFirst();
      return;
    }
    const { batch } = answer.data.importJobs;
    if (!batch) {
      setSending(false);
      setRead({ of: table, key, result: answer.data.importJobs });
      requestAnimationFrame(() => result.current?.focus());
      return;
    }
    if (settings.checkFirst) {
      const check = await request(CheckBatchDocument, { id: batch.id });
      if (check.failure) say(check.failure.message);
    }
    navigate(`/batches/${batch.id}`);
  };

  const preview = async (of: number) => {
    const found = checkSettings(settings);
    setErrors(found);
    if (!table || Object.keys(found).length > 0) {
      focusFirst();
      return null;
    }
    const answer = await request(PreviewImportDocument, { csv: table.text, defaults: settingsInput(settings), line: of });
    if (answer.data) return { data: answer.data.previewImport };
    if (settingOf(answer.failure.field) === '') return answer;
    refuse(answer.failure);
    focusFirst();
    return null;
  };

  const shown = read && read.of === table ? read : null;
  const stale = shown !== null && shown.key !== key;
  const n = shown && shown.result.errors.length === 0 ? shown.result.rows.length : null;
  const found = { ...checkSettings(settings), ...errors };
  const rows = n === null ? undefined : shown?.result.rows;
  const previewed = rows?.find((row) => row.line === line) ?? rows?.[0];
  // Thousands of them, which are not to be made anew at every key that is pressed.
  const options = useMemo(
    () =>
      rows?.map((row) => (
        <option key={row.line} value={row.line}>
          {row.name}
        </option>
      )),
    [rows],
  );

  return (
    <div className="page narrow">
      <Link href="/batches" className="back">
        <ChevronLeft />
        Batches
      </Link>
      <div className="page-head">
        <h1 ref={heading} tabIndex={-1}>
          Move many mailboxes
        </h1>
      </div>
      <form ref={element} noValidate className="import" onSubmit={(e) => void submit(e)}>
        <FileField table={table} problem={problem} onTable={take} onProblem={setProblem} onRemove={remove} onTemplate={() => void template()} />
        <p className="hidden" role="status">
          {table && !shown && !failure && 'The server reads the table.'}
          {shown && !stale && (shown.result.errors.length > 0 ? `${plural(shown.result.errors.length + shown.result.errorsOmitted, 'thing')} to mend in the table.` : `${plural(shown.result.rows.length, 'mailbox', 'mailboxes')} read, nothing wrong.`)}
        </p>
        {failure && (
          <p className="notice tone-bad form-error" role="alert" tabIndex={-1}>
            {failure}
          </p>
        )}
        {table && !shown && !failure && Object.keys(found).length === 0 && <p className="reading">Reading the table…</p>}
        {shown && <ImportTable result={shown.result} stale={stale} heading={result} />}

        <section aria-labelledby="defaults-title" className="defaults">
          <h2 id="defaults-title">
            For all mailboxes
            <span className="minor">What a line of the file says itself goes before this.</span>
          </h2>
          <div className="sides">
            <SideDefaultsFields side="source" value={settings.source} errors={found} onChange={changeSide('source')} />
            <SideDefaultsFields side="destination" value={settings.destination} errors={found} onChange={changeSide('destination')} />
          </div>
        </section>
        <section className="side-card" aria-label="The batch">
          <div className="columns">
            <TextField
              field="name"
              label="Name of the batch"
              value={settings.name}
              error={errors.name}
              hint="For people, as the company or the department."
              maxLength={200}
              spellCheck
              onChange={(e) => change({ name: e.target.value })}
            />
            <EngineField value={settings.engine} error={errors.engine} onChange={(engine) => change({ engine })} />
            <TextField
              field="sourceLimit"
              label="At once from a source host"
              value={settings.sourceLimit}
              error={found.sourceLimit}
              hint="Mailboxes; what the old provider puts up with. Empty: as many as the server runs."
              inputMode="numeric"
              onChange={(e) => change({ sourceLimit: e.target.value })}
            />
            <TextField
              field="destinationLimit"
              label="At once to a destination host"
              value={settings.destinationLimit}
              error={found.destinationLimit}
              hint="The same for the new one."
              inputMode="numeric"
              onChange={(e) => change({ destinationLimit: e.target.value })}
            />
            <div className="stack">
              <TextField
                field="retries"
                label="Tries after a failure"
                value={settings.retries}
                placeholder="as the server"
                error={found.retries}
                hint="For what passes by itself, as a lost connection; with growing pauses. Never after a wrong password or a full mailbox."
                inputMode="numeric"
                onChange={(e) => change({ retries: e.target.value })}
              />
            </div>
            <div className="stack checks">
              <CheckField
                field="retryInterrupted"
                label="Also when the server was restarted"
                hint="Else a mailbox that ran then waits for somebody to run it again."
                checked={settings.retryInterrupted}
                onChange={(e) => change({ retryInterrupted: e.target.checked })}
              />
            </div>
          </div>
          <OptionsFields
            value={settings.options}
            errors={found}
            onChange={(part) => {
              setSettings((s) => ({ ...s, options: { ...s.options, ...part } }));
              setErrors((all) => Object.fromEntries(Object.entries(all).filter(([field]) => !settles(part, field))));
            }}
          />
        </section>
        {previewed && (
          <FolderPreview of={[table, key, previewed.line]} ask={() => preview(previewed.line)} hint="Signs in to both sides of one mailbox and says where each of its folders goes. Nothing is changed.">
            <SelectField field="preview" label="Mailbox" value={previewed.line} onChange={(e) => setLine(Number(e.target.value))}>
              {options}
            </SelectField>
          </FolderPreview>
        )}
        <div className="submit">
          <div className="stack">
            <CheckField
              field="checkFirst"
              label="Check first"
              hint="Signs in to both sides of every mailbox. Nothing runs before you start it."
              checked={settings.checkFirst}
              onChange={(e) => change({ checkFirst: e.target.checked })}
            />
            <CheckField
              field="dryRun"
              label="Dry run"
              hint="Goes through every step and changes nothing."
              checked={settings.dryRun}
              onChange={(e) => change({ dryRun: e.target.checked })}
            />
          </div>
          <button type="submit" className="primary large" disabled={sending}>
            {sending ? 'Creating…' : n === null ? 'Create batch' : `Create batch of ${plural(n, 'mailbox', 'mailboxes')}`}
          </button>
        </div>
      </form>
    </div>
  );
}
