import { Button, PasswordInput, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import type { FormEvent } from 'react';
import type { CodeOptions, OwnPassword } from '#api/contract/passwords.ts';
import { act } from '../../lib/api.ts';
import { useNow } from '../../lib/clock.ts';
import { distanceText } from '../../lib/moments.ts';
import { renew, useRead } from '../../lib/queries.ts';
import { signedWhereNeeded } from '../../lib/step-up.ts';
import { currentLanguage, useWords } from '../../lib/words.ts';
import { Loaded } from '../../ui/loaded.tsx';
import { Refused } from '../../ui/refused.tsx';
import { AccountButton } from './account-parts.tsx';

const path = '/users/me/password';
const anew = () => renew(path);

/** A password with the codes of an app, for whoever cannot use a passkey. */
export function Password() {
  const t = useWords('account');
  const query = useRead<OwnPassword>(path);
  const begin = useMutation({
    mutationFn: () => signedWhereNeeded(() => act<CodeOptions>('POST', `${path}/options`)),
  });
  const set = useMutation({
    mutationFn: (it: { password: string; code: string }) =>
      signedWhereNeeded(() => act('PUT', path, it)),
    onSuccess: async () => {
      begin.reset();
      await anew();
    },
  });
  const remove = useMutation({
    mutationFn: () => signedWhereNeeded(() => act('DELETE', path)),
    onSuccess: anew,
  });
  const error = begin.error ?? set.error ?? remove.error;
  return (
    <section className="card" aria-labelledby="password">
      <h2 id="password">{t('password')}</h2>
      <p>{t('passwordAbout')}</p>
      <Refused error={error} />
      <Loaded query={query}>
        {({ setAt }) =>
          begin.data ? (
            <NewPassword
              asked={begin.data}
              isBusy={set.isPending}
              onSet={(password, code) => set.mutate({ password, code })}
            />
          ) : (
            <Present
              setAt={setAt}
              isBusy={begin.isPending}
              onBegin={() => begin.mutate()}
              onRemove={() => remove.mutate()}
            />
          )
        }
      </Loaded>
    </section>
  );
}

function Present({
  setAt,
  isBusy,
  onBegin,
  onRemove,
}: {
  setAt: string | null;
  isBusy: boolean;
  onBegin: () => void;
  onRemove: () => void;
}) {
  const t = useWords('account');
  const now = useNow();
  return (
    <ul>
      <li>
        <span>
          {setAt
            ? t('passwordSet', { when: distanceText(setAt, currentLanguage(), now) })
            : t('noPassword')}
        </span>
        <span>
          <AccountButton label={t('setPassword')} isBusy={isBusy} onPress={onBegin}>
            {t('setPassword')}
          </AccountButton>{' '}
          {setAt && (
            <AccountButton label={t('removePassword')} onPress={onRemove}>
              {t('remove')}
            </AccountButton>
          )}
        </span>
      </li>
    </ul>
  );
}

function NewPassword({
  asked,
  isBusy,
  onSet,
}: {
  asked: CodeOptions;
  isBusy: boolean;
  onSet: (password: string, code: string) => void;
}) {
  const t = useWords('account');
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const it = new FormData(event.currentTarget);
    const code = String(it.get('code') ?? '').replaceAll(' ', '');
    onSet(String(it.get('password') ?? ''), code);
  };
  return (
    <>
      <p>{t('enterSecret')}</p>
      <span className="account-secret">{asked.secret}</span>
      <a href={asked.uri}>{t('openApp')}</a>
      <form noValidate onSubmit={submit}>
        <PasswordInput
          name="password"
          label={t('newPassword')}
          description={t('newPasswordAbout')}
          autoComplete="new-password"
          visibilityToggleButtonProps={{ 'aria-label': t('showPassword') }}
        />
        <TextInput name="code" label={t('code')} inputMode="numeric" autoComplete="one-time-code" />
        <Button type="submit" size="sm" loading={isBusy}>
          {t('setPassword')}
        </Button>
      </form>
    </>
  );
}
