import { Button, Checkbox, NumberInput, Textarea, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import type {
  Connection,
  ConnectionInput,
  ConnectionSaved,
  ConnectorGuide,
} from '#api/contract/connections.ts';
import { ApiProblem } from '../../lib/api.ts';
import { useAct } from '../../lib/queries.ts';
import { useWords } from '../../lib/words.ts';
import { FormFields } from '../../ui/form.tsx';
import {
  fieldsOf,
  problemsBeside,
  type Schema,
  sentValues,
  shownValues,
  type Values,
  withValue,
} from '../../ui/form-fields.ts';
import { Refused } from '../../ui/refused.tsx';
import { useFirstProblem } from '../../ui/use-first-problem.ts';
import { expiresOf } from './lasting.ts';
import { DayFields } from './secret-days.tsx';

/** The first step: what a connection needs to be told. Saving it tries it at once. */
export function ConnectForm({
  connector,
  known,
  begun,
  proposedId,
  onSaved,
}: {
  connector: ConnectorGuide;
  /** Null: it is a new one. */
  known: Connection | null;
  /** What a description that comes along fills in. */
  begun: Values;
  proposedId: string;
  onSaved: (saved: ConnectionSaved) => void;
}) {
  const t = useWords('connections');
  const fields = fieldsOf(connector.settings as Schema);
  const [id, setId] = useState(known?.id ?? proposedId);
  const [frame, setFrame] = useState<Frame>({
    name: known?.name ?? connector.name,
    ownerName: known?.owner?.name ?? '',
    ownerEmail: known?.owner?.email ?? '',
    ca: known?.ca ?? '',
    concurrency: known?.concurrency ?? 4,
    ratePerSecond: known?.ratePerSecond ?? '',
  });
  const { rehearsal } = connector;
  const [rehearses, setRehearses] = useState(rehearsal?.byDefault ?? false);
  const asksRehearsal = rehearsal !== null && (known === null || known.state === 'disabled');
  const [values, setValues] = useState(() =>
    shownValues(fields, known ? known.settings : { ...begun }),
  );
  const [days, setDays] = useState<Readonly<Record<string, string>>>({});
  const secrets = fields.filter((it) => it.of.kind === 'secret' && values[it.name] !== undefined);
  const [unreadable, setUnreadable] = useState<readonly string[]>([]);
  const save = useAct<ConnectionSaved>();

  const said = save.error instanceof ApiProblem ? save.error.fields : [];
  const { beside, others } = problemsBeside(said, fields);
  const own = new Map([...beside, ...unreadable.map((at) => [at, t('noJson')] as const)]);
  const problemAt = (at: string) => others.find((it) => it.at === at)?.problem;
  const form = useFirstProblem(unreadable.length > 0 ? unreadable : save.error);

  const submit = (event: FormEvent) => {
    event.preventDefault();
    const sent = sentValues(fields, values);
    setUnreadable(sent.unreadable);
    if (sent.unreadable.length > 0) return;
    save.mutate(
      {
        method: 'PUT',
        path: `/connections/${encodeURIComponent(id.trim())}`,
        body: {
          ...inputFrom(connector.id, frame, sent.values),
          ...(asksRehearsal ? { rehearse: rehearses } : {}),
          expires: expiresOf(
            days,
            secrets.map(({ name }) => name),
          ),
        },
      },
      { onSuccess: onSaved },
    );
  };
  const set = (change: Partial<Frame>) => setFrame({ ...frame, ...change });

  return (
    <form className="form" noValidate ref={form} onSubmit={submit}>
      <TextInput
        label={t('name')}
        description={t('nameAbout')}
        value={frame.name}
        error={problemAt('name')}
        onChange={(event) => set({ name: event.currentTarget.value })}
      />
      {!known && (
        <TextInput
          label={t('id')}
          description={t('idAbout')}
          spellCheck={false}
          value={id}
          error={problemAt('id')}
          onChange={(event) => setId(event.currentTarget.value)}
        />
      )}
      <FormFields
        fields={fields}
        values={values}
        problems={own}
        kept={known?.secrets ?? []}
        onEnter={(path, value) => setValues((before) => withValue(before, path, value))}
      />
      <DayFields
        names={secrets.filter(({ name }) => values[name] !== null).map(({ name }) => name)}
        titleOf={(name) => fields.find((it) => it.name === name)?.title ?? name}
        days={days}
        onDay={(name, day) => setDays((before) => ({ ...before, [name]: day }))}
        problemOf={problemAt}
      />
      <fieldset className="group">
        <legend>{t('owner')}</legend>
        <p className="group-about">{t('ownerAbout')}</p>
        <div className="group-row last">
          <TextInput
            label={t('ownerName')}
            value={frame.ownerName}
            error={problemAt('owner.name')}
            onChange={(event) => set({ ownerName: event.currentTarget.value })}
          />
          <TextInput
            label={t('ownerEmail')}
            type="email"
            value={frame.ownerEmail}
            error={problemAt('owner.email')}
            onChange={(event) => set({ ownerEmail: event.currentTarget.value })}
          />
        </div>
      </fieldset>
      {asksRehearsal && (
        <Checkbox
          label={t('rehearse', { count: rehearsal.days })}
          description={t('rehearseAbout')}
          checked={rehearses}
          onChange={(event) => setRehearses(event.currentTarget.checked)}
        />
      )}
      <details>
        <summary>{t('more')}</summary>
        <div className="form">
          <NumberInput
            label={t('concurrency')}
            description={t('concurrencyAbout')}
            hideControls
            value={frame.concurrency}
            error={problemAt('concurrency')}
            onChange={(value) => set({ concurrency: value })}
          />
          <NumberInput
            label={t('rate')}
            description={t('rateAbout')}
            hideControls
            value={frame.ratePerSecond}
            error={problemAt('ratePerSecond')}
            onChange={(value) => set({ ratePerSecond: value })}
          />
          <Textarea
            label={t('ca')}
            description={t('caAbout')}
            classNames={{ input: 'entered-code' }}
            rows={4}
            spellCheck={false}
            value={frame.ca}
            error={problemAt('ca')}
            onChange={(event) => set({ ca: event.currentTarget.value })}
          />
        </div>
      </details>
      <Refused error={save.error} others={others} />
      <div className="form-acts">
        <Button type="submit" loading={save.isPending}>
          {known ? t('saveAndTest') : t('connectAndTest')}
        </Button>
        {save.isPending && <span role="status">{t('asking')}</span>}
      </div>
    </form>
  );
}

/** What every connection is told, whatever the system. */
interface Frame {
  readonly name: string;
  readonly ownerName: string;
  readonly ownerEmail: string;
  readonly ca: string;
  readonly concurrency: string | number;
  readonly ratePerSecond: string | number;
}

function inputFrom(connector: string, it: Frame, settings: Values): ConnectionInput {
  const owner = { name: it.ownerName.trim(), email: it.ownerEmail.trim() };
  const name = it.name.trim();
  return {
    connector,
    settings,
    owner: owner.name === '' && owner.email === '' ? null : owner,
    ca: it.ca.trim() === '' ? null : it.ca,
    ratePerSecond: it.ratePerSecond === '' ? null : Number(it.ratePerSecond),
    ...(name === '' ? {} : { name }),
    ...(it.concurrency === '' ? {} : { concurrency: Number(it.concurrency) }),
  };
}
