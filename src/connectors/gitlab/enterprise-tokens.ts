import { z } from 'zod';
import { blocked, change, done, type Plan, transition } from '#connector-kit/contract.ts';
import { unlessMissing } from '#connector-kit/http.ts';
import type { GitLab } from './api.ts';
import { enterpriseUserOf, ownAccount } from './enterprise.ts';
import { scopes } from './scopes.ts';

const Named = z.strictObject({ id: z.number(), name: z.string() });
type Named = z.infer<typeof Named>;

interface Change {
  readonly tokens: readonly number[];
  readonly sshKeys: readonly number[];
}

/** From the credentials inventory, which knows enterprise users only. */
export const revokeEnterpriseTokens = transition({
  capability: 'tokens.revoke',
  summary:
    'Ends access tokens and SSH keys of an enterprise user. GitLab writes to the person about each.',
  scopes: [scopes.api],
  mustPrecede: ['account.delete'],
  params: z.strictObject({}),
  state: z.strictObject({
    isEnterprise: z.boolean(),
    tokens: z.array(Named),
    sshKeys: z.array(Named),
  }),
  repeatable: true,

  async read(client: GitLab, accountId) {
    const isEnterprise = (await enterpriseUserOf(client, accountId)) !== null;
    if (!client.top || !isEnterprise) return { isEnterprise, tokens: [], sshKeys: [] };
    const tokens = await client.top.tokensOf(accountId);
    const sshKeys = await client.top.sshKeysOf(accountId);
    return {
      isEnterprise,
      tokens: tokens.map(({ id, name }) => ({ id, name })).sort(inOrder),
      sshKeys: sshKeys.map(({ id, title: name }) => ({ id, name })).sort(inOrder),
    };
  },

  plan({ isEnterprise, tokens, sshKeys }): Plan<Change> {
    if (!isEnterprise) return blocked(ownAccount);
    const parts = [
      ...(tokens.length > 0 ? [`tokens ${names(tokens)}`] : []),
      ...(sshKeys.length > 0 ? [`SSH keys ${names(sshKeys)}`] : []),
    ];
    if (parts.length === 0) return done('No token and no SSH key.');
    return change(`End ${parts.join('; ')}.`, { tokens: ids(tokens), sshKeys: ids(sshKeys) });
  },

  async apply({ top }, _, { tokens, sshKeys }: Change) {
    if (!top) return;
    for (const id of tokens) await unlessMissing(top.endToken(id));
    for (const id of sshKeys) await unlessMissing(top.endSshKey(id));
  },
});

const inOrder = (a: Named, b: Named) => a.id - b.id;
const names = (all: readonly Named[]) => all.map(({ name }) => name).join(', ');
const ids = (all: readonly Named[]) => all.map(({ id }) => id);
