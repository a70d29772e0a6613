import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { z } from 'zod';
import { signStandardWebhook } from '#connector-kit/testing/sign.ts';
import { freePort, stopProgram } from '../../practice/servers/program.ts';
import { PlaybookChecked } from '../../src/api/contract/playbooks.ts';
import { type Client, openClient } from '../../src/cli/client.ts';
import { bareEnvironment, descendants } from '../processes.ts';
import { answers, kill, type Peer } from './peer.ts';
import { systems, type Target } from './target.ts';

const start = path.resolve(import.meta.dirname, '../../start.mjs');
const anything = z.unknown();

/** In the place of the playbook for those who leave at once. */
const playbook = `
playbook: involuntary-departure
title: Twelve systems
for: departure
steps:
  - { id: block, layer: security, do: account.suspend, on: every account, at: confirmed }
`;

/** `gatehouse serve` with its embedded database, as it is delivered, set up through its API. */
export const gatehouse = (target: Target): Peer => ({
  name: 'Gatehouse',
  async start() {
    await using made = new AsyncDisposableStack();
    const folder = await mkdtemp(path.join(tmpdir(), 'gatehouse-bench-'));
    made.defer(() => rm(folder, { recursive: true, force: true }));
    const url = `http://127.0.0.1:${await freePort()}`;
    const env = {
      ...bareEnvironment(),
      GATEHOUSE_DATA: folder,
      GATEHOUSE_LISTEN: new URL(url).host,
      GATEHOUSE_METRICS_LISTEN: `127.0.0.1:${await freePort()}`,
    };
    const serve = () => spawn(process.execPath, [start, 'serve'], { env, stdio: 'ignore' });
    let program = serve();
    made.defer(() => stopProgram(program));
    const ready = () => answers(program, `${url}/openapi.json`);
    await ready();
    const token = (await readFile(path.join(folder, 'cli-token'), 'utf8')).trim();
    const secret = `whsec_${randomBytes(24).toString('base64')}`;
    await setUp(openClient({ url, token }), target, secret);

    const all = made.move();
    return {
      depart: (person) => tell(url, secret, person),
      processes: () => [program.pid!, ...descendants(program.pid!)],
      async killAndRestart() {
        // The start script, and the program that it runs; the database goes on.
        const [server] = descendants(program.pid!);
        await kill(program, [server!]);
        program = serve();
        await ready();
      },
      stop: () => all.disposeAsync(),
    };
  },
});

/** Limits as before a lawful layoff, the systems, and the one playbook. */
async function setUp(api: Client, { port }: Target, signingSecret: string): Promise<void> {
  const set = (group: string, change: unknown) =>
    api.send('PATCH', `/settings/${group}`, change, anything);
  const connect = (id: string, connection: object) =>
    api.send('PUT', `/connections/${id}`, connection, anything);
  await set('guardrails', {
    departuresPerHour: 100_000,
    departuresPerDay: 100_000,
    groupAtLeast: 100_000,
    suspensionsPerHour: 100_000,
  });
  await set('onPremises', {
    targets: [{ host: '127.0.0.1', port, network: '127.0.0.1/32', http: true }],
  });
  await connect('hr', { connector: 'signed-events', name: 'HR', settings: { signingSecret } });
  for (let i = 1; i <= systems; i++) {
    await connect(`system-${i}`, {
      connector: 'http',
      name: `System ${i}`,
      settings: {
        address: `http://127.0.0.1:${port}/s${i}`,
        description: { ...description, system: `System ${i}` },
      },
    });
  }
  const { playbook: draft } = await api.sendFile(
    '/playbooks/import',
    { bytes: Buffer.from(playbook), type: 'application/yaml' },
    PlaybookChecked,
  );
  await api.send('POST', `/playbooks/${draft.id}/publish`, undefined, anything);
}

const description = {
  signIn: { kind: 'none' },
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
  capabilities: {
    'account.suspend': {
      read: {
        request: { method: 'GET', path: '/users/{account.id}' },
        facts: { status: '/status' },
      },
      goal: { all: [{ fact: 'status', equals: 'suspended' }] },
      apply: [{ method: 'POST', path: '/users/{account.id}/suspend' }],
    },
  },
};

/** The HR system says that somebody leaves at once. */
async function tell(url: string, secret: string, person: string): Promise<void> {
  const id = person.slice(0, person.indexOf('@'));
  const body = JSON.stringify({
    type: 'departure.confirmed',
    occurred_at: new Date().toISOString(),
    person: { id, name: `Person ${id}`, email: person },
    departure: {
      id: `S-${id}`,
      kind: 'involuntary',
      urgent: true,
      last_working_day: '2026-12-01',
    },
  });
  const headers = signStandardWebhook(secret, `message-${id}`, new Date(), body);
  const answer = await fetch(`${url}/hooks/hr`, {
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/json' },
    body,
  });
  if (!answer.ok) throw new Error(`Gatehouse answered ${answer.status} ${await answer.text()}`);
}
