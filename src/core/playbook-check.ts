import { capabilities } from './capability.ts';
import { couldHoldFor } from './condition.ts';
import { comparisonsIn } from './condition-document.ts';
import { isChosen, layerIn, offeredFor } from './coverage.ts';
import type { Mending } from './document.ts';
import { nearest } from './nearest.ts';
import { noticeProblems } from './notice-step.ts';
import { momentProblems } from './plan-moments.ts';
import type {
  Action,
  Assignee,
  ConnectionOffer,
  Playbook,
  PlaybookProblem,
  PlaybookStep,
} from './playbook.ts';
import { orderProblems } from './playbook-order.ts';
import { setting, stopWaiting, waitFor } from './playbook-remedy.ts';
import { recordProblems, waitsForDelivery } from './record-step.ts';
import { layers } from './step.ts';

/** A problem of one step, still without its line. */
export type StepProblem = Mending & Pick<PlaybookProblem, 'severity' | 'step' | 'remedy'>;

/**
 * Holds a playbook against itself and against what is connected. `lines` is what `readPlaybook`
 * tells; without it problems carry no line. Problems come in the order of the steps.
 */
export function checkPlaybook(
  playbook: Playbook,
  connections: readonly ConnectionOffer[],
  lines: Readonly<Record<string, number>> = {},
): readonly PlaybookProblem[] {
  const problems: StepProblem[] = [
    ...playbook.steps.flatMap((step) => [
      ...waitProblems(step, playbook.steps),
      ...connectionProblems(step, connections),
      ...(step.kind === 'action' ? actionProblems(step, playbook, connections) : []),
      ...(step.kind === 'task' ? taskProblems(step) : []),
      ...(step.kind === 'notice' ? noticeProblems(step, connections) : []),
      ...(step.kind === 'ticket' ? ticketProblems(step, connections) : []),
      ...(step.kind === 'record' ? recordProblems(step, connections) : []),
      ...(step.kind === 'survey' ? surveyProblems(step, playbook) : []),
    ]),
    ...routeProblems(playbook, connections),
    ...orderProblems(playbook.steps, connections),
  ];
  const position = new Map(playbook.steps.map(({ id }, i) => [id, i]));
  const place = ({ step }: StepProblem) => (step === null ? -1 : (position.get(step) ?? -1));
  return problems
    .sort((a, b) => place(a) - place(b))
    .map((it) => ({ ...it, line: it.step === null ? null : (lines[it.step] ?? null) }));
}

const error = (step: string | null, problem: string, mend: string): StepProblem => ({
  severity: 'error',
  step,
  problem,
  mend,
});

const warning = (step: string | null, problem: string, mend: string): StepProblem => ({
  ...error(step, problem, mend),
  severity: 'warning',
});

/** Everything in `after` must exist, and nobody waits for himself. */
function waitProblems(step: PlaybookStep, steps: readonly PlaybookStep[]): StepProblem[] {
  const layerWords = layers.map((it) => `layer ${it}`);
  return step.after.flatMap((word) => {
    if (word === step.id) {
      const problem = `“${step.id}” waits for itself.`;
      const mend = `Take “${word}” out of its “after”.`;
      return [{ ...error(step.id, problem, mend), remedy: stopWaiting(step, word) }];
    }
    if (step.kind !== 'record' && waitsForDelivery(word, steps)) {
      const problem = `“${step.id}” waits for “${word}”, which delivers the record when all else is done.`;
      const mend = `Take “${word}” out of its “after”.`;
      return [{ ...error(step.id, problem, mend), remedy: stopWaiting(step, word) }];
    }
    if (layerIn(word) === step.layer) {
      const problem = `“${step.id}” belongs to the ${step.layer} layer and waits for all of it.`;
      const mend = 'Name the steps it waits for, or put it into another layer.';
      return [{ ...error(step.id, problem, mend), remedy: stopWaiting(step, word) }];
    }
    if (layerWords.includes(word) || steps.some(({ id }) => id === word)) return [];
    const others = steps.map(({ id }) => id).filter((id) => id !== step.id);
    const meant = nearest(word, [...others, ...layerWords]);
    const problem = `“${step.id}” waits for “${word}”, which is no step of this playbook.`;
    const mend = `${meant ? `Did you mean “${meant}”? ` : ''}Write the id of a step or ${layerWords
      .map((it) => `“${it}”`)
      .join(', ')}.`;
    const remedy = meant ? waitFor(step, meant, word) : stopWaiting(step, word);
    return [{ ...error(step.id, problem, mend), remedy }];
  });
}

