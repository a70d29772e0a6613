import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ulid } from 'ulid';
import { installationId } from '#store/installation.ts';
import { createKeyFiles, openKeyring, registerKeys } from '#store/keys.ts';
import { inSnapshot } from '#store/sql.ts';
import { openVault } from '#store/vault.ts';
import type { SigningSecrets } from '../log-keys.ts';
import { markIn } from '../mark.ts';
import { type MirrorStore, openMirror } from '../mirror.ts';
import { openSigner, type Signer } from '../signer.ts';
import { type Exported, exportTileTree } from '../tile-tree.ts';
import { opened, startLedger, type TestLedger } from './ledger.ts';

/** A record of its own with what signs it. */
export interface SignedLog {
  readonly ledger: TestLedger;
  readonly signer: Signer;
  /** Another, as after a restart. */
  newSigner(): Signer;
  /** What was told of the mirror. */
  readonly mirrorProblems: readonly string[];
  readonly secrets: SigningSecrets;
  readonly origin: string;
  /** Where the high-water mark lies. */
  readonly markFolder: string;
  /** States so many facts, each of a case of its own, and puts them in order. */
  state(count: number): Promise<void>;
  /** Signs what there is, and writes it as a tree of tiles. */
  export(directory: string): Promise<Exported | null>;
  stop(): Promise<void>;
}

/** Starts an empty record that is signed as in production, with a mirror where there is a store for one. */
export async function startSignedLog(store: MirrorStore | null = null): Promise<SignedLog> {
  const folder = await mkdtemp(path.join(tmpdir(), 'gatehouse-signed-'));
  const ledger = await startLedger();
  const { owner, scribe, worker } = ledger.pools;
  const keysFolder = path.join(folder, 'keys');
  await createKeyFiles(keysFolder);
  const keyring = await openKeyring(keysFolder, ['signing']);
  await registerKeys(owner, keyring);
  const secrets = openVault({ keyring, installation: await installationId(scribe) });
  const markFolder = path.join(folder, 'mark');
  const mirrorProblems: string[] = [];
  const newSigner = () =>
    openSigner({
      secrets,
      mark: markIn(markFolder),
      ...(store ? { mirror: openMirror(store) } : {}),
      onMirrorProblem: (problem) => mirrorProblems.push(problem),
    });
  const signer = newSigner();
  const { rows } = await worker.query<{ origin: string }>('select origin from ledger.head');
  const state = async (count: number) => {
    await ledger.state('worker', ...Array.from({ length: count }, () => opened(ulid())));
    await ledger.sequenceAll();
  };
  return {
    ledger,
    signer,
    newSigner,
    mirrorProblems,
    secrets,
    origin: rows[0]!.origin,
    markFolder,
    state,
    async export(directory) {
      await signer.sign(scribe);
      return inSnapshot(scribe, (db) => exportTileTree(db, directory));
    },
    stop: () => rm(folder, { recursive: true, force: true }),
  };
}
