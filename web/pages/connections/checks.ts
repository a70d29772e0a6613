import type { Ability, CheckResult, Connection } from '#api/contract/connections.ts';

/** How one question to a system came out. */
export type CheckState = 'passed' | 'refused' | 'not-tried' | 'not-told';

export type Check =
  | { readonly name: 'address' | 'key' | 'reading'; readonly state: CheckState }
  | {
      readonly name: 'ability';
      readonly state: CheckState;
      readonly ability: Ability;
      /** The exact names of permissions, as the system calls them. */
      readonly missing: readonly string[];
    };

/** The last check of a connection, as a new one would answer; null: there was none. */
export function lastCheck(
  it: Pick<Connection, 'checkedAt' | 'checkFailure' | 'actingAs' | 'scopes'>,
): CheckResult | null {
  if (it.checkFailure) return { works: false, failure: it.checkFailure };
  if (it.checkedAt === null) return null;
  return { works: true, actingAs: it.actingAs ?? '', scopes: it.scopes };
}

/**
 * What one harmless call tells, question by question: where it ended, what came before was fine and what
 * comes after was not asked. Of permissions it tells only what the system names.
 */
export function checksOf(check: CheckResult, abilities: readonly Ability[]): readonly Check[] {
  const reached = check.works ? order.length : order.indexOf(endOf(check.failure));
  const stateOf = (at: number): CheckState =>
    at < reached ? 'passed' : at === reached ? 'refused' : 'not-tried';
  return [
    ...order.map((name, at) => ({ name, state: stateOf(at) })),
    ...abilities.map((ability): Check => {
      const missing = ability.missing ?? [];
      const state = !check.works
        ? 'not-tried'
        : ability.kind === 'by-hand'
          ? 'passed'
          : ability.missing === null
            ? 'not-told'
            : missing.length > 0
              ? 'refused'
              : 'passed';
      return { name: 'ability', state, ability, missing };
    }),
  ];
}

const order = ['address', 'key', 'reading'] as const;

type Failure = Extract<CheckResult, { works: false }>['failure'];

/** Which question a failure answers with no. Our own guard refuses an address before anybody is called. */
function endOf({ kind, detail }: Failure): (typeof order)[number] {
  if (kind === 'unavailable' || standsInHouse(detail)) return 'address';
  return kind === 'unauthenticated' ? 'key' : 'reading';
}

/** Whether the guard asks for the address to be named as one inside the house. */
export const standsInHouse = (detail: string): boolean => detail.includes('on-premises targets');
