import type { ConnectionInput } from '#app/connections.ts';
import type { HttpSystem } from '../../practice/servers/http-system.ts';

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

/** How tickets are kept in a practice system. */
export const ticketCalls = {
  find: {
    request: { method: 'GET', path: '/tickets', query: { reference: '{reference}' } },
    items: '/tickets',
    paging: { kind: 'cursor', at: '/next', parameter: 'cursor' },
    match: '/reference',
  },
  one: { request: { method: 'GET', path: '/tickets/{ticket.id}' }, at: '' },
  ticket: {
    id: '/id',
    title: '/title',
    text: '/text',
    resolved: { at: '/status', isOneOf: ['resolved'] },
  },
  create: {
    request: {
      method: 'POST',
      path: '/tickets',
      json: { reference: '{reference}', title: '{title}', text: '{text}' },
    },
    id: '/id',
  },
  update: {
    method: 'PATCH',
    path: '/tickets/{ticket.id}',
    json: { title: '{title}', text: '{text}' },
  },
  resolve: { method: 'PATCH', path: '/tickets/{ticket.id}', json: { status: 'resolved' } },
  reopen: { method: 'PATCH', path: '/tickets/{ticket.id}', json: { status: 'open' } },
} as const;
