import { randomBytes } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { type Colleague, colleagues } from '../company.ts';
import type { VendorAtHosts } from '../servers/vendors.ts';
import type { PracticeSystem, Sight } from './system.ts';

/** A vendor whom Gatehouse calls by its own name: a fake that keeps to the vendor's own document. */
export interface Vendor extends VendorAtHosts, Pick<PracticeSystem, 'connection' | 'about'> {
  /** Who has an account there. */
  readonly people: readonly Colleague[];
  /** What it shows of each account of a person, past its interface. */
  look(person: Colleague): readonly Sight[];
  /** Looks for an account that was not there at the start. */
  find?(person: Colleague): Sight | null;
  /** All that it holds about a person; two answers are equal when nothing has changed. */
  held(person: Colleague): unknown;
}

/** For vendors where nobody signs in. */
export const withoutAccounts = {
  people: [],
  look: () => [],
  held: () => null,
} satisfies Partial<Vendor>;

export const newSecret = (): string => randomBytes(20).toString('base64url');

/** What a vendor holds of each person, by the id of the person. */
export const byPerson = <Held>(
  people: readonly Colleague[],
  of: (person: Colleague, i: number) => Held,
): ReadonlyMap<string, Held> => new Map(people.map((it, i) => [it.personId, of(it, i)]));

/** As the story asks it, with the authority that says who answers at its names. */
export function systemOf(vendor: Vendor, ca: string): PracticeSystem {
  const before = new Map(colleagues.map((it) => [it.login, structuredClone(vendor.held(it))]));
  const { find } = vendor;
  return {
    connection: { ...vendor.connection, ca },
    about: vendor.about,
    targets: [], // reached by a detour
    look: async (person) => vendor.look(person),
    ...(find ? { find: async (person: Colleague) => find(person) } : {}),
    async changed() {
      const changed = colleagues.filter(
        (it) => !isDeepStrictEqual(vendor.held(it), before.get(it.login)),
      );
      return new Set(changed.map(({ login }) => login));
    },
    stop: async () => {},
  };
}
