import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readdir, readFile, rename, stat, symlink, unlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { exportAudit } from '#app/audit.ts';
import { importPlaybook, publishPlaybook } from '#app/playbooks.ts';
import { attestStep, retryStep, waiveStep } from '#app/steps.ts';
import { startFakeS3 } from '../practice/servers/s3.ts';
import { startSyslogServer } from '../src/connectors/syslog/fake.ts';
import {
  account,
  type Company,
  type House,
  houseOf,
  person,
  startCompany,
} from './support/company.ts';
import { startGatehouse, type TestGatehouse } from './support/gatehouse.ts';
import { checkInvariants } from './support/invariants.ts';
import { stepOf, watching } from './support/watch.ts';

const playbook = `
playbook: involuntary-departure
title: Involuntary departure, with its record delivered
for: departure
applies when: { all: [{ field: departure.kind, is: involuntary }] }
steps:
  - id: block
    layer: security
    do: account.suspend
    on: every account
  - id: desk
    layer: operations
    task: { title: Clear the desk, assign to: { role: hr }, due: access ends + 5 days }
    when: { field: person.department, is: Desk }
  - id: deliver
    layer: compliance
    record: { on: every record system, personal values: yes }
`;

type Who = ReturnType<typeof person>;

const people = ['Priya Nair', 'Lea Lind', 'Tom Tamm', 'Noa Nash'];
const [priya, lea, tom, noa] = people.map((name, i) =>
  person(`E-${i}`, name, name === 'Noa Nash' ? { department: 'Desk' } : {}),
) as [Who, Who, Who, Who];
const dismissal = (who: { id: string }, more: object = {}) => ({
  id: `S-${who.id}`,
  kind: 'involuntary',
  urgent: true,
  last_working_day: '2026-12-01',
  ...more,
});

const keys = { accessKeyId: 'AKIAPRACTICE', secretAccessKey: 'canary-of-the-bucket' };

let gatehouse: TestGatehouse;
let house: House;
let company: Company;
let bucket: Awaited<ReturnType<typeof startFakeS3>>;
let siem: Awaited<ReturnType<typeof startSyslogServer>>;
let watch: ReturnType<typeof watching>;

const sha256 = (bytes: Buffer | string) => createHash('sha256').update(bytes).digest('hex');

/** What somebody with the role Security gets of a case. */
async function exported(caseId: string): Promise<string> {
  await gatehouse.scribe.flush();
  const { app, admin } = gatehouse;
  const all = {
    ...{ person: null, system: null, actor: null, type: null, grade: null, result: null },
    ...{ from: null, to: null, text: null },
  };
  let text = '';
  for await (const piece of await exportAudit(app, admin, { ...all, caseId }, 'jsonl')) {
    text += piece;
  }
  return text;
}

const inFolder = (name = '') => path.join(gatehouse.recordsFolder, 'departures', name);

/** The files of a case in the folder, by the ends of their names. */
async function filesOf(caseId: string): Promise<ReadonlyMap<string, Buffer>> {
  const names = (await readdir(inFolder())).filter((name) => name.includes(caseId));
  return new Map(
    await Promise.all(names.map(async (name) => [name, await readFile(inFolder(name))] as const)),
  );
}

/** Files that are what their manifest says, the facts as the export has them, up to a seal. */
async function checkFiles(caseId: string, files: ReadonlyMap<string, Buffer>) {
  const found = [...files].find(([name]) => name.endsWith('.manifest.json'));
  assert.ok(found, `a manifest among ${[...files.keys()]}`);
  const manifest = JSON.parse(found[1].toString());
  assert.equal(manifest.case, caseId);
  for (const { name, size, sha256: digest } of manifest.files) {
    assert.equal(files.get(name)?.length, size);
    assert.equal(sha256(files.get(name)!), digest);
  }
  const facts = files.get(`${caseId}-${manifest.facts}.jsonl`)!.toString();
  assert.ok((await exported(caseId)).startsWith(facts), 'the facts are those of the export');
  const lines = facts.trimEnd().split('\n');
  const seal = JSON.parse(lines.at(-1)!);
  assert.equal(seal.leaf.type, 'case.sealed');
  assert.equal(seal.leaf.data.count, lines.length);
  assert.equal(seal.leaf_hash, manifest.last_leaf_hash);
  return { manifest, facts, summary: files.get(`${caseId}-${manifest.facts}.md`)!.toString() };
}

