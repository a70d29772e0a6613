import { Button, Menu } from '@mantine/core';
import { IconChevronDown } from '@tabler/icons-react';
import { lazy, Suspense, useState } from 'react';
import type { Case } from '#api/contract/cases.ts';
import { endStates } from '#core/case.ts';
import { useMay } from '../../lib/session.ts';
import { useShortcuts } from '../../lib/shortcuts.ts';
import { useWords } from '../../lib/words.ts';
import type { CaseActName } from './case-act-parts.tsx';
import { Evidence } from './evidence.tsx';

const CaseAct = lazy(() => import('./case-act.tsx').then((it) => ({ default: it.CaseAct })));

/** What the viewer may do about the whole departure; each opens a dialog that says what it does. */
export function CaseActs({ it }: { it: Case }) {
  const t = useWords('departure');
  const [asking, setAsking] = useState<CaseActName | null>(null);
  const [isOpen, setOpen] = useState(false);
  const acts = actsOf(it);
  const [first, ...more] = acts;
  useShortcuts({
    p: () => acts.includes('pause') && setAsking('pause'),
    '.': () => setOpen(more.length > 0),
  });
  return (
    <>
      {first && (
        <Button
          variant={goesOn.includes(first) ? 'filled' : 'default'}
          onClick={() => setAsking(first)}
        >
          {t(`caseAct.${first}`)}
        </Button>
      )}
      {more.length > 0 && (
        <Menu opened={isOpen} onChange={setOpen} position="bottom-end" withinPortal>
          <Menu.Target>
            <Button variant="default" rightSection={<IconChevronDown size={14} aria-hidden />}>
              {t('more')}
            </Button>
          </Menu.Target>
          <Menu.Dropdown>
            {more.map((name) => (
              <Menu.Item
                key={name}
                onClick={() => setAsking(name)}
                {...(name === 'cut-now' || name === 'cancel' ? { className: 'grave-item' } : {})}
              >
                {t(`caseAct.${name}`)}
              </Menu.Item>
            ))}
          </Menu.Dropdown>
        </Menu>
      )}
      <Evidence it={it} mayMake={useMay('evidence.make')} mayWrite={useMay('document.read')} />
      {asking && (
        <Suspense>
          <CaseAct act={asking} it={it} onClose={() => setAsking(null)} />
        </Suspense>
      )}
    </>
  );
}

/** What lets the departure go on: where it is offered, it is what people come for. */
const goesOn: readonly CaseActName[] = ['release', 'bring-back', 'resume'];

/** What the server offers, in the order in which people look for it; `change` is several things. */
function actsOf(it: Case): readonly CaseActName[] {
  const may = (name: Case['actions'][number]) => it.actions.includes(name);
  const isLeaving = it.kind === 'departure' && it.direction === 'forward';
  const mayChange = may('change') && !endStates.includes(it.state);
  return [
    ...(may('release') ? (['release'] as const) : []),
    ...(may('bring-back') ? (['bring-back'] as const) : []),
    ...(may('resume') ? (['resume'] as const) : []),
    ...(may('pause') ? (['pause'] as const) : []),
    ...(mayChange ? (['change-dates'] as const) : []),
    ...(mayChange && isLeaving ? (['successor'] as const) : []),
    ...(mayChange && isLeaving && !it.urgent && it.accessRemovedAt === null
      ? (['cut-now'] as const)
      : []),
    ...(may('cancel') ? (['cancel'] as const) : []),
  ];
}
