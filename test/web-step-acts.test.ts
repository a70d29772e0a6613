import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Locator, Page } from 'playwright-core';
import { fakeSnipeIt } from '#connectors/snipe-it/fake.ts';
import { serveFake } from '../practice/servers/fake-server.ts';
import { checkLooks } from './support/browser.ts';
import { account, person, type ScimSystem } from './support/company.ts';
import { startWebHouse, type WebHouse } from './support/web-house.ts';
import { giveAuthenticator } from './support/web-passkey.ts';

const playbook = `
playbook: involuntary-departure
title: Involuntary departure
for: departure
applies when: { all: [{ field: departure.kind, is: involuntary }] }
steps:
  - { id: block, layer: security, do: account.suspend, on: { connection: wiki } }
  - { id: erase, layer: operations, do: account.delete, on: { connection: crm }, approval: yes }
  - id: equipment
    layer: operations
    do: assets.recover
    on: { category: assets }
    with: { due: last working day + 5 days }
    at: confirmed
`;

const priya = person('E-301', 'Priya Nair');
const mei = person('E-304', 'Mei Tanaka');

const register = fakeSnipeIt(
  {
    users: [{ id: 12, username: 'priya', email: priya.email, employeeNumber: priya.id }],
    assets: [
      { id: 101, tag: 'TAG-101', serial: 'C02XL0AAJG5H', model: 'MacBook Pro 14', user: 12 },
    ],
    licences: [],
  },
  'register token',
);

