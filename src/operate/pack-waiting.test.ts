import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { MadePack } from '#ledger/exported.ts';
import { madeWhenSigned } from './pack-waiting.ts';

const made: MadePack = { kind: 'made', digest: 'd', size: 1 };
const unsigned: MadePack = { kind: 'not signed yet' };

/** Makes a pack whose witnesses have signed by the `signedAt`th try, counted from 1. */
function maker({ signedAt, whole = made }: { signedAt: number; whole?: MadePack }) {
  const tries: boolean[] = [];
  return {
    tries,
    async make(withoutQuorum: boolean): Promise<MadePack> {
      tries.push(withoutQuorum);
      return withoutQuorum || tries.length >= signedAt ? whole : unsigned;
    },
  };
}

async function waited(it: ReturnType<typeof maker>, quorum: number, patienceMs: number) {
  const said: string[] = [];
  const result = await madeWhenSigned(it.make, {
    quorum,
    say: (line) => void said.push(line),
    patience: { patienceMs, lookMs: 1 },
  });
  return { result, said };
}

describe('a pack that waits for witnesses', () => {
  it('is made at once when enough have signed', async () => {
    const it = maker({ signedAt: 1 });

    assert.deepEqual(await waited(it, 2, 60_000), { result: made, said: [] });
    assert.deepEqual(it.tries, [false]);
  });

  it('is made as soon as they have, and says whom it waits for', async () => {
    const it = maker({ signedAt: 4 });

    const { result, said } = await waited(it, 2, 60_000);

    assert.equal(result, made);
    assert.deepEqual(it.tries, [false, false, false, false]);
    assert.deepEqual(said, [
      'It waits, ten minutes at most, until 2 of the witnesses have signed.',
    ]);
  });

  it('is made without them once its patience ends, and says what it lacks', async () => {
    const it = maker({ signedAt: Number.POSITIVE_INFINITY });

    const { result, said } = await waited(it, 1, 20);

    assert.equal(result, made);
    assert.equal(it.tries.at(-1), true);
    assert.match(said.at(-1) ?? '', /lacks their quorum/);
  });

  it('waits for nobody where there is no quorum: the scribe has to sign first', async () => {
    const it = maker({ signedAt: Number.POSITIVE_INFINITY });

    assert.deepEqual(await waited(it, 0, 60_000), { result: unsigned, said: [] });
    assert.deepEqual(it.tries, [false]);
  });

  it('stops waiting when there is another reason why there is none', async () => {
    const incomplete: MadePack = { kind: 'not complete' };
    const it = maker({ signedAt: 2, whole: incomplete });

    assert.equal((await waited(it, 1, 60_000)).result, incomplete);
  });
});
