import type { CaseKind } from '#core/arrival.ts';
import type { DepartureFacts } from '#core/departure.ts';
import type { App, Caller } from './app.ts';
import { authorize } from './authorize.ts';
import type { ArrivalRequest } from './cases.ts';
import { order } from './orders.ts';
import { playbookToTry } from './playbooks.ts';

/** What a departure or an arrival would do, step by step, before anything happens. Looks people up live. */
export async function previewPlan(
  app: App,
  caller: Caller,
  it: { person: string } & (
    | { departure: Omit<DepartureFacts, 'id'> }
    | { arrival: ArrivalRequest }
  ),
  /** Id of the version to try; null: the one that applies. */
  playbook: string | null = null,
): Promise<unknown> {
  authorize(caller, 'plan.preview');
  if (playbook !== null) await playbookToTry(app, caller, playbook, kindOf(it));
  const input = playbook === null ? it : { ...it, playbook };
  return order(app, caller, { kind: 'preview', input });
}

function kindOf(it: Parameters<typeof previewPlan>[2]): CaseKind {
  if ('departure' in it) return 'departure';
  return it.arrival.kind === 'role change' ? 'role change' : 'arrival';
}
