import { Select } from '@mantine/core';
import type { Playbook, PlaybookSummary } from '#api/contract/playbooks.ts';
import { around, diffLines } from '#core/line-diff.ts';
import type { Playbook as Document } from '#core/playbook.ts';
import { useRead } from '../../lib/queries.ts';
import { useWords } from '../../lib/words.ts';
import { Empty, Loaded } from '../../ui/loaded.tsx';
import { Wide } from '../../ui/wide.tsx';
import { InWords } from './in-words.tsx';

/** What is different between a version and another: in words first, then line by line. */
export function Compare({
  of,
  versions,
  other,
  onOther,
}: {
  /** A version, or a draft, which has no id among the versions. */
  of: Pick<Playbook, 'id' | 'text' | 'document'> & { readonly number: number | null };
  versions: readonly PlaybookSummary[];
  other: string | undefined;
  onOther: (id: string) => void;
}) {
  const t = useWords('playbooks');
  const others = versions.filter((it) => it.id !== of.id);
  const chosen =
    others.find((it) => it.id === other) ??
    others.find((it) => it.status === 'published') ??
    others.find((it) => it.number < (of.number ?? Number.POSITIVE_INFINITY)) ??
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
