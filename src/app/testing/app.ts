import { setTimeout as wait } from 'node:timers/promises';
import { ulid } from 'ulid';
import { openGuard } from '#connector-kit/guard.ts';
import type { DepartureFacts } from '#core/departure.ts';
import type { PersonFacts } from '#core/person.ts';
import { until } from '#core/testing/until.ts';
import type { Role } from '#core/user.ts';
import { deliver } from '#intake/deliver.ts';
import { startLedger, type TestLedger } from '#ledger/testing/ledger.ts';
import { answerOrder } from '#store/orders.ts';
import type { App, AppSecrets, Caller } from '../app.ts';
import { requestCase } from '../cases.ts';
import { openLive } from '../live.ts';
import { authenticate, createToken, createUser } from '../users.ts';
import { bulkWorker } from './bulk-starts.ts';
import { testConnectors } from './connectors.ts';

/** What a worker would answer to an order; throws what it would refuse with. */
export type AnswerOrder = (kind: string, input: unknown) => unknown;

export interface TestApp extends TestLedger {
  readonly app: App;
  /** Secrets that were handed over, as the worker would find them. */
  readonly handedOver: ReadonlyMap<string, string>;
  /** Adds somebody with these roles and a token of theirs. */
  addUser(name: string, roles: readonly Role[]): Promise<TestUser>;
  /** Adds a person as a file would. */
  addPerson(it?: Partial<PersonFacts>): Promise<PersonFacts>;
  /** Opens a departure of somebody new, through intake. */
  openDeparture(by: Caller, it?: Partial<Omit<DepartureFacts, 'id'>>): Promise<string>;
  /** Puts a step into a case, as planning and passes would have left it. */
  addStep(caseId: string, it?: Partial<TestStep>): Promise<string>;
  /** Takes requests and files in, previews and begins bulk starts, and answers orders, until the database goes. */
  startWorker(answer?: AnswerOrder): void;
}

export interface TestUser {
  readonly caller: Caller;
  readonly token: string;
}

export interface TestStep {
  readonly title: string;
  readonly status: string;
  readonly grade: string | null;
  readonly kind: string;
  readonly layer: string;
  readonly because: string | null;
  readonly assignment: object | null;
  readonly undoOf: string | null;
  readonly failure: object | null;
  readonly attempts: number;
  readonly wakeAt: Date | null;
}

