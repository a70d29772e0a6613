import type { TestGatehouse } from '../support/gatehouse.ts';
import { checkInvariants } from '../support/invariants.ts';
import { company, paced } from './company.ts';
import type { History } from './history.ts';
import type { House } from './house.ts';
import type { Leaver } from './hr.ts';
import type { Account, Look, Truth } from './systems.ts';
import { isFair } from './weathers.ts';

/** A fact of the record, with what is asked of it here. */
interface Fact {
  readonly at: number;
  readonly type: string;
  readonly caseId: string | null;
  readonly seq: number;
  readonly step: string | null;
  readonly attempt: number | null;
  readonly capability: string | null;
  readonly grade: string | null;
  readonly plan: string | null;
  readonly containment: string | null;
}

interface Step {
  readonly id: string;
  readonly caseId: string;
  readonly key: string;
  readonly account: string | null;
  readonly connection: string | null;
  readonly capability: string | null;
  readonly after: readonly string[];
  readonly undoOf: string | null;
  readonly grade: string | null;
  readonly dropped: boolean;
}

interface Case {
  readonly id: string;
  readonly state: string;
  readonly personId: string;
  readonly asked: boolean;
}

const minute = 60_000;
const hour = 60 * minute;
/** From a reading to what is said of it: a slow answer, and as long as a worker may stand still meanwhile. */
const longestPassMs = 60_000;

/** Whether what a step wants is so. */
const goals: Readonly<Record<string, (truth: Truth, at: number) => boolean>> = {
  'account.suspend': (it) => it.suspended || !it.exists,
  'sessions.revoke': (it) => it.sessions === 0 || !it.exists,
  'tokens.revoke': (it) => it.keys.length === 0 || !it.exists,
  'groups.leave': (it) => it.groups.length === 0 || !it.exists,
  'account.delete': (it) => !it.exists,
  'data.transfer': (it, at) => it.transfers.some(({ doneAt }) => doneAt <= at) || !it.exists,
};

/** Holds a history against what was true outside, and against what must always hold. Answers what is wrong. */
export async function judge(house: House, history: History): Promise<readonly string[]> {
  await house.sequence();
  const wrong: string[] = [];
  await checkInvariants(asGatehouse(house)).catch((error: Error) => {
    wrong.push(`the record: ${error.message}`);
  });
  const facts = await factsOf(house);
  const steps = await stepsOf(house);
  const it: Evidence = {
    house,
    history,
    facts,
    byStep: Map.groupBy(facts, ({ step }) => step),
    byCase: Map.groupBy(facts, ({ caseId }) => caseId),
    looksAt: Map.groupBy(house.systems.looks, ({ account }) => account.id),
    steps: new Map(steps.map((step) => [step.id, step])),
    cases: await casesOf(house),
    say: (what) => wrong.push(what),
  };
  for (const what of history.unfinished) it.say(`not finished: ${what}`);
  for (const line of house.errors) it.say(`the program failed: ${line}`);
  nothingFalse(it);
  nothingTwice(it);
  nothingOfAnOldClaim(it);
  nothingUnapproved(it);
  nothingAboveBudget(it);
  nothingAfterTheSwitch(it);
  nothingAboveTheRate(it);
  nothingBeforeWhatIsUrgent(it);
  nothingOutOfOrder(it);
  nothingAfterItWasTakenBack(it);
  const alerts = await alertsOf(house);
  nobodyUntold(it, alerts);
  nothingComesBackUnseen(it, alerts);
  for (const leaver of history.leavers) endsAsTheSourceSays(it, leaver);
  return wrong;
}

interface Evidence {
  readonly house: House;
  readonly history: History;
  readonly facts: readonly Fact[];
  readonly byStep: ReadonlyMap<string | null, readonly Fact[]>;
  readonly byCase: ReadonlyMap<string | null, readonly Fact[]>;
  readonly looksAt: ReadonlyMap<string, readonly Look[]>;
  readonly steps: ReadonlyMap<string, Step>;
  readonly cases: readonly Case[];
  readonly say: (what: string) => void;
}

