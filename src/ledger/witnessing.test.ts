import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { ulid } from 'ulid';
import { addCheckpointText } from '#core/add-checkpoint.ts';
import {
  keyIdOf,
  readNote,
  signatureBytes,
  signatureLine,
  signedMessage,
  signersOf,
} from '#core/note.ts';
import { until } from '#core/testing/until.ts';
import type { ReachableWitness } from './ask-witness.ts';
import { foundFork, newestCheckpoint } from './fork-guard.ts';
import { base64url, sha256 } from './hash.ts';
import { keyOf, verifySignature } from './log-keys.ts';
import { type Scribe, startScribe } from './scribe.ts';
import { opened, sealed, type TestLedger } from './testing/ledger.ts';
import { rewriteHistory } from './testing/rewritten.ts';
import { type SignedLog, startSignedLog } from './testing/signed-log.ts';
import { startWitness, type TestWitness } from './testing/witness.ts';
import { silentWitnesses, witnessPolicy } from './witnesses.ts';
import { type WitnessingParts, witnessing } from './witnessing.ts';

const crypto = { sha256, verify: verifySignature };

describe('the scribe with witnesses', { timeout: 90_000 }, () => {
  let log: SignedLog;
  let ledger: TestLedger;
  let witness: TestWitness;
  let problems: string[];
  const stops: (() => Promise<unknown>)[] = [];

  beforeEach(async () => {
    problems = [];
    log = await startSignedLog();
    ({ ledger } = log);
    await log.state(5);
    await log.signer.sign(ledger.pools.scribe);
    witness = await startWitness(log);
  });
  afterEach(async () => {
    for (const stop of stops.splice(0).reverse()) await stop();
    await witness.stop();
    await log.stop();
  });

  function start(
    witnesses: readonly ReachableWitness[],
    more: Partial<WitnessingParts> & { onFork?: (because: string) => void } = {},
  ): Scribe {
    const scribe = startScribe(ledger.pools.scribe, {
      signer: log.signer,
      signMs: 20,
      pollMs: 20,
      onError: (error) => problems.push(String(error)),
      ...(more.onFork ? { onFork: more.onFork } : {}),
      beside: [
        witnessing(ledger.pools.scribe, {
          witnesses,
          quorum: 1,
          everyMs: 600_000,
          fetch,
          onError: (error) => problems.push(String(error)),
          onProblem: (sentence) => problems.push(sentence),
          pollMs: 20,
          sealedMs: 0,
          retryMs: 20,
          ...more,
        }),
      ],
    });
    stops.push(() => scribe.stop());
    return scribe;
  }

  /** A server that answers every request alike. */
  async function answering(
    answer: (body: string) => { status: number; text: string } | null,
  ): Promise<ReachableWitness & { asked: number }> {
    const server = createServer(async (request, response) => {
      let body = '';
      for await (const part of request) body += part;
      it.asked += 1;
      const said = answer(body);
      if (said) response.writeHead(said.status).end(said.text);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    stops.push(async () => {
      server.closeAllConnections();
      server.close();
    });
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const it = { ...witness, name: 'other', url, asked: 0 };
    return it;
  }

  const cosignatures = async () => {
    const { rows } = await ledger.pools.web.query<{ size: string; line: string }>(
      'select size, line from ledger.cosignature order by size',
    );
    return rows.map((row) => ({ ...row, size: Number(row.size) }));
  };
  const cosigned = (size: number) =>
    until(`a cosignature of ${size} or more`, async () =>
      (await cosignatures()).some((it) => it.size >= size),
    );

  it('has the record cosigned when it starts, and says so in the record', async () => {
    start([witness]);
    await cosigned(5);

    const [{ line = '', size = 0 } = {}] = await cosignatures();
    const { rows } = await ledger.pools.web.query<{ note: string }>(
      'select note from ledger.checkpoint where size = $1',
      [size],
    );
    const note = readNote(rows[0]!.note + line);
    const [signer] = await signersOf(note, [witness.key], crypto);
    assert.equal(signer?.key.name, 'firm.witness.example');
    const fact = await until('the fact', async () =>
      (await ledger.entries()).find(({ body }) => body['type'] === 'anchor.received'),
    );
    const digest = base64url(sha256(Buffer.from(line)));
    assert.deepEqual(fact.body['data'], { size, name: 'firm', digest });
    assert.deepEqual(await witnessPolicy(ledger.pools.worker), {
      witnesses: [{ name: 'firm', vkey: witness.vkey }],
      quorum: 1,
    });
  });

  it('asks when a case was sealed, and else only now and then', async () => {
    start([witness]);
    await cosigned(5);
    const before = (await cosignatures()).length;
    const caseId = ulid();
    await ledger.state('worker', opened(caseId));
    const scribeHasSigned = async (of: number) =>
      ((await newestCheckpoint(ledger.pools.web, log.origin))?.size ?? 0) >= of;
    await until('the fact to be signed', () => scribeHasSigned(7));
    await ledger.state('worker', sealed(caseId, 0));
    await until('the second cosignature', async () => (await cosignatures()).length > before);
    assert.equal((await cosignatures()).length, before + 1, 'none for the opening alone');
    assert.deepEqual(problems, []);
  });

  it('asks every so often while the record grows, and not for ever about its own cosignatures', async () => {
    start([witness], { everyMs: 1 });
    await cosigned(6);
    await ledger.state('worker', opened(ulid()));
    const anchors = async () =>
      (await ledger.entries()).filter(({ body }) => body['type'] === 'anchor.received').length;
    await until('rest', async () => {
      const [first, size] = [await anchors(), (await ledger.entries()).length];
      const { rows } = await ledger.pools.web.query<{ rest: boolean }>(
        `select not exists (select from ledger.event_ix where type <> 'anchor.received'
            and idx >= (select max(size) from ledger.cosignature)) as rest`,
      );
      return rows[0]!.rest && first > 1 && (await ledger.entries()).length === size;
    });
  });

  it('proves from where the witness is, whatever this database believes', async () => {
    start([witness]);
    await cosigned(5);
    await stops.pop()!();
    await ledger.pools.admin.query(`begin; set local session_replication_role = replica;
      delete from ledger.cosignature; commit`);
    await log.state(4);
    await log.signer.sign(ledger.pools.scribe);
    start([witness]);
    await cosigned(9);
    assert.deepEqual(problems, []);
  });

  it('signs and puts in order as ever while a witness hangs, fails or is gone', async () => {
    const hangs = await answering(() => null);
    const breaks = { ...(await answering(() => ({ status: 500, text: '' }))), name: 'breaks' };
    const gone = { ...witness, name: 'gone', url: 'http://127.0.0.1:4' };
    const keys = [hangs, breaks, gone].map((it, i) => ({
      ...it,
      key: { ...it.key, name: `w${i}.example` },
    }));
    const scribe = start([witness, ...keys], { guardMs: 1_000, answerMs: 1_000 });
    await cosigned(5);
    await ledger.state('worker', opened(ulid()));
    await scribe.flush();
    await until(
      'three who fail',
      async () => (await silentWitnesses(ledger.pools.worker, 0)).length === 3,
    );

    const silent = await silentWitnesses(ledger.pools.worker, 0);
    assert.deepEqual(
      silent.map(({ name, problem }) => `${name}: ${problem.replace(/ECONNREFUSED.*/, 'refused')}`),
      [
        'breaks: it answered with 500',
        'gone: it cannot be reached: connect refused',
        'other: it did not answer in time',
      ],
    );
    assert.deepEqual(await silentWitnesses(ledger.pools.worker, 3_600_000), []);
    assert.equal(problems.length, 3, 'each is said once');
    await until('that it is asked again', () => hangs.asked > 2);
  });

  it('takes no signature that is not the witness’s own over this very state', async () => {
    const lies: ((line: string) => string)[] = [
      (line) => line.replace(/.{9}==\n$/, 'AAAAAAAAA==\n'), // another signature
      (line) => line.replace('firm.witness', 'else.witness'), // another name
      () => '', // nothing at all
      () => `${readNote(note).signatures.length}\n`,
    ];
    const { note } = (await newestCheckpoint(ledger.pools.web, log.origin))!;
    const { text } = await witness.witness.add(
      addCheckpointText({ oldSize: 0, proof: [], checkpoint: note }),
    );
    for (const lie of lies) {
      assert.notEqual(lie(text), text);
      const liar = await answering(() => ({ status: 200, text: lie(text) }));
      problems = [];
      start([liar]);
      await until('the complaint', () => problems.length > 0);
      assert.match(problems[0]!, /its signature does not hold, or states no time/);
      await stops.pop()!();
    }
    assert.deepEqual(await cosignatures(), []);
  });

  it('stops when a witness has signed more than this database knows of', async () => {
    const ahead = await answering(() => ({ status: 409, text: '900\n' }));
    const { promise, resolve } = Promise.withResolvers<string>();
    await ledger.state('worker', opened(ulid()));
    start([ahead], { onFork: resolve });
    assert.match(await promise, /The witness other has signed 900 facts of the record, and 5 are/);
    assert.match((await foundFork(ledger.pools.web))!.because, /has signed 900 facts/);
    assert.equal((await ledger.entries()).length, 5, 'and nothing is put in order');
  });

  it('stops when the history was rewritten, with database, mark and keys in one hand', async () => {
    start([witness]);
    await cosigned(5);
    await stops.pop()!();
    await rewriteHistory(log, 2);
    await log.state(2);
    assert.equal(await log.signer.sign(ledger.pools.scribe), true, 'the guard alone sees nothing');
    const { promise, resolve } = Promise.withResolvers<string>();
    start([witness], { onFork: resolve });
    assert.match(
      await promise,
      /The witness firm says that the \d+ facts .* have not grown from the/,
    );
  });

  it('stops in the middle of its work as well', async () => {
    let asked = 0;
    const turns = await answering(() => {
      asked += 1;
      return asked === 1 ? { status: 503, text: '' } : { status: 422, text: '' };
    });
    const { promise, resolve } = Promise.withResolvers<string>();
    start([turns], { onFork: resolve });
    assert.match(await promise, /have not grown from/);
    await until('that every process sees it', () => foundFork(ledger.pools.worker));
  });

  it('leaves no witness in packs and alerts that is configured no more', async () => {
    start([witness]);
    await cosigned(5);
    await stops.pop()!();
    const scribe = start([], { quorum: 0 });
    await ledger.state('worker', opened(ulid()));
    await scribe.flush();
    const policy = await witnessPolicy(ledger.pools.worker);
    assert.deepEqual(policy, { witnesses: [], quorum: 0 });
  });

  it('takes the ML-DSA-44 cosignature of a witness, and none without a time', async () => {
    const { privateKey } = generateKeyPairSync('ml-dsa-44');
    const { key, sign } = keyOf('pq.witness.example', 'mlDsa44', privateKey);
    let at = 0n;
    const modern = await answering((body) => {
      const note = readNote(body.slice(body.indexOf('\n\n') + 2));
      const bytes = signatureBytes(sign(signedMessage(key, note.body, at)), at);
      const line = signatureLine({ name: key.name, keyId: keyIdOf(sha256, key), bytes });
      return { status: 200, text: line };
    });
    start([{ ...modern, key }]);
    await until('the complaint', () => problems.length > 0);
    assert.deepEqual(await cosignatures(), []);
    at = BigInt(Math.floor(Date.now() / 1_000));
    await cosigned(5);
    const { rows } = await ledger.pools.web.query<{ at: Date }>(
      'select at from ledger.cosignature',
    );
    assert.equal(BigInt(rows[0]!.at.getTime() / 1_000), at);
  });
});
