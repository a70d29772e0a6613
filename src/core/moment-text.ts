/** What a moment in a playbook counts from. `start day` exists for arrivals only. */
export const anchors = [
  'confirmed',
  'access ends',
  'last working day',
  'employment ends',
  'pay ends',
  'start day',
] as const;
export type Anchor = (typeof anchors)[number];

export const units = ['minutes', 'hours', 'days', 'working days', 'weeks', 'months'] as const;
export type Unit = (typeof units)[number];

/** “access ends - 14 days 09:00”, taken apart. */
export interface Moment {
  readonly anchor: Anchor;
  /** Negative: before the anchor. */
  readonly offset: { readonly amount: number; readonly unit: Unit } | null;
  /** HH:MM on the person's wall clock. */
  readonly time: string | null;
}

/** The text that `parseMoment` reads back as the same moment. */
export function momentText({ anchor, offset, time }: Moment): string {
  const parts: string[] = [anchor];
  if (offset) {
    const count = Math.abs(offset.amount);
    parts.push(offset.amount < 0 ? '-' : '+', `${count}`);
    parts.push(count === 1 ? offset.unit.slice(0, -1) : offset.unit);
  }
  if (time) parts.push(time);
  return parts.join(' ');
}

/** What can be counted from in a playbook for departures, and in one for anything else. */
export const anchorsOf = (isDeparture: boolean): readonly Anchor[] =>
  anchors.filter((it) => it === 'confirmed' || (it !== 'start day') === isDeparture);