/** As much of a test's Gatehouse as the invariants of the record ask for. */
const asGatehouse = (house: House) =>
  ({
    database: house.database.real,
    scribe: { flush: () => house.sequence() },
    rows: <Row>(text: string, ...values: unknown[]) => house.database.rows<Row>(text, ...values),
    logs: [],
  }) as unknown as TestGatehouse;

interface Alert {
  readonly id: string;
  readonly condition: string;
  readonly openedAt: number;
  readonly resolvedAt: number | null;
}

const alertsOf = (house: House): Promise<Alert[]> =>
  house.database.rows<Alert>(`
    select id, condition, (extract(epoch from opened_at) * 1000)::float8 as "openedAt",
           (extract(epoch from resolved_at) * 1000)::float8 as "resolvedAt"
      from alerts`);

const letterOf = ({ id }: Alert) => `alert-${id}-0@gatehouse`;

/** When each letter was sent first. */
const lettersSent = (house: House): ReadonlyMap<string, number> =>
  new Map(house.systems.letters.toReversed().map((it) => [it.id, it.at]));

const factsOf = (house: House): Promise<Fact[]> =>
  house.database.rows<Fact>(`
    select (extract(epoch from (body ->> 'at')::timestamptz) * 1000)::float8 as at, body ->> 'type' as type,
           case_id as "caseId", coalesce((body ->> 'case_seq')::int, 0) as seq, body #>> '{step,id}' as step,
           (body #>> '{step,attempt}')::int as attempt,
           body #>> '{step,capability}' as capability, body ->> 'grade' as grade, body ->> 'plan' as plan,
           body #>> '{data,containment}' as containment
      from ledger.event_ix
     order by idx`);

const stepsOf = (house: House): Promise<Step[]> =>
  house.database.rows<Step>(`
    select id, case_id as "caseId", key, account ->> 'id' as account, connection_id as connection, capability, after, undo_of as "undoOf", grade,
           dropped_at is not null as dropped
      from steps`);

const casesOf = (house: House): Promise<Case[]> =>
  house.database.rows<Case>(`
    select c.id, c.state, p.person_id as "personId",
           exists (select from alerts a where a.case_id = c.id and a.condition like 'question:%') as asked
      from cases c join people p on p.id = c.person order by c.opened_at, c.id`);

const nameOf = (step: Step | undefined): string =>
  step ? `${step.key} (${step.id})` : 'a step nobody knows';

/** I3: what is called verified was read as such, after the call, when it was so. */
function nothingFalse({ facts, byStep, looksAt, steps, say }: Evidence): void {
  for (const fact of facts.filter((it) => it.type === 'step.verified' && it.capability !== null)) {
    const step = steps.get(fact.step!);
    const goal = goals[fact.capability!];
    if (!step?.account || !goal) continue;
    const called = byStep
      .get(fact.step)
      ?.findLast((it) => it.type === 'step.intended' && it.seq < fact.seq);
    const from = Math.max(called?.at ?? 0, fact.at - longestPassMs);
    const isSeen = looksAt
      .get(step.account)
      ?.some(
        (it) =>
          it.at >= from && it.at <= fact.at + 1 && goal(it.truth, it.at) && goal(it.shown, it.at),
      );
    if (!isSeen) say(`called verified, and never seen so: ${nameOf(step)}`);
  }
}

/** I4: what must not happen twice has not. */
function nothingTwice({ house, say }: Evidence): void {
  for (const { id, truth } of house.systems.accounts.values()) {
    if (truth.transfers.length > 1) say(`handed over ${truth.transfers.length} times: ${id}`);
  }
}

/** I14: whoever was overtaken in a call says nothing of it any more. */
function nothingOfAnOldClaim({ facts, byStep, steps, say }: Evidence): void {
  for (const fact of facts.filter((it) => it.type === 'step.applied')) {
    const last = byStep
      .get(fact.step)
      ?.findLast((it) => it.type === 'step.intended' && it.seq < fact.seq);
    if (last?.attempt === fact.attempt) continue;
    say(
      `call ${fact.attempt} was told of after call ${last?.attempt}: ${nameOf(steps.get(fact.step!))}`,
    );
  }
}

