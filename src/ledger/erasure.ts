import type { Obstacle } from '#core/erasure.ts';
import { every } from '#core/every.ts';
import { keepingRules } from '#core/retention.ts';
import { settingsFrom } from '#core/settings.ts';
import {
  addScheduledErasure,
  approvedErasures,
  beginErasure,
  destroySubjects,
  dueForErasure,
  finishErasure,
  lockErasure,
  refuseErasure,
  standingOf,
} from '#store/erasures.ts';
import { forgetPeriodEvidence } from '#store/evidence-orders.ts';
import { loadSettings } from '#store/settings.ts';
import { type Db, inTransaction, type Pool } from '#store/sql.ts';
import { aboutNobody, type Fact, record } from './record.ts';

/** Everything that stands in the way of erasing the person with this HR id; nothing: they can be erased. */
export async function obstaclesFor(db: Db, personId: string): Promise<readonly Obstacle[]> {
  const it = await standingOf(db, personId);
  const { rules } = settingsFrom(await loadSettings(db)).retention;
  const found: Obstacle[] = [];
  const add = (kind: Obstacle['kind'], detail: string) => void found.push({ kind, detail });

  if (it.isHeld)
    add('legal-hold', 'A legal hold is open on this person. It has to be lifted first.');
  for (const id of it.openCases) add('open-case', `The case ${id} has not ended yet.`);
  for (const id of it.casesNaming) {
    add('open-case', `The case ${id} of somebody else has not ended, and names this person.`);
  }
  for (const id of it.waivedIn) {
    add('waiver', `In the case ${id} a step is only skipped for a while. It has to be done first.`);
  }
  for (const { title, until } of keepingRules(rules, it, it.today)) {
    const when = until === null ? 'no end of the employment is known' : `until ${until}`;
    add('retention', `The retention rule “${title}” asks to keep the data: ${when}.`);
  }
  for (const id of it.openBulkStarts) {
    add('bulk-start', `The bulk start ${id} holds this person, and is not through yet.`);
  }
  if (it.openEvents > 0) {
    add(
      'open-event',
      'An event about this person has not been taken in yet. Try again in a moment.',
    );
  }
  for (const id of it.openHints) {
    add(
      'open-hint',
      `The question ${id} whether this person leaves is open (gatehouse hint list).`,
    );
  }
  if (it.isUser) {
    add('user', 'This person is a user of Gatehouse. Disable them first (gatehouse user disable).');
  }
  for (const place of it.namedIn) {
    add('named', `An address of this person stands in the ${place}. Take it out there first.`);
  }
  return found;
}

const scribe = { kind: 'system', id: 'scribe', auth: 'none' } as const;

/**
 * Carries out one approved erasure: the keys of the person are destroyed, every value and file under
 * them is deleted, the ordinary tables are emptied of the person, and one fact for each pseudonym
 * says so. To be run in a transaction: all of it happens, or nothing. What came in the way since it was approved
 * refuses it, which is a fact as well. False: another scribe has it.
 */
export async function eraseApproved(tx: Db, id: string): Promise<boolean> {
  const subjects = await beginErasure(tx, id);
  const it = await lockErasure(tx, id);
  if (it?.state !== 'approved' || it.personId === null) return false;
  if (subjects.length === 0) return false;
  const row = { table: 'erasures', id, version: it.version + 1 };

  const obstacles = await obstaclesFor(tx, it.personId);
  if (obstacles.length > 0) {
    const reasons = [...new Set(obstacles.map(({ kind }) => kind))];
    await refuseErasure(tx, { id, why: obstacles.map(({ detail }) => detail).join(' ') });
    await record(tx, aboutNobody, [
      { type: 'erasure.refused', actor: scribe, row, data: { erasure: id, reasons } },
    ]);
    return true;
  }
  const destroyed = await destroySubjects(
    tx,
    subjects.map(({ subject }) => subject),
  );
  await forgetPeriodEvidence(tx);
  const counts = [...destroyed.values()];
  await finishErasure(tx, {
    id,
    values: counts.reduce((sum, { values }) => sum + values, 0),
    blobs: counts.reduce((sum, { blobs }) => sum + blobs, 0),
  });
  await record(
    tx,
    aboutNobody,
    subjects.map(
      ({ ref, subject }, i): Fact => ({
        type: 'subject.erased',
        actor: scribe,
        ...(i === 0 ? { row } : {}),
        target: { ref },
        data: {
          erasure: id,
          basis: it.basis,
          requester: it.requestedBy,
          approver: it.decidedBy,
          ...destroyed.get(subject)!,
        },
      }),
    ),
  );
  return true;
}

/**
 * Makes an erasure of everybody who is due by the schedule and of whom nothing asks to keep the data. Whom a legal
 * hold or anything else keeps is looked at again the next time. They are carried out like those that people approved.
 */
export async function scheduleErasures(pool: Pool, stopping?: AbortSignal): Promise<number> {
  let count = 0;
  for (const personId of await dueForErasure(pool)) {
    if (stopping?.aborted) break;
    const made = await inTransaction(pool, async (tx) => {
      if ((await obstaclesFor(tx, personId)).length > 0) return false;
      const id = await addScheduledErasure(tx, personId);
      if (id === null) return false;
      const { eraseAfterMonths } = settingsFrom(await loadSettings(tx)).retention;
      await record(tx, aboutNobody, [
        {
          type: 'erasure.scheduled',
          actor: scribe,
          row: { table: 'erasures', id, version: 1 },
          data: { erasure: id, basis: 'no-longer-needed', months: eraseAfterMonths ?? 0 },
        },
      ]);
      return true;
    });
    if (made) count += 1;
  }
  return count;
}

/** Carries out erasures, approved or scheduled, for as long as it runs. Any number of scribes may: each erasure is one transaction. */
export function startErasing(
  pool: Pool,
  {
    onError,
    pollMs = 1_000,
    scheduleMs = 24 * 3_600_000,
  }: { onError: (error: unknown) => void; pollMs?: number; scheduleMs?: number },
): { stop(): Promise<void> } {
  const carryingOut = every(pollMs, async (stopping) => {
    try {
      for (const id of await approvedErasures(pool)) {
        if (stopping.aborted) return;
        await inTransaction(pool, (tx) => eraseApproved(tx, id));
      }
    } catch (error) {
      onError(error);
    }
  });
  // Beside it: who is kept by something has to be looked at each time, which may take long.
  const scheduling = every(scheduleMs, (stopping) =>
    scheduleErasures(pool, stopping).then(() => {}, onError),
  );
  return {
    async stop() {
      await Promise.all([carryingOut.stop(), scheduling.stop()]);
    },
  };
}
