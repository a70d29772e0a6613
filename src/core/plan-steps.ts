import { isArrival } from './arrival.ts';
import { capabilities } from './capability.ts';
import { type ConditionFacts, conditionText, couldHold, type Field, holds } from './condition.ts';
import { isChosen } from './coverage.ts';
import { inLanguage, textsOf, type Wording } from './language.ts';
import { type Moment, momentOf, momentText } from './moment.ts';
import { planNotice } from './notice-step.ts';
import { type Law, obligationsFor, obligationText } from './obligation.ts';
import type { PlanInput, PlannedStep, Timing } from './plan.ts';
import { expandAction } from './plan-actions.ts';
import { knowledgeTasks } from './plan-knowledge.ts';
import { planTickets } from './plan-tickets.ts';
import type { PlaybookStep } from './playbook.ts';
import { keepersFor } from './record-step.ts';
import { type Layer, layers } from './step.ts';
import { fillIn, onOneLine, type Values } from './template.ts';

/** One step of the playbook and what it has become. */
export interface Expansion {
  readonly step: PlaybookStep;
  /** Its `when` does not hold; what comes after it waits for what it would have waited for. */
  readonly leftOut: boolean;
  /** Without order; `after` is still empty. */
  readonly planned: readonly PlannedStep[];
  /** Steps of a ticket that nothing waits for, and that wait for everything they tell of. */
  readonly updates?: readonly PlannedStep[];
  /** Keys of look-ups that may still bring accounts for it. */
  readonly lookups: readonly string[];
}

/** What every step of the playbook is expanded with. */
export interface Planning {
  readonly input: PlanInput;
  readonly facts: ConditionFacts;
  readonly values: Values;
  /** Both are added to. */
  readonly notes: string[];
  readonly missing: Set<Field>;
  /** Connections in which the person gets an account by this plan. */
  readonly creating: ReadonlySet<string>;
}

/** Turns one step of the playbook into steps on this person's accounts, or into one task or notice. */
export function expand(step: PlaybookStep, planning: Planning): Expansion {
  const { facts, notes, missing } = planning;
  if (step.when) {
    const unfilled = holds(step.when, facts).missing.filter((it) => !it.startsWith('account.'));
    for (const field of unfilled) missing.add(field);
    if (!couldHold(step.when, facts, null)) {
      const because = unfilled.length > 0 ? `; not filled in: ${unfilled.join(', ')}` : '';
      notes.push(
        `“${step.id}” is left out, because this does not hold: ${conditionText(step.when)}${because}.`,
      );
      return { step, leftOut: true, planned: [], lookups: [] };
    }
  }
  switch (step.kind) {
    case 'action':
      return expandAction(step, planning, frameOf(step, planning));
    case 'survey':
      return expandSurvey(step, planning);
    case 'obligations':
      return expandObligations(step, planning);
    case 'ticket':
      return expandTicket(step, planning);
    case 'record':
      return expandRecord(step, planning);
    case 'knowledge': {
      const planned = knowledgeTasks(step, planning.input, frameOf(step, planning));
      return { step, leftOut: planned.length === 0, planned, lookups: [] };
    }
    case 'notice':
      return planNotice(step, planning, frameOf(step, planning));
    case 'task':
      return { step, leftOut: false, planned: [taskStep(step, planning)], lookups: [] };
  }
}

type Obligations = Extract<PlaybookStep, { kind: 'obligations' }>;

/** One task for each duty. None where no law is known, or none applies. */
function expandObligations(step: Obligations, planning: Planning): Expansion {
  const { input, facts, notes } = planning;
  const { dates, zone, now } = input;
  // Only departures have duties; `readPlaybook` refuses them elsewhere.
  if (!('accessEnds' in dates)) return { step, leftOut: true, planned: [], lookups: [] };
  const found = obligationsFor(
    input.law ?? noLaw,
    { ...facts, dates, zone, now },
    step.obligations,
  );
  notes.push(...found.notes);
  const frame = frameOf(step, planning);
  const planned = found.due.map((it): PlannedStep => {
    const { rule, deadline, obligation } = it;
    return {
      ...frame,
      key: `${step.id}:${rule.id}`,
      title: rule.title,
      task: {
        title: rule.title,
        instructions: obligationText(it),
        assignTo: { role: rule.owner },
        deadline: deadline.toISOString(),
        proof: rule.proof,
        obligation,
      },
    };
  });
  return { step, leftOut: planned.length === 0, planned, lookups: [] };
}

type Survey = Extract<PlaybookStep, { kind: 'survey' }>;

/** Nobody asks the dead how they liked it here. */
function expandSurvey(step: Survey, planning: Planning): Expansion {
  if (planning.input.departure.kind === 'death') {
    planning.notes.push(`“${step.id}” is left out: after a death no survey is sent.`);
    return { step, leftOut: true, planned: [], lookups: [] };
  }
  const planned = { ...frameOf(step, planning), params: { survey: step.survey } };
  return { step, leftOut: false, planned: [planned], lookups: [] };
}

