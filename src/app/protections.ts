import { randomUUID } from 'node:crypto';
import { type Fact, record } from '#ledger/record.ts';
import { employmentsOf } from '#store/people.ts';
import {
  askToLift,
  insertProtection,
  liftProtection as liftStored,
  listProtections as listStored,
  lockProtection,
  openProtectionOf,
  type ProtectionRow,
} from '#store/protections.ts';
import { inTransaction } from '#store/sql.ts';
import type { App, Caller } from './app.ts';
import { authorize, demandStepUp } from './authorize.ts';
import { changedMeanwhile, notFound, Problem } from './problem.ts';
import { deciders } from './second-person.ts';

export type { ProtectionRow };

export async function listProtections(app: App, caller: Caller): Promise<readonly ProtectionRow[]> {
  authorize(caller, 'protected.read');
  return listStored(app.pool);
}

/** From now on whatever needs an approval, and is about this person, takes two people. */
export async function protect(
  app: App,
  caller: Caller,
  it: { personId: string; reason: string },
): Promise<ProtectionRow> {
  authorize(caller, 'protected.change');
  demandStepUp(caller);
  const [person] = await employmentsOf(app.pool, it.personId);
  if (!person) throw notFound(`person with the HR id ${it.personId}`);
  const id = randomUUID();
  return inTransaction(app.pool, async (tx) => {
    const open = await openProtectionOf(tx, it.personId);
    if (open) throw new Problem('not possible', `${open.name} is protected already.`);
    await record(tx, app.keys, [
      changed(caller, { ...person, id, version: 1 }, { protected: true, reason: it.reason }),
    ]);
    await insertProtection(tx, { id, person: person.id, by: caller.user.id });
    return (await lockProtection(tx, id))!;
  });
}

/** Ends a protection. Takes two people as soon as there are two who may: the first one is noted. */
export async function liftProtection(
  app: App,
  caller: Caller,
  id: string,
  reason: string,
): Promise<{ lifted: boolean }> {
  authorize(caller, 'protected.change');
  demandStepUp(caller);
  return inTransaction(app.pool, async (tx) => {
    const it = await lockProtection(tx, id);
    if (!it) throw notFound(`protection ${id}`);
    if (it.liftedAt !== null) throw new Problem('not possible', 'It was lifted already.');
    const by = caller.user.id;
    const people = await deciders(tx, caller, { right: 'protected.change', first: it.liftAskedBy });
    if (!people) {
      await askToLift(tx, { id, by });
      return { lifted: false };
    }
    await record(tx, app.keys, [
      changed(caller, { ...it, version: it.version + 1 }, { protected: false, reason, ...people }),
    ]);
    if (!(await liftStored(tx, { id, version: it.version, by }))) {
      throw changedMeanwhile('The protection');
    }
    return { lifted: true };
  });
}

function changed(
  caller: Caller,
  it: Pick<ProtectionRow, 'id' | 'version' | 'ref' | 'subject'>,
  { reason, ...data }: { protected: boolean; reason: string; second?: string; alone?: true },
): Fact {
  return {
    type: 'protected.changed',
    actor: caller.actor,
    row: { table: 'protections', id: it.id, version: it.version },
    target: { ref: it.ref },
    data: { protection: it.id, ...data },
    personal: { subject: it.subject, values: { reason } },
  };
}
