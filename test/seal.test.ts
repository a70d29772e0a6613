import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { TestUser } from '#app/testing/app.ts';
import { setAuditorWindow } from '#app/users.ts';
import { readCheckpoint, readNote } from '#core/note.ts';
import { leafHash, rootOf } from '#core/proof.ts';
import { unpack } from '#core/unpack.ts';
import { sha256 } from '#ledger/hash.ts';
import { markIn } from '#ledger/mark.ts';
import { openSigner } from '#ledger/signer.ts';
import { installationId } from '#store/installation.ts';
import { createKeyFiles, openKeyring, registerKeys } from '#store/keys.ts';
import { openVault } from '#store/vault.ts';
import type { AuditPage } from '../src/api/contract/audit.ts';
import type { CasePage } from '../src/api/contract/cases.ts';
import type { AuditEntry, FactTypes, Leaves, Seal } from '../src/api/contract/seal.ts';
import { problemIn, startTestApi, type TestApi } from '../src/api/testing/api.ts';

describe('what the record is checked with', () => {
  let api: TestApi;
  let folder: string;
  let auditor: TestUser;
  let windowed: TestUser;
  let hr: TestUser;
  let open: string;
  let hidden: string;

  before(async () => {
    api = await startTestApi();
    folder = await mkdtemp(path.join(tmpdir(), 'gatehouse-seal-'));
    auditor = await api.addUser('Aud Itor', ['auditor']);
    windowed = await api.addUser('Wim Window', ['auditor']);
    hr = await api.addUser('Hanna HR', ['hr']);
    open = await api.openDeparture(hr.caller);
    hidden = await api.openDeparture(hr.caller, { confidential: true });
    await api.sequenceAll();
    await createKeyFiles(path.join(folder, 'keys'));
    const keyring = await openKeyring(path.join(folder, 'keys'), ['signing']);
    await registerKeys(api.pools.owner, keyring);
    const secrets = openVault({ keyring, installation: await installationId(api.pools.scribe) });
    await openSigner({ secrets, mark: markIn(folder) }).sign(api.pools.scribe);
  });
  after(() => rm(folder, { recursive: true, force: true }));

  const read = <Body>(of: string, by = auditor) => api.read<Body>(`/api/v1/audit${of}`, by);
  const hashes = async (from: number, to: number) => {
    const response = await api.ask(`/api/v1/audit/hashes?from=${from}&to=${to}`, auditor);
    assert.equal(response.status, 200);
    return new Uint8Array(await response.arrayBuffer());
  };

  it('leads from the hashes of all facts to the root that was signed', async () => {
    const { checkpoint, size, recorded } = await read<Seal>('/seal');
    const all = await hashes(0, size);
    const signed = readCheckpoint(readNote(checkpoint!).body);

    const root = rootOf(sha256, size, ({ n, width }) =>
      all.subarray(n * 8_192, n * 8_192 + width * 32),
    );

    assert.deepEqual(Buffer.from(root), Buffer.from(signed.root));
    assert.ok(recorded >= size && size === signed.size);
    const earlier = await read<Seal>('/seal?size=0');
    assert.equal(earlier.checkpoint, null);
    await problemIn(await api.ask('/api/v1/audit/hashes?from=9000&to=9001', auditor), 409);
    await problemIn(await api.ask('/api/v1/audit/hashes?from=3&to=3', auditor), 422);
  });

  it('gives the facts themselves, to the byte, without those of confidential departures', async () => {
    const { size } = await read<Seal>('/seal');
    const { items } = await read<Leaves>(`/leaves?from=0&to=${size}`);
    const all = await hashes(0, size);

    for (const { index, leaf } of items) {
      const own = all.subarray(index * 32, index * 32 + 32);
      assert.deepEqual(Buffer.from(leafHash(sha256, Buffer.from(leaf))), Buffer.from(own));
    }
    assert.ok(items.some(({ leaf }) => leaf.includes(open)));
    assert.ok(!items.some(({ leaf }) => leaf.includes(hidden)));
    const hiddenAt = (await api.entries()).find((one) => one.caseId === hidden)!.idx;
    await problemIn(await api.ask(`/api/v1/audit/entries/${hiddenAt}`, auditor), 404);
    await problemIn(await api.ask(`/api/v1/audit/entries/${hiddenAt}/proof`, auditor), 404);
    const beside = await read<AuditEntry>(`/entries/${hiddenAt - 1}`);
    assert.equal(beside.next, null);
  });

  it('gives one fact with its proof, which bash and openssl check', async () => {
    const { items } = await read<AuditPage>('?type=case.opened&count=true');
    const response = await api.ask(`/api/v1/audit/entries/${items[0]!.index}/proof`, auditor);
    assert.match(response.headers.get('content-disposition') ?? '', /entry-\d+\.zip/);
    const found = unpack(new Uint8Array(await response.arrayBuffer()));
    assert.ok(found.kind === 'files');
    for (const [name, bytes] of found.files) await writeFile(path.join(folder, name), bytes);
    const { index } = items[0]!;
    const check = () => {
      const files = [`${index}.json`, `${index}.tlog-proof`, 'log.vkey'];
      return spawnSync('bash', ['verify.sh', ...files], { cwd: folder, encoding: 'utf8' }).stdout;
    };
    assert.match(check(), /^OK /);
    await writeFile(path.join(folder, `${index}.json`), `${items[0]!.leaf} `);
    assert.match(check(), /FAIL inclusion/);
  });

  it('counts what was found, and names all that can be found', async () => {
    const { total } = await read<AuditPage>('?type=case.opened&count=true');
    assert.equal(total?.events, 1);
    assert.equal(total?.isMore, false);
    assert.equal((await read<AuditPage>('?type=case.opened')).total, null);
    const { items } = await read<FactTypes>('/types');
    assert.ok(items.some(({ type, title }) => type === 'case.opened' && title === 'Case opened'));
  });

  it('says in the name of a file that whoever took it found the seal broken', async () => {
    const response = await api.ask('/api/v1/audit/export?format=csv&seal=broken', auditor);
    assert.match(response.headers.get('content-disposition') ?? '', /audit-seal-broken\.csv/);
    await response.text();
  });

  describe('for an auditor with a window', () => {
    const cases = async () =>
      (await api.read<CasePage>('/api/v1/cases', windowed)).items.map(({ id }) => id);
    const facts = async () => (await read<AuditPage>('', windowed)).items.length;
    const window = (from: string, to: string) =>
      setAuditorWindow(api.app, { email: windowed.caller.user.email, window: { from, to } });

    it('there is nothing of another period, by any way', async () => {
      await window('2020-01-01', '2020-03-31');

      assert.deepEqual(await cases(), []);
      assert.equal(await facts(), 0);
      await problemIn(await api.ask(`/api/v1/cases/${open}`, windowed), 404);
      await problemIn(await api.ask('/api/v1/audit/entries/0', windowed), 404);
      const { items } = await read<Leaves>('/leaves?from=0&to=5', windowed);
      assert.deepEqual(items, []);
      for (const path of [
        '/population?from=2020-01-01&to=2020-04-01',
        '/readiness?from=2019-12-31&to=2020-01-01',
      ]) {
        const { detail } = await problemIn(await api.ask(`/api/v1${path}`, windowed), 409);
        assert.match(detail, /from 2020-01-01 to 2020-03-31/);
      }
      const asked = { json: { from: '2020-03-01', to: '2020-04-30' }, token: windowed.token };
      await problemIn(await api.ask('/api/v1/evidence', asked), 409);
      const sample = { ...asked, json: { ...asked.json, count: 1 } };
      await problemIn(await api.ask('/api/v1/samples', sample), 409);
      for (const path of ['/overview', '/legal-holds', '/protections', '/prunings']) {
        await problemIn(await api.ask(`/api/v1${path}`, windowed), 403);
      }
    });

    it('there is all of their own period, with the rules in force', async () => {
      const today = new Date().toISOString().slice(0, 10);
      await window(today, today);

      assert.deepEqual(await cases(), [open]);
      assert.ok((await facts()) > 0);
      await api.read(`/api/v1/cases/${open}`, windowed);
      await api.read('/api/v1/settings', windowed);
      // The departure is of 2030: opened in another period, but who left then belongs to it.
      await window('2030-11-01', '2030-11-30');
      assert.deepEqual(await cases(), [open]);
      await api.read(`/api/v1/cases/${open}`, windowed);
      assert.equal(await facts(), 0);
    });

    it('is for auditors alone, and two days in their order', async () => {
      for (const it of [
        { email: hr.caller.user.email, window: { from: '2020-01-01', to: '2020-01-02' } },
        { email: windowed.caller.user.email, window: { from: '2020-01-02', to: '2020-01-01' } },
        { email: windowed.caller.user.email, window: { from: '2020-01-02', to: '' } },
      ]) {
        await assert.rejects(setAuditorWindow(api.app, it));
      }
    });
  });
});
