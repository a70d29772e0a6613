import assert from 'node:assert/strict';
import type { ChildProcess } from 'node:child_process';
import { createHash, randomInt } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, it } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { ulid } from 'ulid';
import { addCheckpointText } from '#core/add-checkpoint.ts';
import {
  checkpointBody,
  keyIdOf,
  noteText,
  readCheckpoint,
  readNote,
  readVkey,
  signatureBytes,
  signedMessage,
  signersOf,
} from '#core/note.ts';
import { grow, rootOf } from '#core/proof.ts';
import { until } from '#core/testing/until.ts';
import { consistencyRanges, hashOf } from '#core/tree-proof.ts';
import { foundFork, newestCheckpoint } from '#ledger/fork-guard.ts';
import { sha256 } from '#ledger/hash.ts';
import { logKeysOf, openLogKeys, verifySignature, vkeyLines } from '#ledger/log-keys.ts';
import { startScribe } from '#ledger/scribe.ts';
import { witnessing } from '#ledger/witnessing.ts';
import { freePort } from '../../practice/servers/program.ts';
import { entriesOf, opened } from '../../src/ledger/testing/ledger.ts';
import { type SignedLog, startSignedLog } from '../../src/ledger/testing/signed-log.ts';
import { loadProcesses } from './loaded-processes.ts';

/** A few in every run, all of them at night. */
const kills = process.env['GATEHOUSE_TEST_THOROUGH'] ? 30 : 5;
/** An answer takes about this long. */
const longestLifeMs = 12;
const name = 'firm.witness.example';

describe('a witness killed by SIGKILL while it signs', () => {
  it(`signs no smaller tree and no other one afterwards, ${kills} times, and the scribe goes on`, async (t) => {
    const folder = await mkdtemp(path.join(tmpdir(), 'gatehouse-kill-witness-'));
    const ends: (() => unknown)[] = [() => rm(folder, { recursive: true, force: true })];
    t.after(async () => {
      for (const end of ends.toReversed()) await end();
    });
    const log = await startSignedLog();
    ends.push(() => log.stop());
    const { worker, scribe: pool } = log.ledger.pools;
    await log.state(5);
    await log.signer.sign(pool);
    const first = (await newestCheckpoint(pool, log.origin))!;
    const firm = await witnessProgram(log, folder);
    ends.push(() => firm.stop());
    await firm.start();

    // Everything that the witness ever answered to the scribe, whoever has it now.
    const answered: { size: number; root: string }[] = [];
    let onAsked: (() => void) | null = null;
    const watched: typeof fetch = async (url, init) => {
      onAsked?.();
      const response = await fetch(url, init);
      const text = await response.text();
      if (response.status === 200) {
        const { size, root } = readCheckpoint(
          readNote(String(init?.body).split('\n\n').slice(1).join('\n\n')).body,
        );
        answered.push({ size, root: Buffer.from(root).toString('hex') });
      }
      return new Response(text, { status: response.status });
    };
    const [errors, problems]: [string[], string[]] = [[], []];
    const scribe = startScribe(pool, {
      signer: log.signer,
      signMs: 10,
      pollMs: 10,
      onError: (error) => errors.push(String(error)),
      beside: [
        witnessing(pool, {
          witnesses: [{ name: 'firm', key: readVkey(sha256, firm.vkey()), url: firm.url }],
          quorum: 1,
          everyMs: 20,
          pollMs: 5,
          retryMs: 20,
          fetch: watched,
          onError: (error) => errors.push(String(error)),
          onProblem: (sentence) => problems.push(sentence),
        }),
      ],
    });
    ends.push(() => scribe.stop());
    let writing = true;
    const written = (async () => {
      for (; writing; await wait(randomInt(5))) await log.ledger.state('worker', opened(ulid()));
    })();
    ends.push(() => {
      writing = false;
    });

    const given = () => Math.max(0, ...answered.map(({ size }) => size));
    for (let kill = 1; kill <= kills; kill += 1) {
      const before = given();
      await until('it to sign', () => given() > before);
      await new Promise<void>((resolve) => {
        onAsked = resolve;
      });
      onAsked = null;
      const lifeMs = randomInt(longestLifeMs);
      await wait(lifeMs);
      await firm.kill();

      await firm.start();
      const when = `death ${kill}, ${lifeMs} ms after it was asked`;
      const size = await firm.remembers();
      assert.ok(size >= given(), `${when}: it remembers ${size}, and has signed ${given()}`);
      assert.deepEqual(await firm.add(first.note, 0, []), 409, `${when}: a smaller one`);
      assert.deepEqual(await firm.add(first.note, 5, []), 409, `${when}: the same once more`);
      const forked = await forkOf(log, size);
      const refused = await firm.add(forked.note, size, forked.proof);
      // It may have signed more for the scribe between the two questions.
      assert.ok(refused === 422 || refused === 409, `${when}: another history, ${refused}`);
      assert.deepEqual(await firm.add(forked.note, 0, forked.proof), 409, `${when}: from nothing`);
    }
    writing = false;
    await written;
    await scribe.flush();
    const total = (await entriesOf(worker)).length;
    await until('a signature of all that was stated', () => given() >= total - 1, {
      seen: () => ({ given: given(), total, errors, problems }),
    });
    await scribe.stop();

    // Alone now: no other question comes in between.
    const size = await firm.remembers();
    const forked = await forkOf(log, size);
    assert.deepEqual(await firm.add(forked.note, size, forked.proof), 422, 'another history');
    assert.equal(await firm.remembers(), size);

    const sizes = answered.map((it) => it.size);
    assert.deepEqual(
      sizes,
      sizes.toSorted((a, b) => a - b),
      'it has signed only larger ones',
    );
    for (const { size, root } of answered) {
      const { rows } = await worker.query<{ root: string }>(
        "select encode(root, 'hex') as root from ledger.checkpoint where size = $1",
        [size],
      );
      assert.equal(rows[0]?.root, root, `what it signed of ${size} facts is the record`);
    }
    assert.equal(await foundFork(pool), null);
    assert.deepEqual(errors, []);
    assert.ok(
      problems.every((it) => /it cannot be reached|it did not answer in time/.test(it)),
      problems.join('\n'),
    );
    t.diagnostic(`${kills} deaths, ${answered.length} signatures, the last over ${given()} facts`);
  });
});

