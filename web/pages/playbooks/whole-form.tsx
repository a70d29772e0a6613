import { Button, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { conditionDocument } from '#core/condition-fields.ts';
import type { Playbook } from '#core/playbook.ts';
import { useWords } from '../../lib/words.ts';
import { ConditionField } from './fields/condition-field.tsx';
import type { DraftWork } from './use-draft.ts';

/** What holds for the playbook as a whole: what it is called, and for whom it is. */
export function WholeForm({
  of,
  isBusy,
  onEdit,
}: {
  of: Playbook;
  isBusy: boolean;
  onEdit: DraftWork['edit'];
}) {
  const t = useWords('builder');
  const [title, setTitle] = useState<string | null>(null);
  const [applies, setApplies] = useState<Pick<Playbook, 'appliesWhen'> | null>(null);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const when = applies?.appliesWhen;
    const set = {
      ...(title === null ? {} : { title }),
      ...(applies === null ? {} : { 'applies when': when ? conditionDocument(when) : null }),
    };
    if (await onEdit([{ do: 'change', step: null, set }])) {
      setTitle(null);
      setApplies(null);
    }
  };
  return (
    <form noValidate className="form" onSubmit={(event) => void submit(event)}>
      <h2>{t('whole')}</h2>
      <p className="part-about">{t('wholeAbout')}</p>
      <TextInput
        label={t('titleOf')}
        value={title ?? of.title}
        onChange={(event) => setTitle(event.currentTarget.value)}
      />
      <ConditionField
        label={t('applies')}
        of={of.for}
        isOfAccounts={false}
        value={applies ? applies.appliesWhen : of.appliesWhen}
        onChange={(appliesWhen) => setApplies({ appliesWhen })}
      />
      <div className="form-acts">
        <Button type="submit" loading={isBusy} disabled={title === null && applies === null}>
          {t('apply')}
        </Button>
      </div>
    </form>
  );
}
