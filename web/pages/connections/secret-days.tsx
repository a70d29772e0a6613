import { Button, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import type { Connection } from '#api/contract/connections.ts';
import { useNow } from '../../lib/clock.ts';
import { dayText, lastDay } from '../../lib/moments.ts';
import { useAct } from '../../lib/queries.ts';
import { useMay } from '../../lib/session.ts';
import { currentLanguage, useWords } from '../../lib/words.ts';
import { problemAt, Refused } from '../../ui/refused.tsx';
import { firstToRunOut, lastingOf, toneOf } from './lasting.ts';

/** Every secret by its name, with the day on which it runs out; whoever may change the connection says so here. */
export function SecretDays({ of }: { of: Connection }) {
  const t = useWords('connections');
  return (
    <ul className="secret-days">
      {of.secrets.map((name) => (
        <li key={name}>
          <code>{name}</code> <RunsOut day={of.expires[name]} />
          <SetDay key={of.expires[name] ?? ''} of={of} name={name} />
        </li>
      ))}
      {of.secrets.length === 0 && <li>{t('noSecrets')}</li>}
    </ul>
  );
}

/** When a secret runs out, in the colour of how near that is. */
function RunsOut({ day }: { day: string | undefined }) {
  const t = useWords('connections');
  const now = useNow();
  const lasting = lastingOf(day, now);
  const when = day && dayText(day, currentLanguage(), now);
  return (
    <span className="runs-out" data-tone={toneOf[lasting]}>
      {t(`lasting.${lasting}`, { when })}
    </span>
  );
}

/** In a list of connections: only what has run out or soon does. */
export function RunsOutSoon({ of }: { of: Connection }) {
  const now = useNow();
  const day = firstToRunOut(of.expires);
  const lasting = lastingOf(day, now);
  if (lasting !== 'soon' && lasting !== 'over') return null;
  return (
    <span className="under">
      <RunsOut day={day} />
    </span>
  );
}

function SetDay({ of, name }: { of: Connection; name: string }) {
  const t = useWords('connections');
  const may = useMay('connection.write');
  const known = of.expires[name] ?? '';
  const [isOpen, setOpen] = useState(false);
  const [day, setDay] = useState(known);
  const save = useAct<{ detail: string }>();
  if (!may || of.state === 'disabled') return null;
  if (!isOpen) {
    return (
      <Button variant="subtle" size="compact-xs" onClick={() => setOpen(true)}>
        {t(known ? 'changeDay' : 'sayDay')}
        <span className="hidden-words">: {name}</span>
      </Button>
    );
  }
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save.mutate(
      {
        method: 'PUT',
        path: `/connections/${encodeURIComponent(of.id)}/secrets/${encodeURIComponent(name)}`,
        body: { day: day || null },
      },
      { onSuccess: () => setOpen(false) },
    );
  };
  return (
    <form noValidate onSubmit={submit} className="set-day">
      <TextInput
        type="date"
        max={lastDay}
        label={t('runsOutOn')}
        data-autofocus
        value={day}
        error={problemAt(save.error, 'day')}
        onChange={(event) => setDay(event.currentTarget.value)}
      />
      <Button type="submit" size="compact-sm" loading={save.isPending}>
        {t('saveDay')}
      </Button>
      <Refused error={save.error} />
    </form>
  );
}

/** Beside secrets that are entered anew: on which day each of them runs out, where that is known. */
export function DayFields({
  names,
  titleOf,
  days,
  onDay,
  problemOf,
}: {
  names: readonly string[];
  titleOf: (name: string) => string;
  days: Readonly<Record<string, string>>;
  onDay: (name: string, day: string) => void;
  problemOf: (at: string) => string | undefined;
}) {
  const t = useWords('connections');
  return names.map((name) => (
    <TextInput
      key={name}
      type="date"
      max={lastDay}
      label={t('runsOutOf', { secret: titleOf(name) })}
      description={t('runsOutAbout')}
      value={days[name] ?? ''}
      error={problemOf(`expires.${name}`)}
      onChange={(event) => onDay(name, event.currentTarget.value)}
    />
  ));
}
