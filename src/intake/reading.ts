import type { Failure } from '#core/failure.ts';
import { EmploymentRecord, type ShownRecord } from '#core/lifecycle.ts';
import { databaseNow } from '#store/clock.ts';
import { employmentsOf, lockPerson } from '#store/people.ts';
import { isSaidToLeave } from '#store/separations.ts';
import type { Db } from '#store/sql.ts';
import { askPerson } from './ask.ts';
import { isHistory } from './history.ts';
import type { Intake, OpenedSource } from './intake.ts';
import { type Heard, passOver, type Received, receive } from './receive.ts';
import { refusalIn, unavailableIn } from './refusal.ts';
import { setAside, takeBack, type Unfit } from './set-aside.ts';
import { dayOf, withdrawUnshown } from './shown-arrival.ts';

/** Whose record was read, and when. */
export interface About {
  readonly source: string;
  readonly personId: string;
  /** From before it was read: what is read cannot be older than this. */
  readonly readAt: Date;
  /** Of the first reading of a source, who left long ago is history. */
  readonly isFirst: boolean;
  /** An event said that there is something new about them. */
  readonly isNews: boolean;
}

/** A person as a source shows them now; `found` is null where it has nobody of that id. */
export type Reading = About &
  ({ readonly found: ShownRecord | null } | { readonly refused: Failure });

/**
 * Reads a person again. That this one record is refused is an answer; that the source does not answer, or knows us
 * no longer, is thrown. With `mayFail`, also that it does not answer for this one is one.
 */
export async function readPerson(
  intake: Pick<Intake, 'pool'>,
  { connector, client, withoutSecrets }: OpenedSource,
  whose: Omit<About, 'readAt'>,
  { mayFail = false }: { readonly mayFail?: boolean } = {},
): Promise<Reading> {
  const about = { ...whose, readAt: await databaseNow(intake.pool) };
  try {
    return { ...about, found: (await connector.people?.read?.(client, whose.personId)) ?? null };
  } catch (thrown) {
    const error = withoutSecrets(thrown);
    const refused = refusalIn(error) ?? (mayFail ? unavailableIn(error) : null);
    if (!refused) throw error;
    return { ...about, refused };
  }
}

/**
 * Takes in what a source shows of one person: who does not arrive after all, whether their role changes,
 * whether they arrive, and whether they leave, each only where the source tells. The role comes before all
 * that saves the person: it is told from what they were when last heard of. Who cannot be taken in is set aside.
 */
export async function receiveReading(
  tx: Db,
  intake: Intake,
  reading: Reading,
): Promise<readonly Received[]> {
  const judged = await judge(tx, reading);
  if ('because' in judged) return [await setAside(tx, intake, reading, judged)];
  const wasSetAside = (await takeBack(tx, reading)) !== null;
  const shown = { ...reading, found: judged.record };
  const received: Received[] = [...(await withdrawUnshown(tx, intake, shown))];
  if (!judged.record) await tellVanished(tx, reading, wasSetAside);
  for (const heard of judged.record ? await heardIn(tx, reading, judged.record) : []) {
    const isOver =
      reading.isFirst && heard.says === 'departure' && isHistory(heard.record, reading.readAt);
    received.push(isOver ? await passOver(tx, heard) : await receive(tx, intake, heard));
  }
  return received;
}

/** Whether what was read is whole. */
async function judge(
  tx: Db,
  reading: Reading,
): Promise<{ readonly record: EmploymentRecord | null } | Unfit> {
  if ('refused' in reading) {
    const { kind, detail } = reading.refused;
    return { because: sentence(detail), departure: null, isPassing: kind === 'unavailable' };
  }
  if (!reading.found) return { record: null };
  const found = await withLastAddress(tx, reading.found);
  const parsed = EmploymentRecord.safeParse(found);
  if (parsed.success) return { record: parsed.data };
  const { path, message } = parsed.error.issues[0]!;
  const because =
    found.person.email === null
      ? 'It has no e-mail address, and accounts are looked for by it: enter one there.'
      : sentence(`Its field ${path.join('.')} cannot be used: ${message}`);
  return { because, departure: found.departure, isPassing: false };
}

const sentence = (text: string): string => (/[.!?]$/.test(text) ? text : `${text}.`);

/** Some take the address away with the person, whose accounts are those of the address they had. */
async function withLastAddress(tx: Db, found: ShownRecord): Promise<ShownRecord> {
  const { person, hires } = found;
  if (person.email !== null) return found;
  const known = (await employmentsOf(tx, person.personId)).find(
    (it) => it.erasedAt === null && it.name.toLowerCase() === person.name.toLowerCase(),
  );
  if (!known) return found;
  const { email } = known;
  return {
    ...found,
    person: { ...person, email },
    ...(hires && { hires: hires.map((it) => ({ ...it, person: { ...it.person, email } })) }),
  };
}

/**
 * A source that was asked for somebody who works here, as far as we know, has nobody of that id any more. That is no
 * departure, and may have been one: a person has to say.
 */
async function tellVanished(
  tx: Db,
  { source, personId, readAt }: About,
  wasSetAside: boolean,
): Promise<void> {
  const [newest] = (await employmentsOf(tx, personId)).filter((it) => it.source === source);
  if (!newest && !wasSetAside) return;
  if (newest) {
    if (newest.erasedAt !== null) return;
    const began = newest.facts.startDate;
    // Whoever was to come is told of where the arrival is taken back.
    if (began !== null && began > dayOf(readAt)) return;
    if (await isSaidToLeave(tx, newest.id)) return;
  }
  await askPerson(tx, {
    condition: `vanished:${personId}`,
    title: 'Somebody is gone from the HR system',
    body:
      `${source} has nobody of the number ${personId} any more, and ` +
      `${newest ? 'never said that this person leaves' : 'their record could never be taken in'}. If they left, ` +
      'start the departure by hand (gatehouse depart). If they did not, our key may no longer see them: widen its access.',
    caseId: null,
    confidential: false,
  });
}

async function heardIn(
  tx: Db,
  { source, readAt }: About,
  record: EmploymentRecord,
): Promise<readonly Heard[]> {
  const heard = {
    source,
    record,
    from: 'record',
    occurredAt: readAt,
    version: null,
    actor: { kind: 'source', id: source, auth: 'none' },
    askedBy: null,
  } as const;
  const arriving: Heard[] = [];
  for (const { person, arrival } of record.hires ?? []) {
    const known = await lockPerson(tx, person);
    const began = known?.facts.startDate ?? null;
    const hadBegun = known !== null && began !== null && began <= dayOf(known.heardAt);
    const hired = { person, arrival, departure: null, changedAt: record.changedAt };
    arriving.push({ ...heard, record: hired, says: 'arrival', hadBegun });
  }
  const moving: Heard[] =
    record.arrival === undefined
      ? []
      : [{ ...heard, says: record.arrival ? 'arrival' : 'no arrival' }];
  const leaving: Heard = { ...heard, says: record.departure ? 'departure' : 'no departure' };
  return [...moving, ...arriving, leaving];
}
