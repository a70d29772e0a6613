import { randomBytes } from 'node:crypto';
import type pg from 'pg';
import type { App } from '#app/app.ts';
import { openLive } from '#app/live.ts';
import { rulePacks } from '#app/rule-packs.ts';
import type { AnyConnector } from '#connector-kit/contract.ts';
import { openGuard } from '#connector-kit/guard.ts';
import { hostOf } from '#connector-kit/host-of.ts';
import { type Detour, detourText } from '#core/detour.ts';
import { every } from '#core/every.ts';
import { type OnPremisesTarget, settingsFrom } from '#core/settings.ts';
import { previewBulkStart } from '#engine/bulk-preview.ts';
import { callsUnderWay } from '#engine/calls-under-way.ts';
import { openClients } from '#engine/clients.ts';
import { openClock } from '#engine/clock.ts';
import { type Engine, type Log, type Timing, usualTiming } from '#engine/engine.ts';
import { openGroups } from '#engine/groups.ts';
import { type Measures, unmeasured } from '#engine/measures.ts';
import { fulfil } from '#engine/orders.ts';
import { putRatesInForce } from '#engine/pace.ts';
import { type RunningEngine, startEngine } from '#engine/runner.ts';
import { diskOf, watchItself } from '#engine/self-watch.ts';
import { openBulkStart } from '#intake/bulk.ts';
import { deliver } from '#intake/deliver.ts';
import type { Intake } from '#intake/intake.ts';
import { pollSources } from '#intake/poll.ts';
import { record, type SubjectKeys } from '#ledger/record.ts';
import { dueBulkStarts, wakeBulkStart } from '#store/bulk-starts.ts';
import type { ConnectionRow } from '#store/connections.ts';
import { dueDeliveries, wakeDelivery } from '#store/deliveries.ts';
import { installationId } from '#store/installation.ts';
import type { Keyring } from '#store/keys.ts';
import { allListRows, listRowsOf, loadListRow, loadListUpload } from '#store/lists.ts';
import { pulseNow } from '#store/liveness.ts';
import { loadSettings } from '#store/settings.ts';
import { inTransaction, readingTogether } from '#store/sql.ts';
import { openSubjectKeys } from '#store/subject-keys.ts';
import { openVault } from '#store/vault.ts';
import { listening } from './listening.ts';
import { replaceSecrets } from './rotation.ts';
import { boundTo, toField, toName } from './secret-names.ts';

/** What both processes are put together from. */
export interface Parts {
  readonly pool: pg.Pool;
  readonly keyring: Keyring;
  /** Those of the whole process; left out: keys of its own. */
  readonly keys?: SubjectKeys;
  readonly connectors: ReadonlyMap<string, AnyConnector>;
  readonly log: Log;
  readonly publicUrl: string;
  /** Hosts that are reached at another address from here; left out: none. */
  readonly detours?: readonly Detour[];
  /** The only folder that a connector may write into; left out: none. */
  readonly recordsFolder?: string;
  /** The only folder below which files are taken; left out: none. */
  readonly dropFolder?: string;
  /** Where this process keeps its data, whose disk must not be full; left out: nobody looks. */
  readonly dataFolder?: string;
  /** Left out: nobody measures. */
  readonly measures?: Measures;
}

const inboundName = (uuid: string, name: string) => `inbound.${uuid}.${toField(name)}`;

/** What users can do, as the web process does it. */
export async function wireApp(parts: Parts): Promise<App> {
  const { pool, keyring, connectors } = parts;
  const vault = openVault({ keyring, installation: await installationId(pool) });
  return {
    pool,
    fetchFrom: (hosts) => async (input, init) => {
      const { targets } = settingsFrom(await loadSettings(pool)).onPremises;
      const guard = openGuard({ onPremises: () => targets, detours: parts.detours ?? [] });
      try {
        return await guard.fetchFor({ hosts, ca: null })(input, init);
      } finally {
        await guard.close();
      }
    },
    keys: parts.keys ?? openSubjectKeys(keyring),
    connectors,
    publicUrl: parts.publicUrl,
    patienceMs: 10_000,
    live: openLive(pool),
    secrets: {
      handOver: (it) =>
        vault.sealForWorker(pool, {
          connectionId: it.connectionUuid,
          field: toField(it.field),
          version: it.version,
          value: it.value,
          hosts: boundTo(it.hosts),
          enteredBy: it.enteredBy,
        }),
      async storeInbound({ connectionUuid, field, value }) {
        await vault.storeWebSecret(pool, inboundName(connectionUuid, field), value);
      },
      storeOwn: (name, value) => vault.storeWebSecret(pool, name, value),
      own: (name, version) => vault.readWebSecretVersion(pool, name, version),
      removeOwn: (name) => vault.removeWebSecret(pool, name),
      removeInbound: ({ connectionUuid, field }) =>
        vault.removeWebSecret(pool, inboundName(connectionUuid, field)),
      async inbound(connectionUuid, fields) {
        const found = await Promise.all(
          fields.map((field) => vault.readWebSecret(pool, inboundName(connectionUuid, field))),
        );
        return found.filter((it) => it !== null);
      },
    },
  };
}

/** A target that was withdrawn counts at the latest for this long. */
const freshForMs = 1_000;

export interface WorkerOptions {
  readonly timing?: Partial<Timing>;
  readonly failpoint?: Engine['failpoint'];
}

