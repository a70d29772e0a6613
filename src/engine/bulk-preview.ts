import type { Account } from '#core/account.ts';
import { type Settings, settingsFrom } from '#core/settings.ts';
import {
  type BulkPersonRow,
  beginBulkWork,
  bulkPeopleOf,
  loadBulkStart,
  notePlannedPeople,
  offerBulkStart,
} from '#store/bulk-starts.ts';
import { databaseNow } from '#store/clock.ts';
import { pacedConnections } from '#store/connections.ts';
import { restingConnections } from '#store/health.ts';
import { lockPerson } from '#store/people.ts';
import { loadSettings } from '#store/settings.ts';
import { inTransaction } from '#store/sql.ts';
import { listUsers } from '#store/users.ts';
import { bulkDigest } from './bulk-digest.ts';
import { type Planned, summaryOf } from './bulk-summary.ts';
import { knownOwned } from './continuity.ts';
import type { Engine } from './engine.ts';
import { failureIn } from './fail.ts';
import { findAccounts } from './look-up.ts';
import { type CasePlan, knownAccounts, offersOf, planFor } from './plan-for.ts';

/** So many people are looked up and planned at once. */
const atOnce = 8;
/** A system that failed so often in a row is not asked about the others. */
const failuresUntilSkipped = 3;

/**
 * Plans everybody who would leave by a bulk start, and sums it up; nothing changes anywhere. People
 * are looked up live, but not in systems with a rate limit: departures that are under way need it.
 * Runs as a job, and begins anew when it was cut off.
 */
export async function previewBulkStart(engine: Engine, id: string): Promise<void> {
  const it = await loadBulkStart(engine.pool, id);
  if (it?.state !== 'planning') return;
  await beginBulkWork(engine.pool, id);
  const starting = (await bulkPeopleOf(engine.pool, id)).filter((row) => row.standing === 'starts');
  const settings = settingsFrom(await loadSettings(engine.pool));
  const asking = await openAsking(engine);
  const planned: Planned[] = [];
  const queue = [...starting];
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      for (let row = queue.shift(); row; row = queue.shift()) {
        const plan = await planOf(engine, asking, settings, row, it.source);
        planned.push({ row, plan });
        await notePlannedPeople(engine.pool, id, [{ line: row.line, ...noteOf(plan) }]);
      }
    }),
  );
  planned.sort((a, b) => a.row.line - b.row.line);
  const digest = bulkDigest(planned.map(({ row, plan }) => ({ ...row, ...noteOf(plan) })));
  const preview = summaryOf(planned, asking.unanswered, {
    settings,
    now: await databaseNow(engine.pool),
    administrators: await administrators(engine),
  });
  await offerBulkStart(engine.pool, { id, preview, digest });
}

const noteOf = (plan: CasePlan) =>
  plan.kind === 'plan'
    ? { playbookId: plan.playbook.id, question: null, steps: plan.plan.steps.length }
    : { playbookId: null, question: plan.question, steps: 0 };

interface Asking {
  readonly offers: Awaited<ReturnType<typeof offersOf>>;
  /** Where nobody is asked, and why. */
  readonly skipped: Map<string, string>;
  /** For how many people each system gave no answer. */
  readonly unanswered: Map<string, { because: string; people: number }>;
  readonly failuresInRow: Map<string, number>;
}

async function openAsking(engine: Engine): Promise<Asking> {
  const skipped = new Map<string, string>();
  for (const connectionId of await restingConnections(engine.pool)) {
    skipped.set(connectionId, 'it does not answer just now');
  }
  for (const id of await pacedConnections(engine.pool)) {
    skipped.set(id, 'it has a rate limit; what was found before counts');
  }
  const offers = await offersOf(engine);
  return { offers, skipped, unanswered: new Map(), failuresInRow: new Map() };
}

async function planOf(
  engine: Engine,
  asking: Asking,
  settings: Settings,
  { facts, departure }: BulkPersonRow,
  source: string,
): Promise<CasePlan> {
  const person = await inTransaction(engine.pool, (tx) => lockPerson(tx, facts));
  const answers = new Map<string, readonly Account[]>();
  const silent: string[] = [];
  await Promise.all(
    asking.offers
      .filter((it) => it.holdsAccounts)
      .map(async ({ id }) => {
        const found = await ask(engine, asking, id, facts);
        if (found) answers.set(id, found);
        else silent.push(id);
      }),
  );
  // Where nobody answers, what was found before is the best there is; a departure looks again.
  const known = person && silent.length > 0 ? silent : [];
  const who = { person: person?.id ?? nobody, lookedUp: known };
  return planFor(engine, {
    caseId: null,
    owned: await knownOwned(engine, who.person, asking.offers, []),
    case: {
      personFacts: facts,
      departure,
      zone: facts.zone ?? settings.company.zone,
      source,
      confirmedAt: await databaseNow(engine.pool),
      playbookId: null,
      planDigest: null,
    },
    offers: asking.offers,
    accounts: await knownAccounts(engine, who, asking.offers, answers),
  });
}

const nobody = '00000000-0000-0000-0000-000000000000';

async function ask(
  engine: Engine,
  asking: Asking,
  connectionId: string,
  person: BulkPersonRow['facts'],
): Promise<readonly Account[] | null> {
  const { skipped, unanswered, failuresInRow } = asking;
  const because = skipped.get(connectionId);
  if (because !== undefined) return noAnswer(unanswered, connectionId, because);
  try {
    const found = await findAccounts(engine, connectionId, person);
    failuresInRow.delete(connectionId);
    return found;
  } catch (error) {
    const { kind } = failureIn(error);
    const count = (failuresInRow.get(connectionId) ?? 0) + 1;
    failuresInRow.set(connectionId, count);
    if (count >= failuresUntilSkipped) skipped.set(connectionId, `it failed: ${kind}`);
    return noAnswer(unanswered, connectionId, `it failed: ${kind}`);
  }
}

function noAnswer(unanswered: Asking['unanswered'], connectionId: string, because: string): null {
  const people = (unanswered.get(connectionId)?.people ?? 0) + 1;
  unanswered.set(connectionId, { because, people });
  return null;
}

async function administrators(engine: Engine): Promise<ReadonlySet<string>> {
  const users = await listUsers(engine.pool);
  const isAdministrator = (role: string) => role === 'it-admin' || role === 'security';
  return new Set(
    users
      .filter((it) => it.disabledAt === null && it.roles.some(isAdministrator))
      .map((it) => it.email.toLowerCase()),
  );
}
