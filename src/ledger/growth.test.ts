import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { ulid } from 'ulid';
import { checkPack, type PackFiles } from '#core/evidence-check.ts';
import { withGrowth } from '#core/growth.ts';
import { Trust } from '#core/trust.ts';
import { inSnapshot } from '#store/sql.ts';
import { askWitness } from './ask-witness.ts';
import { evidenceOf } from './evidence.ts';
import { newestCheckpoint } from './fork-guard.ts';
import { growthSince } from './growth-since.ts';
import { sha256 } from './hash.ts';
import { verifySignature } from './log-keys.ts';
import { opened, sealed } from './testing/ledger.ts';
import { rewriteHistory } from './testing/rewritten.ts';
import { type SignedLog, startSignedLog } from './testing/signed-log.ts';
import { startWitness, type TestWitness } from './testing/witness.ts';
import { keepWitnesses } from './witnesses.ts';

const parts = { sha256, verify: verifySignature, trust: null };

describe('a pack for somebody who has witnesses, or kept a checkpoint', () => {
  let log: SignedLog;
  let witness: TestWitness;
  let kept: string;
  const caseId = ulid();
  const scribe = () => log.ledger.pools.scribe;

  before(async () => {
    log = await startSignedLog();
    await log.state(5);
    await log.signer.sign(scribe());
    kept = (await newestCheckpoint(scribe(), log.origin))!.note;
    witness = await startWitness(log);
    await keepWitnesses(scribe(), [witness], 1);
    await log.ledger.state('worker', opened(caseId), sealed(caseId, 0));
    await log.ledger.sequenceAll();
    await log.signer.sign(scribe());
  });
  after(async () => {
    await witness.stop();
    await log.stop();
  });

  const pack = (withoutQuorum = false) =>
    inSnapshot(scribe(), (db) => evidenceOf(db, null, caseId, null, withoutQuorum));
  async function packed(withoutQuorum = false): Promise<PackFiles> {
    const found = await pack(withoutQuorum);
    assert.ok(found.kind === 'pack', found.kind);
    return found.files;
  }
  const text = (files: PackFiles, name: string) => Buffer.from(files.get(name)!).toString();
  const check = (files: PackFiles, trust: Trust | null = null) =>
    checkPack(files, { sha256, verify: verifySignature, trust, checkStamp: null });
  async function growing(files: PackFiles, since: string): Promise<PackFiles> {
    const growth = await growthSince(scribe(), since, text(files, 'checkpoint'));
    assert.ok(growth.kind === 'grown', growth.kind === 'grown' ? '' : growth.because);
    const more = growth.entries.map(([name, it]) => [name, Buffer.from(it as string)] as const);
    return new Map([...files, ...more]);
  }

  it('is not made before enough witnesses have signed, and says so when it is made all the same', async () => {
    assert.deepEqual(await pack(), { kind: 'not signed yet' });
    const early = await packed(true);
    const { fails } = await check(early);
    assert.match(fails!.detail, /Of the 1 witnesses that have to have signed it, 0 have/);
    assert.match(text(early, 'README.txt'), /before enough witnesses had signed: 1 of those/);
  });

  it('carries the signatures of witnesses, which are checked', async () => {
    const signal = AbortSignal.timeout(60_000);
    const asked = await askWitness(scribe(), log.origin, witness, { fetch, signal });
    assert.equal(asked.kind, 'cosigned');

    const files = await packed();
    assert.doesNotMatch(text(files, 'README.txt'), /witnesses/);
    const verdict = await check(files);
    assert.equal(verdict.fails, null);
    assert.match(verdict.holds[0]!.detail, /signed by firm as well/);
    assert.match(
      text(files, 'policy.txt'),
      /\nwitness firm firm\.witness\.example\+.*\ngroup those-named 1 firm\nquorum those-named\n$/,
    );
    const trust = Trust.parse(JSON.parse(text(files, 'trust.json')));
    assert.deepEqual([trust.quorum, trust.witnesses], [1, [{ name: 'firm', vkey: witness.vkey }]]);

    const lines = text(files, 'checkpoint');
    const broken = lines.replace(/.{9}==\n$/, 'AAAAAAAAA==\n');
    const other = new Map(files).set('checkpoint', Buffer.from(broken));
    assert.match((await check(other)).fails!.detail, /signature of firm.* does not hold/);
    const two = { ...trust, quorum: 2 };
    assert.match((await check(files, two)).fails!.detail, /Of the 2 witnesses .* 1 have/);
  });

  it('proves that the record has grown from a checkpoint that was kept', async () => {
    const files = await growing(await packed(), kept);
    const verdict = await check(files);
    const grown = await withGrowth(verdict, files, { ...parts, kept });
    assert.equal(grown.fails, null);
    assert.match(grown.holds.at(-1)!.detail, /grown from the 5 facts/);
    const why = async (of: PackFiles, since: string) =>
      (await withGrowth(verdict, of, { ...parts, kept: since })).fails?.detail;
    assert.equal(await why(files, text(files, 'checkpoint')), undefined, 'from itself');
    assert.match((await why(await packed(), kept))!, /holds no proof .*--since/);
    assert.match((await why(files, kept.replaceAll('/01', '/00')))!, /another\s+epoch/);
    assert.match((await why(files, 'x'))!, /no signed note/);
  });

  it('does not believe a checkpoint that was kept before a known key has signed it', async () => {
    const files = await growing(await packed(), kept);
    const verdict = await check(files);
    const trust = Trust.parse(JSON.parse(text(files, 'trust.json')));
    const why = async (since: string, known: Trust | null = trust) =>
      (await withGrowth(verdict, files, { ...parts, trust: known, kept: since })).fails?.detail;

    assert.equal(await why(kept), undefined);
    const [body = '', signatures = ''] = kept.split('\n\n');
    const stranger = signatures.replaceAll(`— ${log.origin}`, '— somebody.else');
    assert.match(
      (await why(`${body}\n\n${stranger}`))!,
      /no known key of .* has signed its 5 facts/,
    );
    const first = signatures.split('\n')[0]!.replace(/.{9}=$/, 'AAAAAAAAA=');
    assert.match((await why(`${body}\n\n${first}\n`))!, /signature of .* does not hold/);
    // What fits by its numbers alone, as anybody could write it down.
    const unsigned = `${body.replace('\n5\n', '\n6\n')}\n\n${signatures}`;
    assert.match((await why(unsigned))!, /does not hold/);
    const later = trust.logs.map((it) => ({
      ...it,
      keys: it.keys.map((key) => ({ ...key, from_size: 6 })),
    }));
    assert.match((await why(kept, { ...trust, logs: later }))!, /no known key/);
  });

  it('looks at the proof in a pack also when nobody kept a checkpoint', async () => {
    const files = await growing(await packed(), kept);
    const look = async (of: PackFiles) => withGrowth(await check(of), of, { ...parts, kept: null });
    const { fails, holds } = await look(files);
    assert.equal(fails, null);
    assert.match(
      holds.at(-1)!.detail,
      /grown from the 5 facts of checkpoint\.5, which lies in the/,
    );
    assert.ok(!(await look(await packed())).holds.some(({ name }) => name === 'growth'));

    const name = [...files.keys()].find((it) => it.startsWith('consistency.'))!;
    const why = async (change: (it: Map<string, Uint8Array>) => unknown) => {
      const other = new Map(files);
      change(other);
      return (await look(other)).fails?.detail;
    };
    const proof = Buffer.from(`${'A'.repeat(43)}=\n`);
    assert.match((await why((it) => it.set(name, proof)))!, /has not grown .*checkpoint\.5/);
    assert.match((await why((it) => it.delete(name)))!, /holds no proof/);
    assert.match((await why((it) => it.delete('checkpoint.5')))!, /checkpoint\.5 is missing/);
    assert.match((await why((it) => it.set('consistency.5-6', proof)))!, /does not lead to the/);
    const unsigned = text(files, 'checkpoint.5').replaceAll(`— ${log.origin}`, '— somebody');
    assert.match(
      (await why((it) => it.set('checkpoint.5', Buffer.from(unsigned))))!,
      /no known key/,
    );
  });

  it('is refused where the history was rewritten and signed again with the real key', async () => {
    const before = await growing(await packed(), kept);
    const name = [...before.keys()].find((it) => it.startsWith('consistency.'))!;
    await rewriteHistory(log, 2);
    await log.signer.sign(scribe());
    const files = await packed(true);
    const trust = {
      ...Trust.parse(JSON.parse(text(files, 'trust.json'))),
      quorum: 'none' as const,
    };
    const verdict = await check(files, trust);
    assert.equal(verdict.fails, null, 'by itself it is whole');

    const growth = await growthSince(scribe(), kept, text(files, 'checkpoint'));
    assert.match(growth.kind === 'not grown' ? growth.because : '', /Somebody has rewritten it/);
    const forged = new Map(files).set(name, before.get(name)!);
    const earlier = 'checkpoint.5';
    forged.set(earlier, before.get(earlier)!);
    const grown = await withGrowth(verdict, forged, { ...parts, trust, kept });
    assert.match(grown.fails!.detail, /it was rewritten/);
  });
});
