import { Button, Menu } from '@mantine/core';
import { IconChevronDown } from '@tabler/icons-react';
import { useState } from 'react';
import type { Case } from '#api/contract/cases.ts';
import { useWords } from '../../lib/words.ts';
import { PackageDialog } from '../../ui/package-dialog.tsx';

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
      {isAsking && (
        <PackageDialog
          title={t('evidence.packTitle', { who: it.person.name })}
          path={`/cases/${it.id}/evidence`}
          onClose={() => setAsking(false)}
        />
      )}
    </>
  );
}
