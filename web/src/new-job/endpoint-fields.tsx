// One side of a new job.
import { useId, useState } from 'react';
import { request } from '../api/client';
import { CheckEndpointDocument, type CheckEndpointMutation, type Security } from '../gql/graphql';
import { plural, size } from '../ui/format';
import { checkSide, endpoint, type Errors, fieldOf, type Side, usualPort } from './form';
import { CheckField, PasswordField, SelectField, TextField } from './fields';
import { providers } from './providers';

interface Props {
  side: 'source' | 'destination';
  value: Side;
  errors: Errors;
  onChange: (change: Partial<Side>) => void;
  onErrors: (prefix: string, errors: Errors) => void;
}

type Checked = CheckEndpointMutation['checkEndpoint'];

export function EndpointFields({ side, value, errors, onChange, onErrors }: Props) {
  const title = useId();
  const [state, setState] = useState<{ of: Side; busy: boolean; checked?: Checked; problem?: string } | null>(null);
  const provider = providers.find((p) => p.host === value.host.trim().toLowerCase());
  const source = side === 'source';

  const check = async () => {
    const errors = checkSide(side, value);
    onErrors(side, errors);
    if (Object.keys(errors).length > 0) {
      setState(null);
      return;
    }
    setState({ of: value, busy: true });
    const answer = await request(CheckEndpointDocument, { input: endpoint(value) });
    if (answer.data) {
      setState({ of: value, busy: false, checked: answer.data.checkEndpoint });
      return;
    }
    const field = fieldOf(`${side}.${(answer.failure.field ?? '').replace(/^input\./, '')}`);
    if (field) onErrors(side, { [field]: answer.failure.message });
    setState(field ? null : { of: value, busy: false, problem: answer.failure.message });
  };

  // A result says nothing about fields that were changed after it.
  const result = state?.of === value ? state : null;

  return (
    <section className="side-card" aria-labelledby={title}>
      <h2 id={title}>
        {source ? 'Source' : 'Destination'}
        <span className="minor">{source ? 'Messages are read here; nothing is changed.' : 'Messages are added here; nothing is deleted.'}</span>
      </h2>
      <SelectField
        field={`${side}.provider`}
        label="Provider"
        value={provider?.id ?? ''}
        hint={provider?.hint ?? (provider ? undefined : 'Fills in host, port and security.')}
        onChange={(e) => {
          const chosen = providers.find((p) => p.id === e.target.value);
          if (chosen) onChange({ host: chosen.host, port: '', security: chosen.security, verifyCertificate: true });
          else onChange({ host: '', port: '', security: 'TLS' });
        }}
      >
        <option value="">Own server, or another provider</option>
        {providers.map((p) => (
          <option key={p.id} value={p.id}>
            {p.name}
          </option>
        ))}
      </SelectField>
      <TextField field={`${side}.host`} label="Host" value={value.host} error={errors[`${side}.host`]} placeholder="imap.example.org" inputMode="url" onChange={(e) => onChange({ host: e.target.value })} />
      <div>
      <div className="pair">
        <SelectField
          field={`${side}.security`}
          label="Security"
          value={value.security}
          error={errors[`${side}.security`]}
          onChange={(e) => onChange({ security: e.target.value as Security })}
        >
          <option value="TLS">TLS</option>
          <option value="STARTTLS">STARTTLS</option>
          <option value="NONE">None</option>
        </SelectField>
        <TextField
          field={`${side}.port`}
          label="Port"
          value={value.port}
          error={errors[`${side}.port`]}
          placeholder={String(usualPort(value.security))}
          inputMode="numeric"
          onChange={(e) => onChange({ port: e.target.value })}
        />
      </div>
      {value.security === 'NONE' && <p className="notice tone-warn open-line">The password and all mail cross the network readable. Use this only inside a network you trust.</p>}
      </div>
      <TextField field={`${side}.user`} label="User" value={value.user} error={errors[`${side}.user`]} placeholder="info@example.org" onChange={(e) => onChange({ user: e.target.value })} />
      <PasswordField field={`${side}.password`} label="Password" value={value.password} error={errors[`${side}.password`]} onChange={(e) => onChange({ password: e.target.value })} />
      <CheckField
        field={`${side}.verifyCertificate`}
        label="The server’s certificate must be valid"
        checked={value.verifyCertificate || value.security === 'NONE'}
        disabled={value.security === 'NONE'}
        onChange={(e) => onChange({ verifyCertificate: e.target.checked })}
      />
      <div className="side-check">
        <button type="button" onClick={() => void check()} disabled={result?.busy}>
          {result?.busy ? 'Checking…' : `Check ${side}`}
        </button>
        <div className="check-result" role="status">
          {result?.checked?.ok && (
            <p className="tone-good">
              <strong>Signed in.</strong> {found(result.checked)}
            </p>
          )}
          {result?.checked && !result.checked.ok && <p className="tone-bad">{result.checked.error ?? 'Signing in did not work.'}</p>}
          {result?.problem && <p className="tone-bad">{result.problem}</p>}
        </div>
      </div>
    </section>
  );
}

function found({ messages, folders, bytes }: Checked): string {
  const parts = [
    messages != null ? plural(messages, 'message') : null,
    folders != null ? `in ${plural(folders, 'folder')}` : null,
    bytes != null ? `(${size(bytes)})` : null,
  ].filter(Boolean);
  return parts.length > 0 ? `${parts.join(' ')}.` : '';
}
