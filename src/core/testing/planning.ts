import assert from 'node:assert/strict';
import type { Account } from '../account.ts';
import { arrivalDates, isArrival, type Occasion } from '../arrival.ts';
import type { Capability } from '../capability.ts';
import { type CaseDates, resolveDates } from '../dates.ts';
import type { DepartureFacts } from '../departure.ts';
import type { PersonFacts } from '../person.ts';
import { makePlan, type Plan, type PlanInput, type PlannedStep } from '../plan.ts';
import {
  type ConnectionOffer,
  type OfferedAction,
  type Playbook,
  type PlaybookProblem,
  readPlaybook,
} from '../playbook.ts';

/** Building blocks for tests that plan: a person, a departure, systems, accounts. */

export const person: PersonFacts = {
  personId: 'E-1042',
  employmentId: '1',
  name: 'Priya Nair',
  email: 'priya@meadow.example',
  personalEmail: 'p@home.example',
  department: 'Sales',
  title: null,
  managerId: 'E-7',
  location: 'Berlin',
  country: 'DE',
  region: 'BE',
  zone: 'Europe/Berlin',
  employmentType: 'employee',
  tags: [],
  startDate: null,
};

export const departure: DepartureFacts = {
  id: 'S-88',
  kind: 'resignation',
  urgent: false,
  confidential: false,
  accessEnds: '2026-12-31T17:00',
  lastWorkingDay: '2026-12-31',
  employmentEnds: '2026-12-31',
  payEnds: '2026-12-31',
  reason: null,
};

export const zone = 'Europe/Berlin';
export const confirmedAt = new Date('2026-12-01T09:00:00Z');

export function datesOf(facts: DepartureFacts): CaseDates {
  const dates = resolveDates(facts, { zone, confirmedAt, defaultAccessEnd: null });
  assert.equal(dates.kind, 'dates');
  return dates;
}

const datesFor = (facts: Occasion) =>
  isArrival(facts) ? arrivalDates(facts, confirmedAt) : datesOf(facts);

export const account = (id: string, other: Partial<Account> = {}): Account => ({
  id,
  login: `${id}@meadow.example`,
  status: 'active',
  privileged: false,
  lastSeenAt: null,
  ...other,
});

export const offered = (
  capability: Capability,
  other: Partial<OfferedAction> = {},
): OfferedAction => ({
  capability,
  kind: 'transition',
  mustPrecede: [],
  requiredParams: [],
  ...other,
});

export const system = (
  id: string,
  category: ConnectionOffer['category'],
  actions: readonly OfferedAction[],
): ConnectionOffer => ({
  id,
  name: id[0]!.toUpperCase() + id.slice(1),
  category,
  actions,
  holdsAccounts: true,
});

export const okta = system('okta', 'identity', [
  offered('account.suspend', { mustPrecede: ['sessions.revoke', 'account.delete'] }),
  offered('sessions.revoke', { kind: 'command' }),
  offered('mfa.remove', { mustPrecede: ['account.delete'] }),
  offered('groups.leave'),
  offered('account.delete'),
]);
/** Wants the opposite order: everything else before the block. */
export const google = system('google', 'identity', [
  offered('sessions.revoke', { kind: 'command', mustPrecede: ['mfa.remove'] }),
  offered('mfa.remove', { mustPrecede: ['account.suspend'] }),
  offered('account.suspend'),
]);
export const slack = system('slack', 'collaboration', [
  offered('account.suspend'),
  offered('sessions.revoke', { kind: 'command' }),
]);
export const github = system('github', 'code', [offered('tokens.revoke')]);
export const badges = system('badges', 'physical', [
  offered('account.suspend', { kind: 'by-hand' }),
]);
export const fleet = system('fleet', 'device', [offered('device.lock'), offered('device.wipe')]);

export const everySystem: readonly ConnectionOffer[] = [okta, google, slack, github, badges, fleet];

/** A playbook for departures with these steps, as YAML below `steps:`. */
export const playbookText = (steps: string): string =>
  `playbook: test\ntitle: Test\nfor: departure\nsteps:\n${steps}`;

export function playbook(steps: string): Playbook {
  const read = readPlaybook(playbookText(steps));
  assert.ok('playbook' in read, JSON.stringify(read, null, 1));
  return read.playbook;
}

export function problemsOf(text: string): readonly PlaybookProblem[] {
  const read = readPlaybook(text);
  assert.ok('problems' in read, 'it was read without a problem');
  return read.problems;
}

type Accounts = Readonly<Record<string, readonly Account[] | 'unknown'>>;

export const inputOf = (
  it: Playbook,
  accounts: Accounts,
  other: Partial<PlanInput> = {},
): PlanInput => ({
  playbook: it,
  person,
  departure,
  dates: datesFor(other.departure ?? departure),
  zone,
  now: confirmedAt,
  connections: everySystem.filter(({ id }) => Object.hasOwn(accounts, id)),
  accounts: new Map(Object.entries(accounts)),
  source: 'csv',
  ...other,
});

export const planOf = (steps: string, accounts: Accounts, other?: Partial<PlanInput>): Plan =>
  makePlan(inputOf(playbook(steps), accounts, other));

export function stepIn(plan: Plan, key: string): PlannedStep {
  const step = plan.steps.find((it) => it.key === key);
  assert.ok(step, `no step ${key} among ${plan.steps.map((it) => it.key).join(', ')}`);
  return step;
}

export const keysOf = (plan: Plan): readonly string[] => plan.steps.map(({ key }) => key);
