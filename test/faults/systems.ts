import type { ConnectionInput } from '#app/connections.ts';
import type { HttpSystem } from '../../practice/servers/http-system.ts';
import { described } from '../support/described.ts';

/** What a description says about one capability. */
type Capability = Readonly<Record<string, unknown>>;

/** A practice system for badges. */
export const badges = (
  id: string,
  system: HttpSystem,
  capabilities: Readonly<Record<string, Capability>>,
): ConnectionInput => described(id, 'physical', system, { capabilities });

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
