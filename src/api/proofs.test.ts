import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { before, describe, it } from 'node:test';
import type { TestUser } from '#app/testing/app.ts';
import type { Case } from './contract/cases.ts';
import type { ProofFile } from './contract/steps.ts';
import { problemIn, startTestApi, type TestApi } from './testing/api.ts';

const megabyte = 1024 * 1024;
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

describe('files that prove what was done by hand', () => {
  let api: TestApi;
  let admin: TestUser;
  let facilities: TestUser;
  let auditor: TestUser;
  let caseId: string;
  let task: string;

  before(async () => {
    api = await startTestApi();
    admin = await api.addUser('Ada Admin', ['it-admin', 'security']);
    facilities = await api.addUser('Fay Facilities', ['facilities']);
    auditor = await api.addUser('Otis Auditor', ['auditor']);
    caseId = await api.openDeparture(admin.caller);
    task = await api.addStep(caseId, {
      status: 'running',
      kind: 'task',
      layer: 'operations',
      assignment: {
        people: [{ name: 'Fay Facilities', email: facilities.caller.user.email }],
        instructions: 'Collect the laptop',
        proof: ['receipt'],
        deadline: null,
        askedAt: '2030-11-29T08:00:00.000Z',
        reminders: 0,
      },
    });
  });

  const add = (step: string, name: string, bytes: Uint8Array<ArrayBuffer>, by = facilities) =>
    api.ask(`/api/v1/steps/${step}/proofs?${new URLSearchParams({ name })}`, {
      token: by.token,
      method: 'POST',
      text: bytes,
      headers: { 'content-type': 'application/octet-stream' },
    });
  const open = (step: string, digest: string, by: TestUser) =>
    api.ask(`/api/v1/steps/${step}/proofs/${digest}`, { token: by.token });
  const attest = (files: readonly string[], step = task) =>
    api.ask(`/api/v1/steps/${step}/attest`, {
      token: facilities.token,
      json: { reason: 'Collected.', proof: 'see the receipt', files },
    });

  const receipt = randomBytes(20 * megabyte);
  const scan = Buffer.from('Receipt for laptop SN-4711, Übergabe');

  it('are taken up to 25 MB, and kept sealed', async () => {
    const response = await add(task, 'Übergabe.pdf', receipt);
    assert.equal(response.status, 200);
    const kept = (await response.json()) as ProofFile;
    assert.deepEqual(kept, {
      name: 'Übergabe.pdf',
      sha256: sha256(receipt),
      size: 20 * megabyte,
    });
    assert.equal((await add(task, 'scan.txt', scan)).status, 200);
    const { rows } = await api.pools.admin.query('select ct from ledger.blob order by size');
    assert.equal(rows.length, 2);
    assert.ok(!rows[0].ct.includes('laptop'), 'sealed under the key of the person');
  });

  it('are refused with what is wrong: too large, empty, with a folder, no file at all', async () => {
    const tooLarge = await problemIn(await add(task, 'film.mov', Buffer.alloc(26 * megabyte)), 413);
    assert.match(tooLarge.detail, /At most 25 MB/);
    const empty = await problemIn(await add(task, 'empty.pdf', Buffer.alloc(0)), 422);
    assert.match(empty.detail, /empty\.pdf is empty/);
    await problemIn(await add(task, '../etc/passwd', scan), 422);
    const json = { token: facilities.token, json: { name: 'x' } };
    await problemIn(await api.ask(`/api/v1/steps/${task}/proofs?name=x`, json), 415);
  });

  it('are added only by those who may confirm the step, and only while it waits for somebody', async () => {
    const other = await api.addUser('Finn Facilities', ['facilities']);
    await problemIn(await add(task, 'scan.txt', scan, other), 404);
    await problemIn(await add(task, 'scan.txt', scan, auditor), 403);
    await problemIn(await add('01AAAAAAAAAAAAAAAAAAAAAAAA', 'scan.txt', scan), 404);
    const settled = await api.addStep(caseId, { status: 'settled', grade: 'verified' });
    await problemIn(await add(settled, 'scan.txt', scan, admin), 409);
  });

  it('count for the step that they were added to, and no other', async () => {
    const unknown = await problemIn(await attest([sha256(Buffer.from('another file'))]), 422);
    assert.match(unknown.detail, /was added to this step\. Add it first/);
    assert.equal((await attest([sha256(receipt), sha256(scan)])).status, 200);

    const shown = await api.read<Case>(`/api/v1/cases/${caseId}`, { token: admin.token });
    const { decision } = shown.steps.find((it) => it.id === task)!;
    assert.deepEqual(
      decision?.files.map(({ name, size }) => `${name} ${size}`),
      [`Übergabe.pdf ${20 * megabyte}`, `scan.txt ${scan.length}`],
    );
    const { rows } = await api.pools.admin.query(
      `select name from ledger.disclosure join ledger.staged s on s.row_key like 'steps/' || $1 || '@%'
        where entry_id = convert_from(s.leaf, 'UTF8')::jsonb ->> 'id' order by name`,
      [task],
    );
    assert.deepEqual(
      rows.map((it) => it.name),
      ['evidence.0', 'evidence.1', 'proof', 'reason'],
    );
  });

  it('come back byte for byte to those who may see the departure, and each opening is a fact', async () => {
    const response = await open(task, sha256(receipt), auditor);
    assert.equal(response.status, 200);
    assert.equal(sha256(new Uint8Array(await response.arrayBuffer())), sha256(receipt));
    assert.equal(
      response.headers.get('content-disposition'),
      "attachment; filename*=UTF-8''%C3%9Cbergabe.pdf",
    );
    assert.equal(response.headers.get('x-content-type-options'), 'nosniff');
    const { rows } = await api.pools.admin.query(
      `select convert_from(leaf, 'UTF8')::jsonb -> 'actor' ->> 'id' as who from ledger.staged
        where convert_from(leaf, 'UTF8')::jsonb ->> 'type' = 'disclosure.opened'`,
    );
    assert.deepEqual(rows, [{ who: auditor.caller.user.id }]);

    const outsider = await api.addUser('Pia Payroll', ['payroll']);
    await problemIn(await open(task, sha256(receipt), outsider), 404);
    const elsewhere = await api.addStep(caseId, { status: 'held' });
    await problemIn(await open(elsewhere, sha256(receipt), admin), 404);
  });

  it('of a confidential departure are not there for those without need to know', async () => {
    const hidden = await api.openDeparture(admin.caller, { confidential: true });
    const step = await api.addStep(hidden, { status: 'held' });
    assert.equal((await add(step, 'scan.txt', scan, admin)).status, 200);
    await problemIn(await open(step, sha256(scan), auditor), 404);
  });
});
