import { Button, Textarea, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import type { Protection, ProtectionPage } from '#api/contract/protections.ts';
import { useNow } from '../../lib/clock.ts';
import { useEverything } from '../../lib/everything.ts';
import { momentText } from '../../lib/moments.ts';
import { useAct } from '../../lib/queries.ts';
import { useMay, useSession } from '../../lib/session.ts';
import { currentLanguage, useWords } from '../../lib/words.ts';
import { Empty, Loaded } from '../../ui/loaded.tsx';
import { Refused } from '../../ui/refused.tsx';
import { Wide } from '../../ui/wide.tsx';

/** People about whom nothing weighty happens by the word of one. */
export function Protected() {
  const t = useWords('settings');
  const now = useNow();
  const { company } = useSession();
  const query = useEverything<ProtectionPage>('/protections');
  const may = useMay('protected.change');
  return (
    <>
      <Loaded query={query}>
        {(all) => {
          const open = all.filter((it) => it.liftedAt === null);
          if (open.length === 0) return <Empty>{t('protected.none')}</Empty>;
          return (
            <Wide label={t('part.protected.title')}>
              <table className="table">
                <thead>
                  <tr>
                    <th scope="col">{t('protected.person')}</th>
                    <th scope="col">{t('protected.setBy')}</th>
                    {may && <th scope="col">{t('protected.lift')}</th>}
                  </tr>
                </thead>
                <tbody>
                  {open.map((it) => (
                    <tr key={it.id}>
                      <td>
                        {it.person.name}
                        <span className="under">{it.person.personId}</span>
                      </td>
                      <td>
                        {it.setBy.name ?? it.setBy.id}
                        <span className="under">
                          {momentText(it.setAt, company.zone, currentLanguage(), now)}
                        </span>
                      </td>
                      {may && (
                        <td>
                          <Lift of={it} />
                        </td>
                      )}
                    </tr>
                  ))}
                </tbody>
              </table>
            </Wide>
          );
        }}
      </Loaded>
      {may && <Protect />}
    </>
  );
}

/** Takes two people, where there are two who may. */
function Lift({ of }: { of: Protection }) {
  const t = useWords('settings');
  const [reason, setReason] = useState('');
  const lift = useAct<{ detail: string }>();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    lift.mutate({
      method: 'POST',
      path: `/protections/${encodeURIComponent(of.id)}/lift`,
      body: { reason },
    });
  };
  return (
    <form noValidate className="in-row" onSubmit={submit}>
      {of.liftAskedBy && (
        <span className="under">
          {t('protected.askedBy', { name: of.liftAskedBy.name ?? of.liftAskedBy.id })}
        </span>
      )}
      <TextInput
        aria-label={t('protected.reasonFor', { name: of.person.name })}
        placeholder={t('protected.reason')}
        value={reason}
        onChange={(event) => setReason(event.currentTarget.value)}
      />
      <Button type="submit" variant="default" loading={lift.isPending} disabled={!reason.trim()}>
        {t('protected.lift')}
      </Button>
      <Refused error={lift.error} />
    </form>
  );
}

function Protect() {
  const t = useWords('settings');
  const [personId, setPersonId] = useState('');
  const [reason, setReason] = useState('');
  const protect = useAct<Protection>();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    protect.mutate(
      { method: 'POST', path: '/protections', body: { personId: personId.trim(), reason } },
      {
        onSuccess: () => {
          setPersonId('');
          setReason('');
        },
      },
    );
  };
  return (
    <form className="form protect" noValidate onSubmit={submit}>
      <h3>{t('protected.add')}</h3>
      <TextInput
        label={t('protected.number')}
        withAsterisk
        value={personId}
        onChange={(event) => setPersonId(event.currentTarget.value)}
      />
      <Textarea
        label={t('protected.reason')}
        description={t('protected.reasonAbout')}
        withAsterisk
        rows={2}
        value={reason}
        onChange={(event) => setReason(event.currentTarget.value)}
      />
      <Refused error={protect.error} />
      <div className="form-acts">
        <Button type="submit" loading={protect.isPending}>
          {t('protected.act')}
        </Button>
      </div>
    </form>
  );
}
