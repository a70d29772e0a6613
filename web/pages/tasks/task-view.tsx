import { Button } from '@mantine/core';
import { IconCheck, IconSlash } from '@tabler/icons-react';
import { useState } from 'react';
import type { TaskDetails } from '#api/contract/tasks.ts';
import { ApiProblem } from '../../lib/api.ts';
import { useNow } from '../../lib/clock.ts';
import { momentText } from '../../lib/moments.ts';
import { useAct, useRead } from '../../lib/queries.ts';
import { useSession } from '../../lib/session.ts';
import { currentLanguage, useWords } from '../../lib/words.ts';
import { Go, useGo } from '../../ui/go.tsx';
import { Empty, Loaded } from '../../ui/loaded.tsx';
import { say } from '../../ui/notices.tsx';
import { Refused } from '../../ui/refused.tsx';
import { addressOf } from '../cases/cases-table.tsx';
import { atOnce, StepAct, type StepActName } from '../cases/step-act.tsx';
import { DoneForm } from './done-form.tsx';
import { dateText, dueOf, sortOf, toneOf } from './due.ts';

/** One task: why it is there, by when, what counts as done, and what can be done about it. */
export function TaskView({ id, back }: { id: string; back: string }) {
  const t = useWords('tasks');
  const query = useRead<TaskDetails>(`/tasks/${encodeURIComponent(id)}`);
  const isNotThere = query.error instanceof ApiProblem && query.error.status === 404;
  return (
    <>
      <p className="task-back">
        <Go to={back}>{t('back')}</Go>
      </p>
      {isNotThere ? (
        <div className="card">
          <Empty act={<Go to={back}>{t('toMine')}</Go>}>{t('notYours')}</Empty>
        </div>
      ) : (
        <Loaded query={query}>
          {(it) => (it.id === id ? <Details it={it} back={back} /> : null)}
        </Loaded>
      )}
    </>
  );
}

type Finish = (name: StepActName, detail: string) => void;

/** Afterwards it waits for nobody here, so the page leaves it. */
const leaving: readonly StepActName[] = ['attest', 'accept', 'send-back', 'hand-over'];

function Details({ it, back }: { it: TaskDetails; back: string }) {
  const go = useGo();
  const finish: Finish = (name, detail) => {
    void say({ message: detail });
    if (leaving.includes(name)) go(back);
  };
  return (
    <article className="task card" aria-labelledby="task-title">
      <h2 id="task-title">{it.title}</h2>
      <Facts it={it} />
      {it.instructions !== it.title && <p className="lines">{it.instructions}</p>}
      <Said it={it} />
      {it.settled ? <Settled it={it} /> : <Acts it={it} onDone={finish} />}
    </article>
  );
}

function Facts({ it }: { it: TaskDetails }) {
  const t = useWords('tasks');
  const now = useNow();
  const due = it.settled ? 'none' : dueOf(it, now);
  const when = it.deadline && dateText(it.deadline, it.zone, currentLanguage(), now);
  const about = it.maySeeCase ? (
    <Go to={addressOf({ id: it.caseId, kind: it.kind })}>{it.person}</Go>
  ) : (
    it.person
  );
  const rows = [
    [
      'due',
      <span key="due" data-tone={toneOf[due]} className="task-due">
        {when ?? t('noDate')}
      </span>,
    ],
    ['about', about],
    ['sort', t(`sorts.${sortOf(it)}`)],
    ['asked', it.askedOf.map(({ name }) => name).join(', ') || t('nobody')],
    ['why', it.why],
    ['duty', it.duty],
    ['mustName', it.mustName],
  ] as const;
  return (
    <dl className="task-facts">
      {rows
        .filter(([, value]) => value)
        .map(([name, value]) => (
          <div key={name}>
            <dt>{t(`facts.${name}`)}</dt>
            <dd>{value}</dd>
          </div>
        ))}
    </dl>
  );
}

