import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { ed25519 } from '@noble/curves/ed25519.js';
import { sha256 as hash } from '@noble/hashes/sha2.js';
import { ml_dsa44 } from '@noble/post-quantum/ml-dsa.js';
import { readProof } from '#core/add-checkpoint.ts';
import { readCheckpoint, readNote, readVkey, signersOf, type Verify } from '#core/note.ts';
import type { Sha256 } from '#core/proof.ts';
import { provesConsistency } from '#core/tree-proof.ts';
import { askWitness } from '#ledger/ask-witness.ts';
import { newestCheckpoint } from '#ledger/fork-guard.ts';
import { growthSince } from '#ledger/growth-since.ts';
import { keepWitnesses } from '#ledger/witnesses.ts';
import { type SignedLog, startSignedLog } from '../src/ledger/testing/signed-log.ts';
import { startWitness, type TestWitness } from '../src/ledger/testing/witness.ts';

const sha256: Sha256 = (...parts) => hash(Buffer.concat(parts));
/** By the rules of RFC 8032, as everybody else checks. */
const verify: Verify = ({ type, publicKey }, message, signature) =>
  type === 'mlDsa44'
    ? ml_dsa44.verify(signature, message, publicKey)
    : ed25519.verify(signature, message, publicKey, { zip215: false });

describe('the cosigned checkpoint of an exported log and its growth, checked by @noble', {
  timeout: 90_000,
}, () => {
  let log: SignedLog;
  let witness: TestWitness;
  let folder: string;
  let [kept, note, proof] = ['', '', ''];

  before(async () => {
    log = await startSignedLog();
    const { scribe } = log.ledger.pools;
    await log.state(77);
    await log.signer.sign(scribe);
    kept = (await newestCheckpoint(scribe, log.origin))!.note;
    witness = await startWitness(log);
    await log.state(223);
    await log.signer.sign(scribe);
    const signal = AbortSignal.timeout(60_000);
    const asked = await askWitness(scribe, log.origin, witness, { fetch, signal });
    assert.equal(asked.kind, 'cosigned');
    await keepWitnesses(scribe, [witness], 1);
    folder = await mkdtemp(path.join(tmpdir(), 'gatehouse-noble-'));
    await log.export(folder);
    note = await exported('checkpoint');
    const growth = await growthSince(scribe, kept, note);
    assert.ok(growth.kind === 'grown');
    proof = String(growth.entries.find(([name]) => name === 'consistency.77-300')![1]);
  });
  after(async () => {
    await witness?.stop();
    await log.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const exported = (name: string) => readFile(path.join(folder, name), 'utf8');
  /** The keys of the log and of the witness, as they stand in the policy. */
  const keys = async () =>
    (await exported('policy.txt'))
      .split('\n')
      .filter((line) => /^(log|witness) /.test(line))
      .map((line) => readVkey(sha256, line.split(' ').at(-1)!));

  it('has three signatures that hold: Ed25519, ML-DSA-44, and that of the witness', async () => {
    const signers = await signersOf(readNote(note), await keys(), { sha256, verify });
    assert.deepEqual(
      signers.map(({ key }) => key.type),
      ['ed25519', 'mlDsa44', 'cosignature'],
    );
  });

  it('is refused once the witness or the time that it states is another', async () => {
    const { body, signatures } = readNote(note);
    const last = signatures.at(-1)!;
    for (const at of [7, 30]) {
      const bytes = Uint8Array.from(last.bytes);
      bytes[at]! ^= 1;
      const changed = { body, signatures: [...signatures.slice(0, -1), { ...last, bytes }] };
      await assert.rejects(signersOf(changed, await keys(), { sha256, verify }), /does not hold/);
    }
  });

  it('has grown from the checkpoint that was kept, by the file that proves it and by no other', () => {
    const [earlier, now] = [kept, note].map((it) => readCheckpoint(readNote(it).body));
    assert.ok(provesConsistency(sha256, earlier!, now!, readProof(proof)));
    const lines = proof.split('\n');
    const swapped = [lines[1], lines[0], ...lines.slice(2)].join('\n');
    assert.ok(!provesConsistency(sha256, earlier!, now!, readProof(swapped)));
  });
});
