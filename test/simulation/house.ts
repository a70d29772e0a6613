import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { App, Caller } from '#app/app.ts';
import { saveConnectionInput } from '#app/connections.ts';
import { passkeyOptions, registerPasskey } from '#app/passkeys.ts';
import { importPlaybook, publishPlaybook } from '#app/playbooks.ts';
import { changeSetting } from '#app/settings.ts';
import { makePasskey, type SoftwarePasskey } from '#app/testing/passkey.ts';
import { createUser } from '#app/users.ts';
import type { AnyConnector } from '#connector-kit/contract.ts';
import { signedEvents } from '#connectors/signed-events/index.ts';
import type { Role } from '#core/user.ts';
import { sequence } from '#ledger/sequence.ts';
import { installationId } from '#store/installation.ts';
import { createKeyFiles, openKeyring, purposes, registerKeys } from '#store/keys.ts';
import { randomBytes } from '#store/random.ts';
import { inTransaction } from '#store/sql.ts';
import { openSubjectKeys } from '#store/subject-keys.ts';
import { openVault } from '#store/vault.ts';
import {
  company,
  furtherSystem,
  paced,
  page,
  playbook,
  type Size,
  type SystemKind,
  small,
} from './company.ts';
import { simulated, simulatedMail } from './connector.ts';
import { openWorldDatabase, type WorldDatabase } from './database.ts';
import { openQueue } from './queue.ts';
import { Systems } from './systems.ts';
import { usual, type Weather } from './weathers.ts';
import { type Worker, workerOf } from './worker.ts';
import { type Actor, moveInto, World } from './world-clock.ts';

/** A Gatehouse in a world: the program's own parts, put together as `wiring.ts` does it. */
export interface House {
  readonly size: Size;
  readonly systemIds: readonly string[];
  readonly world: World;
  readonly database: WorldDatabase;
  systems: Systems;
  readonly app: App;
  /** HR and administrator, in one person who approves nothing. */
  readonly ada: Caller;
  /** Two who approve, each with a passkey. */
  readonly approvers: readonly Approver[];
  readonly signingSecret: string;
  /** Begins a history: all is as it was at the start. */
  begin(seed: number, weather?: Weather): Promise<void>;
  startWorker(crossing?: Actor['crossing'], looksAgain?: boolean): Promise<Worker>;
  readonly workers: readonly Worker[];
  /** Runs the world until the moment has come, or `until` says so. */
  run(untilAt: number, until?: () => boolean): Promise<boolean>;
  /** Runs the world until something is done. */
  finish<T>(work: Promise<T>): Promise<T>;
  /** Ends a process in the middle of whatever it does. */
  kill(worker: Worker): Promise<void>;
  /** Brings what was stated into the record, as the scribe does. */
  sequence(): Promise<void>;
  /** Errors that the program logged. */
  readonly errors: string[];
}

export interface Approver {
  readonly caller: Caller;
  readonly passkey: SoftwarePasskey;
}

/** A Monday. */
export const beginning = Date.parse('2026-03-02T08:00:00Z');

