import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { strToU8, zipSync } from 'fflate';
import { unpack } from './unpack.ts';

const long = 'the same words over and over, '.repeat(400);
/** As somebody else's program makes it: one file packed, one as it is, and a folder. */
const archive = zipSync({
  'case.json': strToU8(long),
  'events/1.json': [strToU8('{}'), { level: 0 }],
  'blobs/': new Uint8Array(),
});
const because = (bytes: Uint8Array): string => {
  const unpacked = unpack(bytes);
  return unpacked.kind === 'none' ? unpacked.because : 'opened';
};

/** The archive with other bytes at a place, counted from where these begin in its directory. */
function changed(offset: number, ...bytes: readonly number[]): Uint8Array {
  const directory = Buffer.from(archive).indexOf('PK\x01\x02', 'latin1');
  const copy = Uint8Array.from(archive);
  copy.set(bytes, directory + offset);
  return copy;
}

describe('a zip file that somebody was sent', () => {
  it('gives its files, packed or not, from wherever it lies in memory, with a comment at its end', () => {
    const comment = strToU8('from the audit firm');
    const around = new Uint8Array(archive.length + comment.length + 7);
    around.set(archive, 7);
    around.set(comment, archive.length + 7);
    around[archive.length + 7 - 2] = comment.length;

    const unpacked = unpack(around.subarray(7));

    assert.equal(unpacked.kind, 'files');
    const texts = unpacked.kind === 'files' ? [...unpacked.files] : [];
    assert.deepEqual(
      texts.map(([name, bytes]) => [name, Buffer.from(bytes).toString('utf8')]),
      [
        ['case.json', long],
        ['events/1.json', '{}'],
      ],
    );
  });

  it('is refused, and breaks nothing, wherever it is cut off', () => {
    for (let length = 0; length < archive.length; length += 1) {
      assert.match(because(archive.subarray(0, length)), /is no zip file, or is damaged/);
    }
    assert.match(because(strToU8(long)), /is no zip file/);
  });

  it('is refused where its directory is not true: how it is packed, how long it is, where it lies', () => {
    const damaged = /is no zip file, or is damaged/;
    assert.match(because(changed(10, 99)), damaged);
    assert.match(because(changed(10, 0)), damaged);
    assert.match(because(changed(20, 0xff, 0xff, 0xff, 0x7f)), damaged);
    assert.match(because(changed(42, 0xff, 0xff)), damaged);
    assert.match(because(changed(24, 0xff, 0xff, 0xff, 0xff)), /is too large/);
  });

  it('is refused when a name occurs twice', () => {
    const twin = zipSync({ 'a.json': strToU8('{}'), 'b.json': strToU8('[]') });
    const bytes = Buffer.from(twin);
    bytes.write('a.json', bytes.lastIndexOf('b.json'));
    assert.match(because(bytes), /it holds a\.json twice/);
  });
});
