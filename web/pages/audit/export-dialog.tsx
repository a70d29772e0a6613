import { Radio } from '@mantine/core';
import { useState } from 'react';
import type { AuditPage } from '#api/contract/audit.ts';
import { address } from '../../lib/api.ts';
import { takeFile } from '../../lib/files.ts';
import { currentLanguage, useWords } from '../../lib/words.ts';
import { Ask } from '../../ui/ask.tsx';
import { numberText, sizeText } from './entry-text.ts';
import { useCriterionText } from './filters.tsx';
import { type AuditSearch, criteria } from './search.ts';

const formats = ['csv', 'jsonl', 'pdf'] as const;
type Format = (typeof formats)[number];

/** So many facts fit on paper. */
const mostOnPaper = 2_000;

/** Hands out exactly what is shown as a file, and says first how much that is. */
export function ExportDialog({
  choice,
  search,
  total,
  isBroken,
  onClose,
}: {
  choice: Readonly<Record<string, string>>;
  search: AuditSearch;
  total: AuditPage['total'];
  isBroken: boolean;
  onClose: () => void;
}) {
  const t = useWords('audit');
  const textOf = useCriterionText();
  const [format, setFormat] = useState<Format>('csv');
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const events = total?.events ?? 0;
  const narrowed = [...criteria, 'text' as const]
    .filter((it) => search[it] !== undefined)
    .map((it) => textOf(it, String(search[it])));
  const take = async () => {
    setBusy(true);
    setError(null);
    try {
      const seal = isBroken ? 'broken' : undefined;
      await takeFile(address('/audit/export', { ...choice, format, seal }));
      onClose();
    } catch (refused) {
      setError(refused);
    } finally {
      setBusy(false);
    }
  };
  const size = total === null ? '' : sizeText(total.bytes, currentLanguage());
  const number = numberText(events, currentLanguage());
  return (
    <Ask
      title={t('exportTitle')}
      effects={[
        t(total?.isMore ? 'exportMore' : 'exportCount', { count: events, number, size }),
        narrowed.length > 0 ? t('exportOf', { what: narrowed.join(' · ') }) : t('exportAll'),
        t('exportNoted'),
        ...(isBroken ? [t('exportBroken')] : []),
      ]}
      verb={t('exportVerb')}
      isReady={events > 0 && (format !== 'pdf' || events <= mostOnPaper)}
      isBusy={isBusy}
      error={error}
      onDo={() => void take()}
      onClose={onClose}
    >
      <Radio.Group label={t('format')} value={format} onChange={(it) => setFormat(it as Format)}>
        <div className="export-formats">
          {formats.map((it) => (
            <Radio
              key={it}
              value={it}
              disabled={it === 'pdf' && events > mostOnPaper}
              label={t(`formats.${it}`)}
            />
          ))}
        </div>
      </Radio.Group>
    </Ask>
  );
}
