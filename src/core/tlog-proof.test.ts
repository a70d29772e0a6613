import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { NoteProblem } from './note.ts';
import { proofLines, tlogProofText } from './tlog-proof.ts';

describe('a proof as a file', () => {
  const text = tlogProofText({
    index: 45,
    hashes: [new Uint8Array(32).fill(7)],
    checkpoint: 'log-1\n46\nAAAA\n',
  });

  it('is taken apart as it was put together', () => {
    assert.deepEqual(proofLines(text), {
      index: 45,
      lines: Buffer.alloc(32, 7).toString('base64'),
      checkpoint: 'log-1\n46\nAAAA\n',
    });
  });

  it('is none once a single bit of its first line is another', () => {
    const bytes = Buffer.from(text);
    for (let at = 0; at <= text.indexOf('\n'); at += 1) {
      for (let bit = 0; bit < 8; bit += 1) {
        const other = Buffer.from(bytes);
        other[at]! ^= 1 << bit;
        assert.throws(() => proofLines(other.toString('latin1')), NoteProblem, `byte ${at}`);
      }
    }
  });
});
