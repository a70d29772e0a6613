import type { CaseKind } from '#core/arrival.ts';
import type { DepartureFacts } from '#core/departure.ts';
import type { App, Caller } from './app.ts';
import { authorize } from './authorize.ts';
import type { ArrivalRequest } from './cases.ts';
import { order } from './orders.ts';
import { draftToTry } from './playbook-drafts.ts';
import { playbookToTry } from './playbooks.ts';

/** What a departure or an arrival would do, step by step, before anything happens. Looks people up live. */
export async function previewPlan(
  app: App,
  caller: Caller,
  it: { person: string } & (
    | { departure: Omit<DepartureFacts, 'id'> }
    | { arrival: ArrivalRequest }
  ),
  /** Id of the version to try, or the playbook of which to try one's own draft. Neither: the version that applies. */
  { playbook, draft }: { playbook?: string; draft?: string } = {},
): Promise<unknown> {
  authorize(caller, 'plan.preview');
  const tried = draft === undefined ? null : await draftToTry(app, caller, draft, kindOf(it));
  if (playbook !== undefined) await playbookToTry(app, caller, playbook, kindOf(it));
  const input = {
    ...it,
    ...(playbook === undefined ? {} : { playbook }),
    ...(tried ? { draft: tried.id } : {}),
  };
  return order(app, caller, { kind: 'preview', input });
}

function kindOf(it: Parameters<typeof previewPlan>[2]): CaseKind {
  if ('departure' in it) return 'departure';
  return it.arrival.kind === 'role change' ? 'role change' : 'arrival';
}
