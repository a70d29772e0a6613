import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import pino from 'pino';
import { makeSignInLink } from '#app/sign-in-links.ts';
import { createToken, createUser } from '#app/users.ts';
import { Period } from '#core/period.ts';
import { type Evidence, evidenceOf } from '#ledger/evidence.ts';
import { exportPack } from '#ledger/exported.ts';
import { type Exported, exportTileTree } from '#ledger/tile-tree.ts';
import { openKeyring } from '#store/keys.ts';
import { roles } from '#store/roles.ts';
import { inSnapshot } from '#store/sql.ts';
import { openSubjectKeys } from '#store/subject-keys.ts';
import { type Client, openClient } from '../src/cli/client.ts';
import { connectors } from '../src/connectors.ts';
import { type Configuration, readConfiguration } from '../src/operate/configuration.ts';
import type { AuthoritySetting } from '../src/operate/time-stamp-authorities.ts';
import { serve } from '../src/serve.ts';
import { colleague } from './company.ts';
import { freePort } from './servers/program.ts';

/** Who of Meadow & Co may do what in Gatehouse. */
const staff = {
  sam: { login: 'sam.okafor', roles: ['it-admin', 'security'] },
  mei: { login: 'mei.tanaka', roles: ['security'] },
  noor: { login: 'noor.haddad', roles: ['hr'] },
  tomas: { login: 'tomas.ferreira', roles: ['facilities'] },
  kofi: { login: 'kofi.mensah', roles: ['it-operator'] },
  ingrid: { login: 'ingrid.lund', roles: ['payroll'] },
} as const;

/** Somebody of the staff, as they reach Gatehouse: over HTTP, with a token of their own. */
export type Member = Client & { readonly name: string };

export interface RunningGatehouse {
  readonly url: string;
  /** Where people reach it; passkeys are bound to that. */
  readonly publicUrl: string;
  readonly dataDirectory: string;
  /** Below it lie the records that are delivered to a folder. */
  readonly recordsDirectory: string;
  /** Below it lie the folders that are watched. */
  readonly dropDirectory: string;
  /** The installation's first user, who made the others. */
  readonly administrator: Client;
  readonly staff: Readonly<Record<keyof typeof staff, Member>>;
  /** A link by which one of the staff signs in with a browser, once, as `gatehouse user sign-in-link` makes it. */
  signInLink(member: keyof typeof staff): Promise<string>;
  /** What proves a case, as `gatehouse evidence` makes it on the server. */
  evidence(caseId: string): Promise<Evidence>;
  /** What proves every case that was sealed on these days, as `gatehouse evidence --from … --to …` writes it. */
  periodEvidence(days: { readonly from: string; readonly to: string }, file: string): Promise<void>;
  /** The whole record as a tree of tiles, as `gatehouse ledger export` writes it. */
  exportLog(directory: string): Promise<Exported | null>;
  /** Looks on, with a token of its own, so that looking never keeps anybody from acting. */
  readonly onlooker: Client;
  stop(): Promise<void>;
}

// What waits for minutes in earnest waits for a second or two here.
const timing = {
  firstRetryMs: 400,
  longestRetryMs: 2_000,
  probeMs: 1_000,
  sweepMs: 1_000,
  alertRetryMs: 1_000,
};

/**
 * The real program with all of its roles, on a database of its own in `dataDirectory`, and
 * the people who work with it. Its log goes to a file there.
 */
export async function startGatehouse(
  dataDirectory: string,
  around: { readonly authorities: readonly AuthoritySetting[]; readonly detours: string },
): Promise<RunningGatehouse> {
  const configuration = await configurationOf(dataDirectory, around);
  const { keysDirectory, recordsDirectory, dropDirectory } = configuration;
  const logFile = path.join(dataDirectory, 'gatehouse.log');
  const program = await serve({
    configuration,
    roles,
    connectors,
    log: pino({}, pino.destination({ dest: logFile, mkdir: true, sync: true })),
    timing,
  });

  try {
    const { url, publicUrl } = program;
    // As `gatehouse user add` and `token create` do, on the server itself.
    const keyring = await openKeyring(keysDirectory, ['web', 'subject']);
    const app = { pool: program.database.pools.web, keys: openSubjectKeys(keyring) };
    const tokenFor = async (userId: string, name: string) =>
      (await createToken(app, { userId, name, days: 1, now: new Date() })).token;

    const members: Record<string, Member> = {};
    let onlooker = '';
    for (const [key, { login, roles }] of Object.entries(staff)) {
      const { name, email } = colleague(login);
      const { id } = await createUser(app, { name, email, roles });
      if (key === 'sam') onlooker = id;
      const token = await tokenFor(id, 'practice company');
      members[key] = { name, ...openClient({ url, token }) };
    }
    return {
      url,
      publicUrl,
      dataDirectory,
      recordsDirectory,
      dropDirectory,
      administrator: openClient({ url, token: program.token ?? '' }),
      staff: members as Record<keyof typeof staff, Member>,
      async signInLink(member) {
        const { email } = colleague(staff[member].login);
        return (await makeSignInLink(app, { email, method: 'link', publicUrl })).url;
      },
      evidence: (caseId) =>
        inSnapshot(program.database.pools.scribe, (db) => evidenceOf(db, app.keys, caseId)),
      async periodEvidence(days, file) {
        const wanted = {
          of: Period.parse(days),
          ...{ keys: app.keys, language: null, withheld: new Set<string>(), recipient: 'local' },
        };
        const made = await exportPack(program.database.pools.scribe, wanted, (pieces) =>
          writeFile(file, pieces),
        );
        if (made.kind !== 'made') throw new Error(`The period has no pack: ${made.kind}`);
      },
      exportLog: (directory) =>
        inSnapshot(program.database.pools.scribe, (db) => exportTileTree(db, directory)),
      onlooker: openClient({ url, token: await tokenFor(onlooker, 'live progress') }),
      stop: program.stop,
    };
  } catch (error) {
    await program.stop();
    throw error;
  }
}

/** What an operator would set in the environment, read as the program reads it. */
async function configurationOf(
  dataDirectory: string,
  { authorities, detours }: Parameters<typeof startGatehouse>[1],
): Promise<Configuration> {
  const read = readConfiguration({
    workingDirectory: dataDirectory,
    environment: {
      GATEHOUSE_DATA: dataDirectory,
      GATEHOUSE_LISTEN: `127.0.0.1:${await freePort()}`,
      GATEHOUSE_METRICS_LISTEN: '127.0.0.1:0',
      GATEHOUSE_DETOURS: detours,
      LEDGER_TIME_STAMPS: authorities
        .map(({ name, url, caFile }) => `${name} ${url} ${caFile}`)
        .join(', '),
    },
  });
  if (!read.ok) throw new Error(read.problems.join('\n'));
  return read.configuration;
}
