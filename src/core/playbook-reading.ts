import { z } from 'zod';
import { caseKinds } from './arrival.ts';
import { capabilities, isCapability } from './capability.ts';
import { Condition } from './condition.ts';
import { asksForAccount } from './condition-document.ts';
import {
  choosing,
  found,
  has,
  type Json,
  line,
  oneOf,
  optional,
  paragraphs,
  problemsIn,
  report,
  words,
  yesOrNo,
} from './document.ts';
import { usualHeadings } from './plan-knowledge.ts';
import type { Playbook, PlaybookProblem, PlaybookStep } from './playbook.ts';
import { refuseFields, refuseForeign } from './playbook-kind.ts';
import {
  accountChoice,
  after,
  assignee,
  moment,
  name,
  proof,
  recipient,
  systemChoice,
  template,
  wording,
} from './playbook-parts.ts';
import { readYaml } from './playbook-yaml.ts';
import { recordDocument } from './record-step.ts';
import { layers } from './step.ts';

export type ReadPlaybook =
  | {
      readonly playbook: Playbook;
      /** Where each step stands in the text, by its id; lines count from 1. */
      readonly lines: Readonly<Record<string, number>>;
    }
  | { readonly problems: readonly PlaybookProblem[] };

const mostSteps = 300;
const mostProblems = 50;

/** What was read last, by its text: hundreds of departures and every look at a page read the same few playbooks. */
const lately = new Map<string, ReadPlaybook>();
const mostKept = 50;

/**
 * Reads a playbook from YAML (or JSON, which is YAML). All problems at once, each with the step,
 * the line, and what to do. Whether its order and its connections make sense says `checkPlaybook`.
 */
export function readPlaybook(text: string): ReadPlaybook {
  const read = lately.get(text) ?? readAnew(text);
  lately.delete(text);
  lately.set(text, read);
  if (lately.size > mostKept) lately.delete(lately.keys().next().value!);
  return read;
}

function readAnew(text: string): ReadPlaybook {
  const yaml = readYaml(text);
  if ('problems' in yaml) {
    const problems = yaml.problems.map((it) => ({ severity: 'error', step: null, ...it }) as const);
    return { problems };
  }
  const result = PlaybookDocument.safeParse(yaml.value);
  if (!result.success) {
    const found = problemsIn(result.error, yaml.value).map(({ path, problem, mend }) => {
      const step = stepAt(yaml.value, path);
      return { severity: 'error' as const, step, line: yaml.lineOf(path), problem, mend };
    });
    return { problems: found.sort((a, b) => a.line - b.line).slice(0, mostProblems) };
  }
  const playbook = result.data;
  const lines = playbook.steps.map(({ id }, i) => [id, yaml.lineOf(['steps', i])] as const);
  return { playbook, lines: Object.fromEntries(lines) };
}

/** How people find the step: by its id, else by its place. */
function stepAt(value: unknown, path: readonly (string | number)[]): string | null {
  const [word, position] = path;
  if (word !== 'steps' || typeof position !== 'number') return null;
  const steps: unknown = Reflect.get(Object(value), 'steps');
  const step: unknown = Array.isArray(steps) ? steps[position] : null;
  const id: unknown = has(step, 'id') ? Reflect.get(Object(step), 'id') : null;
  return typeof id === 'string' && id !== '' ? id.slice(0, 60) : `step ${position + 1}`;
}

/** Names that the planner gives to steps of its own. */
const reserved = ['lookup', 'lookup-at-cut', 'lookup-created', 'lookup-owned', 'gap', 'continuity'];

const frame = {
  id: name,
  layer: oneOf(layers),
  title: optional(template(line(200))),
  why: optional(paragraphs(1_000)),
  at: optional(moment),
  after: optional(after),
  when: optional(Condition),
};

const capability = oneOf(Object.keys(capabilities).filter(isCapability));
const params: z.ZodType<Record<string, Json>> = z.record(z.string(), z.json());

const actionStep = words(
  {
    ...frame,
    do: capability,
    on: accountChoice,
    with: optional(params),
    approval: optional(yesOrNo),
  },
  'An action',
).transform(
  ({ after, approval, with: given, ...step }): PlaybookStep => ({
    kind: 'action',
    ...step,
    after: after ?? [],
    with: given ?? {},
    approval: approval ?? false,
  }),
);

const task = words(
  {
    title: wording(line(200)),
    instructions: optional(wording(paragraphs())),
    'assign to': assignee,
    'accepted by': optional(assignee),
    due: moment,
    proof: optional(z.array(proof).max(20)),
  },
  'A task',
).transform(({ 'assign to': assignTo, 'accepted by': acceptedBy, proof, ...it }) => ({
  ...it,
  assignTo,
  acceptedBy,
  proof: proof ?? [],
}));

const notice = words(
  {
    to: z.array(recipient).min(1).max(20),
    by: optional(line(100)),
    subject: wording(line(200)),
    text: wording(paragraphs(20_000)),
  },
  'A notice',
).superRefine(({ to, by }, context) => {
  const channel = to.find((it) => 'channel' in it);
  if (!channel || by !== null) return;
  const problem = `The channel “${channel.channel}” is of no chat: the notice goes by mail.`;
  report(context, { problem, mend: 'Add “by” with the id of the connection of the chat.' }, ['to']);
});

const withoutAccount = (step: PlaybookStep, context: z.RefinementCtx): void => {
  if (step.when === null || !asksForAccount(step.when)) return;
  const problem = `“when” asks for an account, but a ${step.kind} acts on none.`;
  report(context, { problem, mend: 'Use departure and person fields only.' }, ['when']);
};

