import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { readCheckpoint, readNote, readVkey, signersOf } from '#core/note.ts';
import { until } from '#core/testing/until.ts';
import { checkpointLog } from './checkpoint-log.ts';
import { sha256 } from './hash.ts';
import { logKeysOf, verifySignature } from './log-keys.ts';
import { type SignedLog, startSignedLog } from './testing/signed-log.ts';

describe('the log of a scribe that leads', () => {
  let log: SignedLog;
  before(async () => {
    log = await startSignedLog();
  });
  after(() => log.stop());

  async function logged(everyMs: number) {
    const written: string[] = [];
    const errors: unknown[] = [];
    const running = checkpointLog(log.ledger.pools.scribe, {
      write: (checkpoint) => written.push(checkpoint),
      onError: (error) => errors.push(error),
      everyMs,
    }).start(() => {});
    return { written, errors, stop: () => running.stop() };
  }

  it('shows the newest signed state, as soon as there is one and then every so often', async () => {
    const { written, errors, stop } = await logged(5);
    await log.state(3);
    assert.deepEqual(written, [], 'nothing is signed yet');
    const { scribe } = log.ledger.pools;
    await log.signer.sign(scribe);
    const [first = ''] = await until('a line', () => written.length > 0 && written);
    await log.state(4);
    await log.signer.sign(scribe);
    const sizeOf = (note: string) => readCheckpoint(readNote(note).body).size;
    await until('a newer one', () => sizeOf(written.at(-1)!) === 7);
    await stop();

    assert.deepEqual(errors, []);
    assert.equal(sizeOf(first), 3);
    const keys = (await logKeysOf(scribe, log.origin)).map(({ vkey }) => readVkey(sha256, vkey));
    const crypto = { sha256, verify: verifySignature };
    const signers = await signersOf(readNote(first), keys, crypto);
    assert.equal(signers.length, 1, 'with the signature that fits into a line');
  });

  it('shows it once where nobody waits for the next hour', async () => {
    const { written, stop } = await logged(3_600_000);
    await until('a line', () => written.length === 1);
    await stop();
    assert.equal(written.length, 1);
  });
});
