import { createHash, randomBytes } from 'node:crypto';
import { z } from 'zod';
import type { Claim, DroppedFiles } from '#connector-kit/contract.ts';
import { jsonOf } from '#core/json.ts';
import { confirmationOf, saidBy } from '#core/lifecycle.ts';
import { record } from '#ledger/record.ts';
import { resolveAlerts } from '#store/alerts.ts';
import { databaseNow } from '#store/clock.ts';
import { beginFeed, keepFeedRow, keepListed, openFeed } from '#store/feeds.ts';
import { lockPerson, savePerson, sourceInFile } from '#store/people.ts';
import { holdTurn, keepCursor, type SourceRow } from '#store/sources.ts';
import { type Db, inTransaction } from '#store/sql.ts';
import { askPerson } from './ask.ts';
import { type CsvReport, type CsvRow, readPeopleCsv } from './csv.ts';
import { dropReport } from './drop-report.ts';
import { beside, closeFeed, judge, keepAside } from './feed.ts';
import { isHistory } from './history.ts';
import type { Intake, OpenedSource } from './intake.ts';
import { type Heard, passOver, type Received, receive } from './receive.ts';
import { refusalIn } from './refusal.ts';

/** What is kept between two looks: whether a file was ever taken in, and what the connector saw. */
const Kept = z.object({ began: z.boolean(), seen: z.string() });

/**
 * Looks into the folder of a source and takes in what is whole, the oldest file first. Each row stands alone, and
 * the moment at which its file was written says which of two is newer. Cut off anywhere, the same file is taken in
 * again, which changes nothing. Returns how many departures were passed over as history.
 */
export async function takeFiles(
  intake: Intake,
  { connectionId, cursor }: SourceRow,
  opened: OpenedSource,
): Promise<number> {
  const files = opened.connector.people!.files! as DroppedFiles<unknown>;
  const kept = Kept.safeParse(cursor === null ? null : jsonOf(cursor)).data;
  let began = kept?.began ?? false;
  const { claims, seen, problem } = await files.look(opened.client, kept?.seen ?? null);
  await keepSeen();
  let passedOver = 0;
  for (const claim of await inTurn(intake, connectionId, claims, readOne)) {
    const bytes = claim.problem === null ? await readOne(claim) : Buffer.alloc(0);
    if (bytes === null) continue;
    const end = await takeFile(intake, { source: connectionId, claim, bytes, isFirst: !began });
    // It stays where it is until a person has looked at it, and what was written later waits behind it.
    if (end === 'set aside') break;
    passedOver += end.passedOver;
    // Told before it is put away: cut off in between, it is told once more, and folded.
    await inTransaction(intake.pool, (tx) => tellOf(tx, intake, connectionId, claim, end));
    await files.put(opened.client, claim, end);
    began ||= end.rows > 0;
    await keepSeen();
  }
  if (problem !== null) await tellOfProblem(intake, connectionId, problem);
  return passedOver;

  function readOne(claim: Claim): Promise<Uint8Array | null> {
    return files.read(opened.client, claim);
  }
  async function keepSeen(): Promise<void> {
    await keepCursor(intake.pool, { connectionId, cursor: JSON.stringify({ began, seen }) });
  }
}

/** A file that was set aside comes first: once a person has decided about it, and until then nothing behind it. */
async function inTurn(
  intake: Intake,
  source: string,
  claims: readonly Claim[],
  read: (claim: Claim) => Promise<Uint8Array | null>,
): Promise<readonly Claim[]> {
  const held = await openFeed(intake.pool, source);
  if (!held) return claims;
  for (const claim of claims) {
    const bytes = claim.problem === null ? await read(claim) : null;
    if (bytes === null || sha256Of(bytes) !== held.digest) continue;
    return held.decision === null ? [] : [claim, ...claims.filter((it) => it !== claim)];
  }
  // Somebody took it away.
  await closeFeed(intake, held, 'gone');
  return claims;
}

const sha256Of = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** After so many rows the others are told that we are still at it. */
const rowsBetween = 100;

interface Dropped {
  readonly source: string;
  readonly claim: Claim;
  readonly bytes: Uint8Array;
  /** Of the first file of a source, who left long ago is history. */
  readonly isFirst: boolean;
}

interface End {
  readonly isTaken: boolean;
  readonly report: string;
  readonly rows: number;
  readonly passedOver: number;
}

/** What became of one row. */
export interface TakenRow {
  readonly line: number;
  readonly detail: string;
  readonly caseId: string | null;
  /** Somebody has to look: it says less than what is known, or may be somebody else. */
  readonly isOpen: boolean;
}

