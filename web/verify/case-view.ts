import { z } from 'zod';
import { capabilities, isCapability } from '#core/capability.ts';
import type { StepSummary } from '#core/case-summary.ts';
import type { PackFiles } from '#core/evidence-check.ts';
import { bracketSaid } from '#core/outside-time.ts';
import { grades } from '#core/step.ts';

/** A case as people read it; made from a pack that holds. */
export interface CaseView {
  readonly title: string;
  /** In a sentence: how many steps are proven, and what the others rest on. */
  readonly counted: string;
  readonly systems: readonly { readonly name: string; readonly steps: readonly StepView[] }[];
}

export interface StepView extends Pick<StepSummary, 'grade' | 'at' | 'approvals'> {
  readonly title: string;
  /** Where personal values came with the pack. */
  readonly account: string | null;
  /** Between which outside times it got its grade; null: nobody outside has stamped it. */
  readonly recorded: string | null;
  readonly before: unknown;
  readonly after: unknown;
}

const Times = z.array(z.object({ by: z.string(), at: z.string() }));
const Summary = z.object({
  case: z.string(),
  kind: z.string().nullable(),
  steps: z.array(
    z.object({
      step: z.string(),
      capability: z.string().nullable(),
      system: z.string().nullable(),
      grade: z.enum(grades).nullable(),
      at: z.string(),
      approvals: z.array(z.string()),
      graded: z.object({ after: Times, before: Times }).nullable(),
    }),
  ),
});
const Leaf = z.object({ id: z.string(), step: z.object({ id: z.string() }).optional() });
const Disclosed = z.tuple([z.string(), z.string(), z.unknown()]);

/** What a grade is called for people. */
export const gradeWords = {
  verified: 'Verified: read back',
  absent: 'No account found',
  acknowledged: 'Accepted, cannot be read back',
  attested: 'Confirmed by a person',
  waived: 'Skipped; a person answers for it',
} as const;

const textOf = (files: PackFiles, name: string): string =>
  new TextDecoder().decode(files.get(name) ?? new Uint8Array());

/** Reads the case out of a pack whose check found nothing wrong. */
export function caseView(files: PackFiles): CaseView {
  const summary = Summary.parse(JSON.parse(textOf(files, 'case.json')));
  const values = valuesIn(files);
  const name = values.of('', 'subject.name');
  const kind = summary.kind ?? 'case';
  const systems = Map.groupBy(
    summary.steps,
    ({ system }) => system ?? 'Done by people, or for them',
  );
  const proven = summary.steps.filter(({ grade }) => grade === 'verified' || grade === 'absent');
  const others = (['acknowledged', 'attested', 'waived'] as const).flatMap((grade) => {
    const count = summary.steps.filter((it) => it.grade === grade).length;
    return count > 0 ? [`${gradeWords[grade].toLowerCase()}: ${count}`] : [];
  });
  return {
    title: `${kind[0]?.toUpperCase()}${kind.slice(1)} ${typeof name === 'string' ? `of ${name}` : summary.case}`,
    counted: [`${proven.length} of ${summary.steps.length} steps are proven`, ...others].join(
      ' · ',
    ),
    systems: [...systems].map(([system, steps]) => ({
      name: system,
      steps: steps.map(({ step, capability, graded, ...it }) => ({
        ...it,
        title: titleOf(capability, values.of(step, 'step.summary')),
        recorded: graded && bracketSaid(graded),
        account: textIn(values.of(step, 'account.login')),
        before: values.of(step, 'step.before'),
        after: values.of(step, 'step.after'),
      })),
    })),
  };
}

const textIn = (value: unknown): string | null => (typeof value === 'string' ? value : null);

function titleOf(capability: string | null, summary: unknown): string {
  if (capability !== null && isCapability(capability)) return capabilities[capability].title;
  return textIn(summary) ?? capability ?? 'A task, a message or a ticket';
}

/** The personal values of a pack by step and name, the newest of each; of the case itself under ''. */
function valuesIn(files: PackFiles) {
  const stepOf = new Map<string, string>();
  const order: string[] = [];
  const names = [...files.keys()].flatMap((name) => /^events\/(\d+)\.json$/.exec(name)?.[1] ?? []);
  for (const index of names.toSorted((a, b) => Number(a) - Number(b))) {
    const leaf = Leaf.parse(JSON.parse(textOf(files, `events/${index}.json`)));
    stepOf.set(leaf.id, leaf.step?.id ?? '');
    order.push(leaf.id);
  }
  const values = new Map<string, unknown>();
  const listed = z
    .array(z.tuple([z.string(), z.string()]))
    .parse(JSON.parse(textOf(files, 'disclosures.json')));
  for (const [entry, text] of listed.toSorted(([a], [b]) => order.indexOf(a) - order.indexOf(b))) {
    const [, name, value] = Disclosed.parse(JSON.parse(opened(text)));
    values.set(`${stepOf.get(entry)} ${name}`, value);
  }
  return { of: (step: string, name: string): unknown => values.get(`${step} ${name}`) };
}

function opened(text: string): string {
  const bytes = Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (it) =>
    it.charCodeAt(0),
  );
  return new TextDecoder().decode(bytes);
}
