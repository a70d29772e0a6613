import type { DepartureFacts } from '#core/departure.ts';
import { record } from '#ledger/record.ts';
import { resolveAcknowledged, resolveAlerts, rewordAlert } from '#store/alerts.ts';
import {
  forgetSetAside,
  listSetAside,
  lockSetAside,
  type SetAsideRow,
  saveSetAside,
} from '#store/people-set-aside.ts';
import type { Db } from '#store/sql.ts';
import { askPerson } from './ask.ts';
import { isHistory } from './history.ts';
import type { Intake } from './intake.ts';
import type { About } from './reading.ts';
import type { Received } from './receive.ts';

/** Why a record cannot be taken in, and what it shows of a departure all the same. */
export interface Unfit {
  /** In sentences, with what to do about it. */
  readonly because: string;
  /** Null: it shows none, or cannot be read at all. */
  readonly departure: DepartureFacts | null;
  /** The system did not answer for this one person: it may any moment. */
  readonly isPassing: boolean;
}

/** So many of one source are told of one by one; further ones together. */
const mostAlone = 10;
/** How many are listed where they are told of together. */
const mostListed = 20;
/** They are read again as soon as the source says that they changed; and once a day, should others have mended it. */
const againInMs = 86_400_000;

/**
 * Sets aside somebody whose record cannot be taken in, so that all others go on, and puts it to a person: once, and
 * anew when something else is missing, when they leave, or when the source sends an event about them.
 */
export async function setAside(
  tx: Db,
  intake: Pick<Intake, 'keys'>,
  about: About,
  { because: said, departure, isPassing }: Unfit,
): Promise<Received> {
  const because = readable(said).slice(0, 500);
  const { source, personId } = keyOf(about);
  const before = await lockSetAside(tx, { source, personId });
  const leaves = departure && datesOf(departure);
  const isLongGone = departure !== null && isHistory({ departure }, about.readAt);
  const now: SetAsideRow = {
    ...{ source, personId, because, leaves },
    isHistory: isLongGone && (about.isFirst || (before?.isHistory ?? false)),
  };
  await saveSetAside(tx, { ...now, againInMs: isPassing ? 0 : againInMs });
  const received = { detail: `set aside: ${because}`, caseId: null };
  if (now.isHistory) return { ...received, outcome: before ? 'nothing new' : 'passed over' };

  const isKnown = before && !before.isHistory && before.leaves === leaves;
  if (isKnown && before.because === because && !about.isNews) {
    return { ...received, outcome: 'nothing new' };
  }
  await record(tx, intake.keys, [
    {
      type: 'source.rejected',
      actor: { kind: 'source', id: source, auth: 'none' },
      data: { source, reason: 'person' },
    },
  ]);
  if (isKnown) await resolveAcknowledged(tx, alertOf(now));
  else await resolveAlerts(tx, alertOf(now));
  await ask(tx, now, departure?.confidential ?? false);
  return { ...received, outcome: 'question' };
}

/** Their record could be taken in, or is gone: nothing is asked about it any more. Null: they were not set aside. */
export async function takeBack(
  tx: Db,
  about: Pick<About, 'source' | 'personId'>,
): Promise<SetAsideRow | null> {
  const it = keyOf(about);
  const before = await forgetSetAside(tx, it);
  if (!before) return null;
  await resolveAlerts(tx, alertOf(it));
  const others = await listSetAside(tx, it.source);
  if (others.length === 0) await resolveAlerts(tx, alertOfMany(it.source));
  else await rewordAlert(tx, { condition: alertOfMany(it.source), body: manyText(others) });
  return before;
}

/** What a system says of somebody may hold anything, and is read on a terminal. */
const readable = (text: string): string => text.replaceAll(/\p{C}/gu, ' ');

const keyOf = ({ source, personId }: Pick<About, 'source' | 'personId'>) => ({
  source,
  personId: readable(personId).slice(0, 100),
});

const alertOf = ({ source, personId }: Pick<About, 'source' | 'personId'>): string =>
  `set-aside:${source}:${personId}`;
const alertOfMany = (source: string): string => `set-aside-many:${source}`;

/** Names nobody but by the number: many read alerts. */
async function ask(tx: Db, it: SetAsideRow, confidential: boolean): Promise<void> {
  const { source, personId, because, leaves } = it;
  const common = { caseId: null, confidential };
  if (leaves !== null) {
    return askPerson(tx, {
      ...common,
      condition: `${alertOf(it)}:leaves`,
      title: 'Somebody leaves whose record cannot be taken in',
      body:
        `${source} says that the person of the number ${personId} leaves (${leaves}), and no departure follows from ` +
        `it. ${because} Mend the record in the HR system, and the departure begins by itself; or start it by hand ` +
        '(gatehouse depart).',
    });
  }
  const open = await listSetAside(tx, source);
  if (open.length > mostAlone) {
    return askPerson(tx, {
      ...common,
      condition: alertOfMany(source),
      title: 'Many people in the HR system cannot be taken in',
      body: manyText(open),
    });
  }
  return askPerson(tx, {
    ...common,
    condition: alertOf(it),
    title: 'Somebody in the HR system cannot be taken in',
    body: `${source} has the person of the number ${personId}, who is set aside until then. ${because} ${ahead}`,
  });
}

const ahead =
  'Mend it in the HR system, and it is taken in by itself. Whether such a person leaves may not be seen until then: ' +
  'start the departure by hand if they do (gatehouse depart).';

function manyText(people: readonly SetAsideRow[]): string {
  const { source } = people[0]!;
  const listed = people.slice(0, mostListed).map((it) => `${it.personId}: ${it.because}`);
  const more = people.length - listed.length;
  if (more > 0) listed.push(`And ${more} more.`);
  return `${source} has ${people.length} people who are set aside. ${ahead}\n\n${listed.join('\n')}`;
}

function datesOf({ lastWorkingDay, accessEnds, employmentEnds, payEnds }: DepartureFacts): string {
  const dates = [
    ['access ends', accessEnds],
    ['last working day', lastWorkingDay],
    ['employment ends', employmentEnds],
    ['pay ends', payEnds],
  ].flatMap(([name, date]) => (date ? [`${name} ${date}`] : []));
  return dates.join(', ') || 'without a date';
}
