import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { ulid } from 'ulid';
import type { PackFiles } from '#core/evidence-check.ts';
import { PeriodCases, periodText } from '#core/period.ts';
import { checkEvidence } from '#core/period-check.ts';
import { Trust } from '#core/trust.ts';
import { unpack } from '#core/unpack.ts';
import { exportPack, type WantedPack } from './exported.ts';
import { sha256 } from './hash.ts';
import { verifySignature } from './log-keys.ts';
import { checkPackStamp } from './pack-stamp.ts';
import { opened, sealed, somebody, verified } from './testing/ledger.ts';
import { type SignedLog, startSignedLog } from './testing/signed-log.ts';
import { zipped } from './zip.ts';

const bytesOf = async (pieces: AsyncIterable<Uint8Array>): Promise<Buffer> => {
  const all: Uint8Array[] = [];
  for await (const piece of pieces) all.push(piece);
  return Buffer.concat(all);
};

describe('a pack for a period', () => {
  let log: SignedLog;
  let files: PackFiles;
  let before1: Date;
  let after1: Date;
  const [first, second, later, open] = [ulid(), ulid(), ulid(), ulid()];
  const person = somebody();

  const complete = async (id: string) => {
    await log.ledger.state('worker', opened(id), verified(id, person));
    await log.ledger.state('worker', sealed(id, 1));
  };
  const now = async () => {
    const { rows } = await log.ledger.pools.worker.query<{ now: Date }>(
      'select clock_timestamp() as now',
    );
    return new Date(rows[0]!.now.getTime() + 5);
  };
  const pack = async (more: Partial<WantedPack> = {}) => {
    let bytes: Buffer = Buffer.alloc(0);
    const made = await exportPack(
      log.ledger.pools.scribe,
      {
        of: { from: before1, to: after1 },
        keys: log.ledger.keys,
        language: null,
        withheld: new Set(),
        recipient: 'local',
        ...more,
      },
      async (pieces) => {
        bytes = await bytesOf(pieces);
      },
    );
    const found = unpack(bytes);
    return { made, bytes, files: found.kind === 'files' ? found.files : new Map() };
  };
  const list = (of = files) =>
    PeriodCases.parse(JSON.parse(Buffer.from(of.get('cases.json')!).toString()));
  const check = (of: PackFiles) => {
    const trust = Trust.parse(JSON.parse(Buffer.from(files.get('trust.json')!).toString()));
    return checkEvidence(of, {
      sha256,
      verify: verifySignature,
      trust,
      checkStamp: checkPackStamp,
    });
  };
  const changed = (name: string, content: Uint8Array | string | null): PackFiles => {
    const copy = new Map(files);
    if (content === null) copy.delete(name);
    else copy.set(name, Buffer.from(content as string));
    return copy;
  };
  const without = (folder: string): PackFiles =>
    new Map([...files].filter(([name]) => !name.startsWith(folder)));
  const heartbeat = () =>
    log.ledger.state('scribe', {
      type: 'log.heartbeat',
      actor: { kind: 'system', id: 'scribe', auth: 'none' },
      data: { size: 1 },
    });

  before(async () => {
    log = await startSignedLog();
    await heartbeat();
    before1 = await now();
    await new Promise((resolve) => setTimeout(resolve, 10));
    await complete(first);
    await heartbeat();
    await complete(second);
    await log.ledger.state('worker', opened(open));
    after1 = await now();
    await new Promise((resolve) => setTimeout(resolve, 10));
    await complete(later);
    await heartbeat();
    await log.ledger.sequenceAll();
    await log.signer.sign(log.ledger.pools.scribe);
    ({ files } = await pack());
  });
  after(() => log.stop());

  it('holds every case that was sealed in it and no other, each with all that proves it', async () => {
    assert.deepEqual(
      list().cases.map((it) => it.case),
      [first, second],
    );
    for (const id of [first, second]) {
      for (const name of [
        'case.json',
        'report.pdf',
        'events.csv',
        'events.jsonl',
        'disclosures.json',
      ]) {
        assert.ok(files.has(`cases/${id}/${name}`), name);
      }
    }
    const { fails, holds } = await check(files);
    assert.equal(fails, null);
    assert.deepEqual(
      holds.map(({ name, detail }) => [name, detail.split(/[;,]/)[0]]),
      [
        ['signature', `${log.origin} at 13 facts`],
        ['list', '2 cases are listed'],
        ['cases', '6 facts'],
        ['record', '1 signs of life in the period'],
        ['withheld', '0 confidential cases of the period are left out'],
      ],
    );
  });

  it('does not hold when a case, a fact of one, or the list is another', async () => {
    const why = async (of: PackFiles) => (await check(of)).fails?.detail ?? '';
    assert.match(await why(without(`cases/${second}/`)), /The case .* is missing/);

    const shorter = periodText({ ...list(), cases: list().cases.slice(0, 1) });
    assert.match(await why(changed('cases.json', shorter)), /is not listed/);
    const past = { from: '2020-01-01T00:00:00.000Z', to: '2020-02-01T00:00:00.000Z' };
    const wider = periodText({ ...list(), ...past });
    assert.match(await why(changed('cases.json', wider)), /was not sealed in the period/);
    assert.match(await why(changed('cases.json', '{}')), /is no list/);

    const event = [...files.keys()].find((name) => name.startsWith(`cases/${first}/events/`))!;
    assert.match(await why(changed(event, '{}')), new RegExp(`Case ${first}, inclusion: `));
    const life = [...files.keys()].find((name) => /^context\/\d+\.json$/.test(name))!;
    const text = Buffer.from(files.get(life)!).toString().replace('"v":1', '"v":2');
    assert.match(await why(changed(life, text)), /is not in the signed tree/);
  });

  it('counts the confidential cases that its reader may not know, and says no more of them', async () => {
    const of = await pack({ withheld: new Set([first]) });
    assert.deepEqual(
      list(of.files).cases.map((it) => it.case),
      [second],
    );
    assert.equal(list(of.files).withheld, 1);
    assert.ok(!of.bytes.includes(first));
    assert.equal((await check(of.files)).fails, null);
  });

  it('leaves out personal values for those who may not see them', async () => {
    const of = await pack({ keys: null });
    assert.equal(Buffer.from(of.files.get(`cases/${first}/disclosures.json`)!).toString(), '[]\n');
    assert.equal((await check(of.files)).fails, null);
  });

  it('has the same bytes when it is made again, and each is a fact with its digest', async () => {
    const [one, two] = [await pack(), await pack({ recipient: 'u_1' })];
    assert.deepEqual(one.bytes, two.bytes);
    assert.ok(two.made.kind === 'made');
    assert.equal(two.made.digest, createHash('sha256').update(two.bytes).digest('base64url'));
    await log.ledger.sequenceAll();
    const { body } = (await log.ledger.entries()).at(-1)!;
    assert.equal(body['type'], 'export.created');
    assert.deepEqual(body['data'], {
      kind: 'evidence:period',
      recipient: 'u_1',
      digest: two.made.digest,
      size: two.bytes.length,
    });
  });

  it('is made of one complete case as well, and of none that is not', async () => {
    const one = await pack({ of: { caseId: first } });
    assert.equal(one.made.kind, 'made');
    assert.equal((await check(one.files)).fails, null);
    assert.deepEqual((await pack({ of: { caseId: open } })).made, { kind: 'not complete' });
  });
});

