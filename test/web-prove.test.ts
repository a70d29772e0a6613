import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, describe, it } from 'node:test';
import { zipSync } from 'fflate';
import type { Download, Locator, Page } from 'playwright-core';
import { cancelCase } from '#app/cases.ts';
import { unpack } from '#core/unpack.ts';
import { startEvidenceOrders } from '#ledger/evidence-orders.ts';
import { checkLooks } from './support/browser.ts';
import { account, person } from './support/company.ts';
import { isPlanned } from './support/watch.ts';
import { startWebHouse, type WebHouse } from './support/web-house.ts';
import { givePasskey } from './support/web-passkey.ts';

const playbook = `
playbook: involuntary-departure
title: Involuntary departure
for: departure
applies when: { all: [{ field: departure.kind, is: involuntary }] }
steps:
  - id: block
    layer: security
    do: account.suspend
    on: every account
`;

const tomorrow = new Date(Date.now() + 86_400_000).toISOString().slice(0, 10);
const priya = person('E-101', 'Priya Nair');
const lea = person('E-102', 'Lea Lind-Oberhauser zu Hohenstein');
const otto = person('E-103', 'Otto Often');

// One browser for all of it: slow where the machine is busy.
describe('what is proven, in the browser', { timeout: 600_000 }, () => {
  let web: WebHouse;
  let orders: ReturnType<typeof startEvidenceOrders>;
  let page: Page;
  /** The departure of Priya. */
  let caseId: string;
  let pack: Buffer;

  before(async () => {
    web = await startWebHouse();
    const { company, gatehouse, watch } = web;
    const users = [priya, lea, otto].map((it) => account(it.name));
    await company.addSystem('wiki', 'collaboration', { users });
    const { app, admin, database } = gatehouse;
    await web.follow(playbook);
    orders = startEvidenceOrders(
      { pool: database.pools.scribe, keys: app.keys, onError: console.error },
      100,
    );
    const left = { last_working_day: tomorrow, employment_ends: tomorrow };
    const earlier = { last_working_day: '2020-02-28', employment_ends: '2020-02-29' };
    for (const [who, facts] of [
      [priya, { urgent: true, ...left }],
      [lea, { ...left, kind: 'resignation' }],
      [otto, { urgent: true, ...earlier }],
    ] as const) {
      const departure = { id: `S-${who.id}`, kind: 'involuntary', ...facts };
      await company.tell('departure.confirmed', who, departure);
    }
    await watch.heard();
    const done = (who: { id: string }) =>
      watch.become('complete', who, ({ case: found }) => found.state === 'complete');
    caseId = (await done(priya)).case.id;
    await done(otto);
    // HR goes on saying that she left.
    const planned = await watch.become('planned', lea, isPlanned);
    await cancelCase(app, admin, planned.case.id);
    await watch.become('cancelled', lea, ({ case: found }) => found.state === 'cancelled');
    page = await web.signedIn('Ada Lovelace-Okonkwo', ['it-admin', 'security', 'hr']);
    await givePasskey(page);
  });
  after(async () => {
    await orders?.stop();
    await web?.stop();
  });

  const button = (label: string | RegExp, on: Page | Locator = page) =>
    on.getByRole('button', { name: label });
  const link = (label: string | RegExp, on = page) => on.getByRole('link', { name: label });
  const bytesOf = async (it: Download) => readFile(await it.path());
  const dialog = (on = page) => on.getByRole('dialog').last();

  it('finds facts by what stands in the address, and names what to take off', async () => {
    await page.goto(`${web.site.url}/audit?person=Priya&type=step.verified`);
    await page.getByText(/^1 entry of \d/).waitFor();
    await page.getByRole('row', { name: /Priya Nair.*wiki.*verified/ }).waitFor();

    await button('Narrow down').click();
    await page.getByRole('menuitem', { name: 'result' }).click();
    await page.getByRole('combobox', { name: 'result' }).fill('refu');
    await page.getByRole('option', { name: 'refused' }).click();

    await page.waitForURL(/result=refused/);
    await button('Save this view').click();
    await dialog().getByLabel('Name of the view').fill('Priya, refused');
    await dialog().getByText('it is for you alone').waitFor();
    await button('Save this view', dialog()).click();
    await link('Priya, refused').waitFor();
    await page.getByText('No entry matches.').waitFor();
    await page
      .getByRole('main')
      .getByRole('button', { name: 'Remove result: refused' })
      .last()
      .click();
    await page.getByText(/^1 entry of \d/).waitFor();
    await button('Remove what happened: Step verified')
      .or(button(/^Remove what happened/))
      .click();
    await page.getByText(/entries of \d/).waitFor();
    await link('Priya, refused').click();
    await page.waitForURL(/person=Priya.*result=refused/);
    await checkLooks(page, 'audit-view');
    await button('Take out “Priya, refused”').click();
  });

  it('shows an entry to the byte, and checks it in this browser', async () => {
    await page.goto(`${web.site.url}/audit?person=Priya&type=step.verified`);
    await page.getByRole('table').getByRole('link').first().click();
    await page.waitForURL(/entry=\d+/);
    await page.reload();
    await dialog().getByText('Before and after it').waitFor();
    await button('Check in this browser', page).click();
    await dialog()
      .getByText(/It is one of the [\d,]+ entries that key \w+ signed/)
      .waitFor();
    await checkLooks(page, 'audit-entry');

    const taking = page.waitForEvent('download');
    await button('Download the proof').click();
    const proof = await taking;

    assert.match(proof.suggestedFilename(), /^entry-\d+\.zip$/);
    const found = unpack(await bytesOf(proof));
    assert.ok(found.kind === 'files' && found.files.has('verify.sh'));
  });

  it('checks the seal in this browser, and holds it against what it saw before', async () => {
    await page.goto(`${web.site.url}/audit`);
    await page.getByRole('table').waitFor();
    await page.keyboard.press('v');
    await page.getByText(/^[\d,]+ entries unbroken/).waitFor();
    await page.getByText(/signed by key \w+/).waitFor();
    await button('Check the seal').click();
    await page.getByText(/^Nothing was rewritten since this browser checked/).waitFor();
    await page.getByText('How to check this without Gatehouse').click();
    await checkLooks(page, 'audit-seal');
  });

  it('exports exactly what is found, and says first how much that is', async () => {
    await page.goto(`${web.site.url}/audit?type=case.opened`);
    await page.getByText(/^3 entries of \d/).waitFor();
    await page.keyboard.press('e');
    await dialog()
      .getByText(/^3 entries, about/)
      .waitFor();
    await checkLooks(page, 'audit-export');
    const taking = page.waitForEvent('download');
    await dialog().getByRole('button', { name: 'Export' }).click();
    const file = await taking;
    assert.equal(file.suggestedFilename(), 'gatehouse-audit.csv');
    assert.equal((await bytesOf(file)).toString().trimEnd().split('\r\n').length, 1 + 3);
  });

  it('has a package made of a departure, says when it is ready, and hands it out', async () => {
    await page.goto(`${web.site.url}/departures/${caseId}?tab=proof`);
    await button('Evidence').click();
    await page.getByRole('menuitem', { name: 'Evidence pack' }).click();
    await dialog().getByRole('button', { name: 'Make evidence package' }).click();
    await dialog()
      .getByText(/It is ready/)
      .waitFor();
    await checkLooks(page, 'package-ready');
    const taking = page.waitForEvent('download');
    await dialog().getByRole('button', { name: 'Download' }).click();
    const file = await taking;

    assert.equal(file.suggestedFilename(), `${caseId}.zip`);
    pack = await bytesOf(file);
    await dialog().getByText('It is being saved by your browser.').waitFor();
    await dialog().getByRole('link').click();
    await page.waitForURL(/\/verify$/);
  });

  it('checks that package in the browser, and names one flipped byte', async () => {
    const choose = (bytes: Buffer) =>
      page
        .locator('input[type=file]')
        .first()
        .setInputFiles({
          ...{ name: 'priya.zip', mimeType: 'application/zip', buffer: bytes },
        });
    await choose(pack);
    await page.getByText('Everything in priya.zip holds').waitFor();
    await page.getByText('It was signed by a key of this Gatehouse.').waitFor();

    const found = unpack(pack);
    assert.ok(found.kind === 'files');
    const files = new Map(found.files);
    const fact = [...files.keys()].find((it) => /^events\/\d+\.json$/.test(it))!;
    const bytes = Buffer.from(files.get(fact)!);
    bytes[bytes.indexOf('"at":"20') + 8]! ^= 1;
    await choose(Buffer.from(zipSync(Object.fromEntries([...files, [fact, bytes]]))));
    await page.getByText('Something in priya.zip does not hold').waitFor();
    await page.getByText(/inclusion: Fact \d+ is not in the signed tree/).waitFor();
    await checkLooks(page, 'verify-bad');
    await choose(Buffer.from('no zip'));
    await page.getByText('priya.zip could not be checked').waitFor();
  });

  it('proves a period: who left, the missing ones on top, a sample that can be drawn again', async () => {
    const auditor = await web.signedIn('Astrid Auditor', ['auditor']);
    await auditor.goto(`${web.site.url}/auditors`);
    await auditor.getByText('Choose a period.').waitFor();
    await auditor.getByLabel('From').fill(tomorrow);
    await auditor.getByLabel('Up to').fill(tomorrow);
    await button('Show who left', auditor).click();
    await auditor.getByText(/2 people who left: 1 with a departure, 1 missing/).waitFor();
    const first = auditor.getByRole('table').first().getByRole('row').nth(1);
    assert.match((await first.textContent()) ?? '', /Lea Lind.*Cancelled, and HR says/);

    await auditor.getByLabel('How many').fill('2');
    await auditor.getByLabel('Seed').fill('9f2c51d07ab34e68');
    await button('Draw a sample', auditor).click();
    await auditor.getByText(/2 of 2 were picked by the seed 9f2c51d07ab34e68/).waitFor();
    await auditor.getByText('CC6.1').waitFor();
    await checkLooks(auditor, 'auditors');
    await link('Priya Nair', auditor).click();
    await auditor.waitForURL(/pick=/);
    await auditor.reload();
    await auditor.getByRole('heading', { name: 'Priya Nair' }).waitFor();
    await auditor.getByText('By the playbook Involuntary departure').waitFor();
    await auditor.getByLabel('Comment').fill('Why did it take a minute?');
    await auditor.getByLabel('Ask for more').check();
    await button('Say it', auditor).click();
    await auditor.getByRole('listitem').getByText('Why did it take a minute?').waitFor();
    await auditor.getByText('Asks for more').waitFor();
    await checkLooks(auditor, 'auditors-pick');
    const drawn = await web.gatehouse.rows<{ picked: string[] }>(
      `select array(select jsonb_array_elements_text(body -> 'data' -> 'picked')) as picked
         from ledger.event_ix where type = 'sample.drawn' order by idx`,
    );
    assert.ok(drawn.length >= 1);
    assert.equal(new Set(drawn.map((it) => it.picked.join())).size, 1);
    await auditor.context().close();
  });

  it('shows an auditor with a window that period and nothing else, and hands out its package', async () => {
    const window = { from: '2020-01-01', to: '2020-03-31' };
    const auditor = await web.signedIn('Wim Window', ['auditor'], window);
    await givePasskey(auditor);
    await auditor.waitForURL(/\/auditors/);
    await auditor.getByText('You may see 1 Jan 2020 to 31 Mar 2020, and nothing else.').waitFor();
    await auditor.getByText(/1 person who left: 1 with a departure, 0 missing/).waitFor();
    await auditor.getByRole('table').first().getByText('Otto Often').waitFor();
    const ways = await auditor.getByRole('navigation').first().getByRole('link').allTextContents();
    assert.ok(!ways.includes('Overview') && !ways.includes('People'), ways.join());

    await auditor.goto(`${web.site.url}/departures`);
    await link('Otto Often', auditor).waitFor();
    assert.equal(await link('Priya Nair', auditor).count(), 0);
    await auditor.goto(`${web.site.url}/audit`);
    await auditor.getByText('Nothing is recorded yet that you may see.').waitFor();
    // The hashes of all others tell nothing of what they are over.
    await button('Check the seal', auditor).click();
    await auditor.getByText(/^[\d,]+ entries unbroken/).waitFor();
    await auditor.goto(`${web.site.url}/departures/${caseId}`);
    await auditor.getByText('This part could not be read').waitFor();
    await auditor.goto(`${web.site.url}/auditors?from=2020-01-01&to=2021-01-01`);
    await auditor
      .getByText(/You may see the period from 2020-01-01/)
      .first()
      .waitFor();

    await auditor.goto(`${web.site.url}/auditors`);
    await button('Evidence package', auditor).click();
    await dialog(auditor).getByRole('button', { name: 'Make evidence package' }).click();
    await dialog(auditor)
      .getByText(/It is ready/)
      .waitFor();
    await auditor.context().close();
  });

  it('names the first entry that somebody changed behind the guards, and marks what is exported then', async () => {
    const [entry] = await web.gatehouse.rows<{ idx: number }>(
      `select idx::int as idx from ledger.event_ix where type = 'case.opened' order by idx limit 1`,
    );
    const client = await web.gatehouse.database.pools.admin.connect();
    await client.query("set session_replication_role = 'replica'");
    await client.query(
      `update ledger.entry set leaf = convert_to(replace(convert_from(leaf, 'UTF8'), 'departure', 'departurf'), 'UTF8') where idx = $1`,
      [entry!.idx],
    );
    await client.query('reset session_replication_role');
    client.release();

    await page.goto(`${web.site.url}/audit`);
    await button('Check the seal').click();
    const alert = page.getByRole('alert');
    await alert.getByText(`Entry ${entry!.idx} is the first that is not what was signed`).waitFor();
    await page.keyboard.press('e');
    await dialog()
      .getByText(/The seal did not hold/)
      .waitFor();
    const taking = page.waitForEvent('download');
    await dialog().getByRole('button', { name: 'Export' }).click();
    assert.equal((await taking).suggestedFilename(), 'gatehouse-audit-seal-broken.csv');
  });

  it('lets the browser complain about nothing', () => {
    // What somebody may not see, or may not have yet, is an error to a browser, and none to us.
    const refused = /status of (?:403|404|409)/;
    assert.deepEqual(
      web.site.complaints.filter((it) => !refused.test(it)),
      [],
    );
  });
});
