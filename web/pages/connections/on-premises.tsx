import { Button, Checkbox, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import type { SettingsDocument } from '#api/contract/settings.ts';
import { ApiProblem } from '../../lib/api.ts';
import { useAct, useRead } from '../../lib/queries.ts';
import { useMay } from '../../lib/session.ts';
import { useWords } from '../../lib/words.ts';
import { Refused } from '../../ui/refused.tsx';

/** Names a system of one's own network, so that it may be called; nothing inside is called otherwise. */
export function OnPremises({ host, onNamed }: { host: string; onNamed: () => void }) {
  const t = useWords('connections');
  const may = useMay('settings.write');
  const settings = useRead<SettingsDocument>('/settings', {}, { enabled: may });
  const [, name = host, port = '443'] = /^(.*):(\d+)$/.exec(host) ?? [];
  const [network, setNetwork] = useState('');
  const [http, setHttp] = useState(false);
  const save = useAct<SettingsDocument['onPremises'] | { detail: string }>();
  if (!may) return <p className="part-about">{t('onPremisesAsk', { host })}</p>;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const target = { host: name.replace(/^\[|\]$/g, ''), port: Number(port), network, http };
    const targets = [...(settings.data?.onPremises.targets ?? []), target];
    save.mutate(
      { method: 'PATCH', path: '/settings/onPremises', body: { targets } },
      { onSuccess: (done) => !('detail' in done) && onNamed() },
    );
  };
  const problems = save.error instanceof ApiProblem ? save.error.fields : [];
  return (
    <form className="form group" noValidate onSubmit={submit}>
      <strong>{t('onPremises', { host })}</strong>
      <p className="group-about">{t('onPremisesAbout')}</p>
      <TextInput
        label={t('network')}
        description={t('networkAbout')}
        placeholder="10.20.0.0/16"
        value={network}
        error={problems.find((it) => it.at.endsWith('network'))?.problem}
        onChange={(event) => setNetwork(event.currentTarget.value.trim())}
      />
      <Checkbox
        label={t('withoutTls')}
        checked={http}
        onChange={(event) => setHttp(event.currentTarget.checked)}
      />
      {save.data && 'detail' in save.data && <p role="status">{t('onPremisesNoted')}</p>}
      <Refused error={save.error} others={problems.filter((it) => !it.at.endsWith('network'))} />
      <Button type="submit" loading={save.isPending} disabled={!settings.data}>
        {t('nameAndTest')}
      </Button>
    </form>
  );
}