export async function openHouse(
  size: Size = small,
  edits: Parameters<typeof openWorldDatabase>[1] = [],
): Promise<House> {
  const world = new World(beginning, 1);
  const database = await openWorldDatabase(world, edits);
  const folder = await mkdtemp(path.join(tmpdir(), 'gatehouse-simulation-'));
  await createKeyFiles(folder);
  const keyring = await openKeyring(folder, purposes);
  await registerKeys(database.real.pools.admin, keyring);
  const installation = await installationId(database.real.pools.admin);
  moveInto(world);

  const connectors = new Map(
    [signedEvents, simulated, simulatedMail].map((it) => [it.id, it as AnyConnector]),
  );
  const people: Actor = { name: 'people', dead: false, frozenUntil: 0, skewMs: 0 };
  let vault = openVault({ keyring, installation });
  const inbound = (uuid: string, field: string) => `inbound.${uuid}.${field.toLowerCase()}`;
  const pool = database.poolOf(people, 'web');
  const unused = () => Promise.reject(new Error('nobody needs that here'));
  const app: App = {
    pool,
    keys: openSubjectKeys(keyring),
    connectors,
    publicUrl: page.origin,
    patienceMs: 10_000,
    fetchFrom: () => unused,
    live: { watch: unused, async stop() {} },
    secrets: {
      handOver: unused,
      storeInbound: async ({ connectionUuid, field, value }) => {
        await vault.storeWebSecret(pool, inbound(connectionUuid, field), value);
      },
      storeOwn: unused,
      own: async () => null,
      removeOwn: unused,
      removeInbound: unused,
      async inbound(uuid, fields) {
        const found = await Promise.all(
          fields.map((field) => vault.readWebSecret(pool, inbound(uuid, field))),
        );
        return found.filter((it) => it !== null);
      },
    },
  };

  const errors: string[] = [];
  let workers: Worker[] = [];
  let made = 0;
  const queue = openQueue(world, database, () => workers);
  const run: House['run'] = (untilAt, until = () => false) =>
    world.run(untilAt, () => {
      queue.notice();
      return until();
    });
  async function finish<T>(work: Promise<T>): Promise<T> {
    let ended = false;
    const noted = work.finally(() => {
      ended = true;
    });
    noted.catch(() => {});
    for (let tries = 0; !ended && tries < 1_000; tries++) await run(world.now + 600, () => ended);
    if (!ended) throw new Error('what people did in the world does not end');
    return noted;
  }

  const systems = [...company, ...Array.from({ length: size.further }, furtherSystem)];
  const house: House = {
    size,
    systemIds: systems.map(({ id }) => id),
    world,
    database,
    systems: new Systems(world),
    app,
    ada: undefined as never,
    approvers: [],
    signingSecret: `whsec_${Buffer.alloc(24, 7).toString('base64')}`,
    errors,
    get workers() {
      return workers;
    },
    run,
    finish,
    async startWorker(crossing, looksAgain = false) {
      const actor: Actor = {
        name: `worker-${++made}`,
        dead: false,
        frozenUntil: 0,
        skewMs: 0,
        crossing,
      };
      const worker = world.as(actor, () =>
        workerOf(actor, {
          world,
          database,
          // Each process has its own, as all that it remembers.
          keys: openSubjectKeys(keyring),
          connectors,
          errors,
          systems: () => house.systems,
          looksAgain,
        }),
      );
      // The lock that says that it lives; PostgreSQL drops it when a process dies.
      await database.rows('select pg_advisory_lock_shared(77, hashtext($1))', actor.name);
      workers.push(worker);
      return worker;
    },
    async kill({ actor }) {
      actor.dead = true;
      await database.abandon(actor);
      workers = workers.filter((it) => it.actor !== actor);
      await database.rows('select pg_advisory_unlock_shared(77, hashtext($1))', actor.name);
    },
    async sequence() {
      while ((await inTransaction(database.scribe, sequence)) > 0);
    },
    async begin(seed, { ratePerSecond } = usual) {
      for (const worker of [...workers]) await house.kill(worker);
      made = 0;
      errors.length = 0;
      queue.clear();
      world.restart(beginning + 60 * 60_000, seed);
      await database.reset();
      if (ratePerSecond !== undefined) {
        await database.rows(
          'update connection_health set rate_per_second = $2 where connection_id = $1',
          paced,
          ratePerSecond,
        );
      }
      // What the process remembers of the last history, and what is left of its chance, is thrown away.
      randomBytes(16_384);
      vault = openVault({ keyring, installation });
      Object.assign(app, { keys: openSubjectKeys(keyring) });
      house.systems = new Systems(world);
    },
  };
  await world.as(people, () => setUp(house, systems));
  await house.sequence();
  await database.keepBaseline();
  return house;
}

async function setUp(house: House, systems: readonly SystemKind[]): Promise<void> {
  const { app, finish } = house;
  const caller = async (name: string, roles: readonly Role[]): Promise<Caller> => {
    const email = `${name.split(' ')[0]!.toLowerCase()}@meadow.example`;
    const user = await finish(createUser(app, { name, email, roles }));
    return { user, actor: { kind: 'person', id: user.id, auth: 'token' } };
  };
  await house.startWorker();
  const ada = await caller('Ada Admin', ['it-admin', 'security', 'hr']);
  Object.assign(house, { ada });
  const connect = (it: Parameters<typeof saveConnectionInput>[2]) =>
    finish(saveConnectionInput(app, ada, it));
  const { signingSecret } = house;
  await connect({ id: 'hr', connector: 'signed-events', settings: { signingSecret } });
  await connect({ id: 'post', connector: 'simulated-mail', settings: { host: 'post.sim' } });
  for (const it of systems) {
    const { id, category, ratePerSecond = null, ...settings } = it;
    await connect({
      id,
      connector: 'simulated',
      name: id,
      category,
      ratePerSecond,
      settings: { host: `${id}.sim`, ...settings },
    });
  }
  const set = (name: string, value: Readonly<Record<string, unknown>>) =>
    finish(changeSetting(app, ada, name, value));
  await set('alerts', {
    contacts: [
      { name: 'Otto', email: 'otto@meadow.example' },
      { name: 'Nina', email: 'nina@meadow.example' },
    ],
    mailConnection: 'post',
  });
  await set('guardrails', {
    departuresPerHour: 1_000,
    departuresPerDay: 5_000,
    groupAtLeast: 1_000,
    deletionsPerHour: house.size.deletionsPerHour,
    suspensionsPerHour: 1_000,
  });
  const { playbook: draft } = await finish(importPlaybook(app, ada, playbook));
  await finish(publishPlaybook(app, ada, draft.id));

  const approvers: Approver[] = [];
  for (const [name, roles] of [
    ['Sam Security', ['security']],
    ['Ivy Admin', ['it-admin']],
  ] as const) {
    const one = await caller(name, roles);
    const passkey = makePasskey();
    const { creation } = await finish(passkeyOptions(app, one));
    const attestation = passkey.attest(creation.challenge, page);
    await finish(registerPasskey(app, one, { name: 'key', attestation, confirmation: null }));
    approvers.push({ caller: one, passkey });
  }
  Object.assign(house, { approvers });
}