/** The witness as an auditor runs it, on a port that stays the same. */
async function witnessProgram(log: SignedLog, folder: string) {
  const keys = path.join(folder, 'log.vkey');
  const vkeys = (await logKeysOf(log.ledger.pools.web, log.origin)).map(({ vkey }) => vkey);
  await writeFile(keys, vkeyLines(vkeys));
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  let told = Promise.withResolvers<string>();
  const processes = await loadProcesses(
    'witness-main.ts',
    [
      ...['--name', name, '--file', path.join(folder, 'witness.json')],
      ...['--listen', `127.0.0.1:${port}`, '--logs', keys],
    ],
    kills + 1,
    (line) => {
      if (typeof line === 'string' && line.startsWith(`${name}+`)) told.resolve(line);
    },
  );
  let child: ChildProcess | null = null;
  let vkey = '';
  return {
    url,
    vkey: () => vkey,
    async start(): Promise<void> {
      told = Promise.withResolvers();
      child = await processes.start();
      const said = await told.promise;
      assert.ok(vkey === '' || vkey === said, 'under the same key');
      vkey = said;
    },
    stop: () => processes.killAll(),
    async kill(): Promise<void> {
      const ended = once(child!, 'exit');
      child!.kill('SIGKILL');
      await ended;
    },
    /** The size of the newest tree that it says it has signed, once its own signature of that holds. */
    async remembers(): Promise<number> {
      const hash = createHash('sha256').update(log.origin).digest('hex');
      const note = readNote(await (await fetch(`${url}/${hash}/checkpoint`)).text());
      const crypto = { sha256, verify: verifySignature };
      const signers = await signersOf(note, [readVkey(sha256, vkey)], crypto);
      assert.equal(signers.length, 1);
      return readCheckpoint(note.body).size;
    },
    async add(checkpoint: string, oldSize: number, proof: readonly Uint8Array[]): Promise<number> {
      const body = addCheckpointText({ oldSize, proof, checkpoint });
      return (await fetch(`${url}/add-checkpoint`, { method: 'POST', body })).status;
    },
  };
}

/** Another history of this many facts and three more, signed with the keys of the log, and its own proof of growth. */
async function forkOf(log: SignedLog, size: number) {
  const { admin, scribe } = log.ledger.pools;
  const hashes: Uint8Array[] = (await entriesOf(admin)).slice(0, size).map(({ hash }) => hash);
  hashes[0] = sha256(Buffer.from('another beginning'));
  for (const it of ['a', 'b', 'c']) hashes.push(sha256(Buffer.from(it)));
  const tiles = grow(sha256, 0, () => new Uint8Array(), hashes);
  const at = new Map(tiles.map((it) => [`${it.level}/${it.n}`, it.hashes]));
  const hashesAt = ({ level, n }: { level: number; n: number }) => at.get(`${level}/${n}`)!;
  const state = {
    origin: log.origin,
    size: hashes.length,
    root: rootOf(sha256, hashes.length, hashesAt),
  };
  const body = checkpointBody(state);
  const [log1] = await openLogKeys(scribe, log.secrets, state, new Map());
  const { key, sign } = log1!;
  const bytes = signatureBytes(sign(signedMessage(key, body, null)), null);
  return {
    note: noteText({ body, signatures: [{ name: key.name, keyId: keyIdOf(sha256, key), bytes }] }),
    proof: consistencyRanges(size, state.size).map((it) => hashOf(sha256, it, hashesAt)),
  };
}
