import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { readVkey } from '#core/note.ts';
import type { ReachableWitness } from '../ask-witness.ts';
import { sha256 } from '../hash.ts';
import { logKeysOf } from '../log-keys.ts';
import { openWitness, type Witness } from '../witness.ts';
import { serveWitness } from '../witness-server.ts';
import type { SignedLog } from './signed-log.ts';

/** A witness on a port of this machine. */
export interface TestWitness extends ReachableWitness {
  readonly vkey: string;
  readonly witness: Witness;
  /** Where it remembers. */
  readonly file: string;
  stop(): Promise<void>;
}

/** Starts the auditor's own witness, which knows the keys that sign a log. The log must have signed something. */
export async function startWitness(log: SignedLog, name = 'firm'): Promise<TestWitness> {
  const folder = await mkdtemp(path.join(tmpdir(), 'gatehouse-witness-'));
  const file = path.join(folder, 'witness.json');
  const rows = await logKeysOf(log.ledger.pools.web, log.origin);
  const witness = await openWitness({
    file,
    name: `${name}.witness.example`,
    logs: rows.map(({ vkey }) => readVkey(sha256, vkey)),
    now: () => new Date(),
  });
  const server = await serveWitness(witness, { host: '127.0.0.1', port: 0 }, (error) => {
    throw error;
  });
  return {
    name,
    vkey: witness.vkey,
    key: readVkey(sha256, witness.vkey),
    url: server.url,
    witness,
    file,
    async stop() {
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
