import { destroys } from '#core/capability.ts';
import type { Plan } from '#core/plan.ts';
import { isPreserved, type LegalHoldRow, openHoldFor } from '#store/legal-holds.ts';
import type { Db } from '#store/sql.ts';
import type { Work } from '#store/steps.ts';
import { loadUser } from '#store/users.ts';

/** The hold that keeps a step from being carried out; null: nothing does. */
export async function holdAgainst(db: Db, work: Work): Promise<LegalHoldRow | null> {
  const { capability, connectionId, undoOf, caseId } = work;
  if (undoOf !== null || capability === null || !destroys(capability)) return null;
  const hold = await openHoldFor(db, work.personFacts.personId);
  if (hold === null) return null;
  const isKept = connectionId !== null && (await isPreserved(db, { caseId, connectionId }));
  return isKept ? null : hold;
}

/** Since when and by whom, as a part of a sentence. */
export async function holdText(db: Db, { setAt, setBy }: LegalHoldRow): Promise<string> {
  const by = (await loadUser(db, setBy))?.name ?? setBy;
  return `Legal hold since ${setAt.toISOString().slice(0, 10)}, by ${by}`;
}

/** What whoever reads a plan should know: which steps of it would wait for a hold to be lifted. */
export async function holdNotes(db: Db, personId: string, plan: Plan): Promise<readonly string[]> {
  const steps = plan.steps.filter((it) => it.capability !== null && destroys(it.capability));
  const hold = steps.length > 0 ? await openHoldFor(db, personId) : null;
  if (hold === null) return [];
  const titles = [...new Set(steps.map((it) => `“${it.title}”`))].join(', ');
  return [
    `${await holdText(db, hold)}: ${titles} waits until it is lifted, or until data.preserve was read back in the same system.`,
  ];
}
