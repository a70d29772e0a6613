import { NewAccount } from '#core/account.ts';
import { type Capability, capabilities } from '#core/capability.ts';
import { type Condition, type Conditions, listed } from './conditions.ts';
import {
  capabilityNames,
  type Described,
  type Description,
  type Listing,
  personKeys,
  type Step,
  type TicketCalls,
} from './description.ts';
import type { FailureRule } from './failures.ts';
import { receiverPlaceholders } from './receiver.ts';
import { placeholdersIn, type Request, textsOf, uses } from './request.ts';

export type Path = (string | number)[];
export type Refuse = (path: Path, message: string) => void;

interface Known {
  readonly employeeNumber?: string | undefined;
}

/** What the shapes cannot say: whether the parts of a description fit each other. */
export function checkDescription(it: Description, known: Known | undefined, refuse: Refuse): void {
  const at: Path = ['description'];
  checkHeaders(it, refuse);
  checkRequest(it.check.request, [...at, 'check', 'request'], [], refuse);
  checkListing(it.find, [...at, 'find'], personKeys, refuse);
  if (it.list) checkListing(it.list, [...at, 'list'], [], refuse);
  if (it.one) checkRequest(it.one.request, [...at, 'one', 'request'], ['account.id'], refuse);

  if (it.owned) {
    const account = ['account.id', 'account.login'];
    checkListing(it.owned, [...at, 'owned'], account, refuse);
    if (uses(it.owned.request, 'account.login') && !it.one) {
      refuse([...at, 'one'], '`owned` uses {account.login}: say how one account is read.');
    }
  }

  if (it.find.notFoundMeansNone && !known)
    refuseUnproved([...at, 'find', 'notFoundMeansNone'], refuse);
  const byNumber =
    uses(it.find.request, 'person.employeeNumber') ||
    it.find.match?.equals === 'person.employeeNumber';
  if (known && byNumber && known.employeeNumber === undefined) {
    refuse(
      ['knownAccount', 'employeeNumber'],
      'People are looked for by employee number: give the known account one.',
    );
  }

  if (it.tickets) checkTickets(it.tickets, [...at, 'tickets'], refuse);
  for (const [i, rule] of (it.failures ?? []).entries()) {
    checkRule(rule, [...at, 'failures', i], refuse);
  }
  for (const name of capabilityNames) {
    const described = it.capabilities[name];
    if (described) {
      const place = [...at, 'capabilities', name];
      checkCapability(name, described, { place, one: it.one !== undefined, known }, refuse);
    }
  }
}

function checkTickets(it: TicketCalls, at: Path, refuse: Refuse): void {
  const id = ['ticket.id'];
  const content = ['title', 'text'];
  checkListing(it.find, [...at, 'find'], ['reference'], refuse);
  const known: [string, Request, readonly string[]][] = [
    ['one', it.one.request, id],
    ['create', it.create.request, ['reference', ...content]],
    ['update', it.update, [...id, ...content]],
    ['resolve', it.resolve, id],
    ['reopen', it.reopen, id],
  ];
  for (const [part, request, allowed] of known) {
    const place = [...at, part, ...(part === 'one' || part === 'create' ? ['request'] : [])];
    checkRequest(request, place, allowed, refuse);
  }
  // Without it a ticket could not be found again, and would be made a second time.
  if (!uses(it.create.request, 'reference')) {
    refuse(
      [...at, 'create', 'request'],
      'The new ticket must carry {reference}, so that it is found again.',
    );
  }
}

/** What would change the framing of a request, or carry a secret inside the description. */
const forbiddenHeader =
  /^(host|connection|transfer-encoding|content-.*|cookie|.*(auth|token|secret|key|password).*)$/i;

function checkHeaders({ headers = {} }: Description, refuse: Refuse): void {
  for (const name of Object.keys(headers)) {
    if (!forbiddenHeader.test(name)) continue;
    refuse(
      ['description', 'headers', name],
      'This header is not for descriptions. A secret belongs into `secret`, with `signIn`.',
    );
  }
}

function checkRule(rule: FailureRule, at: Path, refuse: Refuse): void {
  const { equals, notEquals, isOneOf, isSet } = rule;
  const comparisons = [equals, notEquals, isOneOf, isSet].filter((it) => it !== undefined).length;
  if (rule.at === undefined && rule.status === undefined) {
    refuse(at, 'A rule needs a `status`, or `at` with a comparison.');
  } else if (comparisons !== (rule.at === undefined ? 0 : 1)) {
    refuse(at, 'A rule with `at` has exactly one of `equals`, `notEquals`, `isOneOf` and `isSet`.');
  }
  if (rule.retryAfterSeconds !== undefined && rule.kind !== 'rate-limited') {
    refuse([...at, 'retryAfterSeconds'], 'Only `rate-limited` has `retryAfterSeconds`.');
  }
}

function checkRequest(
  request: Request,
  at: Path,
  allowed: readonly string[],
  refuse: Refuse,
): void {
  for (const [i, rule] of (request.failures ?? []).entries()) {
    checkRule(rule, [...at, 'failures', i], refuse);
  }
  for (const [place, text] of textsOf(request)) {
    for (const name of placeholdersIn(text)) {
      if (allowed.includes(name)) continue;
      const here = allowed.map((it) => `{${it}}`).join(', ');
      refuse(
        [...at, ...place],
        `{${name}} means nothing here. ${here === '' ? 'No placeholder does.' : `Use ${here}.`}`,
      );
    }
  }
}

