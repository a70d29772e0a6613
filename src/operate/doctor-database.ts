import { settingsFrom } from '#core/settings.ts';
import { foundFork } from '#ledger/fork-guard.ts';
import { mirrorIsAmiss, mirrorState } from '#ledger/mirror-state.ts';
import { failingAuthorities } from '#ledger/time-stamp-rows.ts';
import { longestWaitMs, waitingMs } from '#ledger/waiting.ts';
import { silentWitnesses } from '#ledger/witnesses.ts';
import { listAlerts } from '#store/alerts.ts';
import { backupAgeMs, backupLateMs } from '#store/backups.ts';
import { databaseNow } from '#store/clock.ts';
import type { DatabaseSeen } from '#store/database.ts';
import { serverVersion, whoIsIn, zoneHours } from '#store/inspection.ts';
import { listPulses, queueState } from '#store/liveness.ts';
import { checkMigrated } from '#store/migrate.ts';
import { roleName, roles } from '#store/roles.ts';
import { loadSettings } from '#store/settings.ts';
import type { Pool } from '#store/sql.ts';
import { ageText, type Check, type Finding, look, well, wrong } from './doctor-checks.ts';

const warnSkewMs = 30_000;
const longestSkewMs = 5 * 60_000;
const silentMs = 60_000;
const queueLateMs = 2 * 60_000;
const witnessSilentMs = 60 * 60_000;

/** What the database server tells of itself and of what moves: nothing of people, nothing of secrets. */
export function databaseChecks({ pools, embedded }: DatabaseSeen): Readonly<Record<string, Check>> {
  const { web, worker } = pools;
  return {
    database: async () => [await server(web, embedded)],
    roles: () => separate(pools),
    migrations: async () => {
      await checkMigrated(web);
      return [well('migrations', 'The database is as this version needs it.')];
    },
    clock: async () => [await clock(web)],
    'time zones of the database': async () => [await sameZones(web)],
    'moving parts': () => pulses(web),
    queue: async () => [await queue(worker)],
    record: async () => [await record(web)],
    'outside witnesses': () => witnesses(web),
    backup: async () => [await backup(web)],
    alerts: () => openAlerts(web),
  };
}

async function server(db: Pool, embedded: boolean): Promise<Finding> {
  const text = `PostgreSQL ${await serverVersion(db)} answers`;
  if (!embedded) return well('database', `${text}.`);
  return look(
    'database',
    `${text}; it is the embedded one.`,
    'In production, use a server of your own with backups: set DATABASE_URL.',
  );
}

async function separate(pools: DatabaseSeen['pools']): Promise<readonly Finding[]> {
  const found: Finding[] = [];
  for (const role of roles) {
    const { name, mighty } = await whoIsIn(pools[role]);
    if (name !== roleName(role)) {
      found.push(
        wrong('roles', `The ${role} logs in as ${name}.`, `It has to be ${roleName(role)}.`),
      );
    } else if (mighty) {
      const remedy = `alter role ${name} nosuperuser nocreaterole nobypassrls;`;
      found.push(wrong('roles', `${name} may do everything in the database.`, remedy));
    }
  }
  if (found.length > 0) return found;
  return [
    well('roles', 'Web, worker and scribe log in each as their own role, and none may do more.'),
  ];
}

async function clock(db: Pool): Promise<Finding> {
  const asked = Date.now();
  const said = (await databaseNow(db)).getTime();
  const ahead = said - (asked + Date.now()) / 2;
  const text = `The clock of the database is ${ageText(Math.abs(ahead))} ${ahead < 0 ? 'behind' : 'ahead of'} this machine’s`;
  const remedy = 'Set the one that is wrong, by NTP.';
  if (Math.abs(ahead) > longestSkewMs) {
    return wrong('clock', `${text}: no step begins by its date.`, remedy);
  }
  return Math.abs(ahead) > warnSkewMs
    ? look('clock', `${text}.`, remedy)
    : well('clock', 'It agrees with the database’s.');
}

/** Old zones in one of the two show as a difference. */
async function sameZones(db: Pool): Promise<Finding> {
  const about = 'time zones of the database';
  const { company } = settingsFrom(await loadSettings(db));
  const rows = await zoneHours(db, company.zone);
  const off = rows.find(({ zone, at, hours }) => hours !== offsetHours(zone, at));
  if (!off) {
    const count = new Set(rows.map(({ zone }) => zone)).size;
    return well(
      about,
      `Node and the database agree on the ${count === 1 ? 'zone that is' : `${count} zones that are`} used here.`,
    );
  }
  return look(
    about,
    `Node and the database disagree about ${off.zone} on ${off.at.toISOString().slice(0, 10)}.`,
    'Update the older of the two. Dates go by Node.',
  );
}

