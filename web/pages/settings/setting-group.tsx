import { Button, Modal } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { ApiProblem } from '../../lib/api.ts';
import { useAct } from '../../lib/queries.ts';
import { useMay } from '../../lib/session.ts';
import { useWords } from '../../lib/words.ts';
import { FormFields } from '../../ui/form.tsx';
import {
  type FormField,
  fieldsOf,
  problemsBeside,
  type Schema,
  sentValues,
  shownValues,
  withValue,
} from '../../ui/form-fields.ts';
import { Refused } from '../../ui/refused.tsx';
import { useFirstProblem } from '../../ui/use-first-problem.ts';
import { AskedFor } from './asked-for.tsx';
import { type Change, changesBetween } from './changes.ts';
import { ReviewList } from './review-list.tsx';

/** One group of settings: what is in force, and what would be different, before it is. */
export function SettingGroup({
  name,
  schema,
  inForce,
}: {
  name: string;
  schema: Schema;
  inForce: Readonly<Record<string, unknown>>;
}) {
  const t = useWords('settings');
  const may = useMay('settings.write');
  const fields = fieldsOf(schema).map(
    (it): FormField => ({
      ...it,
      isRequired: false,
      title: t(`fields.${name}.${it.name}.title`),
      description: t(`fields.${name}.${it.name}.about`),
    }),
  );
  const [values, setValues] = useState(() => shownValues(fields, inForce));
  const [asked, setAsked] = useState<readonly Change[] | null>(null);
  const [unreadable, setUnreadable] = useState<readonly string[]>([]);
  const save = useAct<{ readonly detail?: string }>();
  const isNoted = typeof save.data?.detail === 'string';
  const said = save.error instanceof ApiProblem ? save.error.fields : [];
  const { beside, others } = problemsBeside(said, fields);
  const form = useFirstProblem(save.error);

  const review = (event: FormEvent) => {
    event.preventDefault();
    const sent = sentValues(fields, values);
    setUnreadable(sent.unreadable);
    if (sent.unreadable.length > 0) return;
    save.reset();
    setAsked(changesBetween(fields, inForce, sent.values));
  };
  const send = () =>
    save.mutate(
      {
        method: 'PATCH',
        path: `/settings/${encodeURIComponent(name)}`,
        body: Object.fromEntries((asked ?? []).map((it) => [it.name, it.after])),
      },
      { onSettled: () => setAsked(null) },
    );

  return (
    <form className="form" noValidate ref={form} onSubmit={review}>
      <AskedFor group={name} fields={fields} inForce={inForce} />
      <fieldset className="bare form" disabled={!may}>
        <FormFields
          fields={fields}
          values={values}
          problems={new Map([...beside, ...unreadable.map((at) => [at, t('noJson')] as const)])}
          onEnter={(path, value) => setValues((before) => withValue(before, path, value))}
        />
      </fieldset>
      <Refused error={save.error} others={others} />
      {asked?.length === 0 && <p role="status">{t('nothingDifferent')}</p>}
      {save.isSuccess && asked === null && (
        <p role="status">{t(isNoted ? 'asked.noted' : 'saved')}</p>
      )}
      {may ? (
        <div className="form-acts">
          <Button type="submit">{t('review')}</Button>
        </div>
      ) : (
        <p className="part-about">{t('mayNot')}</p>
      )}
      <Modal
        opened={asked !== null && asked.length > 0}
        onClose={() => setAsked(null)}
        title={t('reviewTitle')}
        closeButtonProps={{ 'aria-label': t('cancel') }}
      >
        {asked && <ReviewList changes={asked} fields={fields} />}
        <div className="form-acts after-review">
          <Button loading={save.isPending} onClick={send} data-autofocus>
            {t('save', { count: asked?.length ?? 0 })}
          </Button>
        </div>
      </Modal>
    </form>
  );
}
