import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import {
  type AuthorityKeys,
  makeAuthorityKeys,
  type Signer,
} from '../../practice/servers/time-stamp-keys.ts';
import { certificateDigest, chainTo, isForTimeStampsOnly } from './certificate-chain.ts';

const open = ({ cert }: Pick<Signer, 'cert'>) => new X509Certificate(readFileSync(cert));
const dayMs = 24 * 3_600_000;

describe('a chain of certificates', () => {
  let folder: string;
  let keys: AuthorityKeys;
  let root: X509Certificate;
  let between: Signer;
  let below: Signer;

  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'gatehouse-chain-'));
    keys = await makeAuthorityKeys(path.join(folder, 'one'), { name: 'One' });
    root = new X509Certificate(keys.caPem);
    between = await keys.issue('between', { use: 'certificates' });
    below = await keys.issue('below', { by: between });
  });
  after(() => rm(folder, { recursive: true, force: true }));

  const lengthOf = (
    signer: Signer,
    others: readonly Signer[],
    it: { roots?: readonly X509Certificate[]; at?: Date } = {},
  ) => {
    const { roots = [root], at = new Date() } = it;
    return chainTo(open(signer), { roots, others: others.map(open), at })?.length ?? null;
  };

  it('leads to the root, over what lies in between', () => {
    assert.equal(lengthOf(keys.signer, []), 2);
    assert.equal(lengthOf(below, [between, keys.signer]), 3);
    assert.equal(lengthOf(below, []), null, 'the one in between is missing');
  });

  it('leads to no other root, not even one of the same name', async () => {
    const other = await makeAuthorityKeys(path.join(folder, 'other'), { name: 'One' });
    const roots = [new X509Certificate(other.caPem)];
    assert.equal(lengthOf(keys.signer, [], { roots }), null);
    assert.equal(lengthOf(keys.signer, [], { roots: [] }), null);
  });

  it('has nobody in it who may issue none, or none below another', async () => {
    const forged = await keys.issue('forged', { by: keys.signer });
    assert.equal(lengthOf(forged, [keys.signer]), null);
    const second = await keys.issue('second', { use: 'certificates', by: between });
    const deep = await keys.issue('deep', { by: second });
    assert.equal(lengthOf(deep, [between, second]), null, 'pathlen:0');
  });

  it('is good only while all of it is', async () => {
    const ended = await keys.issue('ended', { use: 'certificates', fromDay: -20, toDay: -10 });
    const young = await keys.issue('young', { by: ended, fromDay: -30, toDay: 30 });
    assert.equal(lengthOf(young, [ended]), null);
    assert.equal(lengthOf(young, [ended], { at: new Date(Date.now() - 15 * dayMs) }), 3);
    assert.equal(lengthOf(young, [ended], { at: new Date(Date.now() - 25 * dayMs) }), null);
  });

  it('is named by the hash that openssl prints too, and says what it is for', async () => {
    assert.match(certificateDigest(root), /^[0-9a-f]{64}$/);
    assert.equal(isForTimeStampsOnly(open(keys.signer)), true);
    assert.equal(isForTimeStampsOnly(root), false);
    for (const use of ['not critical', 'time stamps and mail'] as const) {
      const signer = await keys.issue(use.replaceAll(' ', '-'), { use });
      assert.equal(isForTimeStampsOnly(open(signer)), false, use);
    }
  });
});
