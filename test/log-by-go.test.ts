import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { base64, readCheckpoint, readNote } from '#core/note.ts';
import { grow, leafHash, type Place, rootOf } from '#core/proof.ts';
import { consistencyRanges, hashOf, inclusionRanges, type Range } from '#core/tree-proof.ts';
import { askWitness } from '#ledger/ask-witness.ts';
import { leavesOf } from '#ledger/bundle.ts';
import { newestCheckpoint } from '#ledger/fork-guard.ts';
import { growthSince } from '#ledger/growth-since.ts';
import { sha256 } from '#ledger/hash.ts';
import { makeOld, pruneApproved } from '#ledger/testing/old-facts.ts';
import { exportTileTree } from '#ledger/tile-tree.ts';
import { keepWitnesses } from '#ledger/witnesses.ts';
import { inSnapshot } from '#store/sql.ts';
import { type SignedLog, startSignedLog } from '../src/ledger/testing/signed-log.ts';
import { startWitness, type TestWitness } from '../src/ledger/testing/witness.ts';

/** Go's own library of transparency logs, as Debian brings it, and a program that only calls it. */
const source = path.join(import.meta.dirname, 'other-tools/check-log.go');
const goPath = '/usr/share/gocode';

const size = 300;
/** Of a state that somebody kept. */
const earlier = 77;

describe('an exported log, checked by Go’s golang.org/x/mod', { timeout: 120_000 }, () => {
  let folder: string;
  let log: SignedLog;
  let witness: TestWitness;
  const file = (...names: string[]) => path.join(folder, ...names);

  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'gatehouse-go-'));
    const built = spawnSync('go', ['build', '-o', file('check-log'), source], {
      encoding: 'utf8',
      env: {
        ...process.env,
        GOPATH: goPath,
        GO111MODULE: 'off',
        GOCACHE: file('cache'),
        GOFLAGS: '',
      },
    });
    assert.equal(built.status, 0, built.stderr || String(built.error));
    log = await startSignedLog();
    await log.state(earlier);
    const { scribe } = log.ledger.pools;
    await log.signer.sign(scribe);
    const kept = (await newestCheckpoint(scribe, log.origin))!.note;
    witness = await startWitness(log);
    await log.state(size - earlier);
    await log.signer.sign(scribe);
    const signal = AbortSignal.timeout(60_000);
    const asked = await askWitness(scribe, log.origin, witness, { fetch, signal });
    assert.equal(asked.kind, 'cosigned');
    await keepWitnesses(scribe, [witness], 1);
    await log.export(file('log'));
    await writeFile(file('proofs.json'), JSON.stringify(await proofsOf(file('log'))));
    await asInPack(log, kept, file('log'));
  });
  after(async () => {
    await witness?.stop();
    await log.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const check = (directory: string, proofs = file('proofs.json'), pruned = 0) => {
    const { stdout, status } = spawnSync(file('check-log'), [directory, proofs, `${pruned}`], {
      encoding: 'utf8',
    });
    return { said: stdout.trim().split('\n'), status };
  };

  it('has a good signature, leads to its root, and proves what it is asked', () => {
    const { said, status } = check(file('log'));
    assert.deepEqual(said, [
      'signatures: 2 hold, 1 not known',
      `replay of ${size} facts`,
      `inclusion of ${size}`,
      `consistency with ${size}`,
      `signatures of checkpoint.${earlier}: 1 hold, 1 not known`,
      `growth from ${earlier}`,
    ]);
    assert.equal(status, 0);
  });

  /** A copy in which one byte is another. */
  async function flipped(name: string, at: number): Promise<string> {
    const copy = file('copy');
    await rm(copy, { recursive: true, force: true });
    await cp(file('log'), copy, { recursive: true });
    const bytes = await readFile(path.join(copy, name));
    bytes[at]! ^= 1;
    await writeFile(path.join(copy, name), bytes);
    return copy;
  }

  /** The same where the byte is a letter of base64, so that it stays one. */
  async function changed(name: string, at: number): Promise<string> {
    const copy = await flipped(name, at);
    const bytes = await readFile(file('log', name));
    bytes[at] = bytes[at] === 65 ? 66 : 65;
    await writeFile(path.join(copy, name), bytes);
    return copy;
  }

  it('is refused once the line of a witness, or what leads from an earlier checkpoint, is another', async () => {
    const lines = await readFile(file('log', 'checkpoint'));
    const line = lines.lastIndexOf('— firm.witness.example ') + '— firm.witness.example '.length;
    // The time that the witness states is signed as well: it stands behind the 4 bytes of the key id.
    for (const at of [line + 12, line + 60]) {
      assert.match(
        check(await changed('checkpoint', at)).said.at(-1)!,
        /^FAIL signatures: invalid/,
      );
    }
    const proof = `consistency.${earlier}-${size}`;
    assert.match(check(await changed(proof, 3)).said.at(-1)!, /^FAIL growth from 77: invalid/);
    const kept = `checkpoint.${earlier}`;
    assert.match(check(await flipped(kept, 45)).said.at(-1)!, /^FAIL signatures of checkpoint\.77/);
  });

  it('is refused once a byte of a fact, of the checkpoint or of the key is another', async () => {
    assert.match(check(await flipped('tile/entries/000', 700)).said.at(-1)!, /^FAIL replay/);
    assert.match(check(await flipped('tile/entries/001.p/44', 99)).said.at(-1)!, /^FAIL replay/);
    assert.match(check(await flipped('checkpoint', 45)).said.at(-1)!, /^FAIL signature/);
    assert.match(check(await flipped('log.vkey', 60)).said.at(-1)!, /^FAIL signature/);
  });

  it('is refused with a proof that is not its own', async () => {
    const proofs = JSON.parse(await readFile(file('proofs.json'), 'utf8'));
    proofs.inclusion[3].proof[0] = proofs.inclusion[9].proof[0];
    await writeFile(file('wrong.json'), JSON.stringify(proofs));
    assert.match(check(file('log'), file('wrong.json')).said.at(-1)!, /^FAIL inclusion of 3/);
  });

  it('leads to its root, and proves later facts and earlier states, when the first ones were pruned', async () => {
    const { inclusion, consistency } = JSON.parse(await readFile(file('proofs.json'), 'utf8'));
    const later = { inclusion: inclusion.slice(256), consistency };
    await writeFile(file('later.json'), JSON.stringify(later));
    await makeOld(log.ledger.pools.admin, 256, 96);
    assert.equal((await pruneApproved(log, 256)).kind, 'pruned');
    const exported = await inSnapshot(log.ledger.pools.scribe, (db) =>
      exportTileTree(db, file('pruned')),
    );
    assert.deepEqual([exported?.size, exported?.minIndex], [size, 256]);
    const { said, status } = check(file('pruned'), file('later.json'), 256);
    assert.deepEqual(said, [
      'signatures: 2 hold, 1 not known',
      `replay of ${size} facts`,
      `inclusion of ${size - 256}`,
      `consistency with ${size}`,
    ]);
    assert.equal(status, 0);
    assert.equal(check(file('pruned'), file('later.json')).status, 1);
  });
});

