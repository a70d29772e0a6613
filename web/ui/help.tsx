import { Kbd, Modal } from '@mantine/core';
import { useSession } from '../lib/session.ts';
import { addWords, useWords } from '../lib/words.ts';
import de from '../words/de/keys.json' with { type: 'json' };
import en from '../words/en/keys.json' with { type: 'json' };
import { nameOf, waysFor } from './ways.ts';

addWords('keys', { en, de });

const everywhere = ['Ctrl K', '/', '?', 'n', '['] as const;
const lists = ['j', 'k', 'Enter', 'Space', 'x', 'Shift x', 'e'] as const;
const departure = ['1 – 6', 'r', 'p', '.'] as const;

/** Keys of single pages, by the beginning of their addresses; the overview has the shortest. */
const ofPages: Readonly<Record<string, readonly string[]>> = {
  '/tasks': ['d', 'u'],
  '/audit': ['v', 'e'],
};
const ofOverview = ['f'] as const;

function keysHere(path: string): readonly string[] {
  if (path === '/') return ofOverview;
  return Object.entries(ofPages).find(([begin]) => path.startsWith(begin))?.[1] ?? [];
}

/** Which keys there are. */
export function Help({ onClose }: { onClose: () => void }) {
  const t = useWords('keys');
  const { rights } = useSession();
  const keys = (all: readonly string[]) => all.map((key) => [key, t(`does.${key}`)] as const);
  const { pathname } = window.location;
  const parts = {
    here: keys(keysHere(pathname).filter((it) => it !== 'f' || rights.includes('alert.read'))),
    everywhere: keys(everywhere.filter((it) => it !== 'n' || rights.includes('case.open'))),
    lists: keys(lists),
    departure: keys(departure),
    go: waysFor(rights).map(
      (it) => [`g ${it.key}`, t(`common:pages.${nameOf(it, rights)}`)] as const,
    ),
  };
  return (
    <Modal
      opened
      onClose={onClose}
      title={t('title')}
      closeButtonProps={{ 'aria-label': t('common:close') }}
    >
      {Object.entries(parts).map(
        ([part, rows]) =>
          rows.length > 0 && (
            <section key={part} className="keys">
              <h3>{t(part)}</h3>
              <dl>
                {rows.map(([key, does]) => (
                  <div key={key}>
                    <dt>
                      {key.split(' ').map((it) => (
                        <Kbd key={it}>{it}</Kbd>
                      ))}
                    </dt>
                    <dd>{does}</dd>
                  </div>
                ))}
              </dl>
            </section>
          ),
      )}
    </Modal>
  );
}
