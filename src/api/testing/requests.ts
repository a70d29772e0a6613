import type { Asked } from './api.ts';

const credential = { id: 'AA', rawId: 'AA', type: 'public-key' };
const attestation = {
  ...credential,
  response: { clientDataJSON: 'AA', attestationObject: 'AA' },
};
const assertion = {
  ...credential,
  response: { clientDataJSON: 'AA', authenticatorData: 'AA', signature: 'AA' },
};

const description = {
  system: 'Door badges',
  signIn: { kind: 'bearer' },
  check: { request: { method: 'GET', path: '/me' }, actingAs: '/email' },
  account: { id: '/id', login: '/email', status: { at: '/status', values: { on: 'active' } } },
  find: {
    request: { method: 'GET', path: '/badges' },
    items: '',
    paging: { kind: 'none' },
    match: { at: '/email', equals: 'person.email' },
  },
  capabilities: {
    'account.suspend': {
      summary: 'Blocks the badge.',
      apply: [{ method: 'DELETE', path: '/badges/{account.id}' }],
      repeatable: true,
    },
  },
};

/** Every route below /api/v1, with a body and ids that it would accept. */
export const requests: Readonly<Record<string, { json?: unknown; text?: string; type?: string }>> =
  {
    'GET /cases': {},
    'POST /cases': { json: { personId: 'E-1', departure: { kind: 'resignation' } } },
    'GET /cases/:id': {},
    'GET /cases/:id/documents/:kind': {},
    'POST /cases/:id/evidence': { json: {} },
    'GET /evidence/:id': {},
    'GET /evidence/:id/file': {},
    'POST /cases/:id/pause': { json: { reason: 'wait' } },
    'POST /cases/:id/resume': {},
    'POST /cases/:id/cancel': {},
    'POST /cases/:id/change': { json: { urgent: true } },
    'POST /cases/:id/bring-back': { json: { digest: 'x' } },
    'POST /cases/:id/release': {},
    'POST /steps/:id/retry': {},
    'POST /steps/:id/hold': {},
    'POST /steps/:id/attest': { json: { reason: 'done', proof: 'T-1' } },
    'POST /steps/:id/accept': {},
    'POST /steps/:id/send-back': { json: { reason: 'not mine' } },
    'POST /steps/:id/hand-over': { json: { to: 'sam@meadow.example', reason: 'away' } },
    'POST /steps/:id/proofs': { text: 'scan', type: 'application/octet-stream' },
    'GET /steps/:id/proofs/:sha256': {},
    'POST /steps/:id/waive': { json: { reason: 'no', expiresAt: '2030-01-01T00:00:00Z' } },
    'POST /steps/:id/write-off': { json: { reason: 'lost' } },
    'GET /bulk-starts': {},
    'GET /bulk-starts/:id': {},
    'POST /bulk-starts': {
      json: { departures: [{ personId: 'E-1', departure: { kind: 'layoff' } }] },
    },
    'POST /bulk-starts/import': { text: 'person_id,name,email\n', type: 'text/csv' },
    'POST /bulk-starts/:id/approve': { json: { digest: 'x' } },
    'POST /bulk-starts/:id/withdraw': {},
    'POST /bulk-starts/:id/release': {},
    'POST /plans': { json: { person: 'E-1', departure: { kind: 'resignation' } } },
    'GET /people': {},
    'GET /people/:id': {},
    'POST /people/import': { text: 'person_id,name,email\n', type: 'text/csv' },
    'GET /accounts': {},
    'PUT /accounts/link': { json: { connection: 'wiki', account: '1', person: null } },
    'GET /playbooks': {},
    'GET /playbooks/:id': {},
    'GET /playbook-starters': {},
    'POST /playbooks/check': { text: 'playbook: x', type: 'application/yaml' },
    'POST /playbooks/import': { text: 'playbook: x', type: 'application/yaml' },
    'POST /playbooks/:id/publish': {},
    'GET /connections': {},
    'GET /connections/:id': {},
    'POST /connections/:id/pause': { json: { reason: 'wait' } },
    'GET /connectors': {},
    'GET /connectors/:id': {},
    'PUT /connections/:id': { json: { connector: 'wiki', settings: {} } },
    'PUT /connections/:id/list': { text: 'login,email\n', type: 'text/csv' },
    'POST /connections/:id/test': {},
    'POST /connections/:id/discover': {},
    'DELETE /connections/:id': {},
    'POST /connections/:id/try': {
      json: { account: 'A-1', capability: 'account.suspend' },
    },
    'GET /connections/:id/description': {},
    'PUT /connections/:id/description': { json: { description } },
    'GET /descriptions': {},
    'GET /descriptions/:id': {},
    'GET /tasks': {},
    'GET /alerts': {},
    'POST /alerts/:id/acknowledge': {},
    'GET /approvals': {},
    'GET /approvals/:id': {},
    'GET /approvals/:id/challenge': {},
    'POST /approvals/:id/decide': { json: { decision: 'granted', digest: 'x', assertion } },
    'POST /approvals/together/challenge': {
      json: { approvals: ['6f0c6a3e-5f1f-4f0e-9d59-1d2f5f0a7c11'] },
    },
    'POST /approvals/together/grant': {
      json: {
        approvals: [{ id: '6f0c6a3e-5f1f-4f0e-9d59-1d2f5f0a7c11', digest: 'A' }],
        assertion,
      },
    },
    'GET /departure-hints': {},
    'POST /departure-hints/:id/confirm': { json: { kind: 'resignation' } },
    'POST /departure-hints/:id/dismiss': { json: { reason: 'stays' } },
    'GET /protections': {},
    'POST /protections': { json: { personId: 'E-1', reason: 'a matter' } },
    'POST /protections/:id/lift': { json: { reason: 'settled' } },
    'GET /legal-holds': {},
    'POST /legal-holds': { json: { personId: 'E-1', reason: 'a matter' } },
    'POST /legal-holds/:id/lift': { json: { reason: 'settled' } },
    'GET /prunings': {},
    'POST /prunings': { json: { beforeSize: 256 } },
    'GET /prunings/:id/challenge': {},
    'POST /prunings/:id/approve': { json: { digest: 'x', assertion } },
    'POST /prunings/:id/withdraw': {},
    'GET /users/me/passkeys': {},
    'POST /users/me/passkeys/options': {},
    'POST /users/me/passkeys': { json: { name: 'key ring', attestation } },
    'POST /users/me/passkeys/:id/remove': { json: { confirmation: assertion } },
    'PUT /single-sign-on/secret': { json: { secret: 'x' } },
    'POST /single-sign-on/check': {},
    'GET /users/me/password': {},
    'POST /users/me/password/options': {},
    'PUT /users/me/password': { json: { password: 'correct horse battery', code: '000000' } },
    'DELETE /users/me/password': {},
    'GET /erasures': {},
    'POST /erasures': { json: { personId: 'E-1', basis: 'objection' } },
    'POST /erasures/:id/approve': { json: {} },
    'POST /erasures/:id/withdraw': { json: {} },
    'GET /readiness': {},
    'GET /rule-packs': {},
    'GET /surveys': {},
    'GET /surveys/:name': {},
    'PUT /surveys/:name': { text: 'survey: x', type: 'application/yaml' },
    'GET /surveys/:name/results': {},
    'GET /settings': {},
    'GET /settings/forms': {},
    'PATCH /settings/:name': { json: {} },
    'GET /users': {},
    'GET /tokens': {},
    'DELETE /tokens/:id': {},
    'GET /session': {},
    'POST /session/step-up/options': {},
    'POST /session/step-up': { json: { assertion } },
    'DELETE /session': {},
    'GET /sessions': {},
    'DELETE /sessions': {},
    'DELETE /sessions/:id': {},
    'DELETE /users/:id/sessions': {},
    'GET /kill-switch': {},
    'POST /evidence': { json: { from: '2026-01-01', to: '2026-03-31' } },
    'POST /kill-switch': { json: { reason: 'stop' } },
    'DELETE /kill-switch': {},
    'GET /audit': {},
    'GET /population': {},
    'POST /samples': { json: { from: '2026-12-01', to: '2026-12-31', count: 5 } },
    'GET /audit/export': {},
    'GET /status': {},
    'GET /overview': {},
    'GET /live': {},
  };

/** A request that a route would accept, of nothing that there is. */
export function requestFor(route: string): { readonly path: string; readonly it: Asked } {
  const [method = '', template = ''] = route.split(' ');
  const { json, text, type } = requests[route]!;
  const queries: Record<string, string> = {
    '/audit/export': '?format=csv',
    '/readiness': '?from=2026-12-01&to=2026-12-31',
    '/population': '?from=2026-12-01&to=2026-12-31',
    '/steps/:id/proofs': '?name=scan.pdf',
  };
  const query = queries[template] ?? '';
  const path = template
    .replace(':kind', 'letter')
    .replace(':sha256', 'c0'.repeat(32))
    .replace(/:\w+/, 'c0ffee00-0000-4000-8000-000000000000');
  return {
    path: `/api/v1${path}${query}`,
    it: {
      method,
      ...(json === undefined ? {} : { json }),
      ...(text === undefined ? {} : { text, headers: { 'content-type': type! } }),
    },
  };
}
