import { isArrival, type Occasion } from '#core/arrival.ts';
import type { Plan } from '#core/plan.ts';
import { planDigest, stepDigest } from '#ledger/digest.ts';

/** All that decides what a plan does and when. */
export interface Digested {
  readonly plan: Plan;
  readonly playbook: { readonly name: string; readonly number: number };
  readonly departure: Occasion;
  readonly zone: string;
  /** The company's usual time at which access ends. */
  readonly defaultAccessEnd: string | null;
}

/**
 * The digest that names a whole plan: what is done to what, when, in which order.
 *
 * Times are in it as rules, and as the dates they are counted from. So a preview has the
 * digest of the case that is opened after it, although that is confirmed a moment later.
 */
export function digestOf({ plan, playbook, departure, zone, defaultAccessEnd }: Digested): string {
  const dates = datesOf(departure, defaultAccessEnd);
  const nothing = { account: null, capability: null, connection: null, params: null, state: null };
  const frame = stepDigest({
    ...nothing,
    change: { playbook: playbook.name, number: playbook.number, zone, dates },
    step: 'plan',
    summary: plan.title,
  });
  const steps = plan.steps.map(({ key, title, account, capability, connectionId, params, ...it }) =>
    stepDigest({
      account,
      capability,
      change: {
        after: it.after,
        at: it.at.rule,
        task: it.task && { ...it.task, deadline: null },
        notice: it.notice,
      },
      connection: connectionId,
      params,
      state: null,
      step: key,
      summary: title,
    }),
  );
  return planDigest([frame, ...steps]);
}

/** What the rules in a plan are counted from. */
function datesOf(occasion: Occasion, defaultAccessEnd: string | null): object {
  if (isArrival(occasion)) return { startDay: occasion.startDay };
  const { urgent, accessEnds, lastWorkingDay, employmentEnds, payEnds } = occasion;
  return { urgent, accessEnds, lastWorkingDay, employmentEnds, payEnds, defaultAccessEnd };
}