/** The worker's half: engine and intake, started. */
export async function startWorker(
  parts: Parts,
  options: WorkerOptions = {},
): Promise<RunningEngine> {
  const { pool, keyring, connectors, log } = parts;
  const vault = openVault({ keyring, installation: await installationId(pool) });
  await vault.prepareInbox(pool);
  const keys = parts.keys ?? openSubjectKeys(keyring);
  const timing: Timing = { ...usualTiming, ...options.timing };

  let onPremises: readonly OnPremisesTarget[] = [];
  let readAt = Number.NEGATIVE_INFINITY;
  const { detours = [] } = parts;
  if (detours.length > 0) await recordDetours(pool, keys, detours);
  const guard = openGuard({ onPremises: () => onPremises, detours });
  const readTargets = async () => {
    if (performance.now() - readAt <= freshForMs) return;
    onPremises = settingsFrom(await loadSettings(pool)).onPremises.targets;
    readAt = performance.now();
  };
  await putRatesInForce(pool, connectors);
  const clock = openClock();
  const { measures = unmeasured } = parts;
  const clients = openClients({
    db: pool,
    connectors,
    async secretsOf(connection) {
      await readTargets();
      if (connection.secretFields.length === 0) return new Map();
      const stored = await vault.readSecrets(pool, {
        connectionId: connection.uuid,
        hosts: boundTo(connection.allowedHosts),
      });
      return new Map([...stored].map(([field, value]) => [toName(field), value]));
    },
    forget() {
      readAt = Number.NEGATIVE_INFINITY;
    },
    ioFor: ({ id, uuid, allowedHosts, ca }) => ({
      ...listening(guard.ioFor({ hosts: allowedHosts, ca, now: () => new Date() }), id, {
        clock,
        measures,
        detours,
      }),
      replaceSecrets: (exchange) =>
        replaceSecrets({ pool, keys, vault }, { id, uuid, allowedHosts }, exchange),
      ...(parts.recordsFolder === undefined ? {} : { recordsFolder: parts.recordsFolder }),
      ...(parts.dropFolder === undefined ? {} : { dropFolder: parts.dropFolder }),
      list: {
        upload: () => loadListUpload(pool, id),
        rowsOf: (person) => listRowsOf(pool, id, person),
        row: (key) => loadListRow(pool, id, key),
        all: () => allListRows(pool, id),
      },
    }),
  });

  const worker = `worker-${randomBytes(6).toString('hex')}`;
  const engine: Engine = {
    pool,
    reads: readingTogether(pool),
    rulePacks,
    groups: openGroups({ pool, worker, leaseMs: timing.leaseMs }),
    calls: callsUnderWay(),
    keys,
    connectors,
    clients,
    worker,
    timing,
    clock,
    measures,
    log,
    publicUrl: parts.publicUrl,
    failpoint: options.failpoint ?? (() => {}),
    takeInSecrets: (connection) => takeIn(pool, keys, vault, connection),
  };
  const intake: Intake = {
    pool,
    keys,
    log,
    firstRetryMs: timing.firstRetryMs,
    open: (connectionId) => clients.open(connectionId),
  };

  const running = await startEngine(engine, pool, {
    delivery: (payload) => deliver(intake, (payload as { deliveryId: string }).deliveryId),
    async bulk(payload) {
      const { bulkStartId } = payload as { bulkStartId: string };
      await previewBulkStart(engine, bulkStartId);
      await openBulkStart(intake, bulkStartId);
    },
    order: (payload) => fulfil(engine, (payload as { orderId: string }).orderId),
  });
  const itself = watchItself(engine, {
    ...(parts.dataFolder === undefined ? {} : { disk: diskOf(parts.dataFolder) }),
    async callOutside(url) {
      await readTargets();
      return guard.fetchFor({ hosts: [hostOf(url.href)], ca: null })(url);
    },
  });
  const pulse = pulseNow(pool, 'intake');
  const watch = every(timing.sweepMs, async () => {
    try {
      const { leaseMs } = timing;
      for (const id of await dueDeliveries(pool, leaseMs)) await wakeDelivery(pool, id);
      for (const id of await dueBulkStarts(pool, leaseMs)) await wakeBulkStart(pool, id);
      await pollSources(intake, connectors);
      await pulse();
    } catch (error) {
      log.error({ error: error instanceof Error ? error.message : String(error) }, 'intake failed');
    }
  });
  return {
    async stop() {
      await Promise.all([watch.stop(), itself.stop()]);
      await running.stop();
      await guard.close();
    },
  };
}

/** Calls that go another way than DNS says are no secret: every start with detours is a fact. */
const recordDetours = (
  pool: pg.Pool,
  keys: SubjectKeys,
  detours: readonly Detour[],
): Promise<void> =>
  inTransaction(pool, async (tx) => {
    await record(tx, keys, [
      {
        type: 'detours.in-force',
        actor: { kind: 'system', id: 'worker', auth: 'none' },
        data: { detours: detours.map(detourText) },
      },
    ]);
  });

/** Takes newly entered credentials out of the inbox; each is a fact, none is ever a value. */
async function takeIn(
  pool: pg.Pool,
  keys: SubjectKeys,
  vault: ReturnType<typeof openVault>,
  connection: ConnectionRow,
): Promise<void> {
  await inTransaction(pool, async (tx) => {
    const { stored } = await vault.openInbox(tx, connection.uuid);
    if (stored.length === 0) return;
    await record(
      tx,
      keys,
      stored.map(({ field, version }) => ({
        type: 'credential.stored' as const,
        actor: { kind: 'system', id: 'worker', auth: 'none' } as const,
        data: { connection: connection.id, field, version },
      })),
    );
  });
  if (connection.state === 'disabled') await vault.removeSecrets(pool, connection.uuid);
}
