import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Browser, BrowserContextOptions, Locator, Page } from 'playwright-core';
import { requestCase } from '#app/cases.ts';
import { startTestApp, type TestApp, type TestUser } from '#app/testing/app.ts';
import { until } from '#core/testing/until.ts';
import { somebody, verified } from '#ledger/testing/ledger.ts';
import { raiseAlert } from '#store/alerts.ts';
import { accessProblems, checkLooks, startBrowser } from './support/browser.ts';
import { type Site, startSite } from './support/site.ts';

const wide = { viewport: { width: 1280, height: 900 } };
const narrow = { viewport: { width: 360, height: 780 }, hasTouch: true, isMobile: true };
const at = (hours: number) => new Date(Date.now() + hours * 3_600_000).toISOString().slice(0, 16);
const day = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);

const aboutNothing = { caseId: null, stepId: null, connectionId: null, confidential: false };

describe('overview, departures and arrivals in the browser', () => {
  let app: TestApp;
  let site: Site;
  let browser: Browser;
  let hr: TestUser;
  let priya: string;
  let jonas: string;

  before(async () => {
    app = await startTestApp();
    app.startWorker();
    hr = await app.addUser('Amira Haddad', ['hr', 'it-admin', 'security']);
    const people = [
      ['Priya Nair', 'Engineering'],
      ['Jonas Weber-Hohenstein zu Altenburg', 'Sales and partner management'],
      ['Lucía Romero', 'Finance'],
    ];
    const leaves = { lastWorkingDay: null, employmentEnds: null };
    const ids: string[] = [];
    for (const [i, hours] of [-0.3, 2.7, 30].entries()) {
      const id = await app.openDeparture(hr.caller, { ...leaves, accessEnds: at(hours) });
      ids.push(id);
      // Under the names of people as they are.
      await app.pools.admin.query(
        `update people set facts = facts || jsonb_build_object('name', $2::text, 'department', $3::text)
          where id = (select person from cases where id = $1)`,
        [id, ...people[i]!],
      );
      for (let n = 0; n < 6; n++) {
        const isDone = n < 4 - i;
        await app.addStep(id, {
          title: ['Block sign-in', 'Sign out everywhere', 'Collect laptop'][n % 3]!,
          ...(isDone ? { status: 'settled', grade: n === 3 ? 'acknowledged' : 'verified' } : {}),
          ...(isDone
            ? {}
            : { status: 'ready', wakeAt: new Date(Date.now() + 3_600_000 * (n + 2)) }),
        });
      }
    }
    [priya = '', jonas = ''] = ids;
    await bypassing(
      `insert into connections (id, version, connector, name, category, settings, secret_fields, inbound_fields,
                                allowed_hosts, state)
       values ('slack', 1, 'list', 'Slack', 'collaboration', '{}', '{}', '{}', '{}', 'active')`,
    );
    for (const id of ids.slice(0, 2)) {
      const step = await app.addStep(id, {
        title: 'Sign out everywhere',
        status: 'held',
        because: 'A permission is missing: missing_scope admin.users:write',
        failure: { kind: 'forbidden', detail: 'missing_scope' },
      });
      await bypassing("update steps set connection_id = 'slack' where id = $1", step);
      await raiseAlert(app.pools.worker, {
        ...aboutNothing,
        condition: `step:${step}:held`,
        kind: 'step.held',
        title: 'A step needs you',
        body: 'Sign out everywhere in slack waits.',
        caseId: id,
        stepId: step,
      });
    }
    await raiseAlert(app.pools.worker, {
      ...aboutNothing,
      condition: 'record:mirror',
      kind: 'record.unmirrored',
      title: 'The mirror cannot be written',
      body: 'Nothing is signed until it can: no space left on /mnt/mirror-of-the-record.',
    });
    await app.addStep(priya, {
      title: 'Collect laptop MBP-2291',
      status: 'held',
      kind: 'task',
      layer: 'operations',
      because: 'Nobody has confirmed it by its deadline; facilities was reminded twice.',
    });
    await app.sequenceAll();
    site = await startSite(app);
    browser = await startBrowser();
  });
  after(async () => {
    await browser?.close();
    await site?.stop();
  });

  /** Runs a statement past the guards. */
  async function bypassing(statement: string, ...values: readonly unknown[]): Promise<void> {
    const client = await app.pools.admin.connect();
    await client.query("set session_replication_role = 'replica'");
    await client.query(statement, [...values]);
    await client.query('reset session_replication_role');
    client.release();
  }

  async function open(path: string, options: BrowserContextOptions = {}): Promise<Page> {
    const page = await site.open(browser, hr.caller.user.email, { ...wide, ...options });
    page.setDefaultTimeout(90_000); // for a machine that has much else to do
    await page.goto(`${site.url}${path}`);
    return page;
  }

  const textOf = async (it: Locator): Promise<string> => (await it.textContent()) ?? '';
  const row = (page: Page, name: string) => page.getByRole('row', { name: new RegExp(name) });

  const live = (page: Page) => page.locator('.live', { hasText: /^Live$/ });

  it('opens on what needs a person, with the remedy on the row', async () => {
    for (const [name, options] of Object.entries({
      light: {},
      'narrow-dark': { ...narrow, colorScheme: 'dark' },
    } as const)) {
      const page = await open('/', options);
      await page.getByText('Slack refused: a permission is missing').waitFor();
      const group = page.getByRole('listitem').filter({ hasText: 'Slack refused' });
      assert.match(await textOf(group), /2 departures/);
      assert.match(await textOf(group), /Priya Nair, Jonas Weber/);
      assert.equal(
        await group.getByRole('link', { name: 'Reconnect Slack' }).getAttribute('href'),
        '/connections/slack',
      );
      assert.match(await textOf(row(page, 'Priya Nair')), /3 of 8[\s\S]*over by 0\d:/);
      assert.deepEqual(await accessProblems(page), [], name);
      assert.equal(
        await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth),
        true,
        `${name} fits its width`,
      );
      await page.context().close();
    }
  });

  it('takes it that somebody sees to an alert, until it is over', async () => {
    const page = await open('/');
    const group = page.getByRole('listitem').filter({ hasText: 'Slack refused' });
    await group.getByRole('button', { name: 'I see to it' }).click();
    await group.getByText(/Amira Haddad sees to it \(.*\), until it is over/).waitFor();
    const other = page.getByRole('listitem').filter({ hasText: 'The mirror cannot be written' });
    await other.getByRole('button', { name: 'I see to it' }).waitFor();
    await checkLooks(page, 'overview-alerts');
    await page.keyboard.press('f');
    await page.waitForURL('**/?mine=true');
    await group.waitFor();
    await until('the others to go', async () => (await other.count()) === 0);
    assert.equal(await page.getByText('Collect laptop MBP-2291').count(), 0);
    await page.keyboard.press('f');
    await other.waitFor();
    const { rows } = await app.pools.admin.query(
      'select kind, count(acknowledged_by)::int as seen from alerts group by kind order by kind',
    );
    assert.deepEqual(rows, [
      { kind: 'record.unmirrored', seen: 0 },
      { kind: 'step.held', seen: 2 },
    ]);
    await page.context().close();
  });

  it('shows what changes elsewhere without reload, by one stream for two tabs', async () => {
    const first = await open('/departures');
    await live(first).waitFor();
    let streams = 0;
    first.context().on('request', (request) => {
      if (request.url().includes('/api/v1/live')) streams += 1;
    });
    const second = await first.context().newPage();
    await second.goto(`${site.url}/`);
    await live(second).waitFor();
    assert.match(await textOf(row(first, 'Lucía')), /2 of 6/);

    const lucia = await app.pools.admin.query<{ id: string }>(
      "select c.id from cases c join people p on p.id = c.person where p.name = 'Lucía Romero'",
    );
    await app.addStep(lucia.rows[0]!.id, { status: 'settled', grade: 'absent' });
    await app.state('worker', verified(lucia.rows[0]!.id, somebody()));
    await app.sequenceAll();

    await until('the row to say so', async () => /3 of 7/.test(await textOf(row(first, 'Lucía'))));
    assert.equal(streams, 0, 'the second tab has none of its own');
    await app.app.live.stop();
    await first.getByText(/Not live since \d\d:\d\d/).waitFor();
    await live(first).waitFor();
    await first.context().close();
  });

  it('finds a departure by keys alone, and keeps the choice in the address', async () => {
    const page = await open('/departures?view=needs-you');
    await row(page, 'Jonas').waitFor();
    assert.equal(await row(page, 'Lucía').count(), 0);
    assert.deepEqual(await accessProblems(page), []);
    await page.keyboard.press('/');
    await page.keyboard.type('priya');
    await page.waitForURL('**/departures?view=needs-you&text=priya');
    await until('the others to go', async () => (await row(page, 'Jonas').count()) === 0);
    await page.reload();
    await row(page, 'Priya').waitFor();
    await page.keyboard.press('j');
    await until('the row to have the focus', () =>
      page.evaluate(() => document.activeElement?.textContent === 'Priya Nair'),
    );
    await page.keyboard.press('Enter');
    await page.waitForURL(`**/departures/${priya}`);
    await page.goto(`${site.url}/departures?text=nobody`);
    await page.getByText('No departures match “nobody”').waitFor();
    await page.context().close();
  });

  it('goes anywhere by the palette and by letters, which are no keys inside of fields', async () => {
    const page = await open('/', { colorScheme: 'dark' });
    await page.getByText('Needs you').first().waitFor();
    await page.keyboard.press('Control+k');
    const field = page.getByPlaceholder('Find a person, departure or page');
    await field.last().waitFor();
    await page.keyboard.type('jonas');
    await page.getByText('Departure · ').first().waitFor();
    assert.deepEqual(await accessProblems(page), []);
    await page.keyboard.press('Escape');
    await page.keyboard.press('?');
    await page.getByRole('dialog').getByText('Request a departure').waitFor();
    assert.deepEqual(await accessProblems(page), []);
    await page.keyboard.press('Escape');
    await until('the keys to be gone', async () => (await page.getByRole('dialog').count()) === 0);
    await page.keyboard.press('g');
    await page.keyboard.press('r');
    await page.waitForURL('**/arrivals');
    await page.getByText('Nobody starts in the next days').waitFor();
    await page.keyboard.press('Control+k');
    await field.last().waitFor();
    await page.keyboard.type('jonas');
    await page.getByText('Departure · ').first().waitFor();
    await page.keyboard.press('Enter');
    await page.waitForURL(`**/departures/${jonas}`);
    await page.context().close();
  });

  it('shows who arrives, and whether all is there on the first morning', async () => {
    const { personId } = await app.addPerson({ name: 'Kim Lee', department: 'Design' });
    const { caseId } = await requestCase(app.app, hr.caller, {
      personId,
      arrival: { kind: 'arrival', confidential: false, startDay: day(3) },
    });
    assert.ok(caseId);
    await app.addStep(caseId, { title: 'Create account', status: 'settled', grade: 'verified' });
    await app.addStep(caseId, { title: 'Prepare laptop' });
    const page = await open('/arrivals');
    await row(page, 'Kim Lee').waitFor();
    assert.match(await textOf(row(page, 'Kim Lee')), /1 of 2/);
    assert.deepEqual(await accessProblems(page), []);
    await page.context().close();
  });

  it('gives the browser nothing to complain about', () => {
    const own = site.complaints.filter((it) => !/api\/v1\/live|ERR_|status of 404/.test(it));
    assert.deepEqual(own, []);
  });
});