const held = (who: { id: string }) =>
  watch.become('held', who, (it) => stepOf(it, 'deliver@archive')?.status === 'held');

/** With how many facts the case was sealed, each time. */
const sealsOf = async (caseId: string) =>
  (await exported(caseId))
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line).leaf)
    .filter((leaf) => leaf.type === 'case.sealed')
    .map((leaf) => leaf.data.count as number);

const complete = (who: { id: string }) =>
  watch.become('complete', who, (it) => it.case.state === 'complete');

describe('a departure with a record system', () => {
  before(async () => {
    gatehouse = await startGatehouse();
    house = houseOf(gatehouse);
    watch = watching(house);
    company = await startCompany(house);
    const { app, admin } = gatehouse;
    const { playbook: draft } = await importPlaybook(app, admin, playbook);
    await publishPlaybook(app, admin, draft.id);
    await company.addSystem('directory', 'identity', { users: people.map(account) });
    bucket = await startFakeS3({ ...keys, bucket: 'records' });
    siem = await startSyslogServer();
    await gatehouse.connect(
      {
        id: 'bucket',
        connector: 's3',
        settings: {
          ...{ endpoint: bucket.url, region: 'eu-central-1', bucket: 'records', ...keys },
          ...{ lock: 'compliance', retentionDays: 365 },
        },
      },
      [bucket.port],
    );
    const receiver = { host: '127.0.0.1', port: siem.port, tls: 'no' };
    await gatehouse.connect({ id: 'siem', connector: 'syslog', settings: receiver }, [siem.port]);
    const { port } = company.mail;
    const post = { host: '127.0.0.1', port, tls: 'none', from: 'gate@meadow.example' };
    const settings = { ...post, recordsTo: 'audit@meadow.example' };
    await gatehouse.connect({ id: 'audit-mail', connector: 'mail', settings }, [port]);
    await house.connect({ id: 'archive', connector: 'folder', settings: { folder: 'departures' } });
  });
  after(async () => {
    await gatehouse.stop();
    await Promise.all([company.close(), bucket.close(), siem.close()]);
  });

  it('ends with its record in the folder, read back', async () => {
    await company.tell('departure.confirmed', priya, dismissal(priya));
    const ended = await complete(priya);

    const step = stepOf(ended, 'deliver@archive');
    assert.equal(step?.grade, 'verified');
    const files = await filesOf(ended.case.id);
    const { manifest, summary } = await checkFiles(ended.case.id, files);
    assert.equal(manifest.personal_values, true);
    assert.match(summary, /Priya Nair/);
    const kept = files.get(`${ended.case.id}-${manifest.facts}.manifest.json`)!;
    assert.ok(step.because?.includes(sha256(kept)), step.because!);
    for (const name of files.keys()) assert.equal((await stat(inFolder(name))).mode & 0o777, 0o600);
  });

  it('lies in the bucket, locked, and has gone to the SIEM and the mailbox', async () => {
    const ended = await complete(priya);
    const { id } = ended.case;
    const grades = ended.steps.filter((it) => it.kind === 'record');
    assert.deepEqual(Object.fromEntries(grades.map((it) => [it.connectionId, it.grade])), {
      archive: 'verified',
      bucket: 'verified',
      siem: 'acknowledged',
      'audit-mail': 'acknowledged',
    });

    const stored = new Map([...bucket.objects].map(([name, { bytes }]) => [name, bytes]));
    const { facts } = await checkFiles(id, stored);
    for (const { mode, retainUntil } of bucket.objects.values()) {
      assert.equal(mode, 'COMPLIANCE');
      assert.ok(Date.parse(retainUntil!) > Date.now() + 364 * 86_400_000);
    }
    assert.deepEqual(stored, await filesOf(id), 'the same bytes in both places');

    const told = siem.messages
      .filter((it) => it.includes(id))
      .map((it) => it.replace(/^.*? - \{/, '{'));
    assert.deepEqual(
      told.slice(0, -1).map((it) => JSON.parse(it.replace('\ufeff', ''))),
      facts
        .trimEnd()
        .split('\n')
        .map((it) => JSON.parse(it)),
    );
    const letter = await company.mail.waitFor((it) => it.to.includes('audit@meadow.example'));
    assert.match(letter.subject, new RegExp(id));
  });

  it('keeps what is confidential in the house: no name leaves it', async () => {
    await company.tell('departure.confirmed', lea, dismissal(lea, { confidential: true }));
    const ended = await complete(lea);

    const files = await filesOf(ended.case.id);
    const manifest = JSON.parse(
      [...files].find(([it]) => it.endsWith('manifest.json'))![1].toString(),
    );
    assert.equal(manifest.personal_values, false);
    assert.equal(files.size, 3);
    for (const [name, bytes] of files)
      assert.doesNotMatch(bytes.toString(), /Lea Lind|lea@/i, name);
  });

  it('waits for a person while the folder is no folder, or another file has its name', async () => {
    const link = inFolder().replace(/\/$/, '');
    await rename(inFolder(), inFolder('../away'));
    await symlink('/tmp', link);
    await company.tell('departure.confirmed', tom, dismissal(tom));
    const denied = await held(tom);
    const step = stepOf(denied, 'deliver@archive')!;
    assert.match(step.because!, /is no folder. Links are not followed/);
    assert.match(step.because!, /Needed there: the user that runs Gatehouse may write/);
    assert.equal(denied.case.state, 'access-removed');

    await unlink(link);
    await rename(inFolder('../away'), inFolder());
    const [seal] = await sealsOf(denied.case.id);
    const summary = inFolder(`${denied.case.id}-${seal}.md`);
    await writeFile(summary, 'Nothing to see here.');
    await retryStep(gatehouse.app, gatehouse.admin, step.id);
    const foreign = await watch.become('held again', tom, (it) =>
      /other content/.test(stepOf(it, 'deliver@archive')?.because ?? ''),
    );
    assert.match(stepOf(foreign, 'deliver@archive')!.because!, /-\d+\.md\. Nothing is overwritten/);
    assert.equal((await readFile(summary)).toString(), 'Nothing to see here.');

    await unlink(summary);
    await retryStep(gatehouse.app, gatehouse.admin, step.id);
    const ended = await complete(tom);
    assert.equal(
      (await checkFiles(ended.case.id, await filesOf(ended.case.id))).manifest.facts,
      seal,
    );
  });

  it('is delivered again, beside what was there, when the departure had to be opened again', async () => {
    await company.tell('departure.confirmed', noa, dismissal(noa));
    const asked = await watch.become('a task', noa, (it) => stepOf(it, 'desk')?.assignment != null);
    const desk = stepOf(asked, 'desk')!.id;
    const { app, admin } = gatehouse;
    const expiresAt = new Date(Date.now() + 8_000);
    await waiveStep(app, admin, desk, { reason: 'The desk is locked.', expiresAt });
    const first = await complete(noa);
    assert.equal((await filesOf(first.case.id)).size, 3);

    await watch.become('open again', noa, (it) => stepOf(it, 'desk')?.status === 'held');
    await attestStep(app, admin, desk, { reason: 'Cleared.', proof: 'seen' });
    const second = await complete(noa);
    assert.equal(stepOf(second, 'deliver@archive')?.grade, 'verified');
    const files = await filesOf(second.case.id);
    assert.equal(files.size, 6);
    const seals = await sealsOf(second.case.id);
    assert.equal(seals.length, 4);
    for (const seal of [seals[0], seals[2]]) {
      await checkFiles(
        second.case.id,
        new Map([...files].filter(([it]) => it.includes(`-${seal}.`))),
      );
    }
  });

  it('holds together in the record', async () => {
    await checkInvariants(gatehouse, { secrets: [keys.secretAccessKey] });
  });
});
