import { Textarea, TextInput } from '@mantine/core';
import { useState } from 'react';
import type { CaseActDone, CaseSummary } from '#api/contract/cases.ts';
import { ApiProblem, act as send } from '../../lib/api.ts';
import { dayText, momentText } from '../../lib/moments.ts';
import { queries } from '../../lib/queries.ts';
import { signedWhereNeeded } from '../../lib/step-up.ts';
import { currentLanguage, useWords } from '../../lib/words.ts';
import { momentOf } from '../../lib/zoned.ts';
import { Ask } from '../../ui/ask.tsx';
import { looks, StandingBadge } from '../../ui/standing.tsx';
import type { BulkActName } from './bulk-bar.tsx';

const dates = ['lastWorkingDay', 'accessEnds', 'employmentEnds', 'payEnds'] as const;
type Dates = Partial<Record<(typeof dates)[number], string>>;

/** What the server said about one case. */
interface Answer {
  readonly it: CaseSummary;
  readonly isDone: boolean;
  readonly said: string;
}

/** The same about several cases: each is named before, and each has its answer afterwards. */
export default function BulkAct({
  act,
  cases: chosen,
  onClose,
}: {
  act: BulkActName;
  cases: readonly CaseSummary[];
  onClose: () => void;
}) {
  const t = useWords('cases');
  // What is chosen here stays, whatever changes in the list meanwhile.
  const [cases] = useState(chosen);
  const [reason, setReason] = useState('');
  const [wanted, setWanted] = useState<Dates>({});
  const [count, setCount] = useState('');
  const { answers, isBusy, doAll } = useAnswers();
  const isOver = answers.length === cases.length;
  const changed = Object.fromEntries(Object.entries(wanted).filter(([, value]) => value));
  const cutsNow = act === 'change-dates' && cases.some((it) => isPast(wanted.accessEnds, it));
  const isReady =
    act === 'release' ||
    (act === 'pause'
      ? reason.trim() !== ''
      : Object.keys(changed).length > 0 && (!cutsNow || count.trim() === String(cases.length)));
  return (
    <Ask
      title={t(`bulk.ask.${act}`, { count: cases.length })}
      effects={isOver || isBusy ? [] : [t(`bulk.effect.${act}`)]}
      verb={isOver ? t('common:close') : t(`bulk.${act}`)}
      isGrave={cutsNow && !isOver}
      isOver={isOver}
      isReady={isReady || isOver}
      isBusy={isBusy}
      error={null}
      onDo={() => {
        if (isOver) onClose();
        else void doAll(cases, wordOf[act]({ reason, changed }));
      }}
      onClose={onClose}
    >
      {answers.length > 0 || isBusy ? (
        <Answers answers={answers} all={cases.length} />
      ) : (
        <>
          {act === 'pause' && (
            <Textarea
              label={t('bulk.reason')}
              rows={2}
              value={reason}
              onChange={(event) => setReason(event.currentTarget.value)}
            />
          )}
          {act === 'change-dates' && <DateFields wanted={wanted} onChange={setWanted} />}
          <Before act={act} cases={cases} wanted={wanted} />
          {cutsNow && (
            <TextInput
              label={t('bulk.count', { count: cases.length })}
              description={t('bulk.cutsNow')}
              autoComplete="off"
              value={count}
              onChange={(event) => setCount(event.currentTarget.value)}
            />
          )}
        </>
      )}
    </Ask>
  );
}

/** What the server is asked, of each. */
const wordOf: Record<
  BulkActName,
  (it: { reason: string; changed: Dates }) => readonly [string, object]
> = {
  pause: ({ reason }) => ['pause', { reason }],
  'change-dates': ({ changed }) => ['change', changed],
  release: () => ['release', {}],
};

/** Access would end in the past: that is now. */
const isPast = (local: string | undefined, it: CaseSummary): boolean =>
  Boolean(local) && Date.parse(momentOf(local!, it.zone)) <= Date.now();