/** I5: what destroys was granted before, for exactly that plan, and not denied since. */
function nothingUnapproved({ facts, steps, history, house, say }: Evidence): void {
  const isOf = (step: string) => (it: { stepId: string }) => it.stepId === step;
  for (const fact of facts.filter((it) => it.type === 'step.intended')) {
    if (fact.capability !== 'account.delete') continue;
    const known = history.decided.filter(isOf(fact.step!)).filter(({ at }) => at <= fact.at);
    const last = known.at(-1);
    if (!last?.granted || last.digest !== fact.plan) {
      say(`begun without an approval of it: ${nameOf(steps.get(fact.step!))}`);
    }
  }
  for (const { account, act, at } of house.systems.effects) {
    if (act !== 'delete') continue;
    const asked = [...steps.values()].filter(
      (it) => it.account === account.id && it.capability === 'account.delete',
    );
    const isGranted = history.decided.some(
      (it) => it.granted && it.at <= at && asked.some(({ id }) => id === it.stepId),
    );
    if (!isGranted) say(`deleted without an approval: ${account.id}`);
  }
}

/** I7: within no hour more is destroyed than is allowed, whoever does it. */
function nothingAboveBudget({ facts, house, say }: Evidence): void {
  const { deletionsPerHour } = house.size;
  const begun = facts.filter(
    (it) => it.type === 'step.intended' && it.capability === 'account.delete',
  );
  for (const { at } of begun) {
    const within = new Set(
      begun.filter((it) => it.at > at - hour && it.at <= at).map(({ step }) => step),
    );
    if (within.size > deletionsPerHour) say(`${within.size} accounts were deleted within an hour`);
  }
}

/** I13: once everything is stopped, nothing is asked of any system any more. */
function nothingAfterTheSwitch({ house, history, say }: Evidence): void {
  for (const { sentAt, account, act } of house.systems.orders) {
    const stop = history.stops.find(({ from, to }) => sentAt > from + 2_000 && sentAt < to);
    if (stop)
      say(`${act} of ${account.id} was sent ${sentAt - stop.from} ms after everything was stopped`);
  }
}

/** A pass that a worker stood still in, or that waited for slow answers, sends later what had its turn before. */
const longestDelayMs = 60_000;
/** What the last turn in a minute may ask beyond it, and what passes ask beyond what they paid for. */
const beyondTurns = 6;

/** All workers together ask no more of a system in a minute than it allows; what is urgent does not wait for that. */
function nothingAboveTheRate({ house, history, say }: Evidence): void {
  const { leavers, weather, frozen } = history;
  const rate = weather.ratePerSecond ?? company.find(({ id }) => id === paced)!.ratePerSecond!;
  const urgent = new Set(leavers.filter(isUrgent).map(({ email }) => email));
  const sent = house.systems.requests
    .filter(({ system, email }) => system === paced && email !== null && !urgent.has(email))
    .filter(({ by, sentAt }) =>
      frozen.every((it) => it.by !== by || sentAt < it.from || sentAt > it.to + longestDelayMs),
    )
    .map(({ sentAt }) => sentAt)
    .toSorted((a, b) => a - b);
  const delayMs = isFair(weather) ? 0 : longestDelayMs;
  const most = (rate * (minute + delayMs)) / 1_000 + beyondTurns;
  const excess = sent.findIndex((at, i) => (sent[i - Math.floor(most)] ?? 0) > at - minute);
  if (excess >= 0) say(`more than ${most} requests of ${paced} within a minute`);
}

const isUrgent = ({ said }: Leaver): boolean => said.some(({ urgent }) => urgent);

/** How many steps of others may have been under way when one that is urgent becomes ready. */
const underWay = 3;
/** What several hands begin in the same moment, as after a stop, overtakes nobody. */
const togetherMs = 1_000;
/** Until the accounts of somebody whose departure was just opened are found, and the steps planned. */
const readyMs = 5_000;

