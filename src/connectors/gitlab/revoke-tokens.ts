import { z } from 'zod';
import { change, done, type Plan, transition } from '#connector-kit/contract.ts';
import { unlessMissing } from '#connector-kit/http.ts';
import type { GitLab } from './api.ts';
import { scopes } from './scopes.ts';

const Named = z.strictObject({ id: z.number(), name: z.string() });
const state = z.strictObject({
  tokens: z.array(Named),
  /** Made by administrators to act as the person. */
  impersonations: z.array(Named),
  sshKeys: z.array(Named),
  gpgKeys: z.array(z.strictObject({ id: z.number() })),
});

type Kind = keyof z.infer<typeof state>;
type Change = Readonly<Record<Kind, readonly number[]>>;

/** They outlive a block, and work again the day it is lifted. */
export const revokeTokens = transition({
  capability: 'tokens.revoke',
  summary: 'Ends access tokens, impersonation tokens, SSH keys and GPG keys of the user.',
  scopes: [scopes.api],
  params: z.strictObject({}),
  state,
  repeatable: true,

  async read(client: GitLab, accountId) {
    const byId = (a: { id: number }, b: { id: number }) => a.id - b.id;
    return {
      tokens: (await client.tokensOf(accountId)).sort(byId),
      impersonations: (await client.impersonationsOf(accountId)).sort(byId),
      sshKeys: (await client.sshKeysOf(accountId))
        .map(({ id, title }) => ({ id, name: title }))
        .sort(byId),
      gpgKeys: (await client.gpgKeysOf(accountId)).map(({ id }) => ({ id })).sort(byId),
    };
  },

  plan({ tokens, impersonations, sshKeys, gpgKeys }): Plan<Change> {
    const parts = [
      ...(tokens.length > 0 ? [`tokens ${names(tokens)}`] : []),
      ...(impersonations.length > 0 ? [`impersonation tokens ${names(impersonations)}`] : []),
      ...(sshKeys.length > 0 ? [`SSH keys ${names(sshKeys)}`] : []),
      ...(gpgKeys.length > 0 ? [`${gpgKeys.length} GPG keys`] : []),
    ];
    if (parts.length === 0) return done('No token and no key.');
    return change(`End ${parts.join('; ')}.`, {
      ...{ tokens: ids(tokens), impersonations: ids(impersonations) },
      ...{ sshKeys: ids(sshKeys), gpgKeys: ids(gpgKeys) },
    });
  },

  async apply(client, accountId, { tokens, impersonations, sshKeys, gpgKeys }: Change) {
    for (const id of tokens) await unlessMissing(client.endToken(id));
    for (const id of impersonations) await unlessMissing(client.endImpersonation(accountId, id));
    for (const id of sshKeys) await unlessMissing(client.endSshKey(accountId, id));
    for (const id of gpgKeys) await unlessMissing(client.endGpgKey(accountId, id));
  },
});

const names = (all: readonly { name: string }[]) => all.map(({ name }) => name).join(', ');
const ids = (all: readonly { id: number }[]) => all.map(({ id }) => id);
