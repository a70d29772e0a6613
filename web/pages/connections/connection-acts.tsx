import { Button, Modal, Textarea, TextInput } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import type { ConnectionDetail, ConnectionSaved, Connector } from '#api/contract/connections.ts';
import { ApiProblem } from '../../lib/api.ts';
import { useAct, useRead } from '../../lib/queries.ts';
import { useWords } from '../../lib/words.ts';
import { FormFields } from '../../ui/form.tsx';
import {
  fieldsOf,
  problemsBeside,
  type Schema,
  sentValues,
  type Values,
  withValue,
} from '../../ui/form-fields.ts';
import { Refused } from '../../ui/refused.tsx';
import { useFirstProblem } from '../../ui/use-first-problem.ts';
import { expiresOf } from './lasting.ts';
import { DayFields } from './secret-days.tsx';

/** What can be done about a connection that is asked about first. */
export type Ask = 'pause' | 'rotate' | 'remove';

export function ConnectionActs({
  of,
  asked,
  onClose,
}: {
  of: ConnectionDetail;
  asked: Ask | null;
  onClose: () => void;
}) {
  const t = useWords('connections');
  return (
    <Modal
      opened={asked !== null}
      onClose={onClose}
      title={asked && t(`asks.${asked}.title`, { name: of.name })}
      closeButtonProps={{ 'aria-label': t('form:cancel') }}
    >
      {asked === 'pause' && <Pause of={of} onClose={onClose} />}
      {asked === 'rotate' && <Rotate of={of} onClose={onClose} />}
      {asked === 'remove' && <Remove of={of} />}
    </Modal>
  );
}

const pathOf = ({ id }: ConnectionDetail) => `/connections/${encodeURIComponent(id)}`;

function Pause({ of, onClose }: { of: ConnectionDetail; onClose: () => void }) {
  const t = useWords('connections');
  const [reason, setReason] = useState('');
  const pause = useAct();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    pause.mutate(
      { method: 'POST', path: `${pathOf(of)}/pause`, body: { reason } },
      { onSuccess: onClose },
    );
  };
  return (
    <form className="form" noValidate onSubmit={submit}>
      <p>{t('asks.pause.about')}</p>
      <Textarea
        label={t('reason')}
        withAsterisk
        rows={2}
        value={reason}
        data-autofocus
        onChange={(event) => setReason(event.currentTarget.value)}
      />
      <Refused error={pause.error} />
      <Button type="submit" loading={pause.isPending}>
        {t('asks.pause.act')}
      </Button>
    </form>
  );
}

/** Secrets alone are entered anew; everything else stays, and the connection is tried at once. */
function Rotate({ of, onClose }: { of: ConnectionDetail; onClose: () => void }) {
  const t = useWords('connections');
  const { data: guide } = useRead<Connector>(`/connectors/${encodeURIComponent(of.connector)}`);
  const [values, setValues] = useState<Values>({});
  const [days, setDays] = useState<Readonly<Record<string, string>>>({});
  const save = useAct<ConnectionSaved>();
  const fields = fieldsOf((guide?.settings ?? {}) as Schema).filter(
    (it) => it.of.kind === 'secret',
  );
  const said = save.error instanceof ApiProblem ? save.error.fields : [];
  const { beside, others } = problemsBeside(said, fields);
  const form = useFirstProblem(save.error);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const { values: secrets } = sentValues(fields, values);
    save.mutate(
      {
        method: 'PUT',
        path: pathOf(of),
        body: {
          connector: of.connector,
          settings: { ...of.settings, ...secrets },
          expires: expiresOf(days, Object.keys(secrets)),
        },
      },
      { onSuccess: ({ check }) => check.works && onClose() },
    );
  };
  return (
    <form className="form" noValidate ref={form} onSubmit={submit}>
      <p>{t('asks.rotate.about')}</p>
      <FormFields
        fields={fields}
        values={values}
        problems={beside}
        kept={of.secrets}
        onEnter={(path, value) => setValues((before) => withValue(before, path, value))}
      />
      <DayFields
        names={Object.keys(values).filter((name) => values[name] !== undefined)}
        titleOf={(name) => fields.find((it) => it.name === name)?.title ?? name}
        days={days}
        onDay={(name, day) => setDays((before) => ({ ...before, [name]: day }))}
        problemOf={(at) => others.find((it) => it.at === at)?.problem}
      />
      <Refused error={save.error} others={others} />
      {save.data?.check.works === false && (
        <p className="warning" role="alert">
          {t('rotatedInVain', { detail: save.data.check.failure.detail })}
        </p>
      )}
      <Button
        type="submit"
        loading={save.isPending}
        disabled={Object.values(values).every((it) => it === undefined)}
      >
        {t('asks.rotate.act')}
      </Button>
    </form>
  );
}

function Remove({ of }: { of: ConnectionDetail }) {
  const t = useWords('connections');
  const [typed, setTyped] = useState('');
  const remove = useAct();
  const navigate = useNavigate();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    remove.mutate(
      { method: 'DELETE', path: pathOf(of) },
      { onSuccess: () => void navigate({ to: '/connections' }) },
    );
  };
  return (
    <form className="form" noValidate onSubmit={submit}>
      <p>{t('asks.remove.about', { count: of.steps.open })}</p>
      <TextInput
        label={t('typeId', { id: of.id })}
        spellCheck={false}
        value={typed}
        data-autofocus
        onChange={(event) => setTyped(event.currentTarget.value)}
      />
      <Refused error={remove.error} />
      <Button
        type="submit"
        variant="outline"
        color="var(--attention)"
        disabled={typed.trim() !== of.id}
        loading={remove.isPending}
      >
        {t('asks.remove.act')}
      </Button>
    </form>
  );
}