/** What waits for nothing but what it comes after: no approval, and no budget. */
const waitForNobody = ['account.suspend', 'sessions.revoke', 'tokens.revoke'];

/** In a layoff an urgent departure's step begins before those that are ready as well. */
function nothingBeforeWhatIsUrgent(it: Evidence): void {
  const { facts, byStep, byCase, steps, cases, history, say } = it;
  if (!history.weather.layoff) return;
  const urgent = new Set(history.leavers.filter(isUrgent).map(({ id }) => id));
  const isOfUrgent = new Map(cases.map(({ id, personId }) => [id, urgent.has(personId)]));
  const begun = facts.filter((it) => it.type === 'step.intended' && it.attempt === 1);
  for (const fact of begun.filter(({ caseId }) => isOfUrgent.get(caseId!))) {
    const step = steps.get(fact.step!)!;
    const ofCase = byCase.get(fact.caseId) ?? [];
    if (!waitForNobody.includes(step.capability!)) continue;
    if (ofCase.some(({ type }) => type === 'case.held')) continue;
    const ends = step.after.flatMap((id) => byStep.get(id)?.filter(settles) ?? []);
    const readyAt = Math.max(ofCase[0]!.at, ...ends.map(({ at }) => at));
    const others = begun.filter(
      (it) =>
        !isOfUrgent.get(it.caseId!) &&
        steps.get(it.step!)?.connection === step.connection &&
        it.at > readyAt + readyMs &&
        it.at < fact.at - togetherMs,
    );
    if (others.length > underWay)
      say(`${others.length} steps that are not urgent began before ${nameOf(step)}`);
  }
}

const settles = (it: Fact): boolean => it.grade !== null;

/** A step begins when all that it comes after has a grade. */
function nothingOutOfOrder({ facts, byStep, steps, say }: Evidence): void {
  for (const fact of facts.filter((it) => it.type === 'step.intended')) {
    const step = steps.get(fact.step!);
    for (const id of step?.after ?? []) {
      const earlier = steps.get(id);
      // Planned since, when another account was found.
      if (!earlier || earlier.dropped || madeAt(id) > fact.at) continue;
      const last = byStep
        .get(id)
        ?.findLast((it) => it.seq < fact.seq && (settles(it) || it.type === 'step.reopened'));
      if (!last || !settles(last))
        say(`${nameOf(step)} began before ${nameOf(earlier)} was settled`);
    }
  }
}

const letters = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
/** The moment that a ULID begins with. */
const madeAt = (id: string): number =>
  [...id.slice(0, 10)].reduce((sum, it) => sum * 32 + letters.indexOf(it), 0);

/** I8: taken back before anything was cut, nothing was done; afterwards nothing more is done on the way out. */
function nothingAfterItWasTakenBack({ facts, byCase, steps, say }: Evidence): void {
  for (const back of facts.filter((it) => it.type === 'case.rescinded')) {
    for (const fact of byCase.get(back.caseId) ?? []) {
      if (fact.type !== 'step.intended') continue;
      const step = steps.get(fact.step!);
      const isOut = step?.undoOf === null;
      if (isOut && fact.seq > back.seq) say(`begun after it was taken back: ${nameOf(step)}`);
      if (isOut && back.containment === 'before') {
        say(`taken back before anything was done, and done: ${nameOf(step)}`);
      }
    }
  }
}

