import { type CaseLeaf, caseSummary } from './case-summary.ts';
import { type Grade, grades } from './step.ts';

/** The personal values that came with a fact, by name. */
export type ValuesOf = (entryId: string) => ReadonlySet<string>;

/**
 * What is wrong with how the steps of a case ended, in a sentence; null: the facts bear it out. Each
 * grade rests on something, each call came to something, and the seal counts no more than there is.
 */
export function gradeProblem(leaves: readonly CaseLeaf[], valuesOf: ValuesOf): string | null {
  for (const leaf of leaves) {
    const missing = leaf.grade && missingFor(leaf.grade, leaf, valuesOf(leaf.id));
    if (missing) return `Step ${leaf.step?.id} is said to be ${leaf.grade}, without ${missing}.`;
  }
  const { steps, grades: counted } = caseSummary(leaves);
  // What is taken back leaves steps behind that nobody finishes; those of the way back take their place.
  const wentBack = leaves.some(({ type }) => type === 'case.rescinded');
  const open = steps.find(({ calls, grade }) => calls > 0 && grade === null);
  if (open && !wentBack) {
    return `A system was called in step ${open.step}, and no fact says what came of it.`;
  }
  const stated: unknown = leaves.findLast(({ type }) => type === 'case.sealed')?.data?.['grades'];
  for (const grade of grades) {
    const count: unknown = Reflect.get(Object(stated), grade);
    if (typeof count === 'number' && count <= counted[grade]) continue;
    return `The seal counts ${String(count)} steps as ${grade}, and the facts show ${counted[grade]}.`;
  }
  return null;
}

/** What a grade needs and its fact lacks; null: nothing. Values that were withheld may hold it. */
function missingFor(grade: Grade, leaf: CaseLeaf, values: ReadonlySet<string>): string | null {
  const withheld = (leaf._sd ?? []).length - values.size;
  const lacks = (...names: string[]): boolean =>
    names.filter((it) => !values.has(it)).length > withheld;
  const has = (name: string): boolean => leaf.data?.[name] !== undefined;
  const isByPerson = ['person', 'token', 'link'].includes(leaf.actor?.kind ?? '');
  switch (grade) {
    case 'verified':
      return leaf.step?.capability && lacks('step.before', 'step.after')
        ? 'the state before and after'
        : null;
    case 'acknowledged':
      return isByPerson ? 'an answer of the system' : null;
    case 'absent':
      return has('searched') ? null : 'what was searched';
    case 'attested':
      return isByPerson && !lacks('reason') ? null : 'a person who vouches for it';
    case 'waived':
      if (!isByPerson || !has('approver') || lacks('reason')) return 'a person and a reason';
      return leaf.type === 'step.waived' && !has('expires') ? 'the day until which it holds' : null;
  }
}
