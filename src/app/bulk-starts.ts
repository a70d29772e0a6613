import { createHash } from 'node:crypto';
import type { BulkPreview } from '#core/bulk-start.ts';
import type { DepartureFacts } from '#core/departure.ts';
import { bulkDigest } from '#engine/bulk-digest.ts';
import { standingsOf } from '#intake/bulk-standing.ts';
import { type CsvReport, readPeopleCsv } from '#intake/csv.ts';
import { record } from '#ledger/record.ts';
import {
  addBulkStart,
  type BulkPersonRow,
  type BulkProgress,
  type BulkStartRow,
  bulkPeopleOf,
  bulkProgress,
  decideBulkStart,
  forgetBulkPeople,
  listBulkStarts as listStored,
  loadBulkStart,
  lockBulkStart,
  planBulkStart,
  wakeBulkStart,
} from '#store/bulk-starts.ts';
import { databaseNow } from '#store/clock.ts';
import { employmentsOf } from '#store/people.ts';
import { newId } from '#store/random.ts';
import { type Db, inTransaction } from '#store/sql.ts';
import { listUsers } from '#store/users.ts';
import type { App, Caller } from './app.ts';
import { authorize, demandStepUp } from './authorize.ts';
import { changesSince } from './bulk-changes.ts';
import { changedMeanwhile, notFound, Problem } from './problem.ts';

export type { BulkPersonRow, BulkPreview, BulkStartRow };

/** After this nobody can approve what was previewed. */
const expiresInMs = 24 * 60 * 60_000;

export interface BulkStartWithPeople {
  readonly bulkStart: BulkStartRow;
  readonly people: readonly BulkPersonRow[];
  /** Once approved: how many have a departure, by its state. */
  readonly progress: readonly BulkProgress[];
}

/** Takes a file with people who leave together. Nobody leaves yet: a worker previews it, a person approves it. */
export async function requestBulkFile(
  app: App,
  caller: Caller,
  file: Uint8Array,
): Promise<BulkStartWithPeople> {
  authorize(caller, 'bulk.start');
  const now = await databaseNow(app.pool);
  const read = readPeopleCsv(file, { today: now.toISOString().slice(0, 10) });
  if (read.problem !== null) throw new Problem('not readable', read.problem);
  return request(app, caller, {
    source: 'csv',
    digest: createHash('sha256').update(file).digest('base64url'),
    people: read.rows.flatMap(({ line, person, departure, successor }) =>
      departure ? [{ line, facts: person, departure, successor }] : [],
    ),
    refused: [...read.refused, ...stayingIn(read)].sort((a, b) => a.line - b.line),
    unknownColumns: read.unknownColumns,
  });
}

/** A row that names no departure is a mistake in such a list: left out in silence, somebody would stay. */
const stayingIn = ({ rows }: CsvReport): CsvReport['refused'] =>
  rows
    .filter(({ departure }) => departure === null)
    .map(({ line }) => ({
      line,
      column: 'departure_kind',
      found: 'nothing',
      expected: 'a kind of departure: every row of a bulk start is one',
    }));

/** The same for people whom we know already, as a program sends it. */
export async function requestBulkList(
  app: App,
  caller: Caller,
  list: readonly { readonly personId: string; readonly departure: Omit<DepartureFacts, 'id'> }[],
): Promise<BulkStartWithPeople> {
  authorize(caller, 'bulk.start');
  const people: Requested['people'][number][] = [];
  const refused: CsvReport['refused'][number][] = [];
  const seen = new Set<string>();
  for (const [i, { personId, departure }] of list.entries()) {
    const line = i + 1;
    const [person] = await employmentsOf(app.pool, personId);
    if (!person || seen.has(personId)) {
      const found = person ? 'the same person twice' : 'nobody we know';
      refused.push({ line, column: 'personId', found, expected: 'the HR id of somebody, once' });
      continue;
    }
    seen.add(personId);
    const id = `api:${person.personId}:${person.employmentId}`;
    people.push({ line, facts: person.facts, departure: { id, ...departure }, successor: null });
  }
  const digest = createHash('sha256').update(JSON.stringify(list)).digest('base64url');
  return request(app, caller, { source: 'api', digest, people, refused, unknownColumns: [] });
}

interface Requested {
  readonly source: 'csv' | 'api';
  /** Of the list as it came. */
  readonly digest: string;
  readonly people: readonly Pick<BulkPersonRow, 'line' | 'facts' | 'departure' | 'successor'>[];
  readonly refused: CsvReport['refused'];
  readonly unknownColumns: readonly string[];
}

async function request(app: App, caller: Caller, it: Requested): Promise<BulkStartWithPeople> {
  const { source, digest, people, refused, unknownColumns } = it;
  if (people.length === 0) {
    throw new Problem(
      'not readable',
      'There is nobody in this list whose departure could be started.',
      refused.slice(0, 100).map(({ line, column, found, expected }) => ({
        at: `line ${line}${column ? `, ${column}` : ''}`,
        problem: `found ${found}; expected ${expected}`,
      })),
    );
  }
  const id = newId();
  await inTransaction(app.pool, async (tx) => {
    const standing = new Map((await standingsOf(tx, people, id)).map((row) => [row.line, row]));
    await record(tx, app.keys, [
      {
        type: 'bulk.requested',
        actor: caller.actor,
        row: { table: 'bulk_starts', id, version: 1 },
        data: {
          bulk: id,
          people: people.length,
          refused_rows: new Set(refused.map(({ line }) => line)).size,
          digest,
        },
      },
    ]);
    await addBulkStart(tx, {
      ...{ id, source, askedBy: caller.user.id, expiresInMs },
      report: { refused, unknownColumns },
      people: people.map((row) => ({ ...row, ...standing.get(row.line)! })),
    });
    await wakeBulkStart(tx, id);
  });
  return showBulkStart(app, caller, id);
}

