import { type FormEvent, useEffect, useRef, useState, useSyncExternalStore } from 'react';
import { hangUp, request, signIn } from '../api/client';
import { server, setToken, signedOutBecause } from '../api/session';
import { RunnerStateDocument } from '../gql/graphql';
import { PasswordField } from '../new-job/fields';
import { download } from '../ui/download';
import { Mark } from '../ui/icons';
import { navigate, useQueryString } from '../ui/router';
import { useTitle } from '../ui/title';
import { afterSignIn, ofServer } from './next';

export function LoginPage() {
  const heading = useTitle('Sign in');
  const because = useSyncExternalStore(signedOutBecause.watch, signedOutBecause.get);
  const query = useQueryString();
  const [withToken, setWithToken] = useState(false);
  const [secret, setSecret] = useState('');
  const [problem, setProblem] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const form = useRef<HTMLFormElement>(null);

  useEffect(() => form.current?.querySelector('input')?.focus(), [withToken]);

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (secret.trim() === '') {
      setProblem(withToken ? 'Enter an API token.' : 'Enter the administrator’s password.');
      return;
    }
    setBusy(true);
    let failure = null;
    if (withToken) {
      setToken(secret.trim());
      failure = (await request(RunnerStateDocument, {})).failure ?? null;
      if (failure) setToken(null);
      if (failure?.code === 'UNAUTHENTICATED') failure = { ...failure, message: 'That token is not right.' };
    } else {
      failure = await signIn(secret);
    }
    setBusy(false);
    if (failure) {
      setProblem(failure.message);
      form.current?.querySelector('input')?.select();
      return;
    }
    hangUp();
    signedOutBecause.set(null);
    const to = afterSignIn(query, location.hash, location.origin);
    const kind = ofServer(to);
    if (kind === 'page') location.assign(server + to);
    else navigate(kind === 'file' ? '/' : to, { replace: true });
    if (kind === 'file') void download(to, 'download');
  };

  return (
    <main id="main" className="login">
      <form ref={form} noValidate onSubmit={(e) => void submit(e)} className="login-card">
        <div className="login-mark">
          <Mark size={40} />
          <span>Mailferry</span>
        </div>
        <h1 ref={heading} tabIndex={-1}>
          Sign in
        </h1>
        {because && (
          <p className="notice tone-busy" role="status">
            {because}
          </p>
        )}
        {withToken ? (
          <PasswordField key="token" field="token" label="API token" value={secret} error={problem ?? undefined} hint="Kept until this tab is closed." onChange={(e) => setSecret(e.target.value)} />
        ) : (
          <>
            <input type="text" name="username" autoComplete="username" value="administrator" readOnly hidden />
            <PasswordField
              key="password"
              field="password"
              label="Password"
              autoComplete="current-password"
              value={secret}
              error={problem ?? undefined}
              hint="The server prints one when it starts for the first time."
              onChange={(e) => setSecret(e.target.value)}
            />
          </>
        )}
        <button type="submit" className="primary large" disabled={busy}>
          {busy ? 'Signing in…' : 'Sign in'}
        </button>
        <button
          type="button"
          className="plain"
          onClick={() => {
            setWithToken(!withToken);
            setSecret('');
            setProblem(null);
          }}
        >
          {withToken ? 'Use the password instead' : 'Use an API token instead'}
        </button>
      </form>
    </main>
  );
}