/** Connections that a step names must be there. */
function connectionProblems(
  step: PlaybookStep,
  connections: readonly ConnectionOffer[],
): StepProblem[] {
  const named = new Set<string>();
  const addPerson = (person: object) => {
    if (isSystemOwner(person)) named.add(person.systemOwner);
  };
  if (step.kind === 'action' && step.on.connection !== null) named.add(step.on.connection);
  if (step.kind === 'ticket' && step.ticket.on.connection !== null)
    named.add(step.ticket.on.connection);
  if (step.kind === 'record' && step.record.on.connection !== null)
    named.add(step.record.on.connection);
  if (step.kind === 'knowledge') addPerson(step.knowledge.assignTo);
  if (step.kind === 'task') {
    addPerson(step.task.assignTo);
    if (step.task.acceptedBy) addPerson(step.task.acceptedBy);
  }
  if (step.kind === 'notice') {
    step.notice.to.forEach(addPerson);
    if (step.notice.by !== null) named.add(step.notice.by);
  }
  for (const name of step.when ? connectionsIn(step.when) : []) named.add(name);
  return unknownConnections(step.id, `“${step.id}”`, [...named], connections);
}

const isSystemOwner = (person: object): person is Extract<Assignee, { systemOwner: string }> =>
  'systemOwner' in person;

const connectionsIn = (condition: Parameters<typeof comparisonsIn>[0]): string[] =>
  comparisonsIn(condition)
    .filter(({ field, operator }) => field === 'account.connection' && operator !== 'is set')
    .flatMap(({ value }) => (typeof value === 'boolean' ? [] : value));

function unknownConnections(
  step: string | null,
  who: string,
  named: readonly string[],
  connections: readonly ConnectionOffer[],
): StepProblem[] {
  return named
    .filter((name) => !connections.some(({ id }) => id === name))
    .map((name) => {
      const byName = connections.find((it) => same(it.name, name))?.id;
      const ids = connections.map(({ id }) => id);
      const meant = byName ?? nearest(name, ids);
      const known = ids.length > 0 ? `Connected are: ${ids.join(', ')}.` : 'Nothing is connected.';
      const mend = `${meant ? `Did you mean “${meant}”? ` : ''}${known}`;
      return error(step, `${who} names “${name}”, which is no connection.`, mend);
    });
}

const same = (a: string, b: string): boolean => a.trim().toLowerCase() === b.trim().toLowerCase();

function actionProblems(
  step: Action,
  playbook: Playbook,
  connections: readonly ConnectionOffer[],
): StepProblem[] {
  const problems: StepProblem[] = [];
  const { title, weight } = capabilities[step.do];
  const offers = connections.flatMap((it) => {
    const action = offeredFor(step, it, null);
    return action ? [{ connection: it, action }] : [];
  });

  if (offers.length === 0) {
    const chosen = connections.filter((it) => isChosen(step, it)).map((it) => it.name);
    const problem =
      chosen.length > 0
        ? `Nothing can carry out “${step.id}”: “${title}” is not offered by ${chosen.join(', ')}.`
        : `Nothing can carry out “${step.id}”: no connected system fits its “on”.`;
    const mend =
      'Connect a system that offers it, or leave it: it settles as absent until there is one.';
    problems.push(warning(step.id, problem, mend));
  }
  if (weight === 'destructive' && !step.approval) {
    const problem = `“${step.id}” (${title}) cannot be undone and asks nobody.`;
    problems.push({
      ...error(step.id, problem, 'Add “approval: yes”; another person then decides.'),
      remedy: setting(step, 'ask', { approval: 'yes' }),
    });
  }
  if (step.do === 'account.delete' && !isLongAfterwards(step)) {
    const problem = `“${step.id}” deletes accounts less than 30 days after access has ended.`;
    const mend =
      'Write at: “access ends + 30 days” or later; until then suspending can still be undone.';
    problems.push({
      ...warning(step.id, problem, mend),
      remedy: setting(step, 'later', { at: `access ends + ${daysUntilDeletion} days` }),
    });
  }

  problems.push(...momentProblems(step, playbook));
  const lacking = new Map<string, string[]>();
  for (const { connection, action } of offers) {
    const missing = action.requiredParams.filter((it) => !Object.hasOwn(step.with, it)).join(', ');
    if (missing) lacking.set(missing, [...(lacking.get(missing) ?? []), connection.name]);
  }
  for (const [missing, names] of lacking) {
    const problem = `“${step.id}” (${title}) does not say what ${names.join(', ')} must know: ${missing}.`;
    problems.push(error(step.id, problem, `Add with: { ${missing.replaceAll(',', ': …,')}: … }.`));
  }
  return problems;
}

