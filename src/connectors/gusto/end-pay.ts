import { z } from 'zod';
import { blocked, change, done, type Plan, transition } from '#connector-kit/contract.ts';
import type { End, Gusto } from './api.ts';

const withTheUsual = 'with the usual payroll';
const inItsOwn = 'in its own payroll';

const state = z.strictObject({
  /** The employment has ended. */
  isOver: z.boolean(),
  /** The end that holds; null: none is known to Gusto. */
  end: z
    .strictObject({
      on: z.iso.date(),
      ownPayroll: z.boolean(),
      isInEffect: z.boolean(),
      canBeCancelled: z.boolean(),
    })
    .nullable(),
});
type State = z.infer<typeof state>;

type Change =
  | { readonly do: 'end'; readonly end: End }
  | { readonly do: 'change'; readonly end: End }
  | { readonly do: 'cancel' };

/**
 * Gusto calls it a termination: the last day, and whether the final pay waits for the usual payroll.
 * Some states want it within a day, which only a payroll of its own can do.
 */
export const endPay = transition({
  capability: 'payroll.end',
  summary:
    'Ends the employment in Gusto on the last day, so that payroll pays what is due and no more.',
  scopes: ['employees:read', 'employments:read', 'employments:write'],
  params: z.strictObject({
    'last day': z.iso.date(),
    'final pay': z.enum([withTheUsual, inItsOwn]).default(withTheUsual),
  }),
  state,

  async read(gusto: Gusto, accountId): Promise<State> {
    const [employee, all] = await Promise.all([
      gusto.employee(accountId),
      gusto.terminations(accountId),
    ]);
    // Whoever was taken on again has old ends, which say nothing about this employment.
    const own = all
      .filter((it) => employee.terminated || !it.active)
      .sort((a, b) => a.effective_date.localeCompare(b.effective_date));
    const last = own.at(-1);
    return {
      isOver: employee.terminated,
      end: last
        ? {
            on: last.effective_date,
            ownPayroll: last.run_termination_payroll,
            isInEffect: last.active,
            canBeCancelled: last.cancelable,
          }
        : null,
    };
  },

  plan({ isOver, end }, params): Plan<Change> {
    const wanted = { on: params['last day'], ownPayroll: params['final pay'] === inItsOwn };
    const inWords = `${wanted.on}, final pay ${params['final pay']}`;
    if (end?.on === wanted.on && (end.isInEffect || end.ownPayroll === wanted.ownPayroll)) {
      return done(`Gusto shows ${end.on} as the last day.`);
    }
    if (isOver || end?.isInEffect) {
      const shown = end ? `since ${end.on}` : 'without a day';
      return blocked(
        `Gusto shows the employment as ended ${shown}; the last day here is ${wanted.on}.`,
      );
    }
    return end
      ? change(`Move the last day from ${end.on} to ${inWords}.`, { do: 'change', end: wanted })
      : change(`End pay; the last day is ${inWords}.`, { do: 'end', end: wanted });
  },

  async apply(gusto, accountId, it: Change) {
    switch (it.do) {
      case 'end':
        return gusto.end(accountId, it.end);
      case 'change':
        return gusto.changeEnd(accountId, it.end);
      case 'cancel':
        return gusto.cancelEnd(accountId);
    }
  },

  restore(now, before): Plan<Change> {
    if (now.isOver && !before.isOver) {
      return blocked('The employment has ended in Gusto; take the person on again there.');
    }
    if (same(now.end, before.end)) return done('Payroll is as it was.');
    if (before.end) {
      const end = { on: before.end.on, ownPayroll: before.end.ownPayroll };
      const summary = `Move the last day back to ${end.on}.`;
      return change(summary, { do: now.end ? 'change' : 'end', end });
    }
    return now.end?.canBeCancelled
      ? change('Cancel the end of employment.', { do: 'cancel' })
      : blocked('Gusto cannot cancel an end with a payroll of its own; do it there by hand.');
  },
});

const same = (a: State['end'], b: State['end']): boolean =>
  a?.on === b?.on && a?.ownPayroll === b?.ownPayroll;
