import { randomUUID } from 'node:crypto';
import { capabilities, destroys, isCapability } from '#core/capability.ts';
import { rights } from '#core/user.ts';
import { type Fact, record } from '#ledger/record.ts';
import {
  insertLegalHold,
  type LegalHoldRow,
  liftLegalHold as liftStored,
  listLegalHolds as listStored,
  lockDeparturesOf,
  lockLegalHold,
  markHeld,
  openHoldFor,
  wakeStepsOf,
} from '#store/legal-holds.ts';
import { employmentsOf } from '#store/people.ts';
import { inTransaction } from '#store/sql.ts';
import { othersWithRole } from '#store/users.ts';
import type { App, Caller } from './app.ts';
import { authorize } from './authorize.ts';
import { changedMeanwhile, notFound, Problem } from './problem.ts';

export type { LegalHoldRow };

export async function listLegalHolds(app: App, caller: Caller): Promise<readonly LegalHoldRow[]> {
  authorize(caller, 'hold.read');
  return listStored(app.pool);
}

/**
 * From now on nothing of this person is destroyed, in no system, and their data in the record is
 * not erased. What was about to be done is done, or sees the hold.
 */
export async function setLegalHold(
  app: App,
  caller: Caller,
  it: { personId: string; reason: string },
): Promise<LegalHoldRow> {
  authorize(caller, 'hold.change');
  const [person] = await employmentsOf(app.pool, it.personId);
  if (!person) throw notFound(`person with the HR id ${it.personId}`);
  const id = randomUUID();
  return inTransaction(app.pool, async (tx) => {
    await lockDeparturesOf(tx, person.id);
    await record(tx, app.keys, [
      holdFact(caller, { ...person, id, version: 1 }, { hold: true, reason: it.reason }),
    ]);
    await insertLegalHold(tx, { id, person: person.id, reason: it.reason, by: caller.user.id });
    await markHeld(tx, { person: person.id, held: true });
    return (await lockLegalHold(tx, id))!;
  });
}

/** Lets go on what a hold kept waiting. Takes another person than the one who set it, where there is one. */
export async function liftLegalHold(
  app: App,
  caller: Caller,
  id: string,
  reason: string,
): Promise<void> {
  authorize(caller, 'hold.change');
  await inTransaction(app.pool, async (tx) => {
    const it = await lockLegalHold(tx, id);
    if (!it) throw notFound(`legal hold ${id}`);
    if (it.liftedAt !== null) throw new Problem('not possible', 'This hold was lifted already.');
    const isOwn = it.setBy === caller.user.id;
    const roles = rights['hold.change'];
    if (isOwn && (await othersWithRole(tx, { userId: caller.user.id, roles }))) {
      throw new Problem(
        'not possible',
        `Who set a hold does not lift it. Ask another person with the role ${roles.join(' or ')}.`,
      );
    }
    const people = isOwn ? { alone: true as const } : { second: it.setBy };
    await record(tx, app.keys, [
      holdFact(caller, { ...it, version: it.version + 1 }, { hold: false, reason, ...people }),
    ]);
    const lifted = { id, version: it.version, by: caller.user.id, why: reason };
    if (!(await liftStored(tx, lifted))) throw changedMeanwhile('The hold');
    if (await openHoldFor(tx, it.personId)) return;
    await markHeld(tx, { person: it.person, held: false });
    await wakeStepsOf(tx, { person: it.person, capabilities: destroying });
  });
}

const destroying = Object.keys(capabilities).filter((it) => isCapability(it) && destroys(it));

function holdFact(
  caller: Caller,
  it: Pick<LegalHoldRow, 'id' | 'version' | 'ref' | 'subject'>,
  { reason, ...data }: { hold: boolean; reason: string; second?: string; alone?: true },
): Fact {
  return {
    type: 'subject.hold-changed',
    actor: caller.actor,
    row: { table: 'legal_holds', id: it.id, version: it.version },
    target: { ref: it.ref },
    data: { id: it.id, ...data },
    personal: { subject: it.subject, values: { reason } },
  };
}