const daysUntilDeletion = 30;

function isLongAfterwards({ at }: Action): boolean {
  if (!at?.offset || at.anchor === 'confirmed') return false;
  const days = {
    minutes: 1 / 1_440,
    hours: 1 / 24,
    days: 1,
    'working days': 1,
    weeks: 7,
    months: 28,
  }[at.offset.unit];
  return at.offset.amount * days >= daysUntilDeletion;
}

/** Who did something does not accept it as well. */
function taskProblems({ id, task }: Extract<PlaybookStep, { kind: 'task' }>): StepProblem[] {
  const { assignTo, acceptedBy } = task;
  if (acceptedBy === null || 'role' in acceptedBy) return [];
  if (JSON.stringify(acceptedBy) !== JSON.stringify(assignTo)) return [];
  const problem = `“${id}” is to be accepted by the one who does it.`;
  return [error(id, problem, 'Name another person in “accepted by”, or leave it out.')];
}

/** A connection that is not there is told of elsewhere. */
function ticketProblems(
  { id, ticket }: Extract<PlaybookStep, { kind: 'ticket' }>,
  connections: readonly ConnectionOffer[],
): StepProblem[] {
  const chosen = connections.filter((it) => isChosen(ticket, it));
  if (chosen.some((it) => it.takesTickets)) return [];
  const who = chosen.map((it) => it.name).join(', ');
  const problem = who
    ? `“${id}” keeps no ticket: ${who} takes none.`
    : `“${id}” keeps no ticket: no connected system fits its “on”.`;
  const mend = 'Connect a ticket system, or leave it: it settles as absent until there is one.';
  return [warning(id, problem, mend)];
}

/** Whoever writes the playbook should say so, since the planner does it anyhow. */
function surveyProblems({ id, when }: PlaybookStep, { appliesWhen }: Playbook): StepProblem[] {
  const conditions = [appliesWhen, when].filter((it) => it !== null);
  if (!conditions.every((it) => couldHoldFor(it, 'death'))) return [];
  const problem = `“${id}” is for a death too, after which no survey is sent: it is left out then.`;
  return [warning(id, problem, 'Say so: when: { field: departure.kind, is not: death }.')];
}

/** Surveys that steps name must be there. */
export function unknownSurveys(
  { steps }: Playbook,
  surveys: readonly string[],
  lines: Readonly<Record<string, number>> = {},
): readonly PlaybookProblem[] {
  return steps.flatMap((step) => {
    if (step.kind !== 'survey' || surveys.includes(step.survey)) return [];
    const meant = nearest(step.survey, surveys);
    const known = surveys.length > 0 ? `There are: ${surveys.join(', ')}.` : 'There is none.';
    const problem = `“${step.id}” names “${step.survey}”, which is no survey.`;
    const mend = `${meant ? `Did you mean “${meant}”? ` : ''}${known} Others are brought in by gatehouse survey import.`;
    return [{ ...error(step.id, problem, mend), line: lines[step.id] ?? null }];
  });
}

function routeProblems(
  { appliesWhen }: Playbook,
  connections: readonly ConnectionOffer[],
): StepProblem[] {
  const named = appliesWhen ? sourcesIn(appliesWhen) : [];
  const others = named.filter((it) => !['csv', 'api', 'form'].some((known) => same(known, it)));
  return unknownConnections(null, '“applies when”', others, connections);
}

const sourcesIn = (condition: Parameters<typeof comparisonsIn>[0]): string[] =>
  comparisonsIn(condition)
    .filter(({ field, operator }) => field === 'departure.source' && operator !== 'is set')
    .flatMap(({ value }) => (typeof value === 'boolean' ? [] : value));