function offsetHours(timeZone: string, at: Date): number {
  const parts = new Intl.DateTimeFormat('en-US', {
    timeZone,
    timeZoneName: 'longOffset',
  }).formatToParts(at);
  const name = parts.find(({ type }) => type === 'timeZoneName')?.value ?? '';
  const [, sign = '+', hours = '0', minutes = '0'] = /GMT([+-])(\d\d):(\d\d)/.exec(name) ?? [];
  return (Number(hours) + Number(minutes) / 60) * (sign === '-' ? -1 : 1);
}

const parts = {
  engine: ['worker', 'carries out steps', 'gatehouse serve, or gatehouse work'],
  intake: ['intake', 'reads the HR systems', 'gatehouse serve, or gatehouse work'],
  scribe: ['scribe', 'signs the record', 'gatehouse serve, or gatehouse scribe'],
} as const;

async function pulses(db: Pool): Promise<readonly Finding[]> {
  const ages = new Map((await listPulses(db)).map(({ name, ageMs }) => [name, ageMs]));
  return Object.entries(parts).map(([name, [about, does, start]]) => {
    const age = ages.get(name);
    if (age !== undefined && age < silentMs) return well(about, `One ${does}.`);
    const since = age === undefined ? 'has ever given' : 'has given';
    const when = age === undefined ? '' : ` for ${ageText(age)}`;
    return wrong(
      about,
      `None that ${does} ${since} a sign of life${when}.`,
      `Start one: ${start}.`,
    );
  });
}

async function queue(worker: Pool): Promise<Finding> {
  const { due, oldestMs, taken } = await queueState(worker);
  const text = `${due} jobs are due, the oldest for ${ageText(oldestMs)}; ${taken} are under way`;
  return oldestMs > queueLateMs
    ? look(
        'queue',
        `${text}.`,
        'Start more workers, unless a large layoff runs: that takes its time.',
      )
    : well('queue', due === 0 ? 'Nothing waits.' : `${text}.`);
}

async function record(db: Pool): Promise<Finding> {
  const fork = await foundFork(db);
  if (fork) return wrong('record', fork.because, 'See docs/audit/signed-record.md.');
  const waits = await waitingMs(db);
  if (waits > longestWaitMs) {
    return wrong(
      'record',
      `What happened ${ageText(waits)} ago is not in it yet.`,
      'Start a scribe, and look into its log.',
    );
  }
  const mirror = await mirrorState(db);
  if (mirror && mirrorIsAmiss(mirror)) {
    return wrong(
      'record',
      `The mirror in ${mirror.place} is behind: ${mirror.problem ?? ageText(mirror.lagMs)}`,
      'See docs/operate/mirror-and-recovery.md.',
    );
  }
  return well('record', 'All that happened is in it, and it is the one that was signed.');
}

async function witnesses(db: Pool): Promise<readonly Finding[]> {
  const silent = await silentWitnesses(db, witnessSilentMs);
  const failing = await failingAuthorities(db, 0);
  return [
    ...silent.map(({ name, problem }) =>
      look('witnesses', `${name} has not signed for an hour: ${problem}.`, 'Ask whoever runs it.'),
    ),
    ...failing.map(({ name, because }) =>
      look(
        'time stamps',
        `The last one of ${name} ${because}.`,
        'Ask whoever runs it, or add another.',
      ),
    ),
  ];
}

/** One that was made in another way is noted by `gatehouse backup --elsewhere`. */
async function backup(db: Pool): Promise<Finding> {
  const age = await backupAgeMs(db);
  const remedy = 'gatehouse backup DIR, each day by a timer (docs/operate/backup.md).';
  if (age === null) return look('backup', 'Nobody has ever said that there is one.', remedy);
  const text = `The last one was made ${ageText(age)} ago.`;
  return age > backupLateMs ? wrong('backup', text, remedy) : well('backup', text);
}

async function openAlerts(db: Pool): Promise<readonly Finding[]> {
  const open = (await listAlerts(db, 1_000)).filter(({ resolvedAt }) => resolvedAt === null);
  if (open.length === 0) return [well('open alerts', 'None.')];
  const kinds = [...new Set(open.map(({ kind }) => kind))].toSorted();
  return [look('open alerts', `${open.length}: ${kinds.join(', ')}.`, 'gatehouse alerts')];
}
