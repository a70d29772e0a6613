import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, it } from 'node:test';
import { pickSample, populationDigest } from './sample.ts';

const sha256 = (...parts: readonly Uint8Array[]) =>
  createHash('sha256').update(Buffer.concat(parts)).digest();
const ids = Array.from({ length: 41 }, (_, i) => `01M83VKER15E4DWGJN9YVP${1_000 + i}`);

describe('a sample', () => {
  it('is the same for the same seed, whatever the order of the list, and another for another', () => {
    const picked = pickSample(sha256, { seed: 'spring', ids, count: 5 });

    assert.equal(new Set(picked).size, 5);
    assert.deepEqual(
      pickSample(sha256, { seed: 'spring', ids: ids.toReversed(), count: 5 }),
      picked,
    );
    assert.notDeepEqual(pickSample(sha256, { seed: 'autumn', ids, count: 5 }), picked);
    assert.deepEqual(
      pickSample(sha256, { seed: 'spring', ids, count: 100 }).toSorted(),
      ids.toSorted(),
    );
    assert.equal(populationDigest(sha256, ids), populationDigest(sha256, ids.toReversed()));
  });
});
