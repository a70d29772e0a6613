import { Button, Menu } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconChevronDown, IconDownload } from '@tabler/icons-react';
import { useState } from 'react';
import type { Case } from '#api/contract/cases.ts';
import type { EvidenceOrder } from '#api/contract/evidence.ts';
import { useAct, useRead } from '../../lib/queries.ts';
import { currentLanguage, useWords } from '../../lib/words.ts';
import { Ask } from '../../ui/ask.tsx';
import { Refused } from '../../ui/refused.tsx';

const letters = ['letter', 'duties', 'equipment'] as const;

/** What proves the departure, and what the person is given: made when it is asked for. */
export function Evidence({
  it,
  mayMake,
  mayWrite,
}: {
  it: Case;
  mayMake: boolean;
  mayWrite: boolean;
}) {
  const t = useWords('departure');
  const [isAsking, setAsking] = useState(false);
  const isLeaving =
    it.kind === 'departure' && it.direction === 'forward' && it.state !== 'cancelled';
  const documents = [
    ...(isLeaving && mayMake ? (['revocation'] as const) : []),
    ...(isLeaving && mayWrite ? letters : []),
  ];
  const isComplete = it.state === 'complete';
  if (documents.length === 0 && !mayMake) return null;
  return (
    <>
      <Menu position="bottom-end" withinPortal>
        <Menu.Target>
          <Button variant="default" rightSection={<IconChevronDown size={14} aria-hidden />}>
            {t('evidence.title')}
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          {mayMake && (
            <Menu.Item disabled={!isComplete} onClick={() => setAsking(true)}>
              {t('evidence.pack')}
              {!isComplete && <div className="aside">{t('evidence.whenComplete')}</div>}
            </Menu.Item>
          )}
          {documents.map((kind) => (
            <Menu.Item
              key={kind}
              component="a"
              href={`/api/v1/cases/${it.id}/documents/${kind}`}
              target="_blank"
              rel="noopener"
            >
              {t(`evidence.${kind}`)}
            </Menu.Item>
          ))}
        </Menu.Dropdown>
      </Menu>
      {isAsking && <Pack it={it} onClose={() => setAsking(false)} />}
    </>
  );
}

/** Orders the evidence pack, waits for it, and hands it out. */
function Pack({ it, onClose }: { it: Case; onClose: () => void }) {
  const t = useWords('departure');
  const ask = useAct<EvidenceOrder>();
  const id = ask.data?.id;
  const order = useRead<EvidenceOrder>(
    `/evidence/${id}`,
    {},
    { enabled: id !== undefined, refetchInterval: 1_000 },
  );
  const found = id === undefined || order.data?.id !== id ? ask.data : order.data;
  const take = () => {
    window.location.assign(`/api/v1/evidence/${id}/file`);
    notifications.show({
      message: t('evidence.taken'),
      closeButtonProps: { 'aria-label': t('common:close') },
    });
    onClose();
  };
  return (
    <Ask
      title={t('evidence.packTitle', { who: it.person.name })}
      effects={[t('evidence.packAbout')]}
      verb={t(found?.status === 'made' ? 'evidence.download' : 'evidence.make')}
      isBusy={ask.isPending || found?.status === 'waiting'}
      error={ask.error ?? order.error}
      onDo={() =>
        found?.status === 'made'
          ? take()
          : ask.mutate({
              method: 'POST',
              path: `/cases/${it.id}/evidence`,
              body: { language: currentLanguage() },
            })
      }
      onClose={onClose}
    >
      {found?.status === 'waiting' && <p role="status">{t('evidence.waiting')}</p>}
      {found?.status === 'failed' && <Refused error={new Error(found.because ?? '')} />}
      {found?.status === 'made' && (
        <p role="status">
          <IconDownload size={16} aria-hidden />{' '}
          {t(found.personalValues ? 'evidence.madePersonal' : 'evidence.made', {
            size: Math.ceil((found.size ?? 0) / 1_024),
          })}
        </p>
      )}
    </Ask>
  );
}
