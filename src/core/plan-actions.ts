import type { Account, NewAccount } from './account.ts';
import { capabilities } from './capability.ts';
import { type ConditionFacts, holds } from './condition.ts';
import { offeredFor } from './coverage.ts';
import type { PersonFacts } from './person.ts';
import type { PlanInput, PlannedStep } from './plan.ts';
import { accountsIn, createdKey, lookupKey } from './plan-accounts.ts';
import { withMoments } from './plan-moments.ts';
import { fillParams } from './plan-params.ts';
import { type Expansion, type Planning, priorityOf } from './plan-steps.ts';
import type { Action, ConnectionOffer } from './playbook.ts';
import { nameSomebody, nobody } from './successor.ts';

/** One step for each account that the playbook's step acts on; without any, one that says where was looked. */
export function expandAction(step: Action, planning: Planning, frame: PlannedStep): Expansion {
  const { input, facts } = planning;
  const reached = input.connections.filter((it) => offeredFor(step, it, facts));
  const params = paramsOf(step, input);
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
