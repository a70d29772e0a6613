import { z } from 'zod';
import { byId } from '#connector-kit/by-id.ts';
import { byHand, change, done, type Plan, transition } from '#connector-kit/contract.ts';
import { namesOf } from '#connector-kit/names-of.ts';
import type { Key, Tailscale } from './api.ts';
import { scopes } from './settings.ts';

const Named = z.strictObject({ id: z.string(), name: z.string() });

/** What the person made for themselves is deleted; credentials of programs live on without them, so a person replaces those. */
export const revokeTokens = transition({
  capability: 'tokens.revoke',
  summary:
    'Deletes the API tokens and auth keys that the user made; a person replaces OAuth clients and federated identities.',
  scopes: [scopes.apiTokens, scopes.authKeys, scopes.readClients, scopes.readIdentities],
  // Nobody's keys can be told from others once the user is gone.
  mustPrecede: ['account.delete'],
  params: z.strictObject({}),
  state: z.strictObject({ own: z.array(Named), ofPrograms: z.array(Named) }),
  repeatable: true,

  async read(tailscale: Tailscale, accountId) {
    const keys = await tailscale.keysOf(accountId);
    const isOwn = ({ keyType }: Key) => keyType === 'api' || keyType === 'auth';
    const named = ({ id, description, keyType }: Key) => ({
      id,
      name: `${words[keyType]} ${description ? `“${description}”` : id}`,
    });
    return {
      own: keys.filter(isOwn).map(named).sort(byId),
      ofPrograms: keys
        .filter((it) => !isOwn(it))
        .map(named)
        .sort(byId),
    };
  },

  plan({ own, ofPrograms }): Plan<readonly string[]> {
    if (own.length > 0) {
      return change(
        `Delete ${namesOf(own)}.`,
        own.map(({ id }) => id),
      );
    }
    if (ofPrograms.length === 0) return done('No key that the user made is left.');
    return byHand(
      {
        instructions:
          `The user made these, and they go on without them: ${namesOf(ofPrograms)}.\n\n` +
          'Find out which program uses each. Make a new one in the admin console (Settings → Trust credentials), enter it ' +
          'there, and revoke the old one.',
        proof: ['what became of each'],
        assignTo: { role: 'it-admin' },
        deadline: null,
        mustName: null,
      },
      null,
    );
  },

  async apply(tailscale, _accountId, ids: readonly string[]) {
    for (const id of ids) await tailscale.deleteKey(id);
  },
});

const words: Readonly<Record<Key['keyType'], string>> = {
  api: 'API token',
  auth: 'auth key',
  client: 'OAuth client',
  federated: 'federated identity',
};
