import type { Account } from '#core/account.ts';
import { aOf, arrivalDates, caseKindOf, isArrival } from '#core/arrival.ts';
import type { Continuity } from '#core/continuity.ts';
import { resolveDates } from '#core/dates.ts';
import { makePlan, type Plan, routePlaybook } from '#core/plan.ts';
import { type ConnectionOffer, type Playbook, readPlaybook } from '#core/playbook.ts';
import { settingsFrom } from '#core/settings.ts';
import { accountsOf } from '#store/accounts.ts';
import type { CaseRow } from '#store/cases.ts';
import { databaseNow } from '#store/clock.ts';
import { listConnections, pacedConnections } from '#store/connections.ts';
import { restingConnections } from '#store/health.ts';
import { hasReports } from '#store/people.ts';
import { loadPlaybook, type PlaybookRow, publishedPlaybooks } from '#store/playbooks.ts';
import { loadSettings } from '#store/settings.ts';
import { continuityOf } from './continuity.ts';
import type { Engine } from './engine.ts';
import { holdNotes } from './legal-hold.ts';
import { offersFrom } from './offers.ts';
import { digestOf } from './plan-digest.ts';

/** What is known of a person's accounts per connection; `unknown`: nobody answered yet. */
export type KnownAccounts = ReadonlyMap<string, readonly Account[] | 'unknown'>;

/** A departure of a bulk start stands behind those that come alone, and keeps rate limits even if urgent. */
export const behindOthers = (plan: Plan): Plan => ({
  ...plan,
  steps: plan.steps.map((it) => ({ ...it, priority: (it.priority % 100) + 100 })),
});

/** The part of a case that planning depends on; a preview has no case yet. */
export type Planned = Pick<
  CaseRow,
  'personFacts' | 'departure' | 'zone' | 'source' | 'confirmedAt' | 'playbookId' | 'planDigest'
>;

export type CasePlan =
  | {
      readonly kind: 'plan';
      readonly plan: Plan;
      /** Names the plan: approvals are bound to it. */
      readonly digest: string;
      readonly playbook: PlaybookRow;
      /** The database's clock when the plan was made. */
      readonly now: Date;
    }
  | { readonly kind: 'question'; readonly question: string };

/** What each connection of this installation can do now. */
export async function offersOf(
  engine: Pick<Engine, 'reads' | 'connectors'>,
): Promise<readonly ConnectionOffer[]> {
  return offersFrom(engine.connectors, await listConnections(engine.reads));
}

/**
 * Connections with accounts that have not been asked about this person, and may be asked now. Of many who leave
 * together (`isOfBulk`) none asks past the line of a connection with a rate limit: a step takes its turn there.
 */
export async function unansweredBy(
  engine: Engine,
  it: Pick<CaseRow, 'lookedUp'>,
  offers: readonly ConnectionOffer[],
  isOfBulk: boolean,
): Promise<readonly string[]> {
  const [resting, paced] = await Promise.all([
    restingConnections(engine.reads),
    isOfBulk ? pacedConnections(engine.reads) : new Set(),
  ]);
  return offers
    .filter(({ id, holdsAccounts }) => holdsAccounts && !it.lookedUp.includes(id))
    .filter(({ id }) => !resting.has(id) && !paced.has(id))
    .map(({ id }) => id);
}

/** Accounts found for the person so far, linked by hand ones included; `answers` are the newest. */
export async function knownAccounts(
  engine: Engine,
  it: Pick<CaseRow, 'person' | 'lookedUp'>,
  offers: readonly ConnectionOffer[],
  answers: ReadonlyMap<string, readonly Account[]>,
): Promise<KnownAccounts> {
  const stored = await accountsOf(engine.reads, it.person);
  const known = new Map<string, readonly Account[] | 'unknown'>();
  for (const { id, holdsAccounts } of offers) {
    if (!holdsAccounts) continue;
    const answer = answers.get(id);
    const earlier = stored.filter((row) => row.connectionId === id && row.status !== 'deleted');
    if (answer) {
      const linked = earlier.filter(
        (row) => row.linkedBy !== null && !answer.some((found) => found.id === row.id),
      );
      known.set(id, [...answer, ...linked]);
    } else {
      known.set(id, it.lookedUp.includes(id) ? earlier : 'unknown');
    }
  }
  return known;
}

