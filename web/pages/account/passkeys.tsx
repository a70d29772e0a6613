import { Button, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import type { PasskeyOptions, PasskeyPage } from '#api/contract/passkeys.ts';
import { act } from '../../lib/api.ts';
import { useNow } from '../../lib/clock.ts';
import { distanceText } from '../../lib/moments.ts';
import { NotSigned } from '../../lib/not-signed.ts';
import { hasPasskeys, makePasskey, signWithPasskey } from '../../lib/passkey.ts';
import { renew, useRead } from '../../lib/queries.ts';
import { currentLanguage, useWords } from '../../lib/words.ts';
import { Loaded } from '../../ui/loaded.tsx';
import { Refused } from '../../ui/refused.tsx';
import { AccountButton } from './account-parts.tsx';

const path = '/users/me/passkeys';
const anew = () => renew(path);

/** Passkeys of the viewer: they sign in and sign approvals. */
export function Passkeys() {
  const t = useWords('account');
  const now = useNow();
  const query = useRead<PasskeyPage>(path);
  const add = useMutation({ mutationFn: addPasskey, onSuccess: anew });
  const remove = useMutation({ mutationFn: removePasskey, onSuccess: anew });
  const when = (at: string) => distanceText(at, currentLanguage(), now);
  return (
    <section className="card" aria-labelledby="passkeys">
      <h2 id="passkeys">{t('passkeys')}</h2>
      <p>{t('passkeysAbout')}</p>
      <Refused error={add.error} />
      <Refused error={remove.error} />
      <Loaded query={query}>
        {({ items }) => (
          <ul>
            {items.map(({ id, name, registeredAt, lastUsedAt }) => (
              <li key={id}>
                <span>
                  {name}
                  <small>
                    {lastUsedAt
                      ? t('used', { when: when(lastUsedAt) })
                      : t('registered', { when: when(registeredAt) })}
                  </small>
                </span>
                <AccountButton
                  label={t('removePasskey', { name })}
                  isBusy={remove.isPending && remove.variables === id}
                  onPress={() => remove.mutate(id)}
                >
                  {t('remove')}
                </AccountButton>
              </li>
            ))}
          </ul>
        )}
      </Loaded>
      {hasPasskeys() ? (
        <NewPasskey isBusy={add.isPending} onAdd={(name) => add.mutate(name)} />
      ) : (
        <p>{t('noPasskeysHere')}</p>
      )}
    </section>
  );
}

function NewPasskey({ isBusy, onAdd }: { isBusy: boolean; onAdd: (name: string) => void }) {
  const t = useWords('account');
  const [name, setName] = useState('');
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onAdd(name.trim() || t('someDevice'));
    setName('');
  };
  return (
    <form noValidate onSubmit={submit}>
      <TextInput
        label={t('passkeyName')}
        placeholder={t('someDevice')}
        value={name}
        maxLength={100}
        onChange={(event) => setName(event.currentTarget.value)}
      />
      <Button type="submit" size="sm" loading={isBusy}>
        {t('addPasskey')}
      </Button>
    </form>
  );
}

async function addPasskey(name: string): Promise<void> {
  const { creation, confirmation: wanted } = await act<PasskeyOptions>('POST', `${path}/options`);
  const confirmation = wanted && (await signWithPasskey(wanted));
  if (wanted && !confirmation) throw new NotSigned();
  const attestation = await makePasskey(creation);
  if (!attestation) throw new NotSigned();
  await act('POST', path, { name, attestation, ...(confirmation ? { confirmation } : {}) });
}

async function removePasskey(id: string): Promise<void> {
  const { confirmation: wanted } = await act<PasskeyOptions>('POST', `${path}/options`);
  const confirmation = wanted && (await signWithPasskey(wanted));
  if (!confirmation) throw new NotSigned();
  await act('POST', `${path}/${encodeURIComponent(id)}/remove`, { confirmation });
}
