import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type pino from 'pino';
import { stateDenials } from '#app/access-denials.ts';
import { checkHealth } from '#app/health.ts';
import { publishStarters } from '#app/playbooks.ts';
import { stateFailures } from '#app/sign-in-limits.ts';
import { makeSignInLink } from '#app/sign-in-links.ts';
import { noteSilentWorkers } from '#app/silent-workers.ts';
import { createToken, createUser } from '#app/users.ts';
import type { AnyConnector } from '#connector-kit/contract.ts';
import { detourText } from '#core/detour.ts';
import { every } from '#core/every.ts';
import { publicUrlOf } from '#core/public-url.ts';
import { settingsFrom } from '#core/settings.ts';
import { type Database, openDatabase } from '#store/database.ts';
import {
  createKeyFiles,
  followKeys,
  openKeyring,
  type Purpose,
  registerKeys,
} from '#store/keys.ts';
import type { Role } from '#store/roles.ts';
import { loadSettings } from '#store/settings.ts';
import type { Pool } from '#store/sql.ts';
import { openSubjectKeys } from '#store/subject-keys.ts';
import { listUsers } from '#store/users.ts';
import { answerHealth, listen } from './api/listen.ts';
import { startApi } from './api/start.ts';
import type { Configuration } from './operate/configuration.ts';
import { startRecording } from './recording.ts';
import { openTelemetry } from './telemetry.ts';
import { startWorker, type WorkerOptions, wireApp } from './wiring.ts';

export interface Program {
  /** Where the API answers. */
  readonly url: string;
  /** Where health and metrics answer; null: another process of this machine has the address. */
  readonly metricsUrl: string | null;
  /** Where people reach it; passkeys are bound to that. */
  readonly publicUrl: string;
  /** The token of the command line, made at the first start; null when somebody else made it. */
  readonly token: string | null;
  /** Where the installation's first user signs in, once; null: this start did not make them. */
  readonly claimLink: string | null;
  readonly database: Database;
  /** Resolves, if ever, with why the record is not the one that was signed: nothing more is signed or done. */
  readonly forked: Promise<string>;
  /** What an operator should know at every start, in sentences. */
  warnings(): Promise<readonly string[]>;
  stop(): Promise<void>;
}

export interface ServeOptions extends WorkerOptions {
  readonly configuration: Configuration;
  /** Which of the three roles this process plays. */
  readonly roles: readonly Role[];
  readonly connectors: ReadonlyMap<string, AnyConnector>;
  readonly log: pino.Logger;
  /** Settings of the embedded server, for tests that can do without its durability. */
  readonly databaseSettings?: Readonly<Record<string, string>>;
}

/** How often this process looks whether a key that it has in memory was destroyed, or another is used in its place. */
const followKeysMs = 2_000;

/** How often what was refused in a quarter of an hour that is over is looked for. */
const stateRefusalsMs = 60_000;

/** How often the process that answers people looks whether any worker lives. */
const lookForWorkersMs = 15_000;

const purposesOf: Record<Role, readonly Purpose[]> = {
  web: ['web', 'subject'],
  worker: ['connection', 'subject'],
  scribe: ['subject', 'signing'],
};

/**
 * Starts the roles of this process: opens the database, makes keys, user and starter
 * playbooks at the first start, then web, worker and scribe. Stops in the opposite order.
 */
