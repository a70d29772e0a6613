import type { Account, NewAccount } from './account.ts';
import { isArrival } from './arrival.ts';
import { capabilities } from './capability.ts';
import { type ConditionFacts, conditionText, couldHold, type Field, holds } from './condition.ts';
import { isChosen, offeredFor } from './coverage.ts';
import { inLanguage, languages, textsOf, type Wording } from './language.ts';
import { type Moment, momentOf, momentText } from './moment.ts';
import { type Law, obligationsFor, obligationText } from './obligation.ts';
import type { PersonFacts } from './person.ts';
import type { NoticePlan, PlanInput, PlannedStep, Timing } from './plan.ts';
import { accountsIn, createdKey, lookupKey } from './plan-accounts.ts';
import { knowledgeTasks } from './plan-knowledge.ts';
import { withMoments } from './plan-moments.ts';
import { fillParams } from './plan-params.ts';
import { planTickets } from './plan-tickets.ts';
import type { Action, ConnectionOffer, PlaybookStep } from './playbook.ts';
import { keepersFor } from './record-step.ts';
import { type Layer, layers } from './step.ts';
import { nameSomebody, nobody } from './successor.ts';
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

interface Planning {
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
  if (step.kind === 'action') return expandAction(step, planning);
  if (step.kind === 'survey') return expandSurvey(step, planning);
  if (step.kind === 'obligations') return expandObligations(step, planning);
  if (step.kind === 'ticket') return expandTicket(step, planning);
  if (step.kind === 'record') return expandRecord(step, planning);
  if (step.kind === 'knowledge') {
    const planned = knowledgeTasks(step, planning.input, frameOf(step, planning));
    return { step, leftOut: planned.length === 0, planned, lookups: [] };
  }
  return { step, leftOut: false, planned: [humanStep(step, planning)], lookups: [] };
}

function expandAction(step: Action, planning: Planning): Expansion {
  const { input, facts } = planning;
  const reached = input.connections.filter((it) => offeredFor(step, it, facts));
  const params = paramsOf(step, input);
  const frame = frameOf(step, planning);
  const planned = reached.flatMap((connection) =>
    accountsOf(step, connection, planning).map(
      ({ id, login, privileged }): PlannedStep => ({
        ...frame,
        key: `${step.id}@${connection.id}:${id}`,
        connectionId: connection.id,
        account: { id, login, privileged },
        capability: step.do,
        params: paramsFor(step, connection, params, planning),
        approval: step.approval || capabilities[step.do].weight === 'destructive',
        priority: priorityOf(input, step.layer, privileged ? 'first' : 'second'),
      }),
    ),
  );
  const lookups = reached.flatMap(({ id }) => lookupsFor(step, id, planning));
  if (planned.length > 0) return { step, leftOut: false, planned, lookups };

  const searched = reached.map(({ id }) => id);
  const nobody: PlannedStep = { ...frame, capability: step.do, params: { searched } };
  return { step, leftOut: false, planned: [nobody], lookups };
}

/** Keys of the look-ups that may still bring accounts of one connection for a step. */
function lookupsFor(step: Action, connection: string, { input, creating }: Planning) {
  if (step.do === 'account.create') return [];
  const known = accountsIn(input, connection);
  if (known === 'unknown') return [lookupKey(connection)];
  return known.length === 0 && creating.has(connection) ? [createdKey(connection)] : [];
}

/** What the connected system has to know: the playbook's word, and for a new account whose it is. */
const paramsOf = (step: Action, input: PlanInput): PlannedStep['params'] => {
  const params = withMoments(step, input);
  return step.do === 'account.create' ? { ...params, person: newAccountOf(input.person) } : params;
};

const newAccountOf = ({ name, email, personId, department, title }: PersonFacts): NewAccount => ({
  name,
  email,
  employeeNumber: personId,
  department,
  title,
});

