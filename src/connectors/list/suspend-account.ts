import { z } from 'zod';
import { byHand, done, transition } from '#connector-kit/contract.ts';
import { type Client, shown } from './rows.ts';
import type { Settings } from './settings.ts';
import { state } from './state.ts';

/** Somebody blocks it there; their word is enough, and so is a newer list that shows it. */
export const suspendAccount = ({ system, instructions, assignTo }: Settings) =>
  transition({
    capability: 'account.suspend',
    summary: `Block sign-in in ${system}: done by a person, seen in a newer list.`,
    scopes: [],
    params: z.strictObject({}),
    state,
    read: (client: Client, accountId) => shown(client, accountId),

    plan({ listOf, isListed, isOpen, isTheirs, name }) {
      const where = `The list of ${listOf}`;
      if (!isListed) return done(`${where} does not have it any more.`);
      if (!isOpen) return done(`${where} shows it blocked.`);
      if (!isTheirs) return done(`${where} no longer shows it as this person’s.`);
      return byHand(
        {
          instructions: `Block sign-in in ${system}, for ${name}.\n\n${instructions}`,
          proof: ['what shows that it is blocked'],
          assignTo,
          deadline: null,
          mustName: null,
        },
        null,
      );
    },

    // Nothing is ever planned for us: only people can change what a list is made from.
    async apply(_client, _accountId, _change: never) {},
  });
