import assert from 'node:assert/strict';
import { randomBytes, randomUUID } from 'node:crypto';
import { type CaseWithSteps, showCase } from '#app/cases.ts';
import type { ConnectionInput } from '#app/connections.ts';
import { type HookAnswer, receiveHook } from '#app/hooks.ts';
import { importPlaybook, publishPlaybook } from '#app/playbooks.ts';
import { changeSetting } from '#app/settings.ts';
import { signStandardWebhook } from '#connector-kit/testing/sign.ts';
import { until } from '#core/testing/until.ts';
import type { Timing } from '#engine/engine.ts';
import { startGatehouse, type TestGatehouse } from '../support/gatehouse.ts';

/** Somebody who leaves at once. */
export interface Leaver {
  readonly id: string;
  readonly email: string;
  /** Default: a name made of the id. */
  readonly name?: string;
  readonly department?: string;
}

export const leaver = (id: string): Leaver => ({ id, email: `${id}@meadow.example` });

/** An installation with an HR system, one playbook for urgent departures, and no limits. */
export interface House {
  readonly gatehouse: TestGatehouse;
  /** Every secret that was entered; none of them may ever be seen again. */
  readonly secrets: readonly string[];
  connect(it: ConnectionInput, port?: number): Promise<void>;
  /** The HR system says that somebody leaves now. */
  tell(leaver: Leaver): Promise<HookAnswer>;
  /** The same, and we have taken it. */
  confirm(leaver: Leaver): Promise<void>;
  /** Null: the case is not open yet. */
  find(leaver: Leaver): Promise<CaseWithSteps | null>;
  /** Waits for the departure to be complete. */
  completed(leaver: Leaver): Promise<CaseWithSteps>;
  stop(): Promise<void>;
}

/** A secret of its own for each connection, easy to find wherever it should not be. */
export const newSecret = () => `canary-${randomBytes(12).toString('hex')}`;

export async function startHouse(
  playbook: string,
  timing: Partial<Timing> = {},
  options: Parameters<typeof startGatehouse>[1] = {},
): Promise<House> {
  const gatehouse = await startGatehouse(timing, options);
  const { app, admin } = gatehouse;
  const signingSecret = `whsec_${randomBytes(24).toString('base64')}`;
  const secrets: string[] = [];

  async function connect(it: ConnectionInput, port?: number): Promise<void> {
    const { token, secret, password, signingSecret } = it.settings;
    for (const value of [token, secret, password, signingSecret]) {
      if (typeof value === 'string') secrets.push(value);
    }
    await gatehouse.connect(it, port === undefined ? [] : [port]);
  }

  await changeSetting(app, admin, 'guardrails', {
    departuresPerHour: 1_000,
    departuresPerDay: 1_000,
    groupAtLeast: 1_000,
    suspensionsPerHour: 10_000,
  });
  await connect({ id: 'hr', connector: 'signed-events', settings: { signingSecret } });

  const find = async ({ id }: Leaver) => {
    const [row] = await gatehouse.rows<{ id: string }>(
      `select cases.id from cases join people on people.id = cases.person where person_id = $1`,
      id,
    );
    return row ? showCase(app, admin, row.id) : null;
  };
  const isComplete = async ({ id }: Leaver) => {
    const complete = await gatehouse.rows(
      `select from cases join people on people.id = cases.person where person_id = $1 and cases.state = 'complete'`,
      id,
    );
    return complete.length > 0;
  };
  const house: House = {
    gatehouse,
    secrets,
    connect,
    find,

    async tell({ id, email, name = `Leaver ${id}`, department }) {
      const body = JSON.stringify({
        type: 'departure.confirmed',
        occurred_at: new Date().toISOString(),
        person: { id, name, email, department, zone: 'Europe/Berlin' },
        departure: {
          id: `S-${id}`,
          kind: 'involuntary',
          urgent: true,
          last_working_day: '2026-12-01',
        },
      });
      const headers = signStandardWebhook(signingSecret, randomUUID(), new Date(), body);
      return receiveHook(app, { source: 'hr', headers, body: Buffer.from(body) });
    },

    async confirm(who) {
      assert.deepEqual(await house.tell(who), { kind: 'taken' });
    },

    completed: (who) =>
      until(
        `${who.id} to have left`,
        // Asked about the state alone: a crowd that reads whole departures slows down what it waits for.
        async () => (await isComplete(who)) && find(who),
        { seen: async () => ({ ...(await inShort(find, who)), behind: await behind(gatehouse) }) },
      ),
    stop: () => gatehouse.stop(),
  };

  try {
    const { playbook: draft } = await importPlaybook(app, admin, playbook);
    await publishPlaybook(app, admin, draft.id);
    return house;
  } catch (error) {
    await gatehouse.stop(); // or the test would never end
    throw error;
  }
}

/** What matters when a test fails. */
async function inShort(find: House['find'], who: Leaver): Promise<object> {
  const found = await find(who);
  if (!found) return { state: 'no case' };
  return {
    state: found.case.state,
    steps: found.steps.map((it) => ({
      step: it.key,
      status: it.status,
      grade: it.grade,
      because: it.because,
      attempts: it.attempts,
      wakeAt: it.wakeAt,
    })),
  };
}

/** What stands behind steps that do not move: jobs and who holds them, claims, and how connections are. */
async function behind(gatehouse: TestGatehouse): Promise<object> {
  const [found] = await gatehouse.rows<{ behind: object }>(`
    select jsonb_build_object(
             'now', clock_timestamp(),
             'jobs', (select jsonb_agg(jsonb_build_object('key', key, 'attempts', attempts, 'run_at', run_at,
                                                          'locked_at', locked_at, 'locked_by', locked_by))
                        from graphile_worker._private_jobs),
             'alive', (select jsonb_agg(objid) from pg_locks where locktype = 'advisory' and classid = 77),
             'claims', (select jsonb_agg(l) from step_lease l where lease_until > clock_timestamp()),
             'connections', (select jsonb_agg(h) from connection_health h),
             'sessions', (select jsonb_agg(jsonb_build_object('state', state, 'waits', wait_event, 'since', query_start,
                                                              'query', left(query, 60)))
                            from pg_stat_activity
                           where datname = current_database() and state <> 'idle')) as behind
  `);
  return found?.behind ?? {};
}
