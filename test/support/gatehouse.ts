import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { App, Caller } from '#app/app.ts';
import { type ConnectionInput, saveConnectionInput } from '#app/connections.ts';
import { publishStarters } from '#app/playbooks.ts';
import { changeSetting } from '#app/settings.ts';
import { createUser } from '#app/users.ts';
import type { AnyConnector } from '#connector-kit/contract.ts';
import type { Log, Timing } from '#engine/engine.ts';
import { type Measures, unmeasured } from '#engine/measures.ts';
import type { RunningEngine } from '#engine/runner.ts';
import { markIn } from '#ledger/mark.ts';
import { openMirror } from '#ledger/mirror.ts';
import { mirrorFolder } from '#ledger/mirror-folder.ts';
import { type Scribe, startScribe } from '#ledger/scribe.ts';
import { openSigner } from '#ledger/signer.ts';
import { installationId } from '#store/installation.ts';
import { createKeyFiles, openKeyring, purposes, registerKeys } from '#store/keys.ts';
import { openSubjectKeys } from '#store/subject-keys.ts';
import { type Beginning, startDatabase, type TestDatabase } from '#store/testing/database.ts';
import { listUsers } from '#store/users.ts';
import { openVault } from '#store/vault.ts';
import { connectors as allConnectors } from '../../src/connectors.ts';
import { detours as readDetours } from '../../src/operate/configuration-detours.ts';
import { startWorker, wireApp } from '../../src/wiring.ts';

/** Where a server of a test listens: a port of 127.0.0.1, or an address of 127.0.0.0/8 with its port. */
export interface Place {
  readonly host: string;
  readonly port: number;
}

export interface TestGatehouse {
  readonly database: TestDatabase;
  readonly app: App;
  readonly scribe: Scribe;
  /** Starts another scribe in the place of one that was stopped. */
  restartScribe(): void;
  /** Where the largest signed state is kept, and where the signed record lies once more. */
  readonly markFolder: string;
  readonly mirrorFolder: string;
  /** Somebody who may do everything but audit. */
  readonly admin: Caller;
  /** Adds a connection to a server on this machine. */
  connect(it: ConnectionInput, at?: readonly (number | Place)[]): Promise<void>;
  /** Stops the worker and starts another, as a restart of the process would. */
  restartWorker(timing?: Partial<Timing>): Promise<void>;
  /** From here on only workers of other processes carry anything out. */
  stopWorker(): Promise<void>;
  /** Where the key files lie, for another process. */
  readonly keysFolder: string;
  /** Where connections may write. */
  readonly recordsFolder: string;
  /** Below which connections take files. */
  readonly dropFolder: string;
  /** Every line this process has logged, as JSON. */
  readonly logs: readonly string[];
  /** Reads rows as the database's administrator, to look behind the curtain. */
  rows<Row>(text: string, ...values: unknown[]): Promise<Row[]>;
  stop(): Promise<void>;
}

/** Short times for what waits: tests wait for conditions, not for clocks. */
export const shortTiming: Partial<Timing> = {
  firstRetryMs: 100,
  longestRetryMs: 500,
  probeMs: 300,
  sweepMs: 300,
  watchMs: 300,
  settleMs: 2_000,
  windowMs: 2_000,
  alertRetryMs: 300,
  // Whoever tests that access comes back says when it is looked at.
  rechecksMs: [],
};

interface Options {
  /** Default: all there are. */
  readonly connectors?: ReadonlyMap<string, AnyConnector>;
  /** Where vendors are reached on this machine, as GATEHOUSE_DETOURS says it. Default: nowhere. */
  readonly detours?: string;
  /** Where people reach it. */
  readonly publicUrl?: string;
  /** What measures the worker. Default: nothing. */
  readonly measures?: Measures;
  /** What an earlier version has left, in the place of a database and keys of its own. */
  readonly restored?: { readonly database: TestDatabase; readonly keysFolder: string };
  /** Whose disk must not be full. Default: nobody looks. */
  readonly dataFolder?: string;
}

/**
 * The whole program but for HTTP, on a database of its own: intake, engine, scribe and the acts of users.
 * Stop it in an `after` of the same suite: what runs keeps the test process alive.
 */
