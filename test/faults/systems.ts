import type { ConnectionInput } from '#app/connections.ts';
import type { HttpSystem } from '../../practice/servers/http-system.ts';

/** What a description says about one capability. */
type Capability = Readonly<Record<string, unknown>>;

/** A practice system, described for the connector that is not programmed. */
export const badges = (
  id: string,
  system: HttpSystem,
  capabilities: Readonly<Record<string, Capability>>,
): ConnectionInput => ({
  id,
  connector: 'http',
  category: 'physical',
  settings: {
    address: system.url,
    secret: system.token,
    knownAccount: { id: 'service', email: 'service@meadow.example' },
    description: {
      system: system.name,
      signIn: { kind: 'bearer' },
      check: { request: { method: 'GET', path: '/me' }, actingAs: '/login' },
      account: {
        id: '/id',
        login: '/login',
        status: { at: '/status', values: { active: 'active', suspended: 'suspended' } },
      },
      find: {
        request: { method: 'GET', path: '/users', query: { email: '{person.email}' } },
        items: '/users',
        paging: { kind: 'none' },
        match: { at: '/email', equals: 'person.email' },
      },
      capabilities,
    },
  },
});

const readRole = {
  request: { method: 'GET', path: '/users/{account.id}' },
  facts: { role: '/role' },
};

/** Makes somebody a guest. The practice system notes each time it is asked, so twice shows. */
export const becomeGuest = {
  read: readRole,
  goal: { all: [{ fact: 'role', equals: 'guest' }] },
  apply: [{ method: 'PATCH', path: '/users/{account.id}', json: { role: 'guest' } }],
} as const;

/** Ends all sessions, of which nothing can be read: a command. */
export const signOut = {
  apply: [{ method: 'DELETE', path: '/users/{account.id}/sessions' }],
  repeatable: true,
} as const;

/** Blocks the badge; asked again, the system refuses. */
export const block = {
  read: {
    request: { method: 'GET', path: '/users/{account.id}' },
    facts: { status: '/status' },
  },
  goal: { all: [{ fact: 'status', equals: 'suspended' }] },
  apply: [{ method: 'POST', path: '/users/{account.id}/suspend' }],
} as const;
