/**
 * How an administrator of Meadow & Co describes one of its small systems: the same API of one
 * vendor, as docs/connect/http-without-code.md explains it.
 */
export const describeSystem = (
  system: string,
  { hasSessions, keepsTickets }: { hasSessions: boolean; keepsTickets: boolean },
) => ({
  system,
  signIn: { kind: 'bearer' },
  check: { request: { method: 'GET', path: '/me' }, actingAs: '/login' },
  account: {
    id: '/id',
    login: '/login',
    status: { at: '/status', values: { active: 'active', suspended: 'suspended' } },
    privileged: { at: '/role', isOneOf: ['admin', 'owner'] },
  },
  find: {
    request: { method: 'GET', path: '/users', query: { email: '{person.email}' } },
    items: '/users',
    paging: { kind: 'cursor', at: '/next', parameter: 'cursor' },
    match: { at: '/email', equals: 'person.email' },
  },
  list: {
    request: { method: 'GET', path: '/users' },
    items: '/users',
    paging: { kind: 'cursor', at: '/next', parameter: 'cursor' },
  },
  capabilities: {
    'account.suspend': {
      summary: `Suspends the account in ${system}.`,
      mustPrecede: ['sessions.revoke'],
      read: {
        request: { method: 'GET', path: '/users/{account.id}' },
        facts: { status: '/status' },
      },
      goal: { all: [{ fact: 'status', equals: 'suspended' }] },
      apply: [{ method: 'POST', path: '/users/{account.id}/suspend' }],
      restore: [{ method: 'POST', path: '/users/{account.id}/activate' }],
      // On this machine an effect shows at once; what takes longer was a lie.
      settlesWithinSeconds: 2,
    },
    ...(hasSessions ? { 'sessions.revoke': sessions } : {}),
  },
  ...(keepsTickets ? { tickets: ticketCalls } : {}),
  failures: [
    { at: '/error', equals: 'user_not_found', kind: 'not-found', message: '/error' },
    { at: '/error', equals: 'session_not_found', kind: 'not-found', message: '/error' },
    { at: '/ok', equals: false, kind: 'rejected', message: '/error' },
  ],
});

const sessions = {
  read: {
    request: { method: 'GET', path: '/users/{account.id}/sessions' },
    facts: { sessions: { at: '/sessions', each: '/id' } },
  },
  goal: { all: [{ fact: 'sessions', isEmpty: true }] },
  apply: [
    {
      method: 'DELETE',
      path: '/users/{account.id}/sessions/{item}',
      forEach: 'sessions',
    },
  ],
  repeatable: true,
};

/** How such a system keeps tickets. */
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
