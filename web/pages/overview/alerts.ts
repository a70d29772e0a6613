import type { Alert } from '#api/contract/alerts.ts';
import type { ExceptionGroup } from '#api/contract/overview.ts';

/** What waits, with the alerts that tell of it. */
export interface ToldGroup {
  readonly group: ExceptionGroup;
  readonly alerts: readonly Alert[];
}

/** What is told of in no group, such as a record that cannot be stamped, stands by itself. */
export interface Told {
  readonly groups: readonly ToldGroup[];
  readonly others: readonly Alert[];
}

/** Brings what waits and the open alerts together. */
export function toldOf(groups: readonly ExceptionGroup[], all: readonly Alert[]): Told {
  const open = all.filter((it) => it.resolvedAt === null);
  const told = groups.map((group) => ({
    group,
    alerts: open.filter((it) => isAbout(it, group)),
  }));
  const inGroups = new Set(told.flatMap(({ alerts }) => alerts));
  return { groups: told, others: open.filter((it) => !inGroups.has(it)) };
}

function isAbout({ stepId, caseId, connection, kind }: Alert, it: ExceptionGroup): boolean {
  if (stepId !== null) return it.stepIds.includes(stepId);
  if (it.cause === 'connection') return connection !== null && connection === it.connection?.id;
  if (it.cause === 'quarantined' && kind === 'guard.tripped') return true;
  return it.stepIds.length === 0 && it.people.some((one) => one.caseId === caseId);
}

/** Who sees to something: nobody, as long as one of its alerts is nobody's. */
export function seenToBy(alerts: readonly Alert[]): Alert['acknowledgedBy'] {
  const [first] = alerts;
  return first && alerts.every((it) => it.acknowledgedBy !== null) ? first.acknowledgedBy : null;
}

/** Whether somebody said that they see to it, or to a part of it. */
export const isSeenToBy = (alerts: readonly Alert[], userId: string): boolean =>
  alerts.some((it) => it.acknowledgedBy?.id === userId);
