import { Checkbox, TextInput } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import type { Case } from '#api/contract/cases.ts';
import type { Colleague } from '#api/contract/people.ts';
import { momentText, placeOf } from '../../lib/moments.ts';
import { isSurname } from '../../lib/surname.ts';
import { currentLanguage, useWords } from '../../lib/words.ts';
import { localTime } from '../../lib/zoned.ts';
import { Ask } from '../../ui/ask.tsx';
import { PersonField } from '../../ui/person-field.tsx';
import { problemAt } from '../../ui/refused.tsx';
import { useUndo } from '../../ui/undo.tsx';
import {
  type CaseActName,
  type DialogProps,
  Reason,
  Returns,
  Surname,
  useActWords,
  useCaseAct,
} from './case-act-parts.tsx';

/** The dialog of one act. */
export function CaseAct({ act, it, onClose }: { act: CaseActName; it: Case; onClose: () => void }) {
  const Dialog = dialogs[act];
  return <Dialog it={it} onClose={onClose} />;
}

function Pause(props: DialogProps) {
  const t = useWords('departure');
  const { send, ...state } = useCaseAct(props);
  const [reason, setReason] = useState('');
  return (
    <Ask
      {...useActWords('pause', props.it)}
      {...state}
      effects={[t('caseEffect.pause'), t('caseEffect.pauseTimers')]}
      onDo={() => send('pause', { reason })}
      onClose={props.onClose}
    >
      <Reason value={reason} onChange={setReason} error={state.error} />
    </Ask>
  );
}

function Resume(props: DialogProps) {
  const t = useWords('departure');
  const { send, ...state } = useCaseAct(props);
  return (
    <Ask
      {...useActWords('resume', props.it)}
      {...state}
      effects={[t('caseEffect.resume')]}
      onDo={() => send('resume')}
      onClose={props.onClose}
    />
  );
}

function ChangeDates(props: DialogProps) {
  const t = useWords('departure');
  const { it } = props;
  const { send, ...state } = useCaseAct(props);
  const now = {
    lastWorkingDay: it.lastWorkingDay ?? '',
    accessEnds: it.accessEndsAt === null ? '' : localTime(it.accessEndsAt, it.zone),
    employmentEnds: it.employmentEnds ?? '',
    payEnds: it.payEnds ?? '',
    startDay: it.startDay ?? '',
  };
  const [dates, setDates] = useState(now);
  const shown: readonly (keyof typeof now)[] =
    it.kind === 'departure'
      ? ['lastWorkingDay', 'accessEnds', 'employmentEnds', 'payEnds']
      : ['startDay'];
  const changed = shown.filter((name) => dates[name] !== now[name]);
  return (
    <Ask
      {...useActWords('change-dates', it)}
      {...state}
      effects={[t('caseEffect.change-dates')]}
      isReady={changed.length > 0}
      onDo={() =>
        send('change', Object.fromEntries(changed.map((name) => [name, dates[name] || null])))
      }
      onClose={props.onClose}
    >
      {shown.map((name) => (
        <TextInput
          key={name}
          type={name === 'accessEnds' ? 'datetime-local' : 'date'}
          label={t(`date.${name}`)}
          description={name === 'accessEnds' ? t('field.where', { place: placeOf(it.zone) }) : null}
          value={dates[name]}
          error={problemAt(state.error, name)}
          onChange={(event) => {
            const value = event.currentTarget.value;
            setDates((all) => ({ ...all, [name]: value }));
          }}
        />
      ))}
    </Ask>
  );
}

function NameSuccessor(props: DialogProps) {
  const t = useWords('departure');
  const { it } = props;
  const { send, ...state } = useCaseAct(props);
  const [person, setPerson] = useState<Colleague | null>(null);
  const [isManager, setManager] = useState(false);
  const offerUndo = useUndo();
  const before = it.successor;
  return (
    <Ask
      {...useActWords('successor', it)}
      {...state}
      effects={[t('caseEffect.successor', { who: it.successor?.name ?? t('nobody') })]}
      isReady={isManager || person !== null}
      onDo={() =>
        send('change', { successor: isManager ? null : (person?.personId ?? null) }, () =>
          offerUndo(
            isManager ? t('field.managerAgain') : t('takesOver', { name: person?.name }),
            () => send('change', { successor: before?.isNamed ? before.personId : null }),
          ),
        )
      }
      onClose={props.onClose}
    >
      {!isManager && (
        <PersonField
          label={t('field.successor')}
          value={person}
          error={problemAt(state.error, 'successor')}
          onChange={setPerson}
        />
      )}
      {it.successor?.isNamed && (
        <Checkbox
          label={t('field.managerAgain')}
          checked={isManager}
          onChange={(event) => setManager(event.currentTarget.checked)}
        />
      )}
    </Ask>
  );
}

