import { record } from '#ledger/record.ts';
import { inTransaction } from '#store/sql.ts';
import { readSwitch, resumeOutbound, type SwitchRow, stopOutbound } from '#store/switches.ts';
import type { App, Caller } from './app.ts';
import { authorize, demandStepUp } from './authorize.ts';
import { Problem } from './problem.ts';

export async function showSwitch(app: App, caller: Caller): Promise<SwitchRow> {
  authorize(caller, 'settings.read');
  return readSwitch(app.pool);
}

/** Stops every outgoing change at once; one person may. Reading goes on. */
export async function stopEverything(app: App, caller: Caller, reason: string): Promise<void> {
  authorize(caller, 'switch.stop');
  await inTransaction(app.pool, async (tx) => {
    if (!(await stopOutbound(tx, { by: caller.user.id, reason }))) return;
    await record(tx, app.keys, [
      { type: 'switch.stopped', actor: caller.actor, data: { switch: 'outbound' } },
    ]);
  });
}

/** Lets outgoing changes go on. Takes two people as soon as there are two who may. */
export async function resumeEverything(
  app: App,
  caller: Caller,
): Promise<{ resumed: boolean; detail: string }> {
  authorize(caller, 'switch.resume');
  demandStepUp(caller);
  return inTransaction(app.pool, async (tx) => {
    const it = await resumeOutbound(tx, { by: caller.user.id });
    if (!it) throw new Problem('not possible', 'Nothing is stopped.');
    if (!it.resumed) {
      return { resumed: false, detail: 'Noted. A second person has to say so as well.' };
    }
    const [first, second] = it.by;
    await record(tx, app.keys, [
      {
        type: 'switch.resumed',
        actor: caller.actor,
        data: { switch: 'outbound', ...(second ? { second: first } : { alone: true }) },
      },
    ]);
    return { resumed: true, detail: 'Changes go out again.' };
  });
}
