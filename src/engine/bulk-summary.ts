import type { BulkPreview, Group } from '#core/bulk-start.ts';
import { resolveDates } from '#core/dates.ts';
import type { Plan, PlannedStep } from '#core/plan.ts';
import type { Settings } from '#core/settings.ts';
import type { BulkPersonRow } from '#store/bulk-starts.ts';
import type { CasePlan } from './plan-for.ts';

/** Somebody of a list with what would happen. */
export interface Planned {
  readonly row: BulkPersonRow;
  readonly plan: CasePlan;
}

/** What a bulk start would do, in sums. */
export function summaryOf(
  planned: readonly Planned[],
  unanswered: ReadonlyMap<string, { because: string; people: number }>,
  context: { settings: Settings; now: Date; administrators: ReadonlySet<string> },
): BulkPreview {
  const rows = planned.map(({ row }) => row);
  const plans = planned.flatMap(({ row, plan }) =>
    plan.kind === 'plan' ? [{ row, ...plan }] : [],
  );
  const ends = rows.flatMap((row) => accessEndOf(row, context)).sort();
  const [first] = ends;
  const last = ends.at(-1);
  return {
    people: rows.length,
    urgent: rows.filter((it) => it.departure.urgent).length,
    held: rows.filter((it) => it.departure.hold).length,
    confidential: rows.filter((it) => it.departure.confidential).length,
    byKind: grouped(rows.map((it) => it.departure.kind)),
    byDepartment: grouped(rows.map((it) => it.facts.department ?? 'not given')),
    byCountry: grouped(rows.map((it) => it.facts.country ?? 'not given')),
    playbooks: grouped(plans.map(({ playbook }) => playbook.id)).map(({ name, people }) => {
      const { playbook } = plans.find((it) => it.playbook.id === name)!;
      return { name: playbook.name, number: playbook.number, title: playbook.title, people };
    }),
    accessEnds: first && last ? { first, last } : null,
    steps: stepSums(plans.map(({ plan }) => plan)),
    gaps: plans.reduce((sum, { plan }) => sum + plan.gaps.length, 0),
    questions: planned.flatMap(({ row: { line }, plan }) =>
      plan.kind === 'question' ? [{ line, question: plan.question }] : [],
    ),
    lookAt: plans.flatMap((it) => whyLookAt(it, context.administrators)),
    unanswered: [...unanswered].map(([connection, it]) => ({ connection, ...it })),
  };
}

function accessEndOf(
  { facts, departure }: BulkPersonRow,
  { settings, now }: { settings: Settings; now: Date },
): string[] {
  const dates = resolveDates(departure, {
    zone: facts.zone ?? settings.company.zone,
    confirmedAt: now,
    defaultAccessEnd: settings.company.accessEnds,
  });
  return 'question' in dates ? [] : [dates.accessEnds.at.toISOString()];
}

/** The largest group first. */
function grouped<Name extends string>(names: readonly Name[]): Group<Name>[] {
  const counts = new Map<Name, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts]
    .map(([name, people]) => ({ name, people }))
    .sort((a, b) => b.people - a.people || (a.name < b.name ? -1 : 1));
}

function stepSums(plans: readonly Plan[]): BulkPreview['steps'] {
  const sums = new Map<
    string,
    { system: string | null; what: string; steps: number; people: number }
  >();
  for (const { steps } of plans) {
    const seen = new Set<string>();
    for (const step of steps) {
      // Looked for, and there is no such account: nothing is done there.
      if (step.kind === 'action' && step.account === null) continue;
      const { system, what } = placeOf(step);
      const key = `${system}\n${what}`;
      const sum = sums.get(key) ?? { system, what, steps: 0, people: 0 };
      const people = sum.people + (seen.has(key) ? 0 : 1);
      seen.add(key);
      sums.set(key, { ...sum, steps: sum.steps + 1, people });
    }
  }
  return [...sums.values()].sort(
    (a, b) => compare(a.system ?? '', b.system ?? '') || compare(a.what, b.what),
  );
}

const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);

const placeOf = ({ connectionId, capability, kind }: PlannedStep) => ({
  system: connectionId,
  what: capability ?? kind,
});

/** Whoever runs things here, and accounts that nobody would miss in a sum. */
function whyLookAt(
  { row, plan }: { row: BulkPersonRow; plan: Plan },
  administrators: ReadonlySet<string>,
): BulkPreview['lookAt'] {
  const { line, facts } = row;
  const privileged = plan.steps.flatMap(({ account, connectionId }) =>
    account?.privileged && connectionId ? [connectionId] : [],
  );
  const reasons = [
    ...(administrators.has(facts.email.toLowerCase()) ? ['administers Gatehouse'] : []),
    ...(privileged.length > 0
      ? [`has a privileged account in ${[...new Set(privileged)].join(', ')}`]
      : []),
    ...(plan.gaps.length > 0 ? [`${plan.gaps.length} accounts that no step covers`] : []),
  ];
  return reasons.map((because) => ({ line, because }));
}