export async function startGatehouse(
  timing: Partial<Timing> = {},
  {
    connectors = allConnectors,
    detours = '',
    publicUrl = 'http://localhost:8080',
    measures = unmeasured,
    dataFolder,
    restored,
  }: Options = {},
): Promise<TestGatehouse> {
  const folder = restored?.keysFolder ?? (await mkdtemp(path.join(tmpdir(), 'gatehouse-keys-')));
  await createKeyFiles(folder);
  const keyring = await openKeyring(folder, purposes);
  // Nothing of what comes with the program is personal, so no key is asked for, and others may have a copy.
  const starters: Beginning = {
    name: 'starters',
    fill: ({ web }) => publishStarters({ pool: web, keys: openSubjectKeys(keyring) }),
  };
  const database = restored?.database ?? (await startDatabase(starters));
  await registerKeys(database.pools.admin, keyring);
  const logs: string[] = [];
  const ways = detours === '' ? [] : readDetours(detours);
  if ('problem' in ways) throw new Error(ways.problem);
  const log = logInto(logs);
  const recordsFolder = path.join(folder, 'records');
  const dropFolder = path.join(folder, 'drop');
  const parts = {
    keyring,
    connectors,
    log,
    publicUrl,
    measures,
    recordsFolder,
    dropFolder,
    ...(dataFolder === undefined ? {} : { dataFolder }),
  };

  const app = await wireApp({ ...parts, pool: database.pools.web });
  await publishStarters(app);
  const email = 'ada@meadow.example';
  const user =
    (await listUsers(database.pools.web)).find((it) => it.email === email) ??
    (await createUser(app, { name: 'Ada Admin', email, roles: ['it-admin', 'security', 'hr'] }));
  const admin: Caller = { user, actor: { kind: 'person', id: user.id, auth: 'token' } };
  // As production does, so that a journey ends in a record that is signed, and lies in a mirror.
  const [markFolder, mirrorPlace] = [path.join(folder, 'mark'), path.join(folder, 'mirror')];
  await mkdir(mirrorPlace);
  const installation = await installationId(database.pools.scribe);
  const startSigning = () =>
    startScribe(database.pools.scribe, {
      signer: openSigner({
        secrets: openVault({ keyring, installation }),
        mark: markIn(markFolder),
        mirror: openMirror(mirrorFolder(mirrorPlace)),
      }),
      onError: (error) => log.error({}, String(error)),
    });
  let scribe = startSigning();

  const start = (more: Partial<Timing> = {}) =>
    startWorker(
      { ...parts, pool: database.pools.worker, detours: ways },
      { timing: { ...shortTiming, ...timing, ...more } },
    );
  let worker: RunningEngine | null = await start();
  const targets: { host: string; port: number; network: string; http: boolean }[] = [];

  let stopping: Promise<void> | undefined;
  const stop = () => {
    stopping ??= (async () => {
      await worker?.stop();
      await scribe.stop();
      await database.stop();
      await rm(folder, { recursive: true, force: true });
    })();
    return stopping;
  };
  return {
    database,
    app,
    get scribe() {
      return scribe;
    },
    restartScribe() {
      scribe = startSigning();
    },
    markFolder,
    mirrorFolder: mirrorPlace,
    admin,
    async connect(it, at = []) {
      for (const place of at) {
        const { host, port } =
          typeof place === 'number' ? { host: '127.0.0.1', port: place } : place;
        targets.push({ host, port, network: `${host}/32`, http: true });
      }
      const named = await changeSetting(app, admin, 'onPremises', { targets });
      if ('noted' in named) {
        // Somebody else is there by now who has to say the same.
        const others = (await listUsers(database.pools.web)).filter(
          ({ id }) => id !== admin.user.id,
        );
        const second = others.find(
          ({ roles, disabledAt }) =>
            !disabledAt && roles.some((it) => it === 'it-admin' || it === 'security'),
        )!;
        const actor = { kind: 'person', id: second.id, auth: 'token' } as const;
        await changeSetting(app, { user: second, actor }, 'onPremises', { targets });
      }
      for (let tries = 1; ; tries += 1) {
        const { check } = await saveConnectionInput(app, admin, it);
        const { works, failure } = check as { works: boolean; failure?: { detail: string } };
        if (works) return;
        // With the short limits of a test, on a busy machine.
        if (tries < 3 && failure?.detail.startsWith('no answer within')) continue;
        throw new Error(`${it.id} does not work: ${failure?.detail}`);
      }
    },
    async restartWorker(more) {
      await worker?.stop();
      worker = await start(more);
    },
    async stopWorker() {
      await worker?.stop();
      worker = null;
    },
    keysFolder: folder,
    recordsFolder,
    dropFolder,
    logs,
    async rows<Row>(text: string, ...values: unknown[]) {
      return (await database.pools.admin.query(text, values)).rows as Row[];
    },
    stop,
  };
}

/** Keeps what is logged; shows it as well when GATEHOUSE_TEST_LOG is set. */
function logInto(lines: string[]): Log {
  const write = (level: string) => (fields: object, message: string) => {
    const line = JSON.stringify({ level, message, ...fields });
    lines.push(line);
    if (process.env['GATEHOUSE_TEST_LOG']) console.error(line);
  };
  return { info: write('info'), warn: write('warn'), error: write('error') };
}