/** Adds what leads from an earlier checkpoint, as it lies in a pack. */
async function asInPack(log: SignedLog, kept: string, directory: string) {
  const note = await readFile(path.join(directory, 'checkpoint'), 'utf8');
  const growth = await growthSince(log.ledger.pools.scribe, kept, note);
  assert.ok(growth.kind === 'grown');
  for (const [name, content] of growth.entries) {
    await writeFile(path.join(directory, name), content);
  }
}

/** A proof of inclusion for every leaf of an exported log, and one of consistency with every earlier size. */
async function proofsOf(directory: string) {
  const { body } = readNote(await readFile(path.join(directory, 'checkpoint'), 'utf8'));
  assert.equal(readCheckpoint(body).size, size);
  const bundles = await Promise.all(
    ['000', '001.p/44'].map((name) => readFile(path.join(directory, 'tile/entries', name))),
  );
  const hashes = bundles.flatMap((it) => leavesOf(it) ?? []).map((leaf) => leafHash(sha256, leaf));
  const at = (count: number) => {
    const tiles = grow(sha256, 0, () => new Uint8Array(), hashes.slice(0, count));
    const byPlace = new Map(tiles.map((it) => [`${it.level}/${it.n}`, it.hashes]));
    return ({ level, n }: Place) => byPlace.get(`${level}/${n}`)!;
  };
  const whole = at(size);
  const proofBy = (ranges: readonly Range[]) =>
    ranges.map((range) => base64(hashOf(sha256, range, whole)));
  return {
    inclusion: hashes.map((_, index) => ({ index, proof: proofBy(inclusionRanges(index, size)) })),
    consistency: hashes.map((_, i) => ({
      size: i + 1,
      root: base64(rootOf(sha256, i + 1, at(i + 1))),
      proof: proofBy(consistencyRanges(i + 1, size)),
    })),
  };
}
