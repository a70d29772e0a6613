import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { ulid } from 'ulid';
import { verifyStandardWebhook } from '#connector-kit/standard-webhook.ts';
import { jsonLine } from '#core/event-rows.ts';
import { pickSample, populationDigest } from '#core/sample.ts';
import { Trust } from '#core/trust.ts';
import { evidenceOf } from '#ledger/evidence.ts';
import { sha256 } from '#ledger/hash.ts';
import { exportEvents } from '#ledger/search.ts';
import { inSnapshot } from '#store/sql.ts';
import {
  startTimeStampAuthority,
  type TimeStampAuthority,
} from '../practice/servers/time-stamp-authority.ts';
import { opened, sealed, somebody, startLedger, verified } from '../src/ledger/testing/ledger.ts';
import { type SignedLog, startSignedLog } from '../src/ledger/testing/signed-log.ts';
import { asAuthority, stampNow } from '../src/ledger/testing/time-stamps.ts';
import { fsckCodes } from '../src/operate/ledger-upkeep.ts';
import { page } from './support/pages.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'gatehouse-docs-shell-'));
after(() => rmSync(folder, { recursive: true }));

function shell(script: string): string {
  const { stdout, stderr, status } = spawnSync('sh', ['-c', script], {
    cwd: folder,
    encoding: 'utf8',
  });
  assert.equal(status, 0, stderr);
  assert.equal(stderr, '');
  return stdout;
}

describe('the commands of docs/audit/who-left.md', () => {
  const [digest = '', draw = ''] = page('docs/audit/who-left.md')
    .blocks.filter(({ purpose }) => purpose === 'run')
    .map(({ text }) => text);

  it('give the digest of a list, and draw the same sample again', () => {
    const ids = Array.from({ length: 41 }, (_, i) => `01M83VKER15E4DWGJN9YVP${1_000 + i}`);
    writeFileSync(path.join(folder, 'ids.txt'), `${ids.join('\n')}\n`);

    assert.equal(shell(digest).trim(), populationDigest(sha256, ids));
    assert.deepEqual(
      shell(draw).trim().split('\n'),
      pickSample(sha256, { seed: '9f2c51d07ab34e68', ids, count: 25 }),
    );
  });
});

describe('the commands of docs/audit/reading-an-export.md', () => {
  const exported = path.join(folder, 'priya.nair.jsonl');
  const scripts = page('docs/audit/reading-an-export.md').blocks.filter(
    (it) => it.purpose === 'run',
  );
  const [hash = '', chain = '', digest = '', text = '', system = ''] = scripts.map((it) => it.text);

  before(async () => {
    const { pools, keys, state, sequenceAll } = await startLedger();
    const { ref, subject } = somebody();
    const personal = { subject, values: { 'subject.name': 'Priya Nair' } };
    await state('worker', { ...opened('c_1'), target: { ref }, personal });
    await state('worker', verified('c_1', { ref, subject }));
    await state(
      'worker',
      verified('c_1', { ref, subject }, { target: { ref, system: 'expenses' } }),
    );
    await sequenceAll();
    let lines = '';
    for await (const it of exportEvents(pools.web, { caseIds: ['c_1'] }, keys))
      lines += jsonLine(it);
    writeFileSync(exported, lines);
  });

  it('find the hash that stands in the line', () => {
    const [computed = '', stated = ''] = shell(hash).split('\n');
    assert.match(computed, /^[0-9a-f]{64}$/);
    assert.equal(stated, `"leaf_hash":"${computed}"`);
  });

  it('follow the facts of an untouched departure to its end', () => {
    assert.equal(shell(chain), '3 facts\n');
  });

  it('name the place where a fact was changed, and where one was taken out', () => {
    const untouched = readFileSync(exported, 'utf8');
    try {
      writeFileSync(exported, untouched.replace('"attempt":1', '"attempt":2'));
      assert.match(shell(chain), /^line 2: the hash does not fit\nline 3: does not follow\n/);
      const lines = untouched.split('\n');
      writeFileSync(exported, lines.toSpliced(1, 1).join('\n'));
      assert.match(shell(chain), /^line 2: not fact 2 of the departure\nline 2: does not follow\n/);
    } finally {
      writeFileSync(exported, untouched);
    }
  });

  it('find the digest of a personal value in the leaf, and read it', () => {
    const [computed = '', digests = ''] = shell(digest).split('\n');
    assert.match(computed, /^[\w-]{43}$/);
    assert.ok(digests.includes(`"${computed}"`));
    assert.match(shell(digest + text), /\["[\w-]+","subject\.name","Priya Nair"\]$/);
  });

  it('follow one system', () => {
    assert.match(shell(system), /"grade":"verified"\n"type":"step\.verified"/);
  });
});

