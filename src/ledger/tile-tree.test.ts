import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { askWitness } from './ask-witness.ts';
import { checkLog } from './fsck.ts';
import { logKeysOf } from './log-keys.ts';
import { mirrorFolder } from './mirror-folder.ts';
import { type SignedLog, startSignedLog } from './testing/signed-log.ts';
import { startWitness, type TestWitness } from './testing/witness.ts';
import { keepWitnesses } from './witnesses.ts';

describe('an exported log with witnesses', () => {
  let folder: string;
  let log: SignedLog;
  let witness: TestWitness;
  const exported = (name: string) => readFile(path.join(folder, name), 'utf8');
  const check = async (vkeys: readonly string[] | null = null) =>
    (await checkLog(mirrorFolder(folder), vkeys))!;
  const lines = (note: string) => note.split('\n').filter((line) => line.startsWith('— '));

  /** Signs so many facts more; `seen`: the witness signs that state as well. */
  async function sign(count: number, seen: 'cosigned' | 'not cosigned') {
    const { scribe } = log.ledger.pools;
    await log.state(count);
    await log.signer.sign(scribe);
    if (seen === 'not cosigned') return;
    const signal = AbortSignal.timeout(60_000);
    const asked = await askWitness(scribe, log.origin, witness, { fetch, signal });
    assert.equal(asked.kind, 'cosigned');
  }

  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'gatehouse-export-'));
    log = await startSignedLog();
    await sign(3, 'not cosigned');
    witness = await startWitness(log);
  });
  afterEach(async () => {
    await witness.stop();
    await log.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it('stands on the newest state that the quorum has signed, and says what waits', async () => {
    await keepWitnesses(log.ledger.pools.scribe, [witness], 1);
    await sign(300, 'cosigned');
    await sign(8, 'not cosigned');

    const { size, waiting, quorumMissed } = (await log.export(folder))!;

    // The cosignature is a fact of its own.
    assert.deepEqual({ size, waiting, quorumMissed }, { size: 303, waiting: 9, quorumMissed: 0 });
    const note = await exported('checkpoint');
    assert.equal(lines(note).length, 3);
    assert.match(lines(note)[2]!, /^— firm\.witness\.example /);
    assert.equal(await exported('checkpoints/303'), note);
    assert.match(await exported('policy.txt'), /^witness firm firm\.witness\.example\+/m);
    const { problems, signedBy, cosigned } = await check();
    assert.deepEqual(problems, []);
    assert.ok(signedBy.includes(witness.vkey));
    assert.deepEqual(cosigned, [{ name: 'firm.witness.example', size: 303 }]);
    const own = (await logKeysOf(log.ledger.pools.web, log.origin)).map(({ vkey }) => vkey);
    assert.deepEqual((await check([...own, witness.vkey])).cosigned, cosigned);
    assert.deepEqual((await check(own)).cosigned, []);
  });

  it('without a quorum goes up to the newest state, with the newest that a witness has signed beside it', async () => {
    await keepWitnesses(log.ledger.pools.scribe, [witness], 0);
    await sign(300, 'cosigned');
    await sign(8, 'not cosigned');

    assert.equal((await log.export(folder))!.size, 312);

    assert.equal(lines(await exported('checkpoint')).length, 2);
    assert.equal(lines(await exported('checkpoints/303')).length, 3);
    const { problems, cosigned } = await check();
    assert.deepEqual(problems, []);
    assert.deepEqual(cosigned, [{ name: 'firm.witness.example', size: 303 }]);

    const kept = await exported('checkpoints/303');
    const root = kept.split('\n')[2]!;
    const other = `${root[0] === 'A' ? 'B' : 'A'}${root.slice(1)}`;
    await writeFile(path.join(folder, 'checkpoints/303'), kept.replace(root, other));
    const found = (await check()).problems.join('\n');
    assert.match(found, /The tiles do not lead to the root in checkpoints\/303\./);
    assert.match(found, /checkpoints\/303: The signature of firm\.witness\.example .* not hold/);
  });

  it('says that the quorum is missing where it never came together', async () => {
    await keepWitnesses(log.ledger.pools.scribe, [witness], 1);

    const { size, quorumMissed } = (await log.export(folder))!;

    assert.deepEqual({ size, quorumMissed }, { size: 3, quorumMissed: 1 });
    assert.deepEqual((await check()).problems, [
      'checkpoint: 0 witnesses have signed it, and policy.txt asks for 1.',
    ]);
  });

  it('shows a line of a witness that was taken away, or a key of theirs that was changed', async () => {
    await keepWitnesses(log.ledger.pools.scribe, [witness], 1);
    await sign(20, 'cosigned');
    await log.export(folder);
    const policy = await exported('policy.txt');
    const at = policy.indexOf('firm.witness.example+') + 40;
    const other = `${policy.slice(0, at)}${policy[at] === 'A' ? 'B' : 'A'}${policy.slice(at + 1)}`;
    await writeFile(path.join(folder, 'policy.txt'), other);
    assert.match((await check()).problems.join('\n'), /^policy\.txt: The id /m);
    await writeFile(path.join(folder, 'policy.txt'), policy);

    const note = await exported('checkpoint');
    const without = note.slice(0, note.indexOf('— firm.witness.example'));
    for (const name of ['checkpoint', 'checkpoints/23']) {
      await writeFile(path.join(folder, name), without);
    }
    assert.match((await check()).problems.join('\n'), /0 witnesses have signed it/);
  });
});
