import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { copyFile, readFile, writeFile } from 'node:fs/promises';
import { after, before, beforeEach, describe, it } from 'node:test';
import { type AddCheckpoint, addCheckpointText } from '#core/add-checkpoint.ts';
import { base64, readCheckpoint, readNote, readVkey, signersOf } from '#core/note.ts';
import { consistencyProof } from './consistency.ts';
import { newestCheckpoint } from './fork-guard.ts';
import { sha256 } from './hash.ts';
import { logKeysOf, verifySignature } from './log-keys.ts';
import { rewriteHistory } from './testing/rewritten.ts';
import { type SignedLog, startSignedLog } from './testing/signed-log.ts';
import { startWitness, type TestWitness } from './testing/witness.ts';
import { openWitness } from './witness.ts';

const crypto = { sha256, verify: verifySignature };

describe('a witness', () => {
  let log: SignedLog;
  let witness: TestWitness;
  /** By size. */
  const notes = new Map<number, string>();

  before(async () => {
    log = await startSignedLog();
    for (const count of [3, 4, 5, 290]) {
      await log.state(count);
      await log.signer.sign(log.ledger.pools.scribe);
      const { size, note } = (await newestCheckpoint(log.ledger.pools.web, log.origin))!;
      notes.set(size, note);
    }
  });
  beforeEach(async () => {
    await witness?.stop();
    witness = await startWitness(log);
  });
  after(async () => {
    await witness.stop();
    await log.stop();
  });

  const proof = (from: number, to: number) => consistencyProof(log.ledger.pools.web, from, to);
  const request = async (oldSize: number, size: number, more: Partial<AddCheckpoint> = {}) =>
    addCheckpointText({
      oldSize,
      proof: more.proof ?? (await proof(oldSize, size)),
      checkpoint: notes.get(size)!,
      ...more,
    });
  async function post(body: string) {
    const response = await fetch(`${witness.url}/add-checkpoint`, { method: 'POST', body });
    return { status: response.status, text: await response.text(), headers: response.headers };
  }
  const add = async (oldSize: number, size: number, more?: Partial<AddCheckpoint>) =>
    post(await request(oldSize, size, more));
  const newest = () => {
    const hash = createHash('sha256').update(log.origin).digest('hex');
    return fetch(`${witness.url}/${hash}/checkpoint`);
  };

  it('signs what has grown from what it signed before, with its own time', async () => {
    for (const [from, to] of [
      [0, 3],
      [3, 7],
      [7, 302],
      [302, 302],
    ] as const) {
      const { status, text } = await add(from, to);
      assert.equal(status, 200);
      const signed = readNote(`${readNote(notes.get(to)!).body}\n${text}`);
      const [signer, ...more] = await signersOf(signed, [witness.key], crypto);
      assert.equal(more.length, 0);
      assert.ok(Math.abs(Number(signer!.atSeconds) - Date.now() / 1_000) < 60);
    }
  });

  it('shows what it signed last, with the signatures of the log that it checked', async () => {
    assert.equal((await newest()).status, 404);
    await add(0, 7, {
      checkpoint: `${notes.get(7)!}— somebody.else ${base64(Buffer.alloc(70))}\n`,
    });
    const note = readNote(await (await newest()).text());
    assert.equal(readCheckpoint(note.body).size, 7);
    const vkeys = (await logKeysOf(log.ledger.pools.web, log.origin)).map((it) => it.vkey);
    const keys = [...vkeys, witness.vkey].map((it) => readVkey(sha256, it));
    assert.equal((await signersOf(note, keys, crypto)).length, 3);
    assert.equal(note.signatures.length, 3, 'and no other');
  });

  it('says where it is to whoever is wrong about that', async () => {
    await add(0, 7);
    const { status, text, headers } = await add(3, 12);
    assert.deepEqual([status, text], [409, '7\n']);
    assert.equal(headers.get('content-type'), 'text/x.tlog.size');
    assert.equal((await add(0, 3)).status, 409, 'nor does it sign a smaller tree');
  });

  it('refuses what it cannot read, a log or key that it does not know, and a size that shrinks', async () => {
    assert.equal((await post('')).status, 400);
    assert.equal((await post(`old 03\n\n${notes.get(3)}`)).status, 400);
    assert.equal((await post(`old 0\nxx\n\n${notes.get(3)}`)).status, 400);
    assert.equal((await post('x'.repeat(70_000))).status, 400);
    const many = Array.from({ length: 64 }, () => new Uint8Array(32));
    assert.equal((await add(0, 3, { proof: many })).status, 400);
    assert.equal((await add(12, 7, { proof: [] })).status, 400);

    const note = notes.get(3)!;
    const elsewhere = note.replaceAll(log.origin, 'other.log.example/01');
    assert.equal((await add(0, 3, { checkpoint: elsewhere })).status, 404);
    const unsigned = note.replaceAll(`— ${log.origin}`, '— somebody.else');
    assert.equal((await add(0, 3, { checkpoint: unsigned })).status, 403);
    const changed = note.replace('\n3\n', '\n4\n');
    assert.equal((await add(0, 3, { checkpoint: changed })).status, 403);
    assert.equal((await fetch(`${witness.url}/add-checkpoint`)).status, 404);
    assert.equal((await newest()).status, 404, 'and remembers nothing of all that');
  });

  it('refuses a tree that has not grown from the one it signed', async () => {
    await add(0, 7);
    const good = await proof(7, 302);
    const broken = good.map((it, i) => (i === 1 ? Buffer.alloc(32, 1) : it));
    assert.equal((await add(7, 302, { proof: broken })).status, 422);
    assert.equal((await add(7, 302, { proof: good.slice(1) })).status, 422);
    assert.equal((await add(7, 302, { proof: [...good, good[0]!] })).status, 422);
    assert.equal((await add(7, 7, { proof: good })).status, 422);
    assert.equal((await add(7, 302)).status, 200);
    await witness.stop();
    witness = await startWitness(log);
    assert.equal((await add(0, 3, { proof: good })).status, 422, 'nothing leads from nothing');
  });

  it('signs one line of growth, whatever it is asked at the same time', async () => {
    const pairs = [
      [0, 3],
      [0, 7],
      [0, 12],
      [0, 302],
      [3, 7],
      [7, 302],
      [3, 12],
      [12, 302],
    ] as const;
    const answers = await Promise.all(
      Array.from({ length: 40 }, (_, i) => pairs[(i * 5) % pairs.length]!).map(
        async ([from, to]) => ({ from, to, ...(await add(from, to)) }),
      ),
    );
    const signed = answers.filter(({ status }) => status === 200);
    assert.equal(signed.filter(({ from }) => from === 0).length, 1, 'from nothing only once');
    const last = Math.max(...signed.map(({ to }) => to));
    assert.equal(readCheckpoint(readNote(await (await newest()).text()).body).size, last);
    assert.ok(answers.every(({ status }) => status === 200 || status === 409));
  });

  it('goes on under the same key after a restart, and only under its own name', async () => {
    await add(0, 7);
    const options = { file: witness.file, logs: [], now: () => new Date() };
    const again = await openWitness({ ...options, name: 'firm.witness.example' });
    assert.equal(again.vkey, witness.vkey);
    await assert.rejects(openWitness({ ...options, name: 'another' }), /is of the witness firm/);
    await writeFile(`${witness.file}.broken`, '{"v":1');
    const broken = { ...options, file: `${witness.file}.broken`, name: 'firm.witness.example' };
    await assert.rejects(openWitness(broken), /never go on with an older copy/);
  });

  it('remembers before it answers: what another reader of its file sees is what was signed', async () => {
    await add(0, 7);
    await copyFile(witness.file, `${witness.file}.copy`);
    const state = JSON.parse(await readFile(`${witness.file}.copy`, 'utf8'));
    assert.equal(readCheckpoint(readNote(state.logs[log.origin]).body).size, 7);
  });

  it('never signs two histories, though both are signed with the key of the log', async () => {
    const other = await startSignedLog();
    try {
      await other.state(9);
      await other.signer.sign(other.ledger.pools.scribe);
      const own = await startWitness(other);
      const submit = async (oldSize: number) => {
        const { note, size } = (await newestCheckpoint(other.ledger.pools.web, other.origin))!;
        const grown = await consistencyProof(other.ledger.pools.web, oldSize, size);
        const body = addCheckpointText({ oldSize, proof: grown, checkpoint: note });
        return (await fetch(`${own.url}/add-checkpoint`, { method: 'POST', body })).status;
      };
      assert.equal(await submit(0), 200);
      await rewriteHistory(other, 4);
      await other.signer.sign(other.ledger.pools.scribe);
      assert.equal(await submit(9), 422, 'of the same size');
      await other.state(3);
      await other.signer.sign(other.ledger.pools.scribe);
      assert.equal(await submit(9), 422, 'grown meanwhile');
      await own.stop();
    } finally {
      await other.stop();
    }
  });
});