/** What others have said about it so far. */
function Said({ it }: { it: TaskDetails }) {
  const t = useWords('tasks');
  const now = useNow();
  const { handedOver, sentBack, moreTime, toAccept } = it;
  const until = moreTime && dateText(moreTime.until, it.zone, currentLanguage(), now);
  const said = [
    ...(handedOver
      ? [t('said.handedOver', { who: handedOver.byName, why: handedOver.reason })]
      : []),
    ...(sentBack ? [t('said.sentBack', { who: sentBack.byName, why: sentBack.reason })] : []),
    ...(moreTime
      ? [t('said.moreTime', { who: moreTime.byName, when: until, why: moreTime.reason })]
      : []),
    ...(it.confirmedBy && !it.settled ? [t('said.confirmed', { who: it.confirmedBy })] : []),
    ...(toAccept ? [t('said.done', { who: toAccept.byName, what: toAccept.reason })] : []),
    ...(toAccept?.proof ? [t('said.proof', { what: toAccept.proof })] : []),
  ];
  const files = toAccept?.files ?? [];
  if (said.length === 0 && files.length === 0) return null;
  return (
    <div className="task-said">
      {said.map((text) => (
        <p key={text} className="lines">
          {text}
        </p>
      ))}
      {files.length > 0 && <Files it={it} files={files} />}
    </div>
  );
}

function Files({ it, files }: { it: TaskDetails; files: TaskDetails['files'] }) {
  return (
    <ul className="task-files">
      {files.map(({ name, sha256 }) => (
        <li key={sha256}>
          <a href={`/api/v1/steps/${it.id}/proofs/${sha256}`} download={name}>
            {name}
          </a>
        </li>
      ))}
    </ul>
  );
}

function Settled({ it }: { it: TaskDetails }) {
  const t = useWords('tasks');
  const now = useNow();
  const { byName, at, reason, skipped } = it.settled!;
  const Icon = skipped ? IconSlash : IconCheck;
  return (
    <p className="task-settled">
      <Icon size={18} aria-hidden />
      {t(skipped ? 'skipped' : 'settled', {
        who: byName,
        when: momentText(at, it.zone, currentLanguage(), now),
        what: reason,
      })}
    </p>
  );
}

/** What went wrong stands under the buttons. */
const shownBelow = () => undefined;

/** Of what the server says can be done, in the order of what is most often wanted. */
const offered: readonly StepActName[] = [
  'accept',
  'send-back',
  'give-time',
  'refuse-time',
  'hand-over',
  'ask-time',
];

function Acts({ it, onDone }: { it: TaskDetails; onDone: Finish }) {
  const t = useWords('tasks');
  const [asking, setAsking] = useState<StepActName | null>(null);
  const done = useAct<{ detail: string }>();
  const { user } = useSession();
  const acts = offered.filter((name) => it.actions.includes(name));
  const isMine = it.askedOf.some((one) => one.email.toLowerCase() === user.email.toLowerCase());
  const isDoable = it.actions.includes('attest');
  const doAtOnce = async (name: StepActName) => {
    // What was done may be read anew, and this be gone, before the answer is looked at.
    const { detail } = await done.mutateAsync({
      method: 'POST',
      path: `/steps/${it.id}/${name}`,
    });
    onDone(name, detail);
  };
  return (
    <>
      {isDoable && (
        <DoneForm it={it} isMine={isMine} onDone={(detail) => onDone('attest', detail)} />
      )}
      {acts.length > 0 && (
        <div className="task-acts">
          {acts.map((name) => (
            <Button
              key={name}
              variant={name === 'accept' ? 'filled' : 'default'}
              loading={done.isPending && done.variables.path.endsWith(name)}
              onClick={() =>
                atOnce.includes(name) ? doAtOnce(name).catch(shownBelow) : setAsking(name)
              }
            >
              {t(`departure:act.${name}`)}
            </Button>
          ))}
        </div>
      )}
      <Refused error={done.error} />
      {!isDoable && acts.length === 0 && <p className="aside">{t('nothingToDo')}</p>}
      {asking && (
        <StepAct
          act={asking}
          on={it}
          onDone={(detail) => onDone(asking, detail)}
          onClose={() => setAsking(null)}
        />
      )}
    </>
  );
}
