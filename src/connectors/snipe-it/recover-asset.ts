import { z } from 'zod';
import { byHand, change, done, transition } from '#connector-kit/contract.ts';
import type { SnipeIt } from './api.ts';
import { nameOf, numberOn, partsOf } from './holdings.ts';
import type { Settings } from './settings.ts';

const state = z.strictObject({
  /** Whether the person still has it. */
  isOut: z.boolean(),
  name: z.string(),
  number: z.string(),
  /** Who has it now, such as “user 12”; null: nobody. */
  holder: z.string().nullable(),
});

/**
 * Only a person can bring a laptop back. Whoever checks it in in Snipe-IT is done; whoever confirms
 * its number here has it checked in by us.
 */
export const recoverAsset = ({ assignTo, returnTo, checkIn }: Settings) =>
  transition({
    capability: 'assets.recover',
    summary: 'Gets each piece of equipment back that Snipe-IT shows as checked out.',
    scopes: ['View Assets', 'Checkin Assets', 'View Users'],
    params: z.strictObject({ due: z.string().optional() }),
    state,

    async read(snipeIt: SnipeIt, accountId) {
      const [assetId = '', userId = ''] = partsOf(accountId);
      const asset = await snipeIt.asset(assetId);
      const { assigned_to: holder } = asset;
      return {
        isOut: holder?.type === 'user' && String(holder.id) === userId,
        name: nameOf(asset),
        number: numberOn(asset),
        holder: holder && `${holder.type} ${holder.id}`,
      };
    },

    plan(now, { due }) {
      if (now.holder === null) return done('Snipe-IT shows it checked in.');
      if (!now.isOut) return done(`Snipe-IT shows it with ${now.holder}.`);
      const instructions = [
        `Get this back: ${now.name}.`,
        returnTo === undefined ? null : `Where it goes: ${returnTo}`,
        checkIn
          ? `When it is here, confirm it with the number on the device (${now.number}), or check it in in Snipe-IT.`
          : `When it is here, check it in in Snipe-IT. If that cannot be done, confirm it with the number on the device (${now.number}).`,
      ];
      return byHand(
        {
          instructions: instructions.filter((it) => it !== null).join('\n\n'),
          proof: ['number on the device', 'who received it'],
          assignTo,
          deadline: due ?? null,
          mustName: now.number,
        },
        checkIn ? change('Check it in in Snipe-IT.', 'check in' as const) : null,
      );
    },

    async apply(snipeIt, accountId, _: 'check in') {
      const [assetId = ''] = partsOf(accountId);
      await snipeIt.checkIn(assetId);
    },
    // No way back: what lies in the store room must not be shown as with somebody.
  });