export async function serve(options: ServeOptions): Promise<Program> {
  const { configuration, log, connectors } = options;
  const { dataDirectory, keysDirectory } = configuration;
  await mkdir(dataDirectory, { recursive: true, mode: 0o700 });
  // Keys are made with the database. A role by itself is given those that it needs, in a folder that it may only read.
  const { databaseUrls } = configuration;
  const setsUp = Object.keys(databaseUrls).length === 0 || databaseUrls.admin !== undefined;
  if (setsUp) await createKeyFiles(keysDirectory);

  const database = await openDatabase({
    dataDirectory,
    keysDirectory,
    urls: databaseUrls,
    roles: options.roles,
    soleAs: options.roles.join('+'),
    ...(options.databaseSettings ? { embedded: { settings: options.databaseSettings } } : {}),
    onConnectionError: (message) => log.warn({}, message),
  });
  const forked = Promise.withResolvers<string>();
  const stops: (() => Promise<void>)[] = [() => database.stop()];
  const stop = async () => {
    let failure: { error: unknown } | undefined;
    for (const it of stops.splice(0).reverse()) {
      // One that cannot be stopped must not leave the others running.
      await it().catch((error: unknown) => {
        failure ??= { error };
      });
    }
    if (failure) throw failure.error;
  };

  try {
    const publicUrl = publicUrlOf(configuration);
    let url = publicUrl;
    let metricsUrl: string | null = null;
    let token: string | null = null;
    let claimLink: string | null = null;

    const keyring = await openKeyring(keysDirectory, [
      ...new Set(options.roles.flatMap((role) => purposesOf[role])),
    ]);
    if (database.admin) await registerKeys(database.admin, keyring);
    for (const role of options.roles) await registerKeys(database.pools[role], keyring);
    const keys = openSubjectKeys(keyring);
    const anyPool = database.pools[options.roles[0]!];
    const followed = async () => {
      await keys.forgetErased(anyPool);
      for (const purpose of await followKeys(anyPool, keyring)) {
        log.error(
          { purpose },
          'a key has been replaced, and the new one is not in the folder of the keys',
        );
      }
    };
    const following = every(followKeysMs, async () => {
      await followed().catch((error: unknown) => {
        log.warn({ error: String(error) }, 'which keys are good could not be looked for');
      });
    });
    stops.push(() => following.stop());
    const telemetry = await openTelemetry({
      pools: database.pools,
      ...(configuration.tracesTo === undefined ? {} : { traceTo: configuration.tracesTo }),
      onError: (error) => log.warn({ error: String(error) }, 'something could not be measured'),
    });
    stops.push(() => telemetry.stop());
    const { measures, metrics } = telemetry;
    const parts = {
      measures,
      keyring,
      keys,
      connectors,
      log,
      publicUrl,
      recordsFolder: configuration.recordsDirectory,
      dropFolder: configuration.dropDirectory,
      dataFolder: dataDirectory,
      detours: configuration.detours,
    };

    if (options.roles.includes('scribe')) {
      const recording = await startRecording({
        pool: database.pools.scribe,
        configuration,
        keyring,
        keys,
        log,
        onFork: forked.resolve,
      });
      stops.push(() => recording.stop());
    }
    if (options.roles.includes('web')) {
      const pool = database.pools.web;
      await publishStarters({ pool, keys });
      const isFirst = (await listUsers(pool)).length === 0;
      token = await firstUser({ pool, keys }, dataDirectory);
      if (isFirst) {
        const link = { email: firstEmail, method: 'claim', publicUrl } as const;
        claimLink = (await makeSignInLink({ pool, keys }, link)).url;
      }
    }
    if (options.roles.includes('worker')) {
      const worker = await startWorker({ ...parts, pool: database.pools.worker }, options);
      stops.push(() => worker.stop());
    }
    if (options.roles.includes('web')) {
      const app = await wireApp({ ...parts, pool: database.pools.web });
      const stating = every(stateRefusalsMs, async () => {
        for (const state of [stateFailures, stateDenials]) {
          await state(app).catch((error: unknown) => {
            log.warn({ error: String(error) }, 'what was refused could not be stated');
          });
        }
      });
      const workers = every(lookForWorkersMs, async () => {
        const silent = await noteSilentWorkers(app).catch(() => null); // the database's silence is told elsewhere
        if (silent !== null) log.error({}, silent);
      });
      stops.push(
        () => stating.stop(),
        () => workers.stop(),
      );
      const api = await startApi(app, { configuration, log, metrics });
      url = api.url;
      metricsUrl = api.metricsUrl;
      stops.push(() => api.stop());
    } else {
      const health = () => checkHealth({ pool: anyPool });
      const watch = await listen(answerHealth(health, metrics), {
        ...configuration.metricsListen,
        log,
      }).catch((error: Error) => {
        // Several processes of one machine have one address between them.
        log.warn({ error: error.message }, 'health and metrics of this process are not served');
        return null;
      });
      metricsUrl = watch?.url ?? null;
      if (watch) stops.push(() => watch.stop());
    }
    return {
      url,
      metricsUrl,
      publicUrl,
      token,
      claimLink,
      database,
      forked: forked.promise,
      warnings: async () => [
        ...configuration.detours.map(
          (it) =>
            `${detourText(it)}, as GATEHOUSE_DETOURS says: whoever relays there sees when it is called.`,
        ),
        ...(await warningsOf(anyPool)),
      ],
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

const firstEmail = 'admin@localhost.invalid';

/** First start: one user who may set up everything, and a token for the command line. */
async function firstUser(
  app: Parameters<typeof createUser>[0],
  dataDirectory: string,
): Promise<string | null> {
  const file = path.join(dataDirectory, 'cli-token');
  if ((await listUsers(app.pool)).length > 0) {
    return readFile(file, 'utf8').then(
      (text) => text.trim(),
      () => null,
    );
  }
  const user = await createUser(app, {
    name: 'Administrator',
    email: firstEmail,
    roles: ['it-admin', 'security'],
  });
  const { token } = await createToken(app, {
    userId: user.id,
    name: 'command line of this server',
    days: 365,
    now: new Date(),
  });
  await writeFile(file, `${token}\n`, { mode: 0o600 });
  return token;
}

/** Nobody would be told of a failure: said at every start until it is mended. */
async function warningsOf(pool: Pool): Promise<readonly string[]> {
  const { contacts, mailConnection } = settingsFrom(await loadSettings(pool)).alerts;
  const warnings: string[] = [];
  if (contacts.length === 0) {
    warnings.push(
      'No alert contact is set: nobody would be told when a step fails (gatehouse settings set alerts).',
    );
  }
  if (mailConnection === null) {
    warnings.push(
      'No mail connection is set: alerts, tasks and notices stay here (gatehouse settings set alerts).',
    );
  }
  return warnings;
}
