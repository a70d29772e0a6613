import type { DepartureFacts } from '#core/departure.ts';
import type { App, Caller } from './app.ts';
import { authorize } from './authorize.ts';
import type { ArrivalRequest } from './cases.ts';
import { order } from './orders.ts';

/** What a departure or an arrival would do, step by step, before anything happens. Looks people up live. */
export async function previewPlan(
  app: App,
  caller: Caller,
  it: { person: string } & (
    | { departure: Omit<DepartureFacts, 'id'> }
    | { arrival: ArrivalRequest }
  ),
): Promise<unknown> {
  authorize(caller, 'plan.preview');
  return order(app, caller, { kind: 'preview', input: it });
}