function checkListing(
  { request, paging }: Listing,
  at: Path,
  allowed: readonly string[],
  refuse: Refuse,
): void {
  checkRequest(request, [...at, 'request'], allowed, refuse);
  if (paging.kind !== 'cursor' || !paging.next) return;
  const place = [...at, 'paging', 'next'];
  checkRequest(paging.next, place, [...allowed, 'cursor'], refuse);
  if (paging.parameter !== undefined || !uses(paging.next, 'cursor')) {
    refuse(
      place,
      'The next page is asked for with `next`, which uses {cursor}, or with `parameter`.',
    );
  }
}

interface Surroundings {
  readonly place: Path;
  /** Whether the description says how one account is read. */
  readonly one: boolean;
  readonly known: Known | undefined;
}

function checkCapability(
  name: Capability,
  it: Described,
  { place, one, known }: Surroundings,
  refuse: Refuse,
): void {
  if (!it.read) {
    checkCommand(name, it, place, refuse);
  } else if (!it.goal) {
    refuse([...place, 'goal'], 'Say what the facts that are read must show: add a `goal`.');
  }

  const facts = Object.keys(it.read?.facts ?? {});
  const conditions: [string, Conditions | undefined][] = [
    ['goal', it.goal],
    ['underway', it.underway],
  ];
  for (const [part, condition] of conditions) {
    if (condition) checkConditions(condition, [...place, part], facts, refuse);
  }
  if (it.goal && listed(it.goal).some(isAboutAbsence) && !known) {
    refuseUnproved([...place, 'goal'], refuse);
  }

  const account = ['account.id', 'account.login', ...receiverPlaceholders(name)];
  const person = name === 'account.create' ? newAccountPlaceholders : [];
  const now = facts.map((fact) => `now.${fact}`);
  const before = facts.map((fact) => `before.${fact}`);
  if (it.read) checkRequest(it.read.request, [...place, 'read', 'request'], account, refuse);
  for (const [part, steps = [], values] of [
    ['apply', it.apply, [...account, ...now, ...person]],
    ['restore', it.restore, [...account, ...now, ...before]],
  ] as const) {
    for (const [i, step] of steps.entries()) {
      const at = [...place, part, i];
      checkRequest(step, at, step.forEach ? [...values, 'item'] : values, refuse);
      checkForEach(step, at, facts, refuse);
    }
  }

  const requests: Request[] = [
    ...(it.read ? [it.read.request] : []),
    ...it.apply,
    ...(it.restore ?? []),
  ];
  const login = requests.some((request) => uses(request, 'account.login'));
  if (login && !one && name !== 'account.create') {
    refuse(
      ['description', 'one'],
      `${name} uses {account.login}: say how one account is read by its id, under \`one\`.`,
    );
  }
}

/** Whom a new account is for. */
const newAccountPlaceholders = Object.keys(NewAccount.shape).map((it) => `person.${it}`);

function checkCommand(name: Capability, it: Described, place: Path, refuse: Refuse): void {
  if (capabilities[name].weight === 'destructive') {
    refuse(
      [...place, 'read'],
      `${name} destroys something, so it must be read back: describe \`read\` and \`goal\`.`,
    );
  } else if (!it.repeatable) {
    refuse(
      [...place, 'repeatable'],
      'Without `read` the requests may be sent twice when an answer is lost. Write ' +
        '`repeatable: true` if that does no harm, or describe `read` and `goal`.',
    );
  }
  for (const part of ['goal', 'underway', 'restore', 'settlesWithinSeconds'] as const) {
    if (it[part] !== undefined) {
      refuse([...place, part], `\`${part}\` needs to see the state: describe \`read\` as well.`);
    }
  }
}

const isAboutAbsence = (it: Condition) => it.isAbsent !== undefined;

function checkConditions(
  conditions: Conditions,
  at: Path,
  facts: readonly string[],
  refuse: Refuse,
): void {
  const group = conditions.all ? 'all' : 'any';
  for (const [i, { fact, isAbsent }] of listed(conditions).entries()) {
    if (fact !== undefined && !facts.includes(fact)) {
      refuse(
        [...at, group, i, 'fact'],
        `There is no fact "${fact}" under \`read\`. Facts: ${facts.join(', ') || 'none'}.`,
      );
    }
    if (isAbsent && group === 'all' && listed(conditions).length > 1) {
      refuse(
        [...at, group, i],
        'An account that is absent has no facts: write `any`, or `isAbsent` alone.',
      );
    }
  }
}

function checkForEach(step: Step, at: Path, facts: readonly string[], refuse: Refuse): void {
  if (step.forEach !== undefined && !facts.includes(step.forEach)) {
    refuse([...at, 'forEach'], `There is no fact "${step.forEach}" under \`read\`.`);
  }
}

function refuseUnproved(at: Path, refuse: Refuse): void {
  refuse(
    at,
    '"Not found" is also what a missing permission looks like. Fill in the known account, so ' +
      'that we can see that the credential reads an account that exists.',
  );
}
