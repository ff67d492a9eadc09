// Fields with their labels, hints and errors tied together.
import { type InputHTMLAttributes, type ReactNode, type SelectHTMLAttributes, type TextareaHTMLAttributes, useState } from 'react';

interface Common {
  /** Name of the field as the API has it; also its id. */
  field: string;
  label: ReactNode;
  hint?: ReactNode;
  error?: string | undefined;
}

function describe({ field, hint, error }: Common) {
  const ids = [error && `${field}-error`, hint && `${field}-hint`].filter(Boolean).join(' ');
  return { id: field, 'aria-invalid': error ? true : undefined, 'aria-describedby': ids || undefined } as const;
}

function Wrap({ field, label, hint, error, children, className = '' }: Common & { children: ReactNode; className?: string }) {
  return (
    <div className={`field ${className}${error ? ' invalid' : ''}`}>
      <label htmlFor={field}>{label}</label>
      {children}
      {error && (
        <p className="error" id={`${field}-error`}>
          {error}
        </p>
      )}
      {hint && (
        <p className="hint" id={`${field}-hint`}>
          {hint}
        </p>
      )}
    </div>
  );
}

export function TextField({ field, label, hint, error, className, ...rest }: Common & InputHTMLAttributes<HTMLInputElement>) {
  const common = { field, label, hint, error };
  return (
    <Wrap {...common} className={className ?? ''}>
      <input type="text" autoComplete="off" autoCapitalize="none" spellCheck={false} {...describe(common)} {...rest} />
    </Wrap>
  );
}

export function PasswordField({ field, label, hint, error, ...rest }: Common & InputHTMLAttributes<HTMLInputElement>) {
  const [shown, setShown] = useState(false);
  const common = { field, label, hint, error };
  return (
    <Wrap {...common}>
      <div className="with-button">
        <input type={shown ? 'text' : 'password'} autoComplete="new-password" autoCapitalize="none" spellCheck={false} {...describe(common)} {...rest} />
        <button type="button" aria-pressed={shown} aria-label={`Show ${String(label).toLowerCase()}`} onClick={() => setShown(!shown)}>
          {shown ? 'Hide' : 'Show'}
        </button>
      </div>
    </Wrap>
  );
}

export function SelectField({ field, label, hint, error, className, children, ...rest }: Common & SelectHTMLAttributes<HTMLSelectElement>) {
  const common = { field, label, hint, error };
  return (
    <Wrap {...common} className={className ?? ''}>
      <select {...describe(common)} {...rest}>
        {children}
      </select>
    </Wrap>
  );
}

export function AreaField({ field, label, hint, error, ...rest }: Common & TextareaHTMLAttributes<HTMLTextAreaElement>) {
  const common = { field, label, hint, error };
  return (
    <Wrap {...common}>
      <textarea rows={3} spellCheck={false} {...describe(common)} {...rest} />
    </Wrap>
  );
}

export function CheckField({ field, label, hint, error, ...rest }: Common & InputHTMLAttributes<HTMLInputElement>) {
  return (
    <div className="field-check">
      <input type="checkbox" {...describe({ field, label, hint, error })} {...rest} />
      <label htmlFor={field}>{label}</label>
      {error && (
        <p className="error" id={`${field}-error`}>
          {error}
        </p>
      )}
      {hint && (
        <p className="hint" id={`${field}-hint`}>
          {hint}
        </p>
      )}
    </div>
  );
}
