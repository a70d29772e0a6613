import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Page } from 'playwright-core';
import { checkLooks } from './support/browser.ts';
import { account, person, type ScimSystem } from './support/company.ts';
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
  - id: erase
    layer: operations
    do: account.delete
    on: { connection: crm }
    approval: yes
`;

const priya = person('E-101', 'Priya Nair', { title: 'Engineer', department: 'Engineering' });
const lea = person('E-102', 'Lea Lind-Oberhauser', { title: 'Account executive' });
const names = [priya.name, lea.name];

// One browser for all of it: slow where the machine is busy.
describe('a departure in the browser', { timeout: 600_000 }, () => {
  let web: WebHouse;
  let wiki: ScimSystem;
  let crm: ScimSystem;
  let page: Page;

  before(async () => {
    web = await startWebHouse();
    const { company, gatehouse, watch } = web;
    wiki = await company.addSystem('wiki', 'collaboration', { users: names.map(account) });
    crm = await company.addSystem('crm', 'other', {
      users: names.map(account),
      settings: { canDelete: true },
    });
    await gatehouse.connect({
      id: 'badges',
      name: 'badges',
      connector: 'person',
      category: 'physical',
      settings: {
        system: 'the badge reader',
        instructions: 'Block the badge at the front desk.',
        assignTo: { email: 'desk@meadow.example' },
        capabilities: ['account.suspend'],
        proof: ['badge number'],
      },
    });
    await web.follow(playbook);
    await company.tell('role.changed', priya, null);
    await company.tell('role.changed', lea, null);
    await watch.heard();
    page = await web.signedIn('Ada Lovelace-Okonkwo', ['it-admin', 'security', 'hr']);
  });
  after(async () => {
    await web?.stop();
  });

  const button = (label: string | RegExp) => page.getByRole('button', { name: label });
  const dialog = () => page.getByRole('dialog').last();
  const rowOf = (title: string | RegExp) => page.getByRole('listitem').filter({ hasText: title });

  it('is requested by five questions, with the plan beside them', async () => {
    await page.goto(`${web.site.url}/departures`);
    await page.getByRole('link', { name: 'Request departure' }).first().click();
    await page.getByRole('combobox', { name: 'Person' }).fill('lind');
    await page.getByRole('option', { name: /Lea Lind-Oberhauser/ }).click();
    await page.getByRole('combobox', { name: 'Kind' }).click();
    await page.getByRole('option', { name: 'Resignation' }).click();
    await page.getByLabel('Last working day').fill('2099-11-30');
    await page.getByLabel('Access ends').press('Control+Enter');

    await page.getByText('find accounts').or(page.getByText('Block sign-in')).first().waitFor();
    await checkLooks(page, 'request');
    await button(/^Start departure$|^Send for approval and start$/).click();

    await page.getByRole('heading', { name: 'Lea Lind-Oberhauser is leaving' }).waitFor();
    await page.getByText('Scheduled').first().waitFor();
    const planned = await web.watch.become(
      'planned',
      lea,
      ({ case: found }) => found.planDigest !== null,
    );
    assert.equal(planned.case.lastWorkingDay, '2099-11-30');
  });

  it('asks for the surname before access is cut at once', async () => {
    await page.goto(`${web.site.url}/request?person=${priya.id}`);
    await page.getByRole('combobox', { name: 'Kind' }).click();
    await page.getByRole('option', { name: 'Involuntary' }).click();
    await page.getByLabel('Urgent').check();
    await page.getByText('Block sign-in').first().waitFor();
    assert.equal(await button('Cut access now').isDisabled(), true);
    await page.getByLabel('Reason').fill('Left with the keys');
    await page.getByLabel(/Type the surname/).fill('nair');

    wiki.behaviour = { status: 403 };
    wiki.affects = (method) => method !== 'GET';
    await button('Cut access now').click();

    await page.getByRole('heading', { name: 'Priya Nair is leaving' }).waitFor();
  });

  it('shows what needs the viewer on top, and tries it again from there', async () => {
    await page.getByRole('heading', { name: /^Needs you/ }).waitFor();
    await checkLooks(page, 'departure');
    wiki.behaviour = 'normal';
    await rowOf(/Block sign-in.*wiki/)
      .getByRole('button', { name: 'Try again' })
      .click();

    await rowOf(/Block sign-in.*wiki/)
      .getByText(/^Verified/)
      .waitFor();
    assert.equal(wiki.isActive('priya'), false);
  });

  it('opens a step by its address, and takes what was done by hand, with proof and a file', async () => {
    await rowOf(/Block sign-in.*badges/)
      .getByRole('link')
      .click();
    await page.waitForURL(/step=/);
    await page.reload();
    await dialog().getByRole('button', { name: 'Done by hand' }).click();
    await checkLooks(page, 'step-by-hand');
    await dialog().getByRole('button', { name: 'Done by hand' }).click();
    await dialog().locator('[aria-invalid="true"]').first().waitFor();
    await dialog().getByLabel('What was done').fill('Blocked at the desk');
    await dialog().getByLabel('badge number').fill('17');
    await dialog()
      .locator('input[type=file]')
      .setInputFiles({
        name: 'badge.png',
        mimeType: 'image/png',
        buffer: Buffer.from('a picture'),
      });
    await dialog().getByRole('button', { name: 'Done by hand' }).click();

    await dialog().getByText('Confirmed by Ada Lovelace-Okonkwo').waitFor();
    await dialog().getByRole('link', { name: 'badge.png' }).waitFor();
    const found = await web.watch.caseOf(priya);
    const badge = found?.steps.find((step) => step.connectionId === 'badges');
    assert.equal(badge?.grade, 'attested');
    await page.keyboard.press('Escape');
    await page.waitForURL((url) => !url.search.includes('step'));
  });

  it('has what cannot be undone approved with a passkey, by another than who asked', async () => {
    assert.equal(await button('Approve with passkey').count(), 0);
    const sam = await web.signedIn('Sam Okafor', ['security']);
    await sam.goto(page.url());
    const approve = sam.getByRole('button', { name: 'Approve with passkey' });
    await approve.click();
    await sam.getByText('signature of a passkey, and you have none').waitFor();
    await givePasskey(sam);
    await checkLooks(sam, 'approval');
    await approve.click();

    await approve.waitFor({ state: 'detached' });
    await rowOf(/Delete account/)
      .getByText(/^Verified/)
      .waitFor();
    assert.equal(crm.users.has('priya'), false);
    await sam.close();
  });

  it('can be looked at as map, time, proof, facts and plan, each with an address and a key', async () => {
    await page.getByText('proven of', { exact: false }).first().waitFor();
    for (const [key, tab] of [
      ['2', 'map'],
      ['3', 'timeline'],
      ['4', 'proof'],
      ['5', 'activity'],
      ['6', 'plan'],
    ] as const) {
      await page.keyboard.press(key);
      await page.waitForURL(new RegExp(`tab=${tab}`));
      await page.locator('.map-step, .timeline, .proof, .table, .plan').first().waitFor();
      await checkLooks(page, `departure-${tab}`);
    }
    await page.keyboard.press('1');
    await page.waitForURL((url) => !url.search.includes('tab'));
  });

  it('is walked on the map by keys: each step says how it stands, opens beside it, and folds away', async () => {
    await page.keyboard.press('2');
    const blocked = page.getByRole('button', { name: /^wiki: Block sign-in: Verified/ });
    await blocked.focus();
    await page.keyboard.press('ArrowRight');
    await page.locator('.map-step:focus', { hasText: 'crm: Delete account' }).waitFor();
    await page.keyboard.press('Enter');
    await dialog().getByRole('heading', { name: 'Delete account' }).waitFor();
    await page.keyboard.press('Escape');
    await dialog().waitFor({ state: 'detached' });

    await page.getByRole('button', { name: 'Fold Block sign-in' }).click();
    const folded = page.getByRole('button', { name: /^Block sign-in: .*proven/ });
    await folded.waitFor();
    assert.equal(await blocked.count(), 0);
    await checkLooks(page, 'departure-map-folded');
    await folded.press('Enter');
    await blocked.waitFor();
    await page.keyboard.press('/');
    await page.getByRole('textbox', { name: 'Find a step' }).fill('badges');
    await page.getByText('1 step found').or(page.getByText('2 steps found')).waitFor();
    await page.keyboard.press('Enter');
    await page.locator('.map-step[data-found=true]:focus').waitFor();
    await page.getByRole('link', { name: 'List' }).click();
  });

  it('offers nothing to whoever may only look', async () => {
    const auditor = await web.signedIn('Otto Auditor', ['auditor']);
    const found = await web.watch.caseOf(lea);
    await auditor.goto(`${web.site.url}/departures/${found!.case.id}`);
    await auditor.getByRole('heading', { name: 'Lea Lind-Oberhauser is leaving' }).waitFor();
    const buttons = await auditor.getByRole('main').getByRole('button').allTextContents();
    assert.deepEqual(buttons, ['Evidence']);
  });

  it('lets the browser complain about nothing', () => {
    // A form that the server does not take is an error to a browser, and none to us.
    const refused = /status of 422/;
    assert.deepEqual(
      web.site.complaints.filter((it) => !refused.test(it)),
      [],
    );
  });
});