/** Not reversible: what is cut at once is listed, and the surname is typed. */
function CutNow(props: DialogProps) {
  const t = useWords('departure');
  const { it } = props;
  const { send, ...state } = useCaseAct(props);
  const [surname, setSurname] = useState('');
  const [reason, setReason] = useState('');
  const cut = it.steps.filter(({ layer, status }) => layer === 'security' && status !== 'settled');
  return (
    <Ask
      {...useActWords('cut-now', it)}
      {...state}
      isGrave
      effects={[
        t('caseEffect.cut-now', { who: it.person.name }),
        ...cut.map(({ title, account }) => (account ? `${title}: ${account.login}` : title)),
      ]}
      isReady={isSurname(surname, it.person.name) && reason.trim() !== ''}
      onDo={() => send('change', { urgent: true, reason })}
      onClose={props.onClose}
    >
      <Reason value={reason} onChange={setReason} error={state.error} />
      <Surname it={it} value={surname} onChange={setSurname} />
    </Ask>
  );
}

function Cancel(props: DialogProps) {
  const t = useWords('departure');
  const { it } = props;
  const { send, ...state } = useCaseAct(props);
  const isCut = it.firstCutAt !== null;
  return (
    <Ask
      {...useActWords('cancel', it)}
      {...state}
      effects={[t(isCut ? 'caseEffect.cancelCut' : 'caseEffect.cancel')]}
      onDo={() => send('cancel')}
      onClose={props.onClose}
    />
  );
}

/** Shows what returns by itself, and what must be done by hand or cannot return, before it begins. */
function BringBack(props: DialogProps) {
  const t = useWords('departure');
  const { it } = props;
  const { send, ...state } = useCaseAct(props);
  const byItself = it.steps.filter(({ undoOf }) => undoOf !== null);
  return (
    <Ask
      {...useActWords('bring-back', it)}
      {...state}
      isReady={it.planDigest !== null}
      onDo={() => send('bring-back', { digest: it.planDigest })}
      onClose={props.onClose}
    >
      <Returns title={t('returns.byItself')} texts={byItself.map(({ title }) => title)} />
      <Returns title={t('returns.notByItself')} texts={it.planNotes} />
      <p className="aside">
        {t('digest')} <code>{it.planDigest}</code>
      </p>
    </Ask>
  );
}

function Release(props: DialogProps) {
  const t = useWords('departure');
  const { it } = props;
  const { send, ...state } = useCaseAct(props);
  const [isUntold, setUntold] = useState(false);
  const [reason, setReason] = useState('');
  const body = isUntold ? { untold: true, reason } : {};
  return (
    <Ask
      {...useActWords('release', it)}
      {...state}
      effects={[
        t(it.held ? 'caseEffect.releaseHeld' : 'caseEffect.release', {
          when:
            it.accessEndsAt === null
              ? t('noDate')
              : momentText(it.accessEndsAt, it.zone, currentLanguage(), new Date()),
        }),
      ]}
      isReady={!isUntold || reason.trim() !== ''}
      onDo={() => send('release', body)}
      onClose={props.onClose}
    >
      {it.held && (
        <Checkbox
          label={t('field.untold')}
          checked={isUntold}
          onChange={(event) => setUntold(event.currentTarget.checked)}
        />
      )}
      {isUntold && <Reason value={reason} onChange={setReason} error={state.error} />}
    </Ask>
  );
}

const dialogs: Record<CaseActName, (props: DialogProps) => ReactNode> = {
  pause: Pause,
  resume: Resume,
  'change-dates': ChangeDates,
  successor: NameSuccessor,
  'cut-now': CutNow,
  cancel: Cancel,
  'bring-back': BringBack,
  release: Release,
};
