import { listAlerts } from '#app/alerts.ts';
import type { StepRow } from '#app/cases.ts';
import { listConnections } from '#app/connections.ts';
import { retryStep } from '#app/steps.ts';
import type { FactType } from '#core/event.ts';
import { until } from '#core/testing/until.ts';
import { entriesOf } from '#ledger/testing/ledger.ts';
import type { House, Leaver } from './house.ts';

/** What an administrator sees of a house whose playbook has one step, `block`. */
export function observe(house: () => House) {
  const stepOf = async (who: Leaver) => {
    const steps = (await house().find(who))?.steps ?? [];
    return steps.find((it) => it.playbookStep === 'block' && it.account !== null);
  };
  const held = (who: Leaver): Promise<StepRow> =>
    until(
      `the step of ${who.id} to be held`,
      async () => {
        const step = await stepOf(who);
        return step?.status === 'held' && step;
      },
      { seen: () => stepOf(who) },
    );
  const retry = (step: StepRow) =>
    retryStep(house().gatehouse.app, house().gatehouse.admin, step.id);
  const alerts = () => listAlerts(house().gatehouse.app, house().gatehouse.admin, 100);
  const connection = async (id: string) => {
    const { app, admin } = house().gatehouse;
    return (await listConnections(app, admin)).find((it) => it.id === id);
  };
  /** What the record says about one step, in order. */
  async function facts(step: StepRow): Promise<readonly FactType[]> {
    await house().gatehouse.scribe.flush();
    const entries = await entriesOf(house().gatehouse.database.pools.admin);
    return entries
      .filter(({ body }) => (body['step'] as { id?: string } | undefined)?.id === step.id)
      .map(({ body }) => body['type'] as FactType);
  }
  /** Waits until the engine has looked after everything so many times more. */
  async function sweeps(count: number): Promise<void> {
    const pulse = async () => {
      const query = `select at::text from pulses where name = 'engine'`;
      return (await house().gatehouse.rows<{ at: string }>(query))[0]?.at;
    };
    for (let i = 0; i < count; i += 1) {
      const last = await pulse();
      await until('a sweep', async () => (await pulse()) !== last);
    }
  }
  return { stepOf, held, retry, alerts, connection, facts, sweeps };
}