/** I9: of each step that is held somebody learns within five minutes, if it is held so long. */
function nobodyUntold({ facts, steps, house, history, say }: Evidence, alerts: readonly Alert[]) {
  const sent = lettersSent(house);
  const by = Map.groupBy(alerts, ({ condition }) => condition);
  for (const fact of facts.filter((it) => it.type === 'step.held')) {
    const own = by.get(`step:${fact.step}:held`) ?? by.get(`step:${fact.step}:returned`) ?? [];
    // While every worker stands still nobody can tell anybody.
    const awayMs = history.away
      .filter(({ from, to }) => to > fact.at && from < fact.at + 5 * minute)
      .reduce((sum, { from, to }) => sum + to - from, 0);
    const until = fact.at + 5 * minute + awayMs;
    const isOver = own.some(({ resolvedAt }) => resolvedAt !== null && resolvedAt < until);
    const told = own.map((it) => sent.get(letterOf(it)) ?? Number.POSITIVE_INFINITY);
    if (!own.some(({ openedAt }) => openedAt <= until)) {
      say(`held without an alert: ${nameOf(steps.get(fact.step!))}`);
    } else if (Math.min(...told) > until && !isOver && history.end > until) {
      say(`held, and nobody was told in time: ${nameOf(steps.get(fact.step!))}`);
    }
  }
}

/** What another hand opened again was found by the look that was due, opened, and told of. */
function nothingComesBackUnseen(
  { facts, steps, house, history, say }: Evidence,
  alerts: readonly Alert[],
): void {
  const sent = lettersSent(house);
  for (const { at, foundBy, accountId } of history.opened) {
    const found = facts.find(
      (it) =>
        it.type === 'step.reopened' &&
        it.at > at &&
        it.at <= foundBy &&
        steps.get(it.step!)?.account === accountId,
    );
    if (!found) say(`opened again, and nobody noticed: ${accountId}`);
    else if (
      !alerts.some((it) => it.condition === `step:${found.step}:returned` && sent.has(letterOf(it)))
    ) {
      say(`opened again, and nobody was told: ${accountId}`);
    }
  }
}

/** P12: what is true at the end follows from what the source said last, in whatever order it was heard. */
function endsAsTheSourceSays(it: Evidence, leaver: Leaver) {
  const { house, history, cases, say } = it;
  const own = cases.filter(({ personId }) => personId === leaver.id);
  const last = own.at(-1);
  const leaves = leaver.said.at(-1)!.type !== 'departure.rescinded';
  if (leaves && !last) return say(`${leaver.id} leaves, and there is no departure`);
  if (!last) return;
  if (leaves) {
    // Confirmed again on the way back is for a person to answer, who was asked.
    if (last.state !== 'complete' && !(last.state === 'brought-back' && last.asked)) {
      say(`${leaver.id} leaves, and the departure is ${last.state}`);
    }
    if (last.state === 'complete') isGone(it, leaver, last);
  } else if (last.state !== 'cancelled' && last.state !== 'brought-back') {
    say(`${leaver.id} stays, and the departure is ${last.state}`);
  }
  if (last.state !== 'brought-back') return;
  for (const account of accountsOf(house, leaver)) {
    const wasOpen = !account.past[0]!.truth.suspended;
    const isCut = account.truth.exists && account.truth.suspended && wasOpen;
    const isWaived = [...it.steps.values()].some(
      (one) =>
        one.caseId === last.id &&
        one.undoOf !== null &&
        one.account === account.id &&
        one.grade === 'waived',
    );
    if (isCut && !isWaived && history.unfinished.length === 0)
      say(`brought back, and still closed: ${account.id}`);
  }
}

const accountsOf = (house: House, { email }: Leaver): readonly Account[] =>
  [...house.systems.accounts.values()].filter((it) => it.email === email);

/** Each account that is still there stands in the plan, and what is called verified is so. */
function isGone({ house, steps, history, say }: Evidence, leaver: Leaver, last: Case): void {
  const own = [...steps.values()].filter((it) => it.caseId === last.id && !it.dropped);
  for (const account of accountsOf(house, leaver)) {
    const of = own.filter((it) => it.account === account.id);
    // What an earlier departure deleted cannot be brought back, and there is nothing to end.
    if (of.length === 0 && account.truth.exists) say(`nobody dealt with the account ${account.id}`);
    for (const step of of) {
      const goal = goals[step.capability ?? ''];
      if (step.grade === 'verified' && goal && !goal(account.truth, history.end)) {
        say(`verified, and not so at the end: ${nameOf(step)}`);
      }
    }
  }
}
