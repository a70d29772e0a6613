import { setTimeout as wait } from 'node:timers/promises';
import { Argument, Command } from 'commander';
import { Problem } from '#app/problem.ts';
import { localActor } from '#app/users.ts';
import { record } from '#ledger/record.ts';
import { type DatabaseSeen, seeDatabase } from '#store/database.ts';
import { renameKeys } from '#store/key-files.ts';
import { type KnownKey, knownKeys, replaceKey, sealAnew } from '#store/key-rotation.ts';
import {
  followKeys,
  KeyProblem,
  type Keyring,
  keyFileName,
  nextKey,
  openKeyring,
  type Purpose,
  purposes,
} from '#store/keys.ts';
import type { Role } from '#store/roles.ts';
import { inTransaction } from '#store/sql.ts';
import { openSubjectKeys } from '#store/subject-keys.ts';
import type { Configuration } from './configuration.ts';
import type { Output } from './local.ts';

/** Who may open what is sealed under a key, and so seal it anew. */
const roleOf: Record<Purpose, Role> = {
  connection: 'worker',
  web: 'web',
  subject: 'scribe',
  signing: 'scribe',
};

/** How long processes may go on sealing under the old key; each looks every two seconds which one is in use. */
const followedMs = 5_000;
const piecesAtOnce = 1_000;

/** `gatehouse keys`: the keys that seal what lies in the database, for whoever may read the key files. */
export function keysCommand(configuration: Configuration, { out }: Output): Command {
  const keys = new Command('keys').description('keys that seal secrets (on the server)');
  keys
    .command('list')
    .description('which keys there have been, and how much is sealed under each')
    .action(() =>
      withAdmin(configuration, async ({ admin }) => {
        const keyring = await openKeyring(configuration.keysDirectory, purposes);
        for (const { purpose, kekId, state, sealed } of await knownKeys(admin)) {
          const file = (await keyring.refOf(purpose, kekId)) ?? 'no file here';
          const use = state === 'active' ? 'in use' : 'only opens';
          out(`${purpose}\t${kekId}\t${use}\t${sealed} sealed\t${file}`);
        }
      }),
    );
  keys
    .command('rotate')
    .description('replace a key while everything runs; cut off anywhere, it is run again')
    .addArgument(new Argument('<purpose>', 'which').choices(purposes))
    .action((purpose: Purpose) =>
      withAdmin(configuration, async (database) => {
        const folder = configuration.keysDirectory;
        for (const line of await rotateKey(database, { folder, purpose })) out(line);
      }),
    );
  return keys;
}

interface Opened {
  readonly admin: NonNullable<DatabaseSeen['admin']>;
  readonly pools: DatabaseSeen['pools'];
}

async function withAdmin(
  { dataDirectory, keysDirectory, databaseUrls }: Configuration,
  work: (it: Opened) => Promise<void>,
): Promise<void> {
  const places = { dataDirectory, keysDirectory, urls: databaseUrls };
  const seen = await seeDatabase({ ...places, onConnectionError: () => {} });
  try {
    const { admin, pools } = seen;
    if (!admin) {
      throw new Problem(
        'not possible',
        'Keys belong to an administrator of the database: set DATABASE_URL to their address.',
      );
    }
    await work({ admin, pools });
  } finally {
    await seen.stop();
  }
}

export interface RotationOptions {
  /** Where the key files lie. */
  readonly folder: string;
  readonly purpose: Purpose;
  /** How many pieces one transaction seals. */
  readonly atOnce?: number;
  readonly waitMs?: number;
}

/**
 * Replaces the key of a purpose, or goes on where this was cut off: a key that has taken over already is not replaced
 * once more before all is sealed under it. Returns what an operator should know.
 */
export async function rotateKey(
  { admin, pools }: Opened,
  { folder, purpose, atOnce = piecesAtOnce, waitMs = followedMs }: RotationOptions,
): Promise<readonly string[]> {
  const keyring = await openKeyring(folder, [...new Set<Purpose>([purpose, 'subject'])]);
  // What the file of that name holds, whatever is in use.
  const replaced = keyring.keys.find((it) => it.purpose === purpose)!.kekId;
  const missing = await followKeys(admin, keyring);
  if (missing.length > 0) {
    throw new KeyProblem(
      `${keyFileName(missing[0]!)} in ${folder} is not the key that is in use. Put the right file there.`,
    );
  }
  const pool = pools[roleOf[purpose]];
  const keys = openSubjectKeys(keyring);
  const ofPurpose = async () =>
    (await knownKeys(admin)).filter((it) => it.purpose === purpose && it.state !== 'destroyed');
  const isOld = (it: KnownKey) => it.state !== 'active' && it.sealed > 0;
  const stating = (old: string, now: string, rewrapped: number, remaining: number) => ({
    type: 'secret.kek-rotated' as const,
    actor: localActor,
    data: { purpose, old, new: now, rewrapped, remaining },
  });

  const before = await ofPurpose();
  const active = before.find((it) => it.state === 'active');
  if (!active) throw new KeyProblem('Start Gatehouse once first: no key is in use yet.');
  let kekId = active.kekId;
  const isNamed = (await keyring.refOf(purpose, kekId)) === keyFileName(purpose);
  if (isNamed && !before.some(isOld)) {
    const next = await nextKey(folder, purpose);
    kekId = next.kekId;
    await inTransaction(pool, (tx) =>
      record(tx, keys, [stating(replaced, kekId, 0, active.sealed)]),
    );
    await inTransaction(admin, (tx) => replaceKey(tx, next));
    await keyring.use(purpose, kekId);
  }

  let count = 0;
  const seal = async (): Promise<void> => {
    for (const old of (await ofPurpose()).filter(isOld)) {
      for (let remaining = old.sealed; remaining > 0; ) {
        const done = await inTransaction(pool, async (tx) => {
          const piece = { purpose, old: old.kekId, limit: atOnce };
          const sealed = await sealAnew(tx, keyring, piece);
          remaining -= sealed;
          const fact = stating(old.kekId, kekId, sealed, Math.max(0, remaining));
          if (sealed > 0) await record(tx, keys, [fact]);
          return sealed;
        });
        if (done === 0) break; // others hold the rest, or have done it
        count += done;
      }
    }
  };
  await seal();
  do {
    await wait(waitMs);
    await seal();
  } while ((await ofPurpose()).some(isOld));
  return [
    `${count} sealed under the new key ${kekId} of ${purpose}.`,
    ...(await named(folder, keyring, purpose, { kekId, replaced })),
  ];
}

/** Gives the new key its name, where this process may write. */
async function named(
  folder: string,
  keyring: Keyring,
  purpose: Purpose,
  { kekId, replaced }: { kekId: string; replaced: string },
): Promise<readonly string[]> {
  const file = keyFileName(purpose);
  if ((await keyring.refOf(purpose, kekId)) === file) return [];
  try {
    const old = await renameKeys(folder, purpose, replaced);
    return [
      `It is ${file} now. ${old} opens what was sealed before, as it lies in backups: keep it as long as those.`,
    ];
  } catch (error) {
    return [
      `${folder} cannot be written (${error instanceof Error ? error.message : error}): keep ${file} under another name such as ` +
        `${purpose}.old.key, and the new key as ${file}.`,
    ];
  }
}
