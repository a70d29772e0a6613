import { z } from 'zod';
import { byHand, done, transition } from '#connector-kit/contract.ts';
import { type Client, shown } from './rows.ts';
import type { Settings } from './settings.ts';
import { state } from './state.ts';

/** Somebody brings it back; their word is enough, and so is a newer list that no longer shows it. */
export const recoverAsset = ({ system, instructions, assignTo }: Settings) =>
  transition({
    capability: 'assets.recover',
    summary: `Gets each piece of equipment back that the list of ${system} shows with the person.`,
    scopes: [],
    params: z.strictObject({ due: z.string().optional() }),
    state,
    read: (client: Client, accountId) => shown(client, accountId),

    plan({ listOf, isListed, isOpen, isTheirs, name, serial }, { due }) {
      const where = `The list of ${listOf}`;
      if (!isListed) return done(`${where} does not have it any more.`);
      if (!isOpen) return done(`${where} shows it returned.`);
      if (!isTheirs) return done(`${where} no longer shows it with the person.`);
      return byHand(
        {
          instructions: [
            `Get this back: ${serial === null ? name : `${name}, serial ${serial}`}.`,
            instructions,
            `When it is here, confirm it${serial === null ? '' : ` with the number on the device (${serial})`}.`,
          ].join('\n\n'),
          proof: ['number on the device', 'who received it'],
          assignTo,
          deadline: due ?? null,
          mustName: serial,
        },
        null,
      );
    },

    // Nothing is ever planned for us: only people can change what a list is made from.
    async apply(_client, _accountId, _change: never) {},
  });
