import '@mantine/spotlight/styles.css';
import { useDebouncedValue } from '@mantine/hooks';
import { createSpotlight, Spotlight } from '@mantine/spotlight';
import { IconDoorExit, IconMask, IconSearch, IconUser } from '@tabler/icons-react';
import { type ReactNode, useEffect, useMemo, useState } from 'react';
import type { CasePage } from '#api/contract/cases.ts';
import type { PersonPage } from '#api/contract/people.ts';
import { address } from '../lib/api.ts';
import { useRead } from '../lib/queries.ts';
import { useSession } from '../lib/session.ts';
import { addWords, useWords } from '../lib/words.ts';
import de from '../words/de/palette.json' with { type: 'json' };
import en from '../words/en/palette.json' with { type: 'json' };
import { useGo } from './go.tsx';
import { caseLooks } from './standing.tsx';
import { nameOf, waysFor } from './ways.ts';

addWords('palette', { en, de });

const [store, spotlight] = createSpotlight();
const shortestText = 2;
const mostOfEach = 5;

interface Action {
  readonly key: string;
  readonly label: string;
  readonly says: string;
  readonly icon: ReactNode;
  readonly to: string;
}

/** Finds people, departures and pages by typing; Enter goes there, Escape back to where one was. */
export function Palette({ onClose }: { onClose: () => void }) {
  const t = useWords('palette');
  const go = useGo();
  const [text, setText] = useState('');
  const groups = useActions(text);
  useEffect(() => spotlight.open(), []);
  return (
    <Spotlight.Root
      store={store}
      shortcut={null}
      query={text}
      onQueryChange={setText}
      onSpotlightClose={onClose}
      clearQueryOnClose={false}
      transitionProps={{ duration: 0 }}
      // To blur a page whose clocks tick takes seconds where no graphics card helps.
      overlayProps={{ backgroundOpacity: 0.5, blur: 0 }}
      scrollable
      maxHeight={420}
      title={t('common:find')}
      classNames={{ header: 'hidden-words' }}
    >
      <Spotlight.Search
        aria-label={t('common:find')}
        placeholder={t('common:find')}
        leftSection={<IconSearch size={18} aria-hidden />}
        onKeyDown={({ key, nativeEvent }) => {
          // What came after the last letter is not chosen yet: the first of it is meant.
          const isChosen = document.querySelector('.mantine-Spotlight-action[data-selected]');
          const [first] = groups[0]?.actions ?? [];
          if (key !== 'Enter' || nativeEvent.isComposing || isChosen || !first) return;
          spotlight.close();
          go(first.to);
        }}
      />
      <Spotlight.ActionsList>
        {groups.map(({ name, actions }) => (
          <Spotlight.ActionsGroup key={name} label={t(name)}>
            {actions.map(({ key, label, says, icon, to }) => (
              <Spotlight.Action
                key={key}
                label={label}
                description={says}
                leftSection={icon}
                onClick={() => go(to)}
              />
            ))}
          </Spotlight.ActionsGroup>
        ))}
        {groups.length === 0 && <Spotlight.Empty>{t('nothing')}</Spotlight.Empty>}
      </Spotlight.ActionsList>
    </Spotlight.Root>
  );
}

/** What fits the text, in its groups; those without any are left out. */
function useActions(text: string) {
  const t = useWords('palette');
  const { rights } = useSession();
  const [settled] = useDebouncedValue(text.trim(), 120);
  const isLong = settled.length >= shortestText;
  const query = { text: settled, limit: mostOfEach };
  const cases = useRead<CasePage>('/cases', query, {
    enabled: isLong && rights.includes('case.read'),
  });
  const people = useRead<PersonPage>('/people', query, {
    enabled: isLong && rights.includes('people.read'),
  });
  const pages = useMemo(() => {
    const wanted = text.trim().toLocaleLowerCase();
    return waysFor(rights).flatMap((it): Action[] => {
      const label = t(`common:pages.${nameOf(it, rights)}`);
      if (!label.toLocaleLowerCase().includes(wanted)) return [];
      return [
        {
          key: it.to,
          label,
          says: `g ${it.key}`,
          icon: <it.icon size={18} aria-hidden />,
          to: it.to,
        },
      ];
    });
  }, [text, rights, t]);
  const found = isLong ? (cases.data?.items ?? []) : [];
  return [
    {
      name: 'departures',
      actions: found.map((it): Action => {
        const { icon: Icon } = caseLooks[it.state];
        return {
          key: it.id,
          label: it.person.name,
          says: `${t(`kinds.${it.kind}`)} · ${t(`common:caseStates.${it.state}`)}`,
          icon: <Icon size={18} aria-hidden />,
          to: `/${it.kind === 'departure' ? 'departures' : 'arrivals'}/${it.id}`,
        };
      }),
    },
    {
      name: 'people',
      actions: (isLong ? (people.data?.items ?? []) : []).flatMap((it): readonly Action[] => [
        {
          key: it.id,
          label: it.name,
          says: [it.title, it.department, it.email].filter((said) => said).join(' · '),
          icon: <IconUser size={18} aria-hidden />,
          to: `/people/${it.id}`,
        },
        ...(rights.includes('case.open')
          ? [
              {
                key: `${it.id} request`,
                label: t('request', { name: it.name }),
                says: '',
                icon: <IconDoorExit size={18} aria-hidden />,
                to: address('/request', { person: it.personId }),
              },
            ]
          : []),
        ...(rights.includes('plan.preview')
          ? [
              {
                key: `${it.id} rehearse`,
                label: t('rehearse', { name: it.name }),
                says: t('rehearseAbout'),
                icon: <IconMask size={18} aria-hidden />,
                to: `/people/${it.id}?rehearse=true`,
              },
            ]
          : []),
      ]),
    },
    { name: 'pages', actions: pages },
  ].filter(({ actions }) => actions.length > 0);
}
