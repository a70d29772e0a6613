import assert from 'node:assert/strict';
import { rename } from 'node:fs/promises';
import { after, before, describe, it } from 'node:test';
import { resumeCase, showCase } from '#app/cases.ts';
import { checkHealth } from '#app/health.ts';
import { attestStep } from '#app/steps.ts';
import { until } from '#core/testing/until.ts';
import { backUp } from '#store/testing/backup.ts';
import { startScimServer } from '../practice/servers/scim.ts';
import { fsckCodes } from '../src/operate/ledger-upkeep.ts';
import { type House, type Leaver, leaver, newSecret, startHouse } from './faults/house.ts';
import { ledgerCommand } from './support/on-server.ts';

const playbook = `
  playbook: involuntary-departure
  title: Block, and collect the keys
  for: departure
  steps:
    - { id: block, layer: security, do: account.suspend, on: every account }
    - id: keys
      layer: operations
      task: { title: Collect the keys, assign to: { email: porter@meadow.example }, due: last working day }
`;

describe('a database of yesterday that is put back', () => {
  let house: House;
  let scim: Awaited<ReturnType<typeof startScimServer>>;
  const [ann, bea, cyd] = [leaver('ann'), leaver('bea'), leaver('cyd')];

  before(async () => {
    house = await startHouse(playbook);
    const token = newSecret();
    scim = await startScimServer({
      token,
      users: [ann, bea, cyd].map(({ id, email }) => ({ id, userName: email })),
      groups: [],
    });
    await house.connect(
      { id: 'wiki', connector: 'scim', settings: { baseUrl: scim.url, token } },
      Number(new URL(scim.url).port),
    );
  });
  after(async () => {
    await house.stop();
    await scim.close();
  });

  const cut = (who: Leaver) =>
    until(`${who.id} to be cut`, async () => {
      const found = await house.find(who);
      return found?.case.state === 'access-removed' && found;
    });
  const collect = async (who: Leaver) => {
    const found = (await house.find(who))!;
    const keys = found.steps.find(({ key }) => key.startsWith('keys'))!;
    await attestStep(house.gatehouse.app, house.gatehouse.admin, keys.id, {
      reason: 'Collected.',
      proof: 'key 7',
    });
  };
  const ledger = (...words: string[]) => ledgerCommand(house.gatehouse, ...words);

  it('has a mirror, without which nothing is signed: people are told, and steps go on', async () => {
    const { app, mirrorFolder, rows } = house.gatehouse;
    const told = async () =>
      (
        await rows<{ body: string }>(
          `select body from alerts where kind = 'record.unmirrored' and resolved_at is null`,
        )
      ).map(({ body }) => body);
    const mirrored = async () =>
      (await checkHealth(app)).checks.find(({ name }) => name === 'mirror');
    await until(
      'the mirror to be written',
      async () => (await mirrored())?.ok && (await told()).length === 0,
    );
    await rename(mirrorFolder, `${mirrorFolder}.away`);
    await house.confirm(cyd);
    await cut(cyd);
    await until('people to be told', async () => (await told()).length > 0);
    const said = /The folder is not there\. Is its disk mounted\?/;
    assert.match((await told()).join(), said);
    const { ok, detail } = (await mirrored())!;
    assert.match(detail, said);
    assert.equal(ok, false);

    await rename(`${mirrorFolder}.away`, mirrorFolder);
    await until('it to be over', async () => (await told()).length === 0);
    // A signature that was under way when the folder came back may still tell of it.
    await until('the mirror to be well', async () => (await mirrored())?.ok);
  });

  it('gets the facts of today from the mirror; what it has nothing of is named, and people look before anything goes on', async (t) => {
    const { gatehouse } = house;
    await house.confirm(ann);
    await cut(ann);
    await gatehouse.scribe.flush();
    const backup = await backUp(gatehouse.database.pools.admin);
    await collect(ann);
    await house.completed(ann);
    await house.confirm(bea);
    const lost = await cut(bea);
    await gatehouse.scribe.flush();
    await gatehouse.stopWorker();
    await gatehouse.scribe.stop();
    await backup.restore();

    gatehouse.restartScribe();
    await until(
      'the fork to be found',
      async () => (await gatehouse.rows('select from ledger.fork')).length > 0,
    );
    await gatehouse.scribe.stop();

    const { out } = await ledger('recover', '--mirror', gatehouse.mirrorFolder);
    const found = (await house.find(ann))!;
    assert.match(out, /^\d+ facts of log-.* came back/);
    assert.match(out, new RegExp(`^Case ${found.case.id}, \\d+ facts: it is paused`, 'm'));
    assert.match(out, new RegExp(`^Case ${lost.case.id}, .* opened after the backup`, 'm'));
    assert.match(out, /^ {2}account\.suspend in wiki: verified$/m);
    assert.ok(out.includes(`  cases/${lost.case.id}`));
    assert.equal(found.case.state, 'paused');
    assert.match(found.case.question!, /An earlier database was put back/);
    assert.equal(await house.find(bea), null);
    const alerts = await gatehouse.rows<{ kind: string }>(
      `select kind from alerts where resolved_at is null order by kind`,
    );
    assert.deepEqual(
      alerts
        .map(({ kind }) => kind)
        .filter((kind) => /^(case\.question|record\.recovered)$/.test(kind)),
      ['case.question', 'record.recovered'],
    );

    await t.test('and goes on under the same name', async () => {
      gatehouse.restartScribe();
      await gatehouse.restartWorker();
      await gatehouse.scribe.flush();
      await resumeCase(gatehouse.app, gatehouse.admin, found.case.id);
      await collect(ann);
      await house.completed(ann);
      await house.confirm(bea);
      await cut(bea);
      const { steps } = await showCase(
        gatehouse.app,
        gatehouse.admin,
        (await house.find(bea))!.case.id,
      );
      assert.equal(steps.find(({ key }) => key.startsWith('block'))?.grade, 'verified');
      assert.equal(scim.effects.filter(({ what }) => what === 'suspended').length, 3, 'each once');
      await gatehouse.scribe.flush();
      await gatehouse.scribe.stop();
    });

    await t.test(
      'so that everything leads to what was signed, in the database and in the mirror',
      async () => {
        const checked = await ledger('fsck');
        assert.deepEqual(
          [checked.code, checked.out.split('\n').length],
          [fsckCodes.good, 1],
          checked.out,
        );
        const { rows } = await gatehouse.database.pools.web.query('select origin from ledger.head');
        const mirrored = await ledger(
          'fsck',
          '--dir',
          `${gatehouse.mirrorFolder}/${rows[0].origin}`,
        );
        assert.equal(mirrored.code, fsckCodes.keysFromLog, mirrored.out);
        assert.equal(
          (await ledger('fsck', '--dir', gatehouse.mirrorFolder)).code,
          fsckCodes.unreadable,
        );
        assert.match((await ledger('reindex')).out, /^\d+ facts can be found\.$/);
      },
    );
  });
});
