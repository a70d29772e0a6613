import { stat, statfs } from 'node:fs/promises';
import { KeyProblem, purposes, readKeyFiles } from '#store/key-files.ts';
import type { Configuration } from './configuration.ts';
import { type Check, type Finding, look, percent, well, wrong } from './doctor-checks.ts';

const leastFreeShare = 0.1;
const smallFreeShare = 0.2;
const oldTimeZonesMs = 183 * 24 * 3_600_000;

/** What can be seen on this machine without the database. */
export function machineChecks(
  { dataDirectory, keysDirectory, mirror, databaseUrls }: Configuration,
  now: Date,
): Readonly<Record<string, Check>> {
  const isEmbedded = Object.keys(databaseUrls).length === 0;
  return {
    configuration: async () => [
      well('configuration', 'All of it can be read.'), // or nothing would have begun
    ],
    'data directory': async () => [await modesOf(dataDirectory)],
    keys: () => keysIn(keysDirectory, isEmbedded),
    disk: () => roomIn(dataDirectory),
    mirror: async () =>
      mirror === undefined
        ? [
            look(
              'mirror',
              'The signed record lies in the database alone.',
              'Set LEDGER_MIRROR to a folder on another disk, or to a bucket (docs/operate/mirror-and-recovery.md).',
            ),
          ]
        : [],
    'time zones': async () => [timeZones(process.versions.tz ?? '', now)],
  };
}

async function modesOf(folder: string): Promise<Finding> {
  const about = 'data directory';
  const found = await stat(folder).catch(() => null);
  if (!found)
    return wrong(about, `There is no ${folder}.`, 'Set GATEHOUSE_DATA, or start Gatehouse once.');
  if ((found.mode & 0o022) !== 0) {
    return wrong(about, `Others may write into ${folder}.`, `chmod go-w ${folder}`);
  }
  return well(about, `${folder} is there, and nobody else may write into it.`);
}

/** Processes of one role need only their own keys; all of them together have to be somewhere. */
async function keysIn(folder: string, isEmbedded: boolean): Promise<readonly Finding[]> {
  const about = 'keys';
  const problems: KeyProblem[] = [];
  for (const purpose of purposes) {
    await readKeyFiles(folder, [purpose]).catch((error: unknown) => {
      if (!(error instanceof KeyProblem)) throw error;
      problems.push(error);
    });
  }
  const missing = problems.filter(({ message }) => message.includes(' is missing'));
  const isPart =
    !isEmbedded && missing.length === problems.length && missing.length < purposes.length;
  if (problems.length === 0) {
    await readKeyFiles(folder, purposes); // none like another
    return [well(about, `All ${purposes.length} in ${folder} can be read, and by nobody else.`)];
  }
  if (isPart) {
    const remedy = 'That is right where the others play their roles elsewhere.';
    return [
      look(
        about,
        `${missing.length} of ${purposes.length} key files are not on this machine.`,
        remedy,
      ),
    ];
  }
  const said = [...new Set(problems.map(({ message }) => message))];
  return said.map((it) =>
    wrong(about, it, 'Put the key files back from your backup, with mode 600.'),
  );
}

async function roomIn(folder: string): Promise<readonly Finding[]> {
  const disk = await statfs(folder).catch(() => null);
  if (!disk) return []; // that there is no such folder is said already
  const { bavail, blocks, bsize } = disk;
  const free = bavail / blocks;
  const text = `${percent(free)} of the disk of ${folder} is free (${Math.round((bavail * bsize) / 2 ** 30)} GiB).`;
  if (free < leastFreeShare)
    return [wrong('disk', text, 'Make room: a full disk stops everything.')];
  if (free < smallFreeShare) return [look('disk', text, 'Make room before it falls below 10 %.')];
  return [well('disk', text)];
}

/** Named by year and letter, such as 2026a; they come about every two months. */
export function timeZones(version: string, now: Date): Finding {
  const about = 'time zones';
  const [, year, letter] = /^(\d{4})([a-z])$/.exec(version) ?? [];
  const remedy = 'Update Node: countries change their clocks at short notice.';
  if (!year || !letter) return look(about, 'Node does not say how old its time zones are.', remedy);
  const published = Date.UTC(Number(year), (letter.charCodeAt(0) - 97) * 2);
  const text = `Node knows the time zones of ${version}`;
  return now.getTime() - published > oldTimeZonesMs + 61 * 24 * 3_600_000
    ? look(about, `${text}, which are older than six months.`, remedy)
    : well(about, `${text}.`);
}