describe('the archive', () => {
  it('holds more files than a plain zip can count, and other tools open it', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'gatehouse-zip-'));
    const count = 66_000;
    function* entries(): Generator<[string, string]> {
      for (let i = 0; i < count; i += 1) yield [`events/${i}.json`, `{"n":${i}}`];
      yield ['Jörg.txt', 'umlaut'];
    }
    const bytes = await bytesOf(zipped(entries()));
    await writeFile(path.join(folder, 'many.zip'), bytes);

    const found = unpack(bytes);
    assert.ok(found.kind === 'files');
    assert.equal(found.files.size, count + 1);
    assert.equal(Buffer.from(found.files.get('events/65999.json')!).toString(), '{"n":65999}');
    assert.equal(Buffer.from(found.files.get('Jörg.txt')!).toString(), 'umlaut');
    const python =
      'import zipfile; z = zipfile.ZipFile("many.zip"); print(len(z.namelist()), z.testzip())';
    const { stdout, stderr } = spawnSync('python3', ['-c', python], {
      cwd: folder,
      encoding: 'utf8',
    });
    assert.equal(stdout.trim(), `${count + 1} None`, stderr);
    assert.ok((await readFile(path.join(folder, 'many.zip'))).length > 0);
    await rm(folder, { recursive: true });
  });
});
