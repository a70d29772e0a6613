import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { makeSignInLink } from '#app/sign-in-links.ts';
import { createToken, createUser } from '#app/users.ts';
import { markIn } from '#ledger/mark.ts';
import { startScribe } from '#ledger/scribe.ts';
import { openSigner } from '#ledger/signer.ts';
import { type Database, openDatabase } from '#store/database.ts';
import { installationId } from '#store/installation.ts';
import { createKeyFiles, type Keyring, openKeyring, purposes, registerKeys } from '#store/keys.ts';
import { openVault } from '#store/vault.ts';
import { freePort, stopProgram } from '../practice/servers/program.ts';
import { type Client, openClient } from '../src/cli/client.ts';
import { connectors } from '../src/connectors.ts';
import { wireApp } from '../src/wiring.ts';
import { fillDepartures } from './filled-departures.ts';
import { fillRecord, growTree } from './filled-record.ts';
import { answers } from './peers/peer.ts';
import { bareEnvironment } from './processes.ts';

const start = path.resolve(import.meta.dirname, '../start.mjs');
const email = 'bench@meadow.example';

/**
 * `gatehouse web` in a process of its own, on the data of some years; the scribe goes on in this one. No worker: nothing
 * stands behind the departures that are put in, and it would find fault with each.
 */
export interface FilledSite {
  /** Where the pages are, without a slash at the end. */
  readonly url: string;
  /** Signs somebody in who sees everything, once. */
  readonly signInLink: string;
  /** As the same person. */
  readonly api: Client;
  /** Departures that go on. */
  readonly openCases: readonly string[];
  readonly secondsToFill: number;
  stop(): Promise<void>;
}

export async function startFilledSite(it: {
  readonly facts: number;
  readonly departures: number;
}): Promise<FilledSite> {
  await using made = new AsyncDisposableStack();
  const folder = await mkdtemp(path.join(tmpdir(), 'gatehouse-web-'));
  made.defer(() => rm(folder, { recursive: true, force: true }));
  const port = await freePort();
  const url = `http://localhost:${port}`;
  const keysDirectory = path.join(folder, 'keys');
  await createKeyFiles(keysDirectory);
  const database = await openDatabase({
    ...{ dataDirectory: folder, keysDirectory, roles: ['web', 'worker', 'scribe'] },
    onConnectionError: console.error,
  });
  made.defer(() => database.stop());
  const keyring = await openKeyring(keysDirectory, purposes);
  const { token, ...filled } = await fill(database, keyring, { ...it, publicUrl: url });
  const env = {
    ...bareEnvironment(),
    GATEHOUSE_DATA: folder,
    GATEHOUSE_LISTEN: `127.0.0.1:${port}`,
    GATEHOUSE_METRICS_LISTEN: `127.0.0.1:${await freePort()}`,
  };
  const program = spawn(process.execPath, [start, 'web'], { env, stdio: 'ignore' });
  made.defer(() => stopProgram(program));
  await answers(program, `${url}/openapi.json`);
  const installation = await installationId(database.pools.scribe);
  const scribe = startScribe(database.pools.scribe, {
    signer: openSigner({
      secrets: openVault({ keyring, installation }),
      mark: markIn(path.join(folder, 'mark')),
    }),
    onError: console.error,
  });
  made.defer(() => scribe.stop());
  const all = made.move();
  return { url, ...filled, api: openClient({ url, token }), stop: () => all.disposeAsync() };
}

/** Puts in everything before the program starts, past the program where there is much of it. */
async function fill(
  database: Database,
  keyring: Keyring,
  it: { readonly facts: number; readonly departures: number; readonly publicUrl: string },
) {
  const { publicUrl } = it;
  await registerKeys(database.admin!, keyring);
  const log = { info() {}, warn() {}, error: console.error };
  const app = await wireApp({
    ...{ keyring, connectors, log, publicUrl, pool: database.pools.web },
  });
  const user = { name: 'Bench', email, roles: ['it-admin', 'security', 'hr'] as const };
  const { id: userId } = await createUser(app, user);
  const key = { userId, name: 'Bench', days: 1, now: new Date() };
  const { token } = await createToken(app, key);
  const begun = performance.now();
  await fillRecord(database.admin!, it.facts);
  await growTree(database.admin!);
  const openCases = await fillDepartures(database.admin!, it.departures);
  // What fills it in minutes takes a company years: its database has long settled.
  await database.admin!.query('vacuum analyze');
  await database.admin!.query('checkpoint');
  const secondsToFill = (performance.now() - begun) / 1_000;
  const { url: signInLink } = await makeSignInLink(app, { email, method: 'link', publicUrl });
  return { token, openCases, secondsToFill, signInLink };
}
