// One side of a batch: what holds for lines of the file that leave it out.
import { useId } from 'react';
import type { Security } from '../gql/graphql';
import { CheckField, PasswordField, SelectField, TextField } from '../new-job/fields';
import { type Errors, usualPort } from '../new-job/form';
import { providers } from '../new-job/providers';
import type { SideDefaults } from './settings';

interface Props {
  side: 'source' | 'destination';
  value: SideDefaults;
  errors: Errors;
  onChange: (change: Partial<SideDefaults>) => void;
}

export function SideDefaultsFields({ side, value, errors, onChange }: Props) {
  const title = useId();
  const provider = providers.find((p) => p.host === value.host.trim().toLowerCase());
  const source = side === 'source';
  return (
    <section className="side-card" aria-labelledby={title}>
      <h3 id={title}>
        {source ? 'Source' : 'Destination'}
        <span className="minor">{source ? 'Messages are read here; nothing is changed.' : 'Messages are added here; nothing is deleted.'}</span>
      </h3>
      <SelectField
        field={`${side}.provider`}
        label="Provider"
        value={provider?.id ?? ''}
        hint={provider?.hint ?? 'Fills in host, port and security.'}
        onChange={(e) => {
          const chosen = providers.find((p) => p.id === e.target.value);
          if (chosen) onChange({ host: chosen.host, port: '', security: chosen.security, verifyCertificate: true });
          else onChange({ host: '', port: '', security: 'TLS' });
        }}
      >
        <option value="">As the file says, or another provider</option>
        {providers.map((p) => (
          <option key={p.id} value={p.id}>
            {p.name}
          </option>
        ))}
      </SelectField>
      <TextField
        field={`${side}.host`}
        label="Host"
        value={value.host}
        error={errors[`${side}.host`]}
        hint="For lines that name none, as in the fields below."
        inputMode="url"
        onChange={(e) => onChange({ host: e.target.value })}
      />
      <div>
        <div className="pair">
          <SelectField field={`${side}.security`} label="Security" value={value.security} error={errors[`${side}.security`]} onChange={(e) => onChange({ security: e.target.value as Security })}>
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
        {value.security === 'NONE' && <p className="notice tone-warn open-line">Passwords and all mail cross the network readable. Use this only inside a network you trust.</p>}
      </div>
      <PasswordField
        field={`${side}.password`}
        label="Password"
        value={value.password}
        error={errors[`${side}.password`]}
        hint="Where all mailboxes have the same. Else leave it empty, and have it in the file."
        onChange={(e) => onChange({ password: e.target.value })}
      />
      <CheckField
        field={`${side}.verifyCertificate`}
        label="The server’s certificate must be valid"
        checked={value.verifyCertificate || value.security === 'NONE'}
        disabled={value.security === 'NONE'}
        onChange={(e) => onChange({ verifyCertificate: e.target.checked })}
      />
    </section>
  );
}