const noLaw: Law = { packs: () => [], switchedOn: [], reviews: {}, headcount: null };

type Ticket = Extract<PlaybookStep, { kind: 'ticket' }>;

function expandTicket(step: Ticket, planning: Planning): Expansion {
  const { connections, departure } = planning.input;
  const withoutMiddle = isArrival(departure) || step.after.includes('layer security');
  const it = planTickets(step.ticket, frameOf(step, planning), { connections, withoutMiddle });
  return { step, leftOut: false, ...it, lookups: [] };
}

type Delivery = Extract<PlaybookStep, { kind: 'record' }>;

/** One step for each system that keeps records; without any, one that says where was looked. */
function expandRecord(step: Delivery, planning: Planning): Expansion {
  const { connections } = planning.input;
  const frame = frameOf(step, planning);
  const planned = keepersFor(step, connections).map(
    ({ id }): PlannedStep => ({
      ...frame,
      key: `${step.id}@${id}`,
      connectionId: id,
      params: { personalValues: step.record.personalValues },
    }),
  );
  if (planned.length > 0) return { step, leftOut: false, planned, lookups: [] };
  const searched = connections.filter((it) => isChosen(step.record, it)).map(({ id }) => id);
  return { step, leftOut: false, planned: [{ ...frame, params: { searched } }], lookups: [] };
}

type Task = Extract<PlaybookStep, { kind: 'task' }>;

function taskStep(step: Task, planning: Planning): PlannedStep {
  const { input } = planning;
  const frame = frameOf(step, planning);
  const filled = (it: Wording) => fillIn(inLanguage(it, languageIn(input)), planning.values).text;
  const { title, instructions, assignTo, acceptedBy, due, proof } = step.task;
  return {
    ...frame,
    task: {
      title: onOneLine(filled(title)),
      instructions: instructions === null ? null : filled(instructions),
      assignTo,
      deadline: momentOf(due, input.dates, input.zone, 'due').toISOString(),
      proof,
      ...(acceptedBy && { acceptedBy }),
    },
  };
}

const languageIn = ({ language }: PlanInput) => language ?? 'en';

/** What all kinds have in common. */
function frameOf(step: PlaybookStep, { input, values, notes }: Planning): PlannedStep {
  const { text, unknown } = fillIn(inLanguage(titleOf(step), languageIn(input)), values);
  const wordings = step.kind === 'task' ? [step.task.title, step.task.instructions ?? ''] : [];
  if (step.kind === 'notice') wordings.push(step.notice.subject, step.notice.text);
  const texts = wordings.flatMap(textsOf);
  const blanks = new Set([...unknown, ...texts.flatMap((it) => fillIn(it, values).unknown)]);
  for (const blank of blanks) notes.push(`“${step.id}” mentions {${blank}}, which nobody filled.`);

  return {
    key: step.id,
    playbookStep: step.id,
    title: onOneLine(text),
    why: step.why,
    layer: step.layer,
    kind: step.kind === 'obligations' || step.kind === 'knowledge' ? 'task' : step.kind,
    connectionId: null,
    account: null,
    capability: null,
    params: {},
    at: timingOf(step.at, input),
    after: [],
    task: null,
    notice: null,
    approval: false,
    priority: priorityOf(input, step.layer, 'third'),
  };
}

function titleOf(step: PlaybookStep): Wording {
  if (step.title !== null) return step.title;
  switch (step.kind) {
    case 'action':
      return capabilities[step.do].title;
    case 'obligations':
      return 'Meet a legal obligation';
    case 'ticket':
      return 'Record it in a ticket';
    case 'record':
      return 'Deliver the record';
    case 'survey':
      return 'Send the exit survey';
    case 'knowledge':
      return 'Hand over knowledge';
    case 'task':
      return step.task.title;
    case 'notice':
      return step.notice.subject;
  }
}

export const asSoonAsPossible: Timing = { rule: 'as soon as possible', due: null, late: false };

/** Planning again while everything goes well, as after a look-up, makes nothing late. */
const lateAfterMs = 60_000;

export function timingOf(moment: Moment | null, { dates, zone, now }: PlanInput): Timing {
  if (moment === null) return asSoonAsPossible;
  const due = momentOf(moment, dates, zone, 'at');
  // Nothing can be done before it is confirmed, so the confirmation itself is never late.
  const isConfirmation = due.getTime() === dates.confirmedAt.getTime();
  const late = !isConfirmation && now.getTime() - due.getTime() > lateAfterMs;
  return { rule: momentText(moment), due, late };
}

/** Room for three ranks in each layer, and for urgent departures ahead of all others. */
export function priorityOf(
  { dates }: PlanInput,
  layer: Layer,
  rank: 'first' | 'second' | 'third',
): number {
  const ranks = { first: 0, second: 1, third: 2 };
  return (dates.urgentNow ? 0 : 100) + layers.indexOf(layer) * 10 + ranks[rank];
}
