import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { App, Caller } from '#app/app.ts';
import { type AuditQuery, exportAudit, searchAudit } from '#app/audit.ts';
import { createUser } from '#app/users.ts';
import type { Role } from '#core/user.ts';
import { openDatabase } from '#store/database.ts';
import { createKeyFiles, openKeyring, purposes, registerKeys } from '#store/keys.ts';
import { connectors } from '../src/connectors.ts';
import { wireApp } from '../src/wiring.ts';
import { type FilledRecord, fillRecord } from './filled-record.ts';
import { atMost, median, type Row, told } from './row.ts';

const facts = Number(process.env['GATEHOUSE_BENCH_FACTS'] ?? 1_000_000);
const rounds = 40;
const limitMs = 150;

/** Searches of a record with a million facts, as users ask for them: by everything there is, and by several things at once. */
export async function search(): Promise<readonly Row[]> {
  const folder = await mkdtemp(path.join(tmpdir(), 'gatehouse-search-'));
  const keysDirectory = path.join(folder, 'keys');
  await createKeyFiles(keysDirectory);
  const database = await openDatabase({
    ...{ dataDirectory: folder, keysDirectory, roles: ['web', 'worker', 'scribe'] },
    onConnectionError: console.error,
  });
  const admin = database.admin!;
  try {
    const keyring = await openKeyring(keysDirectory, purposes);
    await registerKeys(admin, keyring);
    const log = { info() {}, warn() {}, error: console.error };
    const app = await wireApp({
      ...{ keyring, connectors, log, publicUrl: 'http://127.0.0.1', pool: database.pools.web },
    });
    const start = performance.now();
    const filled = await fillRecord(admin, facts);
    const rows: Row[] = [told(`${facts} facts put in`, (performance.now() - start) / 1_000, 's')];
    const security = await userWith(app, 'security');
    const auditor = await userWith(app, 'auditor');
    for (const [name, queryFor] of Object.entries(questions(filled))) {
      for (const caller of asAuditor.has(name) ? [security, auditor] : [security]) {
        const times: number[] = [];
        let found = 0;
        // The first round is not counted: it reads what nobody has read since the record was filled.
        for (let round = -1; round < rounds; round += 1) {
          const { cursor = null, ...query } = queryFor(round + 1);
          const asked = performance.now();
          const page = await searchAudit(
            app,
            caller,
            { ...nothing, ...query },
            { cursor, limit: 50 },
          );
          if (round < 0) continue;
          times.push(performance.now() - asked);
          found += page.events.length;
        }
        const p95 = times.toSorted((a, b) => a - b)[Math.ceil(rounds * 0.95) - 1]!;
        const who = caller === security ? '' : ', as an auditor';
        const of = `${name}${who} (${(found / rounds).toFixed(0)} found, p50 ${median(times).toFixed(0)})`;
        rows.push(atMost(of, p95, 'ms', limitMs));
      }
    }
    rows.push(...(await exporting(app, auditor)));
    return rows;
  } finally {
    await database.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

const nothing: AuditQuery = {
  ...{ caseId: null, person: null, system: null, actor: null, type: null, grade: null },
  ...{ result: null, from: null, to: null, text: null },
};

/** Asked by somebody as well who may not know of confidential departures. */
const asAuditor = new Set([
  ...['nothing', 'common type', 'common word', 'rare grade', 'an old month'],
  ...['person by full name', 'two common words that never meet'],
]);

type Asked = Partial<AuditQuery> & { readonly cursor?: string };

function questions(it: FilledRecord): Readonly<Record<string, (round: number) => Asked>> {
  const pick = <T>(from: readonly T[], round: number): T => from[(round * 7919) % from.length]!;
  const day = (part: number, days = 0) =>
    new Date(it.from.getTime() + (it.to.getTime() - it.from.getTime()) * part + days * 86_400_000);
  const parts = [0.05, 0.2, 0.5, 0.8];
  return {
    nothing: () => ({}),
    'nothing, half-way': () => ({ cursor: String(facts / 2) }),
    case: (n) => ({ caseId: pick(it.caseIds, n) }),
    'person by full name': (n) => ({ person: pick(it.people, n).name }),
    'person by first name': () => ({ person: 'Priya' }),
    'a name that many begin with': () => ({ person: 'Jan Rossi-e' }),
    'nobody of that name': () => ({ person: 'Zzz' }),
    'common system': () => ({ system: 'system-1' }),
    'rare system': () => ({ system: 'system-40' }),
    'unknown system': () => ({ system: 'system-x' }),
    'actor worker': () => ({ actor: 'worker' }),
    'actor person': (n) => ({ actor: pick(it.users, n) }),
    'common type': () => ({ type: 'step.intended' }),
    'rare type': () => ({ type: 'step.waived' }),
    'type that never was': () => ({ type: 'log.continued' }),
    'common grade': () => ({ grade: 'verified' }),
    'rare grade': () => ({ grade: 'waived' }),
    'grade that never was': () => ({ grade: 'absent' }),
    'result held': () => ({ result: 'held' }),
    'result refused': () => ({ result: 'refused' }),
    'an old day': (n) => ({ from: day(pick(parts, n)), to: day(pick(parts, n), 1) }),
    'an old month': (n) => ({ from: day(pick(parts, n)), to: day(pick(parts, n), 30) }),
    'first half year': () => ({ from: day(0), to: day(0.5) }),
    'before the first fact': () => ({ to: day(0, -1) }),
    'after the last fact': () => ({ from: day(1, 1) }),
    'common word': () => ({ text: 'step' }),
    'prefix of an action': () => ({ text: 'susp' }),
    'rare word': () => ({ text: 'waived' }),
    'word that never was': () => ({ text: 'xylophone' }),
    'id of a step by its beginning': (n) => ({ text: pick(it.caseIds, n).slice(0, 24) }),
    'two words, one rare': () => ({ text: 'suspend waived' }),
    'two common words that never meet': () => ({ text: 'intended verified' }),
    'their beginnings': () => ({ text: 'intend verif' }),
    'system and grade': () => ({ system: 'system-2', grade: 'attested' }),
    'rare system and rare grade': () => ({ system: 'system-40', grade: 'waived' }),
    'system, grade and period': (n) => ({
      system: 'system-3',
      grade: 'verified',
      from: day(pick(parts, n)),
      to: day(pick(parts, n), 90),
    }),
    'system and word': () => ({ system: 'system-5', text: 'delete' }),
    'type and old period': () => ({ type: 'step.held', from: day(0.1), to: day(0.3) }),
    'actor and type': (n) => ({ actor: pick(it.users, n), type: 'step.waived' }),
    'actor who never did that': (n) => ({ actor: pick(it.users, n), type: 'step.intended' }),
    'actor worker, never that type': () => ({ actor: 'worker', type: 'step.attested' }),
    'person and type': (n) => ({ person: pick(it.people, n).name, type: 'step.held' }),
    'person, period and word': (n) => ({
      person: pick(it.people, n).name,
      from: day(0.1),
      to: day(0.9),
      text: 'suspend',
    }),
    'first name, grade and old period': () => ({
      person: 'Otto',
      grade: 'waived',
      from: day(0),
      to: day(0.2),
    }),
    'case and result': (n) => ({ caseId: pick(it.caseIds, n), result: 'held' }),
    'word and old period': () => ({ text: 'wipe', from: day(0), to: day(0.1) }),
    'common word, old period': () => ({ text: 'step', from: day(0), to: day(0.1) }),
    'result and old period': () => ({ result: 'done', from: day(0), to: day(0.1) }),
  };
}

/** The whole record as a file: how fast, and whether memory grows with it. */
async function exporting(app: App, caller: Caller): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for (const format of ['jsonl', 'csv'] as const) {
    const start = performance.now();
    const heap = () => process.memoryUsage().rss / 2 ** 20;
    const before = heap();
    let most = before;
    for await (const _ of await exportAudit(app, caller, nothing, format))
      most = Math.max(most, heap());
    const seconds = (performance.now() - start) / 1_000;
    rows.push(told(`export of everything as ${format}, facts per second`, facts / seconds, '1/s'));
    rows.push(atMost(`memory gained by that`, most - before, 'MB', 150));
  }
  return rows;
}

async function userWith(app: App, role: Role): Promise<Caller> {
  const email = `${role}@meadow.example`;
  const user = await createUser(app, { name: role, email, roles: [role] });
  return { user, actor: { kind: 'person', id: user.id, auth: 'token' } };
}
