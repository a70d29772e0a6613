import type { ConnectionInput } from '#app/connections.ts';
import type { HttpSystem } from '../../practice/servers/http-system.ts';

/** A practice system, described for the connector that is not programmed; `parts` say what it can do. */
export const described = (
  id: string,
  category: NonNullable<ConnectionInput['category']>,
  system: HttpSystem,
  parts: { readonly capabilities: object; readonly tickets?: object },
): ConnectionInput => ({
  id,
  connector: 'http',
  category,
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
      ...parts,
    },
  },
});