/** The acts of users on a database of their own, with no worker but the one of `startWorker`. */
export async function startTestApp(): Promise<TestApp> {
  const ledger = await startLedger();
  const { pools, keys } = ledger;
  const handedOver = new Map<string, string>();
  const app: App = {
    pool: pools.web,
    keys,
    connectors: testConnectors,
    secrets: secretsInMemory(handedOver),
    fetchFrom: (hosts) => {
      const targets = hosts.map((it) => {
        const { hostname: host, port } = new URL(`http://${it}`);
        return { host, port: Number(port || 80), network: '127.0.0.1/32', http: true };
      });
      return openGuard({ onPremises: () => targets }).fetchFor({ hosts, ca: null });
    },
    publicUrl: 'https://gatehouse.meadow.example',
    patienceMs: 2_000,
    live: openLive(pools.web),
  };

  let working = false;
  let count = 0;
  async function addPerson(it: Partial<PersonFacts> = {}): Promise<PersonFacts> {
    count += 1;
    const facts: PersonFacts = {
      personId: `E-${1_000 + count}`,
      employmentId: '1',
      name: `Person ${count}`,
      email: `person${count}@meadow.example`,
      personalEmail: null,
      department: null,
      title: null,
      managerId: null,
      location: null,
      country: null,
      region: null,
      zone: 'Europe/Berlin',
      employmentType: 'employee',
      tags: [],
      startDate: null,
      ...it,
    };
    await pools.admin.query(
      `insert into people (ref, source, person_id, employment_id, facts, heard_at)
       values ($1, 'csv', $2, $3, $4, clock_timestamp())`,
      [`p_${ulid()}`, facts.personId, facts.employmentId, JSON.stringify(facts)],
    );
    return facts;
  }

  const intake = {
    pool: pools.worker,
    keys,
    log: { info() {}, warn() {}, error() {} },
    firstRetryMs: 100,
    open: () => Promise.reject(new Error('there is no source to read')),
  };

  const workBulkStarts = bulkWorker(intake);

  return {
    ...ledger,
    app,
    handedOver,
    addPerson,

    async addUser(name, roles) {
      const email = `${name.toLowerCase().replaceAll(' ', '.')}@meadow.example`;
      const { id } = await createUser(app, { name, email, roles });
      const { token } = await createToken(app, {
        userId: id,
        name: `${name}’s key`,
        days: 30,
        now: new Date(),
      });
      return { token, caller: (await authenticate(app, token))! };
    },

    async openDeparture(by, it = {}) {
      const { personId } = await addPerson();
      const departure = {
        kind: 'resignation',
        urgent: false,
        confidential: false,
        accessEnds: null,
        lastWorkingDay: '2030-11-29',
        employmentEnds: null,
        payEnds: null,
        reason: null,
        ...it,
      } as const;
      const asking = requestCase(app, by, { personId, departure });
      if (!working) {
        const asked = await until('the request to be written down', async () => {
          const { rows } = await pools.admin.query<{ id: string }>(
            "select id from deliveries where outcome = 'received' and source = 'api'",
          );
          return rows.length > 0 && rows;
        });
        for (const { id } of asked) await deliver(intake, id);
      }
      const { caseId, detail } = await asking;
      if (caseId === null) throw new Error(`no departure was opened: ${detail}`);
      return caseId;
    },

    async addStep(caseId, it = {}) {
      const id = ulid();
      const step: TestStep = {
        title: 'Block sign-in',
        status: 'waiting',
        grade: null,
        kind: 'action',
        layer: 'security',
        because: null,
        assignment: null,
        undoOf: null,
        failure: null,
        attempts: 0,
        wakeAt: null,
        ...it,
      };
      await pools.admin.query(
        `insert into steps (id, case_id, key, position, playbook_step, title, layer, kind, rule, status, grade, because,
                            assignment, undo_of, failure, attempts, wake_at, held_at, settled_at, started_at)
         values ($1, $2, $1, (select count(*) from steps where case_id = $2), 'block', $3, $4, $5, 'confirmed', $6, $7, $8,
                 $9, $10, $11, $12, $13, case $6 when 'held' then now() end, case $6 when 'settled' then now() end, now())`,
        [
          id,
          caseId,
          step.title,
          step.layer,
          step.kind,
          step.status,
          step.grade,
          step.because,
          step.assignment,
          step.undoOf,
          step.failure,
          step.attempts,
          step.wakeAt,
        ],
      );
      return id;
    },

    startWorker(answer = refuseOrder) {
      working = true;
      void (async () => {
        for (;;) {
          try {
            await workOnce(answer);
          } catch (error) {
            if (pools.worker.ended || pools.worker.ending) return;
            throw error;
          }
          // Not held open by this: the tests of a file end when they are through.
          await wait(10, undefined, { ref: false });
        }
      })();
    },
  };

  async function workOnce(answer: AnswerOrder): Promise<void> {
    await workBulkStarts();
    const { rows: heard } = await pools.worker.query<{ id: string }>(
      "select id from deliveries where outcome = 'received' and source in ('api', 'csv') order by id",
    );
    for (const { id } of heard) await deliver(intake, id);
    const { rows: orders } = await pools.worker.query<{ id: string; kind: string; input: unknown }>(
      'select id, kind, input from orders where answered_at is null order by id',
    );
    for (const { id, kind, input } of orders) {
      try {
        await answerOrder(pools.worker, { id, output: answer(kind, input), problem: null });
      } catch (error) {
        const problem = error instanceof Error ? error.message : String(error);
        await answerOrder(pools.worker, { id, output: null, problem });
      }
    }
  }
}

const refuseOrder: AnswerOrder = (kind) => {
  throw new Error(`the test answers no order ${kind}`);
};

function secretsInMemory(handedOver: Map<string, string>): AppSecrets {
  const inbound = new Map<string, string>();
  const own = new Map<string, string[]>();
  return {
    async storeOwn(name, value) {
      own.set(name, [...(own.get(name) ?? []), value]);
      return own.get(name)!.length;
    },
    async own(name, version = own.get(name)?.length ?? 0) {
      const value = own.get(name)?.[version - 1];
      return value === undefined ? null : { value, version };
    },
    async removeOwn(name) {
      own.delete(name);
    },
    async handOver({ connectionUuid, field, value }) {
      handedOver.set(`${connectionUuid} ${field}`, value);
    },
    async storeInbound({ connectionUuid, field, value }) {
      inbound.set(`${connectionUuid} ${field}`, value);
    },
    async removeInbound({ connectionUuid, field }) {
      inbound.delete(`${connectionUuid} ${field}`);
    },
    async inbound(connectionUuid, fields) {
      return fields.flatMap((field) => inbound.get(`${connectionUuid} ${field}`) ?? []);
    },
  };
}
