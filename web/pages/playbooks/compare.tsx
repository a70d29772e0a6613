import { Select } from '@mantine/core';
import type { Playbook, PlaybookSummary } from '#api/contract/playbooks.ts';
import { around, diffLines } from '#core/line-diff.ts';
import type { Playbook as Document, PlaybookStep } from '#core/playbook.ts';
import { useRead } from '../../lib/queries.ts';
import { useWords } from '../../lib/words.ts';
import { Empty, Loaded } from '../../ui/loaded.tsx';
import { Wide } from '../../ui/wide.tsx';
import { conditionWords, differenceOf, stepWords } from './sentences.ts';

/** What is different between a version and another: in words first, then line by line. */
export function Compare({
  of,
  versions,
  other,
  onOther,
}: {
  of: Playbook;
  versions: readonly PlaybookSummary[];
  other: string | undefined;
  onOther: (id: string) => void;
}) {
  const t = useWords('playbooks');
  const others = versions.filter((it) => it.id !== of.id);
  const chosen =
    others.find((it) => it.id === other) ??
    others.find((it) => it.status === 'published') ??
    others.find((it) => it.number < of.number) ??
    others[0];
  const query = useRead<Playbook>(
    `/playbooks/${encodeURIComponent(chosen?.id ?? '')}`,
    {},
    { enabled: chosen !== undefined },
  );
  if (!chosen) return <Empty>{t('onlyVersion')}</Empty>;
  return (
    <>
      <Select
        label={t('compareWith')}
        allowDeselect={false}
        className="narrow"
        data={others.map((it) => ({
          value: it.id,
          label: `${t('version', { number: it.number })}, ${t(`statuses.${it.status}`)}`,
        }))}
        value={chosen.id}
        onChange={(id) => id && onOther(id)}
      />
      <Loaded query={query}>
        {(against) => (
          <>
            <InWords
              before={against.document as Document | null}
              after={of.document as Document | null}
            />
            <ByLines before={against.text} after={of.text} />
          </>
        )}
      </Loaded>
    </>
  );
}

export function InWords({ before, after }: { before: Document | null; after: Document | null }) {
  const t = useWords('playbooks');
  if (!before || !after) return <p className="part-about">{t('unreadable')}</p>;
  const { added, removed, changed, isForOthers } = differenceOf(before, after);
  const isSame = added.length + removed.length + changed.length === 0 && !isForOthers;
  if (isSame) return <p role="status">{t('sameInWords')}</p>;
  return (
    <div className="card panel difference">
      {isForOthers && (
        <p>
          {t('forOthers', {
            before: conditionWords(t, before.appliesWhen),
            after: conditionWords(t, after.appliesWhen),
          })}
        </p>
      )}
      <Steps name="added" steps={added} />
      <Steps name="removed" steps={removed} />
      <Steps name="changed" steps={changed} />
    </div>
  );
}

function Steps({
  name,
  steps,
}: {
  name: 'added' | 'removed' | 'changed';
  steps: readonly PlaybookStep[];
}) {
  const t = useWords('playbooks');
  if (steps.length === 0) return null;
  return (
    <section>
      <h3>{t(`difference.${name}`, { count: steps.length })}</h3>
      <ul className="plain-list">
        {steps.map((it) => (
          <li key={it.id} className="outline-step">
            <strong>{it.title ?? stepWords(t, it)}</strong>
            {it.title !== null && <span className="under">{stepWords(t, it)}</span>}
          </li>
        ))}
      </ul>
    </section>
  );
}

const signNames = { '+': 'comes', '-': 'goes', ' ': 'stays' } as const;

function ByLines({ before, after }: { before: string; after: string }) {
  const t = useWords('playbooks');
  const lines = around(diffLines(before, after), 3);
  if (lines.length === 0) return null;
  return (
    <section aria-label={t('byLines')}>
      <h2 className="part">{t('byLines')}</h2>
      <Wide className="card" label={t('byLines')}>
        <pre className="lines">
          {lines.map((it, i) => {
            const key = `${i}`;
            if (it === null) return <span key={key} className="line-gap" aria-hidden />;
            return (
              <span key={key} data-sign={signNames[it.sign]}>
                {`${it.sign} ${it.text}\n`}
              </span>
            );
          })}
        </pre>
      </Wide>
    </section>
  );
}
