import { z } from 'zod';
import { byId } from '#connector-kit/by-id.ts';
import { blocked, change, done, type Plan, transition } from '#connector-kit/contract.ts';
import { unlessMissing } from '#connector-kit/http.ts';
import type { Atlassian } from './api.ts';
import { inWords, isManaged, memberOf } from './member.ts';
import { permission } from './settings.ts';

const state = z.strictObject({
  managed: z.boolean(),
  tokens: z.array(z.strictObject({ id: z.string(), label: z.string() })),
  obstacle: z.string().nullable(),
});

/** A deactivated account's tokens answer 401, and stay listed: they work again with the account. */
export const revokeTokens = transition({
  capability: 'tokens.revoke',
  summary: 'Ends the API tokens of the person.',
  scopes: [permission],
  mustPrecede: ['account.delete'],
  params: z.strictObject({}),
  state,
  repeatable: true,

  async read(atlassian: Atlassian, accountId) {
    const managed = isManaged(await memberOf(atlassian, accountId));
    if (!managed) return { managed, tokens: [], obstacle: null };
    const [tokens, obstacle] = await Promise.all([
      atlassian.tokensOf(accountId),
      atlassian.obstacle(accountId, 'apiToken.delete'),
    ]);
    return {
      managed,
      tokens: tokens.map(({ id, label }) => ({ id, label })).sort(byId),
      obstacle,
    };
  },

  plan({ managed, tokens, obstacle }): Plan<readonly string[]> {
    if (!managed) {
      return blocked(
        'The account is not the company’s, so that only the person sees its API tokens. They open nothing here once ' +
          'the access is suspended.',
      );
    }
    if (tokens.length === 0) return done('No API token.');
    if (obstacle !== null) return blocked(inWords(obstacle));
    return change(
      `End ${tokens.map(({ label }) => label).join(', ')}.`,
      tokens.map(({ id }) => id),
    );
  },

  async apply(atlassian, accountId, ids: readonly string[]) {
    for (const id of ids) await unlessMissing(atlassian.endToken(accountId, id));
  },
});