/** Routes a case to its playbook and applies that to the person. Pure but for reading rows. */
export async function planFor(
  engine: Engine,
  it: {
    case: Planned;
    /** Null: a preview. */
    caseId: string | null;
    offers: readonly ConnectionOffer[];
    accounts: KnownAccounts;
    owned: Continuity['owned'];
    /** To be tried in the place of a version; left out or null: there is none. */
    draft?: PlaybookRow | null;
  },
): Promise<CasePlan> {
  const { reads } = engine;
  const { personFacts: person, departure, zone, source } = it.case;
  const [now, stored, chosen, isManager] = await Promise.all([
    databaseNow(reads),
    loadSettings(reads),
    it.draft ? choiceOf(it.draft) : choosePlaybook(engine, it.case),
    hasReports(reads, person.personId),
  ]);
  const settings = settingsFrom(stored);
  if (chosen.kind === 'question') return chosen;

  const { confirmedAt } = it.case;
  const dates = isArrival(departure)
    ? arrivalDates(departure, confirmedAt)
    : resolveDates(departure, {
        zone,
        confirmedAt,
        defaultAccessEnd: settings.company.accessEnds,
      });
  if ('question' in dates) return { kind: 'question', question: dates.question };

  const { caseId, accounts, owned } = it;
  const continuity = isArrival(departure)
    ? null
    : await continuityOf(engine, { caseId, person, accounts, owned, settings });
  const made = makePlan({
    playbook: chosen.playbook,
    person,
    departure,
    dates,
    zone,
    source,
    now,
    connections: it.offers,
    accounts,
    ...(continuity && { continuity }),
    language: settings.company.language,
    isManager,
    law: {
      packs: engine.rulePacks,
      headcount: settings.company.headcount,
      ...settings.obligations,
    },
  });
  const notes = await holdNotes(reads, person.personId, made);
  const plan = notes.length > 0 ? { ...made, notes: [...made.notes, ...notes] } : made;
  const digest = digestOf({
    plan,
    playbook: chosen.row,
    departure,
    zone,
    defaultAccessEnd: settings.company.accessEnds,
  });
  return { kind: 'plan', plan, digest, playbook: chosen.row, now };
}

type Choice =
  | { readonly kind: 'playbook'; readonly row: PlaybookRow; readonly playbook: Playbook }
  | { readonly kind: 'question'; readonly question: string };

/** Which of the published playbooks a new case goes by. */
export function routeAmong(
  rows: readonly PlaybookRow[],
  it: Pick<Planned, 'personFacts' | 'departure' | 'source'>,
) {
  const { departure: occasion } = it;
  const kind = caseKindOf(occasion);
  const playbooks = rows.map(readStored).filter((playbook) => playbook.for === kind);
  const routed = routePlaybook(playbooks, {
    person: it.personFacts,
    departure: isArrival(occasion) ? null : occasion,
    arrival: isArrival(occasion) ? occasion : null,
    source: it.source,
  });
  const row = rows.find((candidate) => candidate.name === routed.playbook?.playbook);
  return { row, routed, candidates: playbooks.length };
}

/** Running cases keep the version they began with; a new one is routed. */
async function choosePlaybook(engine: Engine, it: Planned): Promise<Choice> {
  if (it.playbookId !== null) {
    const row = await loadPlaybook(engine.reads, it.playbookId);
    if (row) return choiceOf(row);
  }
  const kind = caseKindOf(it.departure);
  const { row, routed, candidates } = routeAmong(await publishedPlaybooks(engine.reads), it);
  if (routed.playbook && row) return { kind: 'playbook', row, playbook: routed.playbook };
  return {
    kind: 'question',
    question:
      candidates === 0
        ? `No playbook for ${aOf(kind).toLowerCase()} is published. Publish one (gatehouse playbook import), then try again.`
        : `No playbook applies to this ${kind}. Which one? ${routed.why}`,
  };
}

const choiceOf = (row: PlaybookRow): Choice => ({
  kind: 'playbook',
  row,
  playbook: readStored(row),
});

/** What is stored as published was readable when it was stored. */
function readStored(row: PlaybookRow): Playbook {
  const read = readPlaybook(row.text);
  if ('playbook' in read) return read.playbook;
  throw new Error(`the stored playbook ${row.name} ${row.number} cannot be read`);
}
