import assert from 'node:assert/strict';
import { mkdir, readdir, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { z } from 'zod';
import { until } from '#core/testing/until.ts';
import type { Case, ReleasedMany } from '../src/api/contract/cases.ts';
import type { FeedPage, FeedWithDifferences } from '../src/api/contract/feeds.ts';
import { apiOf, type Colleague } from './support/api.ts';
import {
  account,
  type Company,
  houseOf,
  type ScimSystem,
  startCompany,
} from './support/company.ts';
import { startGatehouse, type TestGatehouse } from './support/gatehouse.ts';
import { checkInvariants } from './support/invariants.ts';
import { watching } from './support/watch.ts';

// The HR system says by mistake that 900 of 5,000 people have left.

const all = 5_000;
const wrong = 900;
const today = new Date().toISOString().slice(0, 10);
const header =
  'person_id,name,email,department,location,departure_kind,last_working_day,confidential';
const nameOf = (i: number) => `Person${i} Nair`;
const departmentOf = (i: number) => `Department ${i % 40}`;
const row = (i: number, departure = `involuntary,${today},`) =>
  `P-${i},${nameOf(i)},person${i}@meadow.example,${departmentOf(i)},Site ${i % 30},${departure}`;
const rows = (from: number, count: number, departure?: string) =>
  Array.from({ length: count }, (_, i) => row(from + i, departure));

describe('900 departures by mistake', () => {
  let gatehouse: TestGatehouse;
  let company: Company;
  let directory: ScimSystem;
  let watch: ReturnType<typeof watching>;
  let ada: Colleague;
  let sven: Colleague;
  let hanna: Colleague;
  let folder: string;

  before(async () => {
    gatehouse = await startGatehouse();
    const house = houseOf(gatehouse);
    watch = watching(house);
    company = await startCompany(house);
    const users = Array.from({ length: 12 }, (_, i) => account(nameOf(i)));
    directory = await company.addSystem('directory', 'identity', { users });
    folder = path.join(gatehouse.dropFolder, 'hr');
    await mkdir(folder, { recursive: true });
    await gatehouse.connect({ id: 'drop', connector: 'csv-drop', settings: { folder: 'hr' } });
    const api = apiOf(gatehouse);
    ada = await api.hire('Ivy Admin', ['it-admin']);
    sven = await api.hire('Sven Security', ['security']);
    hanna = await api.hire('Hanna Hr', ['hr']);
    await drop('first.csv', [row(all - 1, ',,')]);
    await isPutAway('first.csv', 'done');
    // As the first export of everybody would have left them, without the time it takes.
    await gatehouse.rows(
      `insert into people (ref, source, person_id, employment_id, facts, heard_at)
       select 'p_' || i, 'drop', 'P-' || i, 'P-' || i,
              first.facts || jsonb_build_object('personId', 'P-' || i, 'employmentId', 'P-' || i,
                'name', 'Person' || i || ' Nair', 'email', 'person' || i || '@meadow.example',
                'department', 'Department ' || i % 40, 'location', 'Site ' || i % 30), first.heard_at
         from generate_series(0, $1::int - 2) as i, (select * from people where source = 'drop') as first`,
      all,
    );
  });
  after(async () => {
    await gatehouse.stop();
    await company.close();
  });

  async function drop(name: string, lines: readonly string[]): Promise<void> {
    const part = path.join(folder, `${name}.part`);
    await writeFile(part, `${[header, ...lines].join('\n')}\n`);
    await rename(part, path.join(folder, name));
  }
  const isPutAway = (name: string, where: 'done' | 'refused') =>
    until(`${name} in ${where}`, async () =>
      (await readdir(path.join(folder, where)).catch(() => [])).some((it) => it.endsWith(name)),
    );
  const cases = async (where = 'true') =>
    (
      await gatehouse.rows<{ count: number }>(
        `select count(*)::int as count from cases where ${where}`,
      )
    )[0]!.count;
  const open = async () =>
    (await sven.ask<FeedPage>('GET', '/feeds')).items.filter((it) => it.endedAt === null);
  const setAside = (name: string) =>
    until(`${name} to be set aside`, async () => (await open()).find((it) => it.file === name));

  it('are set aside before any of them begins, and somebody is told with the difference', async () => {
    const dropped = Date.now();
    await drop('wrong.csv', rows(0, wrong));
    const feed = await setAside('wrong.csv');
    assert.deepEqual(
      feed.reasons.map(({ kind }) => kind),
      ['changed', 'same-day'],
    );
    assert.equal(feed.reasons[0]!.text.startsWith(`${wrong} of ${all} people`), true);
    assert.deepEqual([feed.rows, feed.changed, feed.leaving], [wrong, wrong, wrong]);

    await company.mail.waitFor((it) => it.subject.includes('looks like a mistake'));
    const [alert, ...more] = await watch.alerts('guard.tripped');
    assert.deepEqual(more, []);
    assert.match(alert!.body, /P-0: kind none → involuntary, lastWorkingDay none → /);
    // A mail arrives before it is written down that it was sent.
    const told = await until('the mail to be noted', async () => {
      const [row] = await gatehouse.rows<{ at: Date }>(
        `select m.sent_at as at from alert_messages m join alerts a on a.id = m.alert_id
          where a.kind = 'guard.tripped' and m.sent_at is not null`,
      );
      return row;
    });
    assert.ok(told.at.getTime() - dropped < 60_000, 'within a minute');
    assert.deepEqual([await cases(), directory.done()], [0, []]);
  });

  it('are looked at row by row by whoever may', async () => {
    const [feed] = await open();
    const it = await hanna.ask<FeedWithDifferences>('GET', `/feeds/${feed!.id}`);
    assert.equal(it.differences.length, 200);
    assert.deepEqual(it.differences[0], {
      personId: 'P-0',
      name: 'Person0 Nair',
      changes: [
        { field: 'kind', was: null, is: 'involuntary' },
        { field: 'lastWorkingDay', was: null, is: today },
      ],
    });
    await hanna.ask('POST', `/feeds/${feed!.id}/release`, undefined, 403);
  });

  it('are refused by two people, who have to say the same, and nothing of them is left', async () => {
    const [feed] = await open();
    const say = async (who: Colleague, what: 'release' | 'refuse') =>
      (await who.ask<{ detail: string }>('POST', `/feeds/${feed!.id}/${what}`)).detail;
    assert.match(await say(ada, 'refuse'), /second person/);
    assert.match(await say(ada, 'refuse'), /second person/);
    assert.match(await say(sven, 'release'), /second person/, 'they disagree');
    assert.match(await say(ada, 'refuse'), /second person/, 'and begin anew');
    assert.match(await say(sven, 'refuse'), /^Refused/);
    await isPutAway('wrong.csv', 'refused');
    await until('the end of it', async () => (await open()).length === 0);
    assert.deepEqual(await watch.alerts('guard.tripped'), []);
    assert.equal(await cases(), 0);
    const [left] = await gatehouse.rows<{ count: number }>('select count(*)::int from feed_rows');
    assert.equal(left!.count, 0);
    await sven.ask('POST', `/feeds/${feed!.id}/release`, undefined, 409);
  });

  it('are held back one by one by the guards when two people release them all the same', async () => {
    await drop('again.csv', rows(0, wrong));
    const feed = await setAside('again.csv');
    await ada.ask('POST', `/feeds/${feed.id}/release`);
    await sven.ask('POST', `/feeds/${feed.id}/release`);
    await isPutAway('again.csv', 'done');
    assert.deepEqual([await cases(), await cases(`state = 'quarantined'`)], [wrong, wrong - 5]);
    const [alert, ...more] = await watch.alerts('guard.tripped');
    assert.deepEqual(more, [], 'one alert for all of them');
    assert.match(alert!.body, /^More than 5 departures in one hour\. 895 departures are held back/);
  });

  describe('of whom ten have really left', () => {
    const real = Array.from({ length: 10 }, (_, i) => ({ id: `P-${i}` }));
    let ids: string[];

    before(async () => {
      ids = [];
      for (const who of real) {
        const { id, state } = (await watch.caseOf(who))!.case;
        if (state === 'quarantined') ids.push(id);
      }
    });
    const release = (who: Colleague, cases: readonly string[]) =>
      who.ask<z.output<typeof ReleasedMany>>('POST', '/cases/release', { cases });
    const blocked = () => real.filter(({ id }) => !directory.isActive(`person${id.slice(2)}`));

    it('says of each what was above which limit', async () => {
      assert.equal(ids.length, 5, 'the first five went through');
      await until('those five', async () => blocked().length === 5);
      const { quarantine } = await hanna.ask<Case>('GET', `/cases/${ids[0]}`);
      const because = 'More than 5 departures in one hour.';
      assert.deepEqual(quarantine, { because, askedBy: null });
    });

    it('releases nothing when one person says so, also twice', async () => {
      for (let i = 0; i < 2; i += 1) {
        const { outcomes } = await release(ada, ids);
        assert.ok(outcomes.every(({ detail }) => detail?.includes('second person')));
      }
      await watch.quiet();
      assert.equal(blocked().length, 5);
      const { quarantine } = await hanna.ask<Case>('GET', `/cases/${ids[0]}`);
      assert.equal(quarantine?.askedBy?.name, 'Ivy Admin');
    });

    it('carries them out when another one does, and holds back all others', async () => {
      await hanna.ask('POST', '/cases/release', { cases: ids }, 403);
      const { outcomes } = await release(sven, [...ids, 'nothing']);
      assert.deepEqual(
        outcomes.map(({ detail, problem }) => detail ?? problem),
        [
          ...ids.map(() => 'Released.'),
          'There is no departure nothing. Check the id; lists show what there is.',
        ],
      );
      for (const who of real) {
        await watch.become('access removed', who, (it) => it.case.accessRemovedAt !== null);
      }
      assert.equal(blocked().length, 10);
      assert.deepEqual(new Set(directory.effects.map(({ id }) => id)).size, 10);
      assert.equal(await cases(`state = 'quarantined'`), wrong - 10);
    });
  });

  it('leaves a record in which everything holds together', async () => {
    await checkInvariants(gatehouse, { effects: directory.effects });
  });
});
