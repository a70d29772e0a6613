import { Kbd, Modal } from '@mantine/core';
import type { Right } from '#core/user.ts';
import { useSession } from '../lib/session.ts';
import { addWords, useWords } from '../lib/words.ts';
import de from '../words/de/keys.json' with { type: 'json' };
import en from '../words/en/keys.json' with { type: 'json' };
import { nameOf, waysFor } from './ways.ts';

addWords('keys', { en, de });

const everywhere = ['Ctrl K', '/', '?', 'n', '['] as const;
const lists = ['j', 'k', 'Enter', 'Space', 'x', 'Shift x', 'e'] as const;
const departure = ['1 – 6', 'r', 'p', '.'] as const;

interface KeyHere {
  readonly key: string;
  /** Under which word it says what it does; left out: under its own. */
  readonly word?: string;
  /** Left out: it works for everybody who sees the page. */
  readonly right?: Right;
}

/** Keys of single pages, by their addresses. */
const ofPages: readonly (readonly [address: RegExp, keys: readonly KeyHere[]])[] = [
  [/^\/$/, [{ key: 'f', right: 'alert.read' }]],
  [/^\/tasks/, [{ key: 'd' }, { key: 'u' }]],
  [/^\/auditors/, [{ key: 's', word: 'sample' }]],
  [/^\/audit/, [{ key: 'v' }, { key: 'e' }]],
  [/^\/people\/./, [{ key: 'h', right: 'plan.preview' }]],
  [/^\/playbooks$/, [{ key: 'n', word: 'newPlaybook', right: 'playbook.write' }]],
  [
    /^\/playbooks\/.+\/draft$/,
    [
      { key: 'a' },
      { key: 'm' },
      { key: 's', word: 'tryOut', right: 'plan.preview' },
      { key: 'Ctrl z' },
      { key: 'Ctrl Shift z' },
    ],
  ],
];

const keysHere = (path: string): readonly KeyHere[] =>
  ofPages.find(([address]) => address.test(path))?.[1] ?? [];

/** Which keys there are. */
export function Help({ onClose }: { onClose: () => void }) {
  const t = useWords('keys');
  const { rights } = useSession();
  const keys = (all: readonly string[]) => all.map((key) => [key, t(`does.${key}`)] as const);
  const { pathname } = window.location;
  const parts = {
    here: keysHere(pathname)
      .filter(({ right }) => right === undefined || rights.includes(right))
      .map(({ key, word = key }) => [key, t(`does.${word}`)] as const),
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