const taskStep = words({ ...frame, task }, 'A task step')
  .transform(({ after, ...step }): PlaybookStep => ({ kind: 'task', ...step, after: after ?? [] }))
  .superRefine(withoutAccount);

const noticeStep = words({ ...frame, notice }, 'A notice step')
  .transform(
    ({ after, ...step }): PlaybookStep => ({ kind: 'notice', ...step, after: after ?? [] }),
  )
  .superRefine(withoutAccount);

const obligations = choosing<readonly string[] | null>((value) => {
  if (typeof value === 'string' && value.trim().toLowerCase() === 'all')
    return z.unknown().transform(() => null);
  if (Array.isArray(value)) return z.array(name).min(1).max(100);
  return {
    problem: `“obligations” must say which rule packs; found ${found(value)}.`,
    mend: 'Write “all”, or a list of rule packs such as [us, us-ca].',
  };
});

const obligationsStep = words({ ...frame, obligations }, 'An obligations step')
  .transform(
    ({ after, ...step }): PlaybookStep => ({ kind: 'obligations', ...step, after: after ?? [] }),
  )
  .superRefine(withoutAccount);

const ticket = words({ on: systemChoice, as: optional(oneOf(['record'])) }, 'A ticket').transform(
  ({ on, as }) => ({ on, as: as ?? ('record' as const) }),
);

const ticketStep = words({ ...frame, ticket }, 'A ticket step')
  .transform(
    ({ after, ...step }): PlaybookStep => ({ kind: 'ticket', ...step, after: after ?? [] }),
  )
  .superRefine(withoutAccount)
  .superRefine(({ layer }, context) => {
    if (layer !== 'security') return;
    const problem = 'A ticket ends no access, so it does not belong to the security layer.';
    report(context, { problem, mend: 'Write “layer: operations”.' }, ['layer']);
  });
const recordStep = words({ ...frame, record: recordDocument }, 'A record step')
  .transform(
    ({ after, ...step }): PlaybookStep => ({ kind: 'record', ...step, after: after ?? [] }),
  )
  .superRefine(withoutAccount);

const surveyStep = words({ ...frame, survey: name }, 'A survey step')
  .transform(
    ({ after, ...step }): PlaybookStep => ({ kind: 'survey', ...step, after: after ?? [] }),
  )
  .superRefine(withoutAccount)
  .superRefine((step, context) => {
    if (step.layer !== 'security') return;
    const problem = 'A survey waits for the whole security layer, so it cannot belong to it.';
    report(context, { problem, mend: 'Write layer: compliance.' }, ['layer']);
  });

const knowledge = words(
  {
    'assign to': assignee,
    due: moment,
    headings: optional(z.array(line(150)).min(1).max(20)),
  },
  'A knowledge step',
).transform(({ 'assign to': assignTo, due, headings }) => ({
  assignTo,
  due,
  headings: headings ?? usualHeadings,
}));

const knowledgeStep = words({ ...frame, knowledge }, 'A knowledge step')
  .transform(
    ({ after, ...step }): PlaybookStep => ({ kind: 'knowledge', ...step, after: after ?? [] }),
  )
  .superRefine(withoutAccount);

/** The words that say what a step does; each step has one. */
const deeds = [
  'do',
  'task',
  'notice',
  'obligations',
  'ticket',
  'record',
  'survey',
  'knowledge',
] as const;
type Deed = (typeof deeds)[number];

const kinds: Readonly<Record<Deed, z.ZodType<PlaybookStep>>> = {
  do: actionStep,
  task: taskStep,
  notice: noticeStep,
  obligations: obligationsStep,
  ticket: ticketStep,
  record: recordStep,
  survey: surveyStep,
  knowledge: knowledgeStep,
};

const step: z.ZodType<PlaybookStep> = choosing<PlaybookStep>((value) => {
  const used = deeds.filter((it) => has(value, it));
  const [kind, second] = used;
  if (kind === undefined) {
    return {
      problem: 'It does not say what is to be done.',
      mend: 'Add “do” with “on”, or “task”, “notice”, “obligations”, “ticket”, “record”, “survey” or “knowledge”.',
    };
  }
  if (second) {
    return {
      problem: `It has both “${kind}” and “${second}”.`,
      mend: 'Make two steps of it; the second may wait by “after”.',
    };
  }
  return kinds[kind];
});

const PlaybookDocument: z.ZodType<Playbook> = words(
  {
    playbook: name,
    title: line(200),
    for: oneOf(caseKinds),
    'applies when': optional(Condition),
    steps: z.array(step).min(1).max(mostSteps),
  },
  'A playbook',
)
  .transform(({ 'applies when': appliesWhen, ...it }): Playbook => ({ ...it, appliesWhen }))
  .superRefine((playbook, context) => {
    if (playbook.appliesWhen && asksForAccount(playbook.appliesWhen)) {
      const problem = '“applies when” asks for an account, but no account is chosen yet.';
      const mend = 'Move that part to “when” of the steps.';
      report(context, { problem, mend }, ['applies when']);
    }
    if (playbook.appliesWhen)
      refuseFields(playbook.appliesWhen, playbook.for, ['applies when'], context);
    const seen = new Set<string>();
    for (const [i, step] of playbook.steps.entries()) {
      refuseForeign(step, playbook.for, ['steps', i], context);
      const { id } = step;
      const path = ['steps', i, 'id'];
      if (reserved.includes(id)) {
        const problem = `“${id}” is a name that Gatehouse uses itself.`;
        report(context, { problem, mend: 'Choose another id.' }, path);
      } else if (seen.has(id)) {
        const problem = `Two steps are called “${id}”.`;
        report(context, { problem, mend: 'Give one of them another id.' }, path);
      }
      seen.add(id);
    }
  });
