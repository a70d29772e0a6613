import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { base64, readCheckpoint, readNote } from '#core/note.ts';
import { grow, leafHash, type Place, rootOf } from '#core/proof.ts';
import { consistencyRanges, hashOf, inclusionRanges, type Range } from '#core/tree-proof.ts';
import { leavesOf } from '#ledger/bundle.ts';
import { sha256 } from '#ledger/hash.ts';
import { type SignedLog, startSignedLog } from '../src/ledger/testing/signed-log.ts';

/** Go's own library of transparency logs, as Debian brings it, and a program that only calls it. */
const source = path.join(import.meta.dirname, 'other-tools/check-log.go');
const goPath = '/usr/share/gocode';

const size = 300;

describe('an exported log, checked by Go’s golang.org/x/mod', { timeout: 120_000 }, () => {
  let folder: string;
  let log: SignedLog;
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
    await log.state(size);
    await log.export(file('log'));
    await writeFile(file('proofs.json'), JSON.stringify(await proofsOf(file('log'))));
  });
  after(async () => {
    await log.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const check = (directory: string, proofs = file('proofs.json')) => {
    const { stdout, status } = spawnSync(file('check-log'), [directory, proofs], {
      encoding: 'utf8',
    });
    return { said: stdout.trim().split('\n'), status };
  };

  it('has a good signature, leads to its root, and proves what it is asked', () => {
    const { said, status } = check(file('log'));
    assert.deepEqual(said, [
      'signatures: 1 hold, 1 not known',
      `replay of ${size} facts`,
      `inclusion of ${size}`,
      `consistency with ${size}`,
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
});

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
