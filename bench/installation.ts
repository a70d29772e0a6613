import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type pg from 'pg';
import type { App, Caller } from '#app/app.ts';
import { saveConnectionInput } from '#app/connections.ts';
import { receiveHook } from '#app/hooks.ts';
import { importPlaybook, publishPlaybook } from '#app/playbooks.ts';
import { changeSetting } from '#app/settings.ts';
import { createUser } from '#app/users.ts';
import { signStandardWebhook } from '#connector-kit/testing/sign.ts';
import type { Timing } from '#engine/engine.ts';
import { markIn } from '#ledger/mark.ts';
import { startScribe } from '#ledger/scribe.ts';
import { openSigner } from '#ledger/signer.ts';
import { openDatabase } from '#store/database.ts';
import { installationId } from '#store/installation.ts';
import { createKeyFiles, openKeyring, purposes, registerKeys } from '#store/keys.ts';
import { openVault } from '#store/vault.ts';
import { connectors } from '../src/connectors.ts';
import { startWorker, wireApp } from '../src/wiring.ts';
import { delayedSystem, type Tally } from './system.ts';

/** Gatehouse on its embedded database as it is delivered: durable, with the full record. */
export interface Installation {
  readonly app: App;
  readonly admin: Caller;
  readonly tally: Tally;
  readonly pool: pg.Pool;
  /** As the database's administrator, who may look at everything. */
  readonly owner: pg.Pool;
  /** Connections that answer after `delayMs`, each offering the capabilities; `perSecond`: with that limit. */
  addSystems(
    count: number,
    delayMs: number,
    capabilities: readonly string[],
    limits?: Limits,
  ): Promise<void>;
  /** Makes this the only playbook. */
  follow(playbook: string): Promise<void>;
  /** An urgent departure by signed webhook. */
  depart(person: string): Promise<void>;
  stop(): Promise<void>;
}

/** What an administrator allows towards a system, where it is not what is usual. */
interface Limits {
  readonly ratePerSecond?: number;
  /** Passes at once. */
  readonly concurrency?: number;
}

const secret = `whsec_${randomBytes(24).toString('base64')}`;
const silent = { info() {}, warn() {}, error: console.error };

/** `timing`: where it is not to take the time that it usually takes. */
export async function startInstallation(timing: Partial<Timing> = {}): Promise<Installation> {
  const folder = await mkdtemp(path.join(tmpdir(), 'gatehouse-bench-'));
  const keysDirectory = path.join(folder, 'keys');
  await createKeyFiles(keysDirectory);
  const database = await openDatabase({
    dataDirectory: folder,
    keysDirectory,
    roles: ['web', 'worker', 'scribe'],
    onConnectionError: console.error,
  });
  const keyring = await openKeyring(keysDirectory, purposes);
  await registerKeys(database.admin!, keyring);
  const tally: Tally = { firstCallAt: null, firstChangeAt: null, changes: 0, calls: 0 };
  const all = new Map([...connectors, ['delayed', delayedSystem(tally)]]);
  const parts = { keyring, connectors: all, log: silent, publicUrl: 'http://127.0.0.1' };
  const app = await wireApp({ ...parts, pool: database.pools.web });
  const user = await createUser(app, {
    name: 'Bench',
    email: 'bench@meadow.example',
    roles: ['it-admin', 'security', 'hr'],
  });
  const admin: Caller = { user, actor: { kind: 'person', id: user.id, auth: 'token' } };
  const installation = await installationId(database.pools.scribe);
  const scribe = startScribe(database.pools.scribe, {
    signer: openSigner({
      secrets: openVault({ keyring, installation }),
      mark: markIn(path.join(folder, 'mark')),
    }),
    onError: console.error,
  });
  const worker = await startWorker({ ...parts, pool: database.pools.worker }, { timing });

  // As an administrator would before a lawful layoff.
  await changeSetting(app, admin, 'guardrails', {
    departuresPerHour: 100_000,
    departuresPerDay: 100_000,
    groupAtLeast: 100_000,
    suspensionsPerHour: 100_000,
  });
  await saveConnectionInput(app, admin, {
    id: 'hr',
    connector: 'signed-events',
    settings: { signingSecret: secret },
  });

  return {
    app,
    admin,
    tally,
    pool: database.pools.worker,
    owner: database.admin!,
    async addSystems(count, delayMs, capabilities, limits = {}) {
      for (let i = 1; i <= count; i++) {
        await saveConnectionInput(app, admin, {
          id: `system-${i}`,
          connector: 'delayed',
          settings: { name: `system-${i}`, delayMs, capabilities: [...capabilities] },
          ...limits,
        });
      }
    },
    async follow(playbook) {
      const imported = await importPlaybook(app, admin, playbook);
      await publishPlaybook(app, admin, imported.playbook.id);
    },
    async depart(person) {
      const body = JSON.stringify({
        type: 'departure.confirmed',
        occurred_at: new Date().toISOString(),
        person: { id: person, name: `Person ${person}`, email: `${person}@meadow.example` },
        departure: {
          id: `S-${person}`,
          kind: 'involuntary',
          urgent: true,
          last_working_day: '2026-12-01',
        },
      });
      const headers = signStandardWebhook(secret, `message-${person}`, new Date(), body);
      const answer = await receiveHook(app, { source: 'hr', headers, body: Buffer.from(body) });
      if (answer.kind !== 'taken') throw new Error(JSON.stringify(answer));
    },
    async stop() {
      await worker.stop();
      await scribe.stop();
      await database.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