describe('the signed event of docs/operate/api.md', () => {
  it('carries a signature that is taken', () => {
    const script = page('docs/operate/api.md').blocks.find((it) => it.text.includes('hexkey'));
    const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
    const body = '{"type":"departure.confirmed"}\n';
    writeFileSync(path.join(folder, 'secret'), `${secret}\n`);
    writeFileSync(path.join(folder, 'event.json'), body);

    const sent = shell(`curl() { printf '%s\\n' "$@"; }\n${script?.text}`);

    const header = (name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(sent)?.[1];
    const names = ['webhook-id', 'webhook-timestamp', 'webhook-signature'];
    const headers = Object.fromEntries(names.map((name) => [name, header(name)]));
    const delivery = { headers, body: Buffer.from(body) };
    const verdict = verifyStandardWebhook(delivery, [secret], new Date());
    assert.equal(verdict.kind, 'genuine', JSON.stringify(verdict));
  });
});

describe('the table of exit codes in docs/operate/mirror-and-recovery.md', () => {
  it('is that of gatehouse ledger fsck', () => {
    const { text } = page('docs/operate/mirror-and-recovery.md');
    const codes = [...text.matchAll(/^\| (\d) \|/gm)].map(([, code]) => Number(code));
    assert.deepEqual(codes, Object.values(fsckCodes));
  });
});

describe('the command of docs/audit/signed-record.md', () => {
  const [script = ''] = page('docs/audit/signed-record.md')
    .blocks.filter((it) => it.purpose === 'run')
    .map((it) => it.text);
  let signed: SignedLog;

  before(async () => {
    signed = await startSignedLog();
    await signed.state(3);
    await signed.export(folder);
  });
  after(() => signed.stop());

  it('says that the signature of an exported checkpoint holds', () => {
    assert.match(shell(script), /Verified Successfully/);
  });

  it('says no once the checkpoint was changed', () => {
    const file = path.join(folder, 'checkpoint');
    writeFileSync(file, readFileSync(file, 'utf8').replace(/\n\d+\n/, '\n99\n'));
    assert.notEqual(spawnSync('sh', ['-c', script], { cwd: folder }).status, 0);
  });
});

describe('the commands of docs/audit/when-did-it-happen.md', () => {
  const [verify = '', root = ''] = page('docs/audit/when-did-it-happen.md')
    .blocks.filter((it) => it.purpose === 'run')
    .map((it) => it.text);
  let log: SignedLog;
  let authority: TimeStampAuthority;
  let trust: Trust;
  const pack = path.join(folder, 'pack');
  const inPack = (script: string) =>
    spawnSync('sh', ['-c', script], { cwd: pack, encoding: 'utf8' });

  before(async () => {
    authority = await startTimeStampAuthority(path.join(folder, 'authority'), { name: 'Outside' });
    log = await startSignedLog();
    const { state, keys, pools } = log.ledger;
    const caseId = ulid();
    await state('worker', opened(caseId), verified(caseId, somebody()), sealed(caseId, 1));
    await log.state(2);
    await log.signer.sign(pools.scribe);
    await stampNow(log, [asAuthority('tsa-a', authority)]);
    const found = await inSnapshot(pools.scribe, (db) => evidenceOf(db, keys, caseId));
    assert.ok(found.kind === 'pack');
    for (const [name, bytes] of found.files) {
      const file = path.join(pack, name);
      mkdirSync(path.dirname(file), { recursive: true });
      writeFileSync(file, bytes);
    }
    trust = Trust.parse(JSON.parse(readFileSync(path.join(pack, 'trust.json'), 'utf8')));
  });
  after(async () => {
    await log.stop();
    await authority.stop();
  });

  it('say when, and that the time stamp holds', () => {
    const { stdout, status, stderr } = inPack(verify);
    assert.match(stdout, /^\w{3} +\d+ [\d:.]+ \d{4} GMT\nVerification: OK\n$/, stderr);
    assert.equal(status, 0);
  });

  it('find the root that trust.json names', () => {
    const [digest = ''] = inPack(root).stdout.split(' ');
    assert.deepEqual(trust.tsas, [{ name: 'tsa-a', ca_sha256: [digest] }]);
  });

  it('say no once the stamped state was changed', () => {
    const script = verify.replace('openssl ts -verify', 'echo >> "$state"; openssl ts -verify');
    assert.notEqual(inPack(script).status, 0);
  });
});
