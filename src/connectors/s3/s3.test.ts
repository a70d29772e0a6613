import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';
import type { Plan } from '#connector-kit/contract.ts';
import type { MissingFile } from '#connector-kit/kept-files.ts';
import { loopbackIo } from '#connector-kit/testing/loopback-io.ts';
import { deliveryPromises, readable, sampleRecord } from '#connector-kit/testing/records.ts';
import type { ConnectorError } from '#core/failure.ts';
import { type FakeS3Options, startFakeS3 } from '../../../practice/servers/s3.ts';
import { type Client, openS3 } from './client.ts';
import { deliverRecord } from './deliver-record.ts';
import { settings as Settings } from './settings.ts';

const keys = { accessKeyId: 'AKIAPRACTICE', secretAccessKey: 'not-so-secret' };
const open: (() => Promise<void>)[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((close) => close()));
});

const settings = (endpoint: string, more: object = {}) =>
  Settings.parse({
    ...{ endpoint, region: 'eu-central-1', bucket: 'records', prefix: 'departures/' },
    ...{ ...keys, lock: 'compliance', retentionDays: 365, ...more },
  });

async function start(more: Partial<FakeS3Options> = {}, changed: object = {}) {
  const server = await startFakeS3({ ...keys, bucket: 'records', ...more });
  open.push(() => server.close());
  return { server, client: openS3(settings(server.url, changed), loopbackIo) };
}

const record = sampleRecord(new Date());
const rules = settings('https://s3.example');
const delivery = readable((it) => deliverRecord(it, rules), record);
type State = { files: { name: string; sha256: string; mode: string; retainUntil: string }[] };
const read = (client: Client) => delivery.read(client, record.caseId) as Promise<State>;
const planned = (state: unknown) => delivery.plan(state, undefined) as Plan<readonly MissingFile[]>;

async function store(client: Client): Promise<void> {
  const plan = planned(await read(client));
  assert.ok(plan.kind === 'change');
  await delivery.apply(client, record.caseId, plan.change);
}

const kindOf = async (call: Promise<unknown>) => {
  const error = await call.then(
    () => assert.fail('it was not refused'),
    (it: ConnectorError) => it,
  );
  return `${error.failure.kind}: ${error.failure.detail}`;
};

deliveryPromises(
  (it) => deliverRecord({ ...it, sealedAt: new Date() }, rules),
  async () => {
    const { server, client } = await start();
    return { client, data: () => new Map(server.objects) };
  },
);

describe('a record in a bucket', () => {
  it('is stored under its names, locked, with the right signature and checksums', async () => {
    const { server, client } = await start();
    await store(client);

    const { files } = await read(client);
    assert.equal(planned({ files }).kind, 'done');
    assert.deepEqual(
      server.puts,
      record.files.map((it) => `departures/${it.name}`),
    );
    for (const [i, file] of record.files.entries()) {
      assert.deepEqual(server.objects.get(server.puts[i]!)?.bytes, file.bytes);
      assert.equal(files[i]?.mode, 'COMPLIANCE');
      const days = (Date.parse(files[i].retainUntil) - Date.now()) / 86_400_000;
      assert.ok(days > 364.9 && days <= 365, `${days} days`);
    }
  });

  it('is read byte for byte where the store keeps no checksums', async () => {
    const { client } = await start({ keepsChecksums: false });
    await store(client);
    assert.equal(planned(await read(client)).kind, 'done');
  });

  it('is not called done when a lock is missing, too short or too weak', async () => {
    const { client } = await start();
    await store(client);
    const { files } = await read(client);
    for (const change of [
      { mode: null },
      { mode: 'GOVERNANCE' },
      { retainUntil: null },
      { retainUntil: new Date(Date.now() + 86_400_000).toISOString() },
    ]) {
      const plan = planned({ files: files.map((it, i) => (i === 1 ? { ...it, ...change } : it)) });
      assert.equal(plan.kind, 'blocked', JSON.stringify(change));
    }
  });

  it('takes the place of nothing: neither of what was there, nor of what came meanwhile', async () => {
    const { server, client } = await start();
    await store(client);
    const [first] = server.puts;
    server.objects.get(first!)!.bytes = Buffer.from('changed');
    const plan = planned(await read(client));
    assert.ok(plan.kind === 'blocked');
    assert.match(plan.because, /with other content: .*\.jsonl\. Nothing is overwritten/);
    await client.put(record.files[0]!);
    assert.equal(server.objects.get(first!)?.bytes.toString(), 'changed');
  });
});

describe('a bucket that refuses', () => {
  it('says why, in the terms of the engine', async () => {
    const { server, client } = await start();
    const after = (status: number, code: string) => {
      server.failNext(status, code);
      return kindOf(client.put(record.files[0]!));
    };
    assert.match(await after(403, 'AccessDenied'), /^forbidden: PUT .* 403 AccessDenied: Refused/);
    assert.match(await after(403, 'ExpiredToken'), /^unauthenticated/);
    assert.match(await after(403, 'RequestTimeTooSkewed'), /^unexpected: .*clock/);
    assert.match(await after(404, 'NoSuchBucket'), /^not-found/);
    assert.match(await after(400, 'InvalidRequest'), /^rejected/);
    assert.match(await after(409, 'ConditionalRequestConflict'), /^unavailable/);
    assert.match(await after(503, 'SlowDown'), /^rate-limited/);
    assert.match(await after(500, 'InternalError'), /^unavailable/);
    assert.match(await after(501, 'NotImplemented'), /^rejected/);
  });

  it('is told from one that does not lock, and a wrong key from the right one', async () => {
    const { client } = await start({ locks: false });
    assert.match(await kindOf(client.check()), /^not-found: .*ObjectLockConfigurationNotFound/);
    assert.match(await kindOf(store(client)), /^rejected: .*InvalidRequest/);
    const wrong = await start({}, { secretAccessKey: 'wrong' });
    assert.match(await kindOf(wrong.client.check()), /^unauthenticated: .*SignatureDoesNotMatch/);
    const unlocked = await start({ locks: false }, { lock: 'none', retentionDays: undefined });
    await unlocked.client.check();
  });

  it('needs days for a lock, and none without one', () => {
    const given = { ...rules, endpoint: 'https://s3.example' };
    assert.ok(!Settings.safeParse({ ...given, retentionDays: undefined }).success);
    assert.ok(!Settings.safeParse({ ...given, lock: 'none' }).success);
    assert.ok(!Settings.safeParse({ ...given, prefix: '../' }).success);
  });
});
