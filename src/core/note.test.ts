import assert from 'node:assert/strict';
import { createHash, createPrivateKey, createPublicKey, sign, verify } from 'node:crypto';
import { describe, it } from 'node:test';
import {
  checkpointBody,
  keyIdOf,
  type NoteKey,
  NoteProblem,
  noteText,
  readCheckpoint,
  readNote,
  readVkey,
  signatureBytes,
  signedMessage,
  signersOf,
  vkeyOf,
} from './note.ts';
import type { Sha256 } from './proof.ts';

const sha256: Sha256 = (...parts) => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
};

/** The published vector: a seed that counts from 0, a tree of two leaves, and its signed checkpoint. */
const seed = Buffer.from(Array.from({ length: 32 }, (_, i) => i));
const privateKey = createPrivateKey({
  key: Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), seed]),
  format: 'der',
  type: 'pkcs8',
});
const vkey =
  'audit.acme.example/gatehouse/01+77007483+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4';
const published = `audit.acme.example/gatehouse/01
2
CFqVt4WHFg4psxbVeMWVycY/getVRk2mmBbs8FWYgYw=

— audit.acme.example/gatehouse/01 dwB0gwsodfNK6ciaOyhE2n/HLy984dG2v+7CSSpB10o54h0VE1zuH1/IfksU/Xuq7pfNImMO0UxcNq0sRJnO+PhBOw4=
`;

const holds = {
  sha256,
  verify: ({ publicKey }: NoteKey, message: Uint8Array, signature: Uint8Array) => {
    const prefix = Buffer.from('302a300506032b6570032100', 'hex');
    const key = createPublicKey({
      key: Buffer.concat([prefix, publicKey]),
      format: 'der',
      type: 'spki',
    });
    return verify(null, message, key, signature);
  },
};

describe('a signed note', () => {
  it('is byte for byte the published one', () => {
    const key = readVkey(sha256, vkey);
    assert.equal(vkeyOf(sha256, key), vkey);
    const { body } = readNote(published);
    const bytes = sign(null, signedMessage(key, body, null), privateKey);
    const signature = { name: key.name, keyId: keyIdOf(sha256, key), bytes };
    assert.equal(noteText({ body, signatures: [signature] }), published);
    assert.equal(checkpointBody(readCheckpoint(body)), body);
    assert.equal(readCheckpoint(body).size, 2);
  });

  it('names those of the known keys that signed it, and passes others over', async () => {
    const key = readVkey(sha256, vkey);
    const stranger = `${published}— witness.example AAAAAAAAAAAA\n`;
    assert.deepEqual(await signersOf(readNote(stranger), [key], holds), [{ key, atSeconds: null }]);
    assert.deepEqual(await signersOf(readNote(published), [], holds), []);
  });

  it('is condemned as a whole by one wrong signature of a known key', async () => {
    const key = readVkey(sha256, vkey);
    const changed = published.replace('\n2\n', '\n3\n');
    await assert.rejects(signersOf(readNote(changed), [key], holds), NoteProblem);
  });

  it('has a cosignature with a time, which is signed as well', async () => {
    const name = 'witness.example';
    const { publicKey } = readVkey(sha256, vkey);
    const key: NoteKey = { name, type: 'cosignature', publicKey };
    const { body } = readNote(published);
    const at = 1_795_412_541n;
    const signature = sign(null, signedMessage(key, body, at), privateKey);
    const line = { name, keyId: keyIdOf(sha256, key), bytes: signatureBytes(signature, at) };
    const note = readNote(noteText({ body, signatures: [line] }));
    assert.deepEqual(await signersOf(note, [key], holds), [{ key, atSeconds: at }]);
    const moved = { ...line, bytes: signatureBytes(signature, at + 1n) };
    await assert.rejects(signersOf({ body, signatures: [moved] }, [key], holds), NoteProblem);
  });

  it('signs these messages for a tree of three leaves', () => {
    const origin = 'audit.acme.example/gatehouse/01';
    const body = `${origin}\n3\nMQB0vwIUAF1MNM0akh6CuW31lSmaC9RMJxCb3k1AfM0=\n`;
    const at = 1_795_412_541n;
    const digest = (type: NoteKey['type']) =>
      Buffer.from(sha256(signedMessage({ name: origin, type }, body, at))).toString('hex');
    assert.equal(signedMessage({ name: origin, type: 'mlDsa44' }, body, at).length, 132);
    assert.equal(
      digest('cosignature'),
      'aade167ed6f5c73de562633b37e4145d780628812ed0331a9957bb0fed2429da',
    );
    assert.equal(
      digest('mlDsa44'),
      '0cfc9c1a8bf6b763a532fad890e775724d4928cc15bb4e2bf48b370c4108e416',
    );
  });

  it('is refused in plain words when it is none', () => {
    for (const text of [
      '',
      'no note',
      'body\n\n',
      'body\n\n— name\n',
      'body\n\n— name !!!!\n',
      published.trimEnd(),
      `body\n\n${'— name AAAAAAAA\n'.repeat(17)}`,
    ]) {
      assert.throws(() => readNote(text), NoteProblem, JSON.stringify(text));
    }
    for (const body of ['a b\n1\nAA==\n', 'log\n01\n\n', 'log\n1\nAAAA\n', 'log\n1\n']) {
      assert.throws(() => readCheckpoint(body), NoteProblem, body);
    }
    for (const text of ['', 'name+00000000+AQAA', vkey.replace('77007483', '77007484')]) {
      assert.throws(() => readVkey(sha256, text), NoteProblem, text);
    }
  });
});
