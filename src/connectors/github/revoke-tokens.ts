import { z } from 'zod';
import { byHand, change, done, type Plan, transition } from '#connector-kit/contract.ts';
import { unlessMissing } from '#connector-kit/http.ts';
import { namesOf } from '#connector-kit/names-of.ts';
import type { GitHub } from './api.ts';
import { deployKeysOf } from './deploy-keys.ts';
import { loginOf } from './login.ts';
import { permissions } from './permissions.ts';

const state = z.strictObject({
  /** Tokens and keys that may pass the single sign-on. Null: the organisation has none. */
  credentials: z.array(z.strictObject({ id: z.number(), type: z.string() })).nullable(),
  /** Fine-grained tokens. Null: GitHub shows them to apps only. */
  tokens: z.array(z.strictObject({ id: z.number(), name: z.string() })).nullable(),
  deployKeys: z.array(
    z.strictObject({ repository: z.string(), id: z.number(), title: z.string() }),
  ),
});

interface Change {
  readonly credentials: readonly number[];
  readonly tokens: readonly number[];
  readonly deployKeys: readonly { repository: string; id: number }[];
}

/**
 * What was made in the name of the person and reaches the organisation. Classic tokens and SSH keys are the
 * person's own: they are seen only where single sign-on makes people authorise them, and elsewhere reach
 * nothing once the person is no member.
 */
export const revokeTokens = transition({
  capability: 'tokens.revoke',
  summary:
    'Ends fine-grained tokens, what passes the single sign-on, and deploy keys that the person added.',
  scopes: [
    permissions.readMembers,
    permissions.readAdministration,
    permissions.manageAdministration,
    permissions.readTokens,
    permissions.manageTokens,
    permissions.readKeys,
    permissions.manageKeys,
  ],
  params: z.strictObject({
    deployKeys: z.enum(['end', 'keep']).default('end').meta({
      title: 'Deploy keys',
      description: 'keep: whatever deploys by them goes on, and the person may have a copy of them',
    }),
  }),
  state,
  // Fine-grained tokens are revoked in the background.
  settlesWithinMs: 15 * 60_000,
  repeatable: true,

  async read(client: GitHub, accountId) {
    const login = await loginOf(client, accountId);
    const hasSaml = client.settings.findBy.includes('saml');
    const isApp = (await client.app()) !== null;
    if (login === null) return { credentials: null, tokens: [], deployKeys: [] };
    return {
      credentials: hasSaml ? await credentialsOf(client, login) : null,
      tokens: isApp ? await tokensOf(client, login) : null,
      deployKeys: await deployKeysOf(client, login),
    };
  },

  plan(now, params): Plan<Change> {
    const credentials = now.credentials ?? [];
    const tokens = now.tokens ?? [];
    const deployKeys = params.deployKeys === 'keep' ? [] : now.deployKeys;
    const parts = [
      ...(tokens.length > 0 ? [`tokens ${namesOf(tokens)}`] : []),
      ...(credentials.length > 0
        ? [`${credentials.length} credentials of the single sign-on`]
        : []),
      ...(deployKeys.length > 0
        ? [`deploy keys of ${[...new Set(deployKeys.map((it) => it.repository))].join(', ')}`]
        : []),
    ];
    if (parts.length > 0) {
      return change(`End ${parts.join('; ')}.`, {
        credentials: credentials.map(({ id }) => id),
        tokens: tokens.map(({ id }) => id),
        deployKeys: deployKeys.map(({ repository, id }) => ({ repository, id })),
      });
    }
    if (now.tokens === null) {
      return byHand(
        {
          instructions:
            'GitHub shows fine-grained tokens to apps only, and this connection signs in by a token. Open the settings of the organisation → Personal access tokens → Active tokens, and revoke those of the person.',
          proof: ['how many there were'],
          ...{ assignTo: { role: 'it-operator' }, deadline: null, mustName: null },
        },
        null,
      );
    }
    return done('No token, credential or deploy key of the person reaches the organisation.');
  },

  async apply(client, _, { credentials, tokens, deployKeys }: Change) {
    for (let from = 0; from < tokens.length; from += mostAtOnce) {
      await client.endGrants(tokens.slice(from, from + mostAtOnce));
    }
    for (const id of credentials) await unlessMissing(client.endCredential(id));
    for (const { repository, id } of deployKeys) {
      await unlessMissing(client.endDeployKey(repository, id));
    }
  },
});

const mostAtOnce = 100;

async function credentialsOf(client: GitHub, login: string) {
  const found: { id: number; type: string }[] = [];
  for await (const it of client.credentialsOf(login)) {
    if (it.login.toLowerCase() !== login.toLowerCase()) continue;
    found.push({ id: it.credential_id, type: it.credential_type });
  }
  return found.sort((a, b) => a.id - b.id);
}

async function tokensOf(client: GitHub, login: string) {
  const found: { id: number; name: string }[] = [];
  for await (const { id, token_name: name, owner } of client.grantsOf(login)) {
    if (owner.login.toLowerCase() === login.toLowerCase()) found.push({ id, name });
  }
  return found.sort((a, b) => a.id - b.id);
}