// One browser for all of it: slow where the machine is busy.
describe('what people do about steps in the browser', { timeout: 600_000 }, () => {
  let web: WebHouse;
  let wiki: ScimSystem;
  let registerServer: Awaited<ReturnType<typeof serveFake>>;
  let page: Page;

  before(async () => {
    web = await startWebHouse();
    const { company, house } = web;
    wiki = await company.addSystem('wiki', 'collaboration', { users: [account(priya.name)] });
    await company.addSystem('crm', 'other', {
      users: [account(priya.name)],
      settings: { canDelete: true },
    });
    registerServer = await serveFake(register.fetch);
    await house.connect(
      {
        id: 'register',
        name: 'Register',
        connector: 'snipe-it',
        settings: {
          address: registerServer.url,
          token: 'register token',
          assignTo: { email: 'flo@meadow.example' },
          returnTo: 'Reception, Torstraße 1.',
        },
      },
      [registerServer.port],
    );
    await web.follow(playbook);
    for (const one of [priya, mei]) await company.tell('role.changed', one, null);
    await web.watch.heard();
    page = await web.signedIn('Ada Lovelace-Okonkwo', ['it-admin', 'security', 'hr']);
  });
  after(async () => {
    await web?.stop();
    await registerServer?.close();
  });

  const button = (label: string | RegExp, on = page) => on.getByRole('button', { name: label });
  const rowOf = (title: string | RegExp) => page.getByRole('listitem').filter({ hasText: title });
  /** The dialog that asks, and not the drawer behind it, which has the same button. */
  const asked = (title: string | RegExp, on = page) => on.getByRole('dialog', { name: title });
  async function look(step: RegExp): Promise<void> {
    await rowOf(step).getByRole('link').first().click();
    await page.waitForURL((url) => url.search.includes('step'));
  }
  /** Whoever is told that a call is under way at this moment presses again. */
  async function insist(dialog: Locator, verb: string): Promise<void> {
    const refusal = dialog.getByRole('alert');
    do {
      await dialog.getByRole('button', { name: verb }).click();
      await Promise.race([dialog.waitFor({ state: 'detached' }), refusal.waitFor()]);
    } while (await refusal.isVisible());
  }
  async function closeDrawer(): Promise<void> {
    await page.keyboard.press('Escape');
    await page.waitForURL((url) => !url.search.includes('step'));
  }
  async function fromMenu(label: string): Promise<void> {
    await button('More').click();
    await page.getByRole('menuitem', { name: label }).click();
  }

  it('hold a departure back when it is requested, and release it later', async () => {
    await page.goto(`${web.site.url}/request?person=${mei.id}`);
    await page.getByRole('combobox', { name: 'Kind' }).click();
    await page.getByRole('option', { name: 'Involuntary' }).click();
    await page.getByLabel('Last working day').fill('2070-11-30');
    await page.getByRole('checkbox', { name: /hold/i }).check();
    await button(/^Start departure$|^Send for approval and start$|hold/i)
      .last()
      .click();
    await page.getByRole('heading', { name: 'Mei Tanaka is leaving' }).waitFor();
    await page.getByText('Held: nothing begins').waitFor();
    await button('Release').click();
    await asked(/Release/)
      .getByRole('button', { name: 'Release' })
      .click();
    await page.getByText('Held: nothing begins').waitFor({ state: 'detached' });
  });

  it('stop trying where a system does not answer, and skip the step until a day', async () => {
    wiki.behaviour = 'down';
    wiki.affects = (method) => method !== 'GET';
    const today = new Date().toISOString().slice(0, 10);
    const leaving = { id: 'S-1', kind: 'involuntary', urgent: true, last_working_day: today };
    await web.company.tell('departure.confirmed', priya, leaving);
    const found = await web.watch.become('a step that fails', priya, ({ steps }) =>
      steps.some((step) => step.connectionId === 'wiki' && step.failure !== null),
    );
    await page.goto(`${web.site.url}/departures/${found.case.id}`);
    await page.getByRole('heading', { name: /Priya Nair/ }).waitFor();

    await look(/Block sign-in.*wiki/);
    await button('Stop trying').click();
    await insist(asked(/^Stop trying:/), 'Stop trying');
    await button('Skip with a reason').click();
    const skip = asked(/^Skip:/);
    await skip.getByRole('button', { name: 'Skip with a reason' }).click();
    await skip.locator('[aria-invalid="true"]').first().waitFor();
    await checkLooks(page, 'step-skip');
    await skip.getByLabel('Reason').fill('The wiki is shut down');
    const inAMonth = new Date(Date.now() + 30 * 86_400_000).toISOString().slice(0, 16);
    await skip.getByLabel('Until').fill(inAMonth);
    await skip.getByRole('button', { name: 'Skip with a reason' }).click();
    await page.getByText('Skipped by Ada Lovelace-Okonkwo').first().waitFor();
    await closeDrawer();
  });

  it('write off what was lost, once they have typed whose it was', async () => {
    await look(/MacBook Pro 14/);
    await button('Write off').click();
    const off = asked(/^Write off:/);
    await off.getByLabel('Reason').fill('Lost on the train');
    assert.equal(await off.getByRole('button', { name: 'Write off' }).isDisabled(), true);
    await off.getByLabel(/Type the surname/).fill('Nair');
    await off.getByRole('button', { name: 'Write off' }).click();
    await page.getByText('Written off by Ada Lovelace-Okonkwo').first().waitFor();
    await closeDrawer();
  });

  it('deny with a passkey what cannot be undone, and are told where to get one', async () => {
    const sam = await web.signedIn('Sam Okafor', ['security', 'it-admin']);
    await giveAuthenticator(sam);
    const deny = asked(/^Deny/, sam);
    const say = async () => {
      await button('Deny', sam).click();
      await deny.getByLabel('Reason').fill('Keep it for the audit');
      await deny.getByRole('button', { name: 'Deny' }).click();
    };
    await sam.goto(page.url());
    await say();
    await deny.getByText('signature of a passkey, and you have none').waitFor();
    await deny.getByRole('link', { name: 'How you sign in' }).click();
    await sam.getByLabel('Name of a new one').fill('key ring');
    await button('Add a passkey', sam).click();
    await button('Remove the passkey key ring', sam).waitFor();

    await sam.goto(page.url());
    await say();
    await deny.waitFor({ state: 'detached' });
    await rowOf(/Delete account/)
      .getByText('Needs you')
      .waitFor();
    await sam.close();
  });

  it('take a departure back after the cut, and bring the person back', async () => {
    wiki.behaviour = 'normal';
    await fromMenu('Take departure back');
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('button', { name: 'Take departure back' }).click();
    await dialog.waitFor({ state: 'detached' });
    await button('Bring back').click();
    await checkLooks(page, 'bring-back');
    await asked(/Bring/).getByRole('button', { name: 'Bring back' }).click();
    await page
      .getByText(/Being brought back|Brought back/)
      .first()
      .waitFor();
  });

  it('let the browser complain about nothing', () => {
    // What the server refuses is an error to a browser, and none to us.
    const refused = /status of (?:403|409|422)/;
    assert.deepEqual(
      web.site.complaints.filter((it) => !refused.test(it)),
      [],
    );
  });
});