async function takeFile(
  intake: Intake,
  { source, claim, bytes, isFirst }: Dropped,
): Promise<End | 'set aside'> {
  const now = await databaseNow(intake.pool);
  // A clock ahead of ours must not make every later file an old one.
  const at = new Date(Math.min(claim.at.getTime(), now.getTime()));
  const unread: CsvReport = { problem: claim.problem, rows: [], refused: [], unknownColumns: [] };
  const today = now.toISOString().slice(0, 10);
  const read = claim.problem === null ? readPeopleCsv(bytes, { today }) : unread;
  const sha256 = sha256Of(bytes);
  const listed = read.rows.length + new Set(read.refused.map(({ line }) => line)).size;
  const decided = await openFeed(intake.pool, source);
  if (decided?.decision === 'refuse') {
    await closeFeed(intake, decided, 'refused');
    const problem = 'It was set aside because it looked like a mistake, and refused by a person.';
    const refused = { ...unread, problem };
    const about = { name: claim.name, at, now, sha256, read: refused, taken: [], passedOver: 0 };
    return { isTaken: false, report: dropReport(about), rows: 0, passedOver: 0 };
  }
  if (!decided && !isFirst && read.problem === null) {
    const isAside = await setFileAside(intake, { source, claim, sha256, listed, rows: read.rows });
    if (isAside) return 'set aside';
  }
  const taken: TakenRow[] = [];
  let passedOver = 0;
  for (const [i, row] of read.rows.entries()) {
    if (i % rowsBetween === 0) await holdTurn(intake.pool, source);
    const became = await inTransaction(intake.pool, (tx) =>
      takeRow(tx, intake, { source, row, at, now, isFirst }),
    ).catch((error: unknown) => {
      const refused = refusalIn(error);
      if (!refused) throw error;
      return { detail: `not taken in: ${refused.detail}`, caseId: null, isOpen: true };
    });
    if (became === 'history') passedOver += 1;
    else if (became !== null) taken.push({ line: row.line, ...became });
  }
  const isTaken =
    read.problem === null && read.refused.length === 0 && !taken.some((it) => it.isOpen);
  if (decided) await closeFeed(intake, { ...decided, listed }, 'taken in');
  else if (read.problem === null) await keepListed(intake.pool, { source, listed });
  const report = dropReport({ name: claim.name, at, now, sha256, read, taken, passedOver });
  return { isTaken, report, rows: read.rows.length, passedOver };
}

/** Judges a file as a whole. True: it was set aside, with the rows that differ from what is known. */
async function setFileAside(
  intake: Intake,
  it: {
    readonly source: string;
    readonly claim: Claim;
    readonly sha256: string;
    readonly listed: number;
    readonly rows: readonly CsvRow[];
  },
): Promise<boolean> {
  const { source, listed } = it;
  const said = it.rows.map(({ person, departure }) => ({
    personId: person.personId,
    found: { person, departure },
  }));
  const rows = await beside(intake.pool, said);
  const judged = await judge(intake.pool, { source, listed, rows });
  if (judged.reasons.length === 0) return false;
  const file = { source, name: it.claim.name, digest: it.sha256, listed };
  const batch = await beginFeed(intake.pool, file);
  const differs = new Set(judged.news.map(({ personId }) => personId));
  for (const reading of said) {
    if (!differs.has(reading.personId)) continue;
    await keepFeedRow(intake.pool, { batch: batch.id, personId: reading.personId, reading });
  }
  await keepAside(intake, batch, judged);
  return true;
}

/** Null: nothing but facts about a person. */
async function takeRow(
  tx: Db,
  intake: Intake,
  {
    source,
    row: { person, departure, arrival, successor },
    at,
    now,
    isFirst,
  }: { source: string; row: CsvRow; at: Date; now: Date; isFirst: boolean },
): Promise<Omit<TakenRow, 'line'> | 'history' | null> {
  if (departure === null && arrival === null) {
    const known = await lockPerson(tx, person);
    const ref = known?.ref ?? `p_${randomBytes(9).toString('hex')}`;
    const of = await sourceInFile(tx, known, source);
    await savePerson(tx, { ref, source: of, facts: person, heardAt: at });
    return null;
  }
  const heard: Heard = {
    source,
    record: { person, departure, arrival, changedAt: at.toISOString() },
    // Exports say every time what they said before; what a person ended here stays ended as long as they do.
    from: 'record',
    says: saidBy[confirmationOf(arrival)],
    occurredAt: at,
    version: null,
    actor: { kind: 'source', id: source, auth: 'none' },
    askedBy: null,
    successor,
  };
  if (isFirst && isHistory(heard.record, now)) {
    await passOver(tx, heard);
    return 'history';
  }
  const { outcome, detail, caseId } = await receive(tx, intake, heard);
  return { detail, caseId, isOpen: opens.includes(outcome) };
}

/** What a row can come to that a person has to look at. */
const opens: readonly Received['outcome'][] = ['older', 'refused', 'question'];

async function tellOf(
  tx: Db,
  intake: Intake,
  source: string,
  { name, at }: Claim,
  { isTaken }: End,
): Promise<void> {
  if (isTaken) return resolveAlerts(tx, `drop:${source}`);
  await record(tx, intake.keys, [
    {
      type: 'source.rejected',
      actor: { kind: 'source', id: source, auth: 'none' },
      data: { source, reason: 'rejected' },
    },
  ]);
  await askPerson(tx, {
    condition: `drop:${source}:${at.toISOString()} ${name}`,
    title: 'A file of people and departures was not taken in whole',
    body:
      `${source}: ${name} has rows that were not taken in, or that somebody has to look at. It lies in the folder ` +
      '"refused", and the report beside it names each. Mend them and drop the whole file again: rows that went in ' +
      'change nothing.',
    caseId: null,
    confidential: false,
  });
}

const tellOfProblem = (intake: Intake, source: string, problem: string): Promise<void> =>
  askPerson(intake.pool, {
    condition: `drop:${source}:names`,
    title: 'Files of people and departures cannot be read',
    body: `${source}: ${problem}`,
    caseId: null,
    confidential: false,
  });