/** Newest first. */
export async function listBulkStarts(
  app: App,
  caller: Caller,
  it: { beforeId: string | null; limit: number },
): Promise<readonly BulkStartRow[]> {
  authorize(caller, 'bulk.start');
  return listStored(app.pool, it);
}

export async function showBulkStart(
  app: App,
  caller: Caller,
  id: string,
): Promise<BulkStartWithPeople> {
  authorize(caller, 'bulk.start');
  const bulkStart = await loadBulkStart(app.pool, id);
  if (!bulkStart) throw notFound(`bulk start ${id}`);
  const people = await bulkPeopleOf(app.pool, id);
  return { bulkStart, people, progress: await bulkProgress(app.pool, id) };
}

/**
 * One approval for everybody in it, by another person than who asked. It is bound to what was shown:
 * when somebody or a playbook has changed since, nobody leaves, and it is previewed again.
 */
export async function approveBulkStart(
  app: App,
  caller: Caller,
  id: string,
  digest: string,
): Promise<{ people: number }> {
  authorize(caller, 'bulk.start');
  demandStepUp(caller);
  const outcome = await inTransaction(app.pool, async (tx) => {
    const it = await bulkStartForDecision(tx, id);
    if (it.state === 'planning') {
      throw new Problem('not possible', 'It is still being previewed. Look at the preview first.');
    }
    if (it.digest !== digest) throw changedMeanwhile('The bulk start');
    const people = await bulkPeopleOf(tx, id);
    const starting = people.filter((row) => row.standing === 'starts');
    if (starting.length === 0) {
      throw new Problem(
        'not possible',
        'It would start nobody: all of them leave already, or have left.',
      );
    }
    const alone = await demandAnother(tx, caller, it);
    demandNotAbout(caller, people);

    const changes = await changesSince(tx, it, people);
    if (changes.length > 0 || bulkDigest(starting) !== digest) {
      await planBulkStart(tx, id);
      return { changes, people: 0 };
    }
    await record(tx, app.keys, [
      {
        type: 'bulk.approved',
        actor: caller.actor,
        row: { table: 'bulk_starts', id, version: it.version + 1 },
        data: {
          bulk: id,
          people: starting.length,
          plan: digest,
          ...(alone ? { alone: true } : { second: it.askedBy }),
        },
      },
    ]);
    await decideBulkStart(tx, { id, state: 'approved', by: caller.user.id });
    await wakeBulkStart(tx, id);
    return { changes, people: starting.length };
  });
  if (outcome.people > 0) return { people: outcome.people };
  throw new Problem(
    'changed meanwhile',
    'This is no longer what was previewed, so nobody was started. It is previewed again; look at it, then approve that.',
    outcome.changes,
  );
}

/** Nobody leaves by it; the list is forgotten. */
export async function withdrawBulkStart(app: App, caller: Caller, id: string): Promise<void> {
  authorize(caller, 'bulk.start');
  await inTransaction(app.pool, async (tx) => {
    const it = await bulkStartForDecision(tx, id);
    await record(tx, app.keys, [
      {
        type: 'bulk.withdrawn',
        actor: caller.actor,
        row: { table: 'bulk_starts', id, version: it.version + 1 },
        data: { bulk: id },
      },
    ]);
    await decideBulkStart(tx, { id, state: 'withdrawn', by: caller.user.id });
    await forgetBulkPeople(tx, id);
  });
}

async function bulkStartForDecision(tx: Db, id: string): Promise<BulkStartRow> {
  const it = await lockBulkStart(tx, id);
  if (!it) throw notFound(`bulk start ${id}`);
  if (it.state !== 'planning' && it.state !== 'waiting-for-approval') {
    throw new Problem('not possible', `This bulk start is ${it.state} already.`);
  }
  if (it.expiresAt <= (await databaseNow(tx))) {
    throw new Problem('not possible', 'This bulk start has run out. Send the list again.');
  }
  return it;
}

/** Another person than who asked, as soon as there is one. True: there is none, and one acts alone. */
async function demandAnother(tx: Db, caller: Caller, it: BulkStartRow): Promise<boolean> {
  if (it.askedBy !== caller.user.id) return false;
  const others = (await listUsers(tx)).filter(
    (user) =>
      user.disabledAt === null &&
      user.id !== caller.user.id &&
      user.roles.some((role) => role === 'hr' || role === 'it-admin' || role === 'security'),
  );
  if (others.length === 0) return true;
  throw new Problem(
    'not possible',
    'Who asked for a bulk start cannot approve it. Ask another person with the role hr, it-admin or security.',
  );
}

function demandNotAbout(caller: Caller, people: readonly BulkPersonRow[]): void {
  const own = caller.user.email.toLowerCase();
  if (!people.some(({ facts }) => facts.email.toLowerCase() === own)) return;
  throw new Problem(
    'not possible',
    'You stand in this list yourself. Ask another person to approve it.',
  );
}
