import { type FormEvent, useCallback, useEffect, useRef, useState } from 'react';
import { request } from '../api/client';
import { CreateJobDocument, JobDocument, PreviewFoldersDocument } from '../gql/graphql';
import { useJobs } from '../jobs/context';
import { ChevronLeft } from '../ui/icons';
import { Link, navigate, useQueryString } from '../ui/router';
import { useTitle } from '../ui/title';
import { EndpointFields } from './endpoint-fields';
import { EngineField } from './engine-field';
import { CheckField, TextField } from './fields';
import { checkForm, emptyForm, type Errors, fieldOf, type Form, formFrom, input, settles, type Side } from './form';
import { FolderPreview } from './folder-preview';
import { OptionsFields } from './options-fields';

export function NewJobPage() {
  const jobs = useJobs();
  const heading = useTitle('New job');
  const [form, setForm] = useState<Form>(emptyForm);
  const [errors, setErrors] = useState<Errors>({});
  const [sending, setSending] = useState(false);
  const element = useRef<HTMLFormElement>(null);
  const template = new URLSearchParams(useQueryString()).get('from');
  const [notice, setNotice] = useState<string | null>(null);

  useEffect(() => {
    if (template === null) return;
    let here = true;
    void request(JobDocument, { id: template }).then((answer) => {
      if (!here) return;
      if (answer.data?.job) {
        setForm(formFrom(answer.data.job));
        setNotice(`Filled in from “${answer.data.job.name}”. Passwords are never shown again, so enter both.`);
      } else setNotice(answer.failure?.message ?? 'The job to fill this in from is not there any more.');
    });
    return () => {
      here = false;
    };
  }, [template]);

  const change = (part: Partial<Form>) => setForm((f) => ({ ...f, ...part }));
  const forget = (field: string) =>
    setErrors((all) => {
      if (!(field in all)) return all;
      const { [field]: _, ...rest } = all;
      return rest;
    });
  const changeSide = (side: 'source' | 'destination') => (part: Partial<Side>) => {
    setForm((f) => ({ ...f, [side]: { ...f[side], ...part } }));
    for (const key of Object.keys(part)) forget(`${side}.${key}`);
  };

  // The first field that is wrong takes the focus, so that nobody has to look for it.
  const show = useCallback((found: Errors) => {
    setErrors(found);
    requestAnimationFrame(() => element.current?.querySelector<HTMLElement>('[aria-invalid="true"], .form-error')?.focus());
  }, []);
  const showSide = (prefix: string, found: Errors) => {
    const others = Object.fromEntries(Object.entries(errors).filter(([field]) => !field.startsWith(`${prefix}.`)));
    if (Object.keys(found).length > 0) show({ ...others, ...found });
    else setErrors(others);
  };

  const preview = async () => {
    const found = checkForm(form);
    show(found);
    if (Object.keys(found).length > 0) return null;
    const answer = await request(PreviewFoldersDocument, { input: input(form) });
    if (answer.data) return { data: answer.data.previewFolders };
    const field = fieldOf(answer.failure.field);
    if (field === '') return answer;
    show({ [field]: answer.failure.message });
    return null;
  };

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const found = checkForm(form);
    if (Object.keys(found).length > 0) {
      show(found);
      return;
    }
    setSending(true);
    const answer = await request(CreateJobDocument, { input: input(form) });
    setSending(false);
    if (answer.data) {
      jobs.take(answer.data.createJob);
      navigate(`/jobs/${answer.data.createJob.id}`);
      return;
    }
    show({ [fieldOf(answer.failure.field)]: answer.failure.message });
  };

  return (
    <div className="page narrow">
      <Link href="/" className="back">
        <ChevronLeft />
        Jobs
      </Link>
      <div className="page-head">
        <h1 ref={heading} tabIndex={-1}>
          New job
        </h1>
      </div>
      {notice && <p className="notice tone-busy">{notice}</p>}
      <form ref={element} noValidate onSubmit={(e) => void submit(e)}>
        {errors[''] && (
          <p className="notice tone-bad form-error" role="alert" tabIndex={-1}>
            {errors['']}
          </p>
        )}
        <div className="sides">
          <EndpointFields side="source" value={form.source} errors={errors} onChange={changeSide('source')} onErrors={showSide} />
          <EndpointFields side="destination" value={form.destination} errors={errors} onChange={changeSide('destination')} onErrors={showSide} />
        </div>
        <section className="side-card" aria-label="The job">
          <div className="columns three">
            <TextField
              field="name"
              label="Name"
              value={form.name}
              error={errors.name}
              placeholder={form.source.user || 'The source’s user name'}
              hint="For people. Without one it is the source’s user name."
              maxLength={200}
              spellCheck
              onChange={(e) => {
                change({ name: e.target.value });
                forget('name');
              }}
            />
            <EngineField
              value={form.engine}
              error={errors.engine}
              onChange={(engine) => {
                change({ engine });
                forget('engine');
              }}
            />
            <TextField
              field="retries"
              label="Tries after a failure"
              value={form.retries}
              error={errors.retries}
              placeholder="as the server"
              hint="For what passes by itself, as a lost connection; 0 for none."
              inputMode="numeric"
              onChange={(e) => {
                change({ retries: e.target.value });
                forget('retries');
              }}
            />
          </div>
          <OptionsFields
            value={form.options}
            errors={errors}
            onChange={(part) => {
              setForm((f) => ({ ...f, options: { ...f.options, ...part } }));
              setErrors((all) => Object.fromEntries(Object.entries(all).filter(([field]) => !settles(part, field))));
            }}
          />
        </section>
        <FolderPreview of={[form.source, form.destination, form.options]} ask={preview} hint="Signs in to both sides and says where each folder goes. Nothing is changed." />
        <div className="submit">
          <CheckField
            field="dryRun"
            label="Dry run"
            hint="Goes through every step and changes nothing."
            checked={form.dryRun}
            onChange={(e) => change({ dryRun: e.target.checked })}
          />
          <button type="submit" className="primary large" disabled={sending}>
            {sending ? 'Queueing…' : form.dryRun ? 'Start dry run' : 'Start job'}
          </button>
        </div>
      </form>
    </div>
  );
}
