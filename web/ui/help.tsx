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

/** Which keys there are. */
export function Help({ onClose }: { onClose: () => void }) {
  const t = useWords('keys');
  const { rights } = useSession();
  const keys = (all: readonly string[]) => all.map((key) => [key, t(`does.${key}`)] as const);
  const parts = {
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
      {Object.entries(parts).map(([part, rows]) => (
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
      ))}
    </Modal>
  );
}