/** The connections in which the playbook gives this person an account. */
export function withNewAccounts(input: PlanInput, facts: ConditionFacts): ReadonlySet<string> {
  const creating = input.playbook.steps.filter(
    (step): step is Action => step.kind === 'action' && step.do === 'account.create',
  );
  const found = input.connections.filter((it) =>
    creating.some(
      (step) =>
        offeredFor(step, it, facts) !== null && accountsOf(step, it, { input, facts }).length > 0,
    ),
  );
  return new Set(found.map(({ id }) => id));
}

/** Until it exists, an account is known by the address that it is to have. */
const wantedAccount = ({ email }: PersonFacts): Account => ({
  id: email.toLowerCase(),
  login: email,
  status: 'active',
  privileged: false,
  lastSeenAt: null,
});

/** What the connection has to know, with people in the place of the words that mean them. */
function paramsFor(
  step: Action,
  { actions }: ConnectionOffer,
  given: PlannedStep['params'],
  { input, notes }: Planning,
): PlannedStep['params'] {
  const persons = actions.find((it) => it.capability === step.do)?.personParams ?? [];
  const receivers = input.continuity?.receivers ?? nobody;
  const { params, open } = fillParams(given, persons, receivers);
  for (const word of open) {
    notes.push(`“${step.id}” names the ${word}, and nobody is known. ${nameSomebody}`);
  }
  return params;
}

/** The accounts that `on` and `when` choose in one connection. Deleted ones are not acted on. */
function accountsOf(
  step: Action,
  { id: connection, category }: ConnectionOffer,
  { input, facts }: Pick<Planning, 'input' | 'facts'>,
): readonly Account[] {
  const known =
    step.do === 'account.create' ? [wantedAccount(input.person)] : accountsIn(input, connection);
  if (known === 'unknown') return [];
  return known.filter(({ status, privileged }) => {
    if (status === 'deleted') return false;
    if (step.on.privileged !== null && step.on.privileged !== privileged) return false;
    const account = { connection, category, privileged };
    return step.when === null || holds(step.when, { ...facts, account }).holds;
  });
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

const noLaw: Law = { packs: [], switchedOn: [], reviews: {}, headcount: null };

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

type Knowledge = Extract<PlaybookStep, { kind: 'knowledge' }>;

type Human = Exclude<PlaybookStep, Action | Obligations | Ticket | Delivery | Survey | Knowledge>;

function humanStep(step: Human, planning: Planning): PlannedStep {
  const { input } = planning;
  const frame = frameOf(step, planning);
  if (step.kind === 'notice') return { ...frame, notice: noticePlan(step.notice, planning) };
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

type NoticeWords = Extract<Human, { kind: 'notice' }>['notice'];

/** Filled in for each language that the playbook has it in. */
function noticePlan({ to, subject, text }: NoticeWords, { input, values }: Planning): NoticePlan {
  const ofCompany = languageIn(input);
  const filledIn = (language: typeof ofCompany) => {
    const inSubject = fillIn(inLanguage(subject, language), values);
    const inText = fillIn(inLanguage(text, language), values);
    return { subject: onOneLine(inSubject.text), text: inText.text };
  };
  const has = (language: typeof ofCompany) =>
    [subject, text].some((it) => typeof it !== 'string' && it[language] !== undefined);
  const others = languages.filter((it) => it !== ofCompany && has(it));
  const unfilled = (it: Wording) => [
    ...new Set(textsOf(it).flatMap((one) => fillIn(one, values).unknown)),
  ];
  const blanks = { subject: unfilled(subject), text: unfilled(text) };
  return {
    to,
    ...filledIn(ofCompany),
    ...(others.length > 0 && {
      others: Object.fromEntries(others.map((it) => [it, filledIn(it)])),
    }),
    ...(blanks.subject.length + blanks.text.length > 0 && { blanks }),
  };
}

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
  if (step.kind === 'action') return capabilities[step.do].title;
  if (step.kind === 'obligations') return 'Meet a legal obligation';
  if (step.kind === 'ticket') return 'Record it in a ticket';
  if (step.kind === 'record') return 'Deliver the record';
  if (step.kind === 'survey') return 'Send the exit survey';
  if (step.kind === 'knowledge') return 'Hand over knowledge';
  return step.kind === 'task' ? step.task.title : step.notice.subject;
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
