import { isChosen } from './coverage.ts';
import type { PlannedStep } from './plan.ts';
import { asSoonAsPossible } from './plan-steps.ts';
import type { ConnectionOffer, TicketStep } from './playbook.ts';

/** When a ticket is written: made, brought up to date once access is removed, and resolved. */
export const ticketMoments = ['opening', 'access removed', 'end'] as const;
export type TicketMoment = (typeof ticketMoments)[number];

/** What one ticket step has become. Only deliveries of the record ever wait for `updates`. */
export interface TicketPlan {
  readonly planned: readonly PlannedStep[];
  readonly updates: readonly PlannedStep[];
}

/**
 * A ticket in each chosen system: one step makes it, already filled, and later ones bring it up to
 * date. Without the update once access is removed where none is, or the ticket itself waits for that.
 */
export function planTickets(
  { on }: TicketStep['ticket'],
  frame: PlannedStep,
  it: { connections: readonly ConnectionOffer[]; withoutMiddle: boolean },
): TicketPlan {
  const systems = it.connections.filter((one) => one.takesTickets && isChosen({ on }, one));
  if (systems.length === 0)
    return { planned: [{ ...frame, params: { searched: [] } }], updates: [] };

  const later = ticketMoments.slice(it.withoutMiddle ? 2 : 1);
  return {
    planned: systems.map(({ id }) => ({
      ...frame,
      key: openingKey(frame.key, id),
      connectionId: id,
      params: { moment: 'opening' },
    })),
    updates: systems.flatMap(({ id }) =>
      later.map((moment) => ({
        ...frame,
        key: `${frame.key}:${moment.replace(' ', '-')}@${id}`,
        title: `${frame.title}, ${momentTitles[moment]}`,
        connectionId: id,
        params: { moment },
        at: { ...asSoonAsPossible, due: frame.at.due },
      })),
    ),
  };
}

const openingKey = (step: string, connection: string): string => `${step}@${connection}`;

const momentTitles: Record<TicketMoment, string> = {
  opening: 'when it is made',
  'access removed': 'once access is removed',
  end: 'at the end',
};

/** What an update waits for: the ticket itself, and what it is to tell of. */
export function awaitedBy(update: PlannedStep, steps: readonly PlannedStep[]): readonly string[] {
  const isEnd = update.params['moment'] === 'end';
  return steps
    .filter(
      (it) =>
        (isEnd && it.kind !== 'record') || // what is delivered tells of the ticket, too
        it.layer === 'security' ||
        it.key === openingKey(update.playbookStep, update.connectionId ?? ''),
    )
    .map(({ key }) => key);
}
