import { Alert, Button, PasswordInput, TextInput } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { type FormEvent, type ReactNode, useRef } from 'react';
import type { SignatureAsked } from '#api/contract/passkeys.ts';
import type { SignInWays, SingleSignOnWay } from '#api/contract/single-sign-on.ts';
import { ApiProblem, noConnection, readSignIn, signIn } from '../../lib/api.ts';
import { hasPasskeys, signWithPasskey } from '../../lib/passkey.ts';
import { addWords, useWords } from '../../lib/words.ts';
import { Doorstep } from '../../ui/doorstep.tsx';
import de from '../../words/de/sign-in.json' with { type: 'json' };
import en from '../../words/en/sign-in.json' with { type: 'json' };
import { destination } from './destination.ts';

addWords('sign-in', { en, de });
const route = getRouteApi('/sign-in');

/** Signs somebody in: by the company's sign-in, with a passkey, or with a password and a code. */
export function SignInPage() {
  const t = useWords('sign-in');
  const { to, problem } = route.useSearch();
  const ways = useQuery({
    queryKey: ['/sign-in/ways'],
    queryFn: () => readSignIn<SignInWays>('/ways'),
  });
  const enter = () => window.location.replace(destination(to, window.location.origin));
  const passkey = useMutation({ mutationFn: withPasskey, onSuccess: enter });
  return (
    <Doorstep title={t('title')}>
      {problem !== undefined && <ByCompanyRefused problem={problem} />}
      {passkey.isError && <Refused error={passkey.error} />}
      {ways.data?.singleSignOn && <ByCompany to={to} />}
      {hasPasskeys() ? (
        <Button
          size="md"
          fullWidth
          loading={passkey.isPending || passkey.isSuccess}
          onClick={() => passkey.mutate()}
        >
          {t('withPasskey')}
        </Button>
      ) : (
        <p>{t('noPasskeysHere')}</p>
      )}
      <details className="doorstep-other">
        <summary>{t('withPassword')}</summary>
        <PasswordForm onSignedIn={enter} />
      </details>
      <p className="doorstep-help">{t('noWayIn')}</p>
    </Doorstep>
  );
}

/** Goes to the identity provider of the company, which sends the browser back. */
function ByCompany({ to }: { to: string | undefined }) {
  const t = useWords('sign-in');
  const begin = useMutation({
    mutationFn: () =>
      signIn<SingleSignOnWay>('/oidc/start', { to: destination(to, window.location.origin) }),
    onSuccess: ({ url }) => window.location.assign(url),
  });
  return (
    <>
      {begin.isError && <Refused error={begin.error} />}
      <Button
        size="md"
        fullWidth
        mb="sm"
        variant="default"
        loading={begin.isPending || begin.isSuccess}
        onClick={() => begin.mutate()}
      >
        {t('byCompany')}
      </Button>
    </>
  );
}

function ByCompanyRefused({ problem }: { problem: string }) {
  const t = useWords('sign-in');
  return (
    <Alert role="alert" color="var(--attention)" variant="outline" mb="md">
      {t([`refused.${problem}`, 'refused.not-possible'])}
    </Alert>
  );
}

async function withPasskey(): Promise<void> {
  const asked = await signIn<SignatureAsked>('/passkey/options', {});
  const assertion = await signWithPasskey(asked);
  if (assertion === null) throw new TurnedAway();
  await signIn('/passkey', { assertion });
}

/** They closed what the browser showed, or have no passkey here; the browser does not say which. */
class TurnedAway extends Error {}

function PasswordForm({ onSignedIn }: { onSignedIn: () => void }) {
  const t = useWords('sign-in');
  const form = useRef<HTMLFormElement>(null);
  const attempt = useMutation({
    mutationFn: (it: Readonly<Record<string, string>>) => signIn('/password', it),
    onSuccess: onSignedIn,
    // A code counts once, so whoever tries again needs the next one.
    onError: () => form.current?.querySelector<HTMLInputElement>('[name="code"]')?.select(),
  });
  const problems =
    attempt.error instanceof ApiProblem
      ? new Map(attempt.error.fields.map(({ at, problem }) => [at, problem]))
      : new Map<string, string>();
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const it = new FormData(event.currentTarget);
    const text = (name: string) => String(it.get(name) ?? '').trim();
    attempt.mutate({
      email: text('email'),
      password: String(it.get('password') ?? ''),
      code: text('code').replaceAll(' ', ''),
    });
  };
  return (
    <form ref={form} noValidate onSubmit={submit}>
      {attempt.isError && problems.size === 0 && <Refused error={attempt.error} />}
      <TextInput
        name="email"
        type="email"
        label={t('email')}
        autoComplete="username"
        error={problems.get('email')}
      />
      <PasswordInput
        name="password"
        label={t('password')}
        autoComplete="current-password"
        error={problems.get('password')}
        visibilityToggleButtonProps={{ 'aria-label': t('showPassword') }}
      />
      <TextInput
        name="code"
        label={t('code')}
        description={t('codeAbout')}
        inputMode="numeric"
        autoComplete="one-time-code"
        error={problems.get('code')}
      />
      <Button
        type="submit"
        variant="default"
        size="sm"
        fullWidth
        loading={attempt.isPending || attempt.isSuccess}
      >
        {t('claim')}
      </Button>
    </form>
  );
}

function Refused({ error }: { error: unknown }): ReactNode {
  const t = useWords('sign-in');
  const said = () => {
    if (error instanceof TurnedAway) return t('turnedAway');
    if (!(error instanceof ApiProblem)) return t('browserFailed');
    return error.kind === noConnection ? t('common:noConnection') : error.message;
  };
  return (
    <Alert role="alert" color="var(--attention)" variant="outline" mb="md">
      {said()}
    </Alert>
  );
}
