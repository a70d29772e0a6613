import type { ConnectionInput } from '#app/connections.ts';
import type { HttpSystem } from '../../practice/servers/http-system.ts';
import { ticketCalls } from '../../practice/systems/descriptions.ts';

/** A practice system as a place for tickets, described for the connector that is not programmed. */
export const helpDesk = (id: string, system: HttpSystem): ConnectionInput => ({
  id,
  name: system.name,
  connector: 'http',
  category: 'ticketing',
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
      capabilities: {},
      tickets: ticketCalls,
    },
  },
});