/** Asks the server about one after the other, and keeps every answer. */
function useAnswers() {
  const t = useWords('cases');
  const [answers, setAnswers] = useState<readonly Answer[]>([]);
  const [isBusy, setBusy] = useState(false);
  const doAll = async (
    cases: readonly CaseSummary[],
    [name, body]: readonly [name: string, body: object],
  ) => {
    setBusy(true);
    for (const it of cases) {
      const answer = await signedWhereNeeded(() =>
        send<CaseActDone>('POST', `/cases/${it.id}/${name}`, body),
      ).then(
        ({ detail }): Answer => ({ it, isDone: true, said: detail }),
        (error: Error): Answer => ({
          it,
          isDone: false,
          said: saidOf(error) || t('common:noConnection'),
        }),
      );
      setAnswers((now) => [...now, answer]);
    }
    setBusy(false);
    await queries.invalidateQueries();
  };
  return { answers, isBusy, doAll };
}

/** In one line: what the server said, and what it said of single fields. */
const saidOf = (error: Error): string =>
  error instanceof ApiProblem
    ? [error.message, ...error.fields.map(({ problem }) => problem)].join(' ')
    : error.message;

function DateFields({ wanted, onChange }: { wanted: Dates; onChange: (it: Dates) => void }) {
  const t = useWords('cases');
  return (
    <div className="bulk-dates">
      {dates.map((name) => (
        <TextInput
          key={name}
          type={name === 'accessEnds' ? 'datetime-local' : 'date'}
          label={t(`csv.${name}`)}
          description={name === 'accessEnds' ? t('bulk.where') : null}
          value={wanted[name] ?? ''}
          onChange={(event) => onChange({ ...wanted, [name]: event.currentTarget.value })}
        />
      ))}
    </div>
  );
}

/** Who it is about, and for dates what each becomes. */
function Before({
  act,
  cases,
  wanted,
}: {
  act: BulkActName;
  cases: readonly CaseSummary[];
  wanted: Dates;
}) {
  const t = useWords('cases');
  const now = new Date();
  const textOf = (name: (typeof dates)[number], it: CaseSummary, value: string | null) => {
    if (!value) return t('noDateYet');
    return name === 'accessEnds'
      ? momentText(value, it.zone, currentLanguage(), now)
      : dayText(value, currentLanguage(), now);
  };
  return (
    <ul className="bulk-cases">
      {cases.map((it) => (
        <li key={it.id}>
          <strong>{it.person.name}</strong>{' '}
          <span className="aside">{t(`common:caseStates.${it.state}`)}</span>
          {act === 'change-dates' &&
            dates
              .filter((name) => wanted[name])
              .map((name) => (
                <div key={name} className="aside">
                  {t('bulk.becomes', {
                    what: t(`csv.${name}`),
                    before: textOf(name, it, name === 'accessEnds' ? it.accessEndsAt : it[name]),
                    after: textOf(
                      name,
                      it,
                      name === 'accessEnds' ? momentOf(wanted[name]!, it.zone) : wanted[name]!,
                    ),
                  })}
                </div>
              ))}
        </li>
      ))}
    </ul>
  );
}

function Answers({ answers, all }: { answers: readonly Answer[]; all: number }) {
  const t = useWords('cases');
  const refused = answers.filter(({ isDone }) => !isDone).length;
  return (
    <>
      <p role="status">
        {answers.length < all
          ? t('bulk.under', { done: answers.length, all })
          : t(refused === 0 ? 'bulk.allDone' : 'bulk.someRefused', { count: refused, all })}
      </p>
      <ul className="bulk-cases">
        {answers.map(({ it, isDone, said }) => (
          <li key={it.id}>
            <StandingBadge look={isDone ? looks.acknowledged : looks.held}>
              {t(isDone ? 'bulk.done' : 'bulk.refused')}
            </StandingBadge>{' '}
            <strong>{it.person.name}</strong>
            <div className="aside">{said}</div>
          </li>
        ))}
      </ul>
    </>
  );
}
