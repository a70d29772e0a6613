import { Drawer } from '@mantine/core';
import { useEffect, useState } from 'react';
import type { CaseSummary } from '#api/contract/cases.ts';
import { dayText } from '../../lib/moments.ts';
import { currentLanguage, useWords } from '../../lib/words.ts';
import { Go } from '../../ui/go.tsx';
import { addressOf } from './cases-table.tsx';
import { ClockCell, NextCell, OwnerCell, ProgressCell, StateCell } from './cells.tsx';

/** One row looked at without leaving the list; null: none is. */
export default function CasePreview({
  it,
  onClose,
}: {
  it: CaseSummary | null;
  onClose: () => void;
}) {
  const t = useWords('cases');
  // Opened after it is there, even the first time: only then it knows where the focus was.
  const [isOpened, setOpened] = useState(false);
  useEffect(() => setOpened(it !== null), [it]);
  const day = (value: string | null) =>
    value === null ? t('noDateYet') : dayText(value, currentLanguage(), new Date());
  return (
    <Drawer opened={isOpened} onClose={onClose} position="right" withCloseButton={false}>
      <div className="dialog-head">
        <Drawer.Title>{it?.person.name}</Drawer.Title>
        <Drawer.CloseButton aria-label={t('common:close')} />
      </div>
      {it && (
        <div className="preview-case">
          <StateCell it={it} />
          <p className="aside">
            {[it.person.department ?? t('noTeam'), it.person.email].join(' · ')}
          </p>
          <dl>
            <dt>{t('access')}</dt>
            <dd>
              <ClockCell it={it} />
            </dd>
            <dt>{t('proven')}</dt>
            <dd>
              <ProgressCell progress={it.progress} />
            </dd>
            <dt>{t('next')}</dt>
            <dd>
              <NextCell it={it} />
            </dd>
            {it.kind === 'departure' ? (
              <>
                <dt>{t('csv.lastWorkingDay')}</dt>
                <dd>{day(it.lastWorkingDay)}</dd>
                <dt>{t('csv.employmentEnds')}</dt>
                <dd>{day(it.employmentEnds)}</dd>
              </>
            ) : (
              <>
                <dt>{t('firstDay')}</dt>
                <dd>{day(it.startDay)}</dd>
              </>
            )}
            <dt>{t('owner')}</dt>
            <dd>
              <OwnerCell it={it} />
            </dd>
          </dl>
          <Go to={addressOf(it)} className="button">
            {t('open')}
          </Go>
        </div>
      )}
    </Drawer>
  );
}
