import { z } from 'zod';
import { blocked, type Plan, type Transition, transition } from '#connector-kit/contract.ts';
import type { Google } from './api.ts';
import { scopes } from './scopes.ts';
import { services } from './vault.ts';

/**
 * Keeps an action from what Vault holds of the account. Google deletes no account that is on hold, unless its licence
 * was taken away first, and then what was held is purged. So neither is done while anything is held, whoever put it
 * on hold. https://support.google.com/vault/answer/2736622
 */
export function heedingHolds<State, Params, Change>(
  action: Transition<Google, State, Params, Change>,
) {
  const { read, plan, restore, ...rest } = action;
  interface Held {
    readonly held: { matter: string; corpus: string }[];
    readonly own: State;
  }
  return transition({
    ...rest,
    scopes: [...rest.scopes, scopes.vault, scopes.units],
    state: z.strictObject({
      /** In which matter, by its id, and of what. */
      held: z.array(z.strictObject({ matter: z.string(), corpus: z.string() })),
      own: rest.state,
    }),

    async read(google: Google, accountId, known): Promise<Held> {
      const before = known?.before?.own ?? null;
      const own = await read(google, accountId, known && { params: known.params, before });
      const user = await google.userUnlessGone(accountId);
      return { held: user ? await google.holdsOn(user) : [], own };
    },

    plan({ held, own }: Held, params: Params): Plan<Change> {
      const planned = plan(own, params);
      if (planned.kind !== 'change' || held.length === 0) return planned;
      const matters = [...new Set(held.map(({ matter }) => matter))].join(', ');
      const kinds = [...new Set(held.map(({ corpus }) => nameOf(corpus)))].join(', ');
      return blocked(
        `Vault holds ${kinds} of this account (matter ${matters}), which Google would purge. Give the account an ` +
          'Archived User licence by hand, or let Legal release it in Vault.',
      );
    },

    ...(restore
      ? {
          restore: (now: Held, before: Held): Plan<Change> => restore(now.own, before.own),
        }
      : {}),
  });
}

const nameOf = (corpus: string) =>
  Object.entries(services).find(([, it]) => it === corpus)?.[0] ?? corpus.toLowerCase();
