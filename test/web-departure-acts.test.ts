import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, describe, it } from 'node:test';
import type { Page } from 'playwright-core';
import { checkLooks } from './support/browser.ts';
import { account, person } from './support/company.ts';
import { startWebHouse, type WebHouse } from './support/web-house.ts';

const playbook = `
playbook: planned-departure
title: Planned departure
for: departure
applies when: { all: [{ field: departure.kind, is: resignation }] }
steps:
  - { id: block, layer: security, do: account.suspend, on: every account, at: access ends }
`;

const lea = person('E-302', 'Lea Lind-Oberhauser', { department: 'Sales' });
const omar = person('E-303', 'Omar Farouk', { department: 'Sales' });
const mei = person('E-304', 'Mei Tanaka');
const everybody = [lea, omar, mei];
const resigns = (id: string) => ({ id, kind: 'resignation', last_working_day: '2070-11-30' });

// One browser for all of it: slow where the machine is busy.
describe('what people do about departures in the browser', { timeout: 900_000 }, () => {
  let web: WebHouse;
  let page: Page;

  before(async () => {
    web = await startWebHouse();
    const { company, watch } = web;
    const users = everybody.map((it) => account(it.name));
    await company.addSystem('wiki', 'collaboration', { users });
    await web.follow(playbook);
    await company.tell('role.changed', mei, null);
    await company.tell('departure.confirmed', lea, resigns('S-2'));
    await company.tell('departure.confirmed', omar, resigns('S-3'));
    await watch.heard();
    page = await web.signedIn('Ada Lovelace-Okonkwo', ['it-admin', 'security', 'hr']);
  });
  after(async () => {
    await web?.stop();
  });

  const button = (label: string | RegExp) => page.getByRole('button', { name: label });
  const dialog = () => page.getByRole('dialog').last();
  const inRow = (who: string) => page.getByRole('row').filter({ hasText: who });
  const heading = (text: string | RegExp) => page.getByRole('heading', { name: text });
  /** Presses what a dialog repeats, and waits until it is gone. */
  async function confirm(verb: string): Promise<void> {
    await dialog().getByRole('button', { name: verb, exact: true }).click();
    await dialog().waitFor({ state: 'detached' });
  }
  async function fromMenu(label: string): Promise<void> {
    await button('More').click();
    await page.getByRole('menuitem', { name: label }).click();
  }
  const open = async (who: { id: string; name: string }) => {
    const found = await web.watch.caseOf(who);
    await page.goto(`${web.site.url}/departures/${found!.case.id}`);
    await heading(new RegExp(who.name)).waitFor();
  };

  it('are chosen in the list by keys, looked into, and paused together, each with its answer', async () => {
    await page.goto(`${web.site.url}/departures`);
    await inRow(lea.name).waitFor();
    await inRow(omar.name).waitFor();
    await page.keyboard.press('j');
    await page.keyboard.press('Space');
    await dialog().getByText('Last working day').waitFor();
    await checkLooks(page, 'list-preview');
    await page.keyboard.press('Escape');
    await dialog().waitFor({ state: 'detached' });
    await page.keyboard.press('x');
    await page.getByText('1 chosen').waitFor();
    await page.keyboard.press('j');
    await page.keyboard.press('Shift+X');
    await page.getByText('2 chosen').waitFor();

    await button('Pause').click();
    await dialog().getByLabel('Reason').fill('The office moves');
    await checkLooks(page, 'list-pause');
    await dialog().getByRole('button', { name: 'Pause' }).click();
    await dialog().getByText('All 2 done.').waitFor();
    await dialog().getByRole('button', { name: 'Close' }).last().click();
    for (const who of [lea, omar]) await inRow(who.name).getByText('Paused').waitFor();
  });

  it('change their dates together, after what each becomes was shown', async () => {
    await button('Change dates').click();
    await dialog().getByLabel('Last working day').fill('2070-12-15');
    await dialog()
      .getByText(/30 Nov 2070 becomes 15 Dec 2070/)
      .first()
      .waitFor();
    await checkLooks(page, 'list-dates');
    await dialog().getByRole('button', { name: 'Change dates' }).click();
    await dialog().getByText('All 2 done.').waitFor();
    await dialog().getByRole('button', { name: 'Close' }).last().click();
    for (const who of [lea, omar]) {
      const found = await web.watch.become(
        'moved',
        who,
        ({ case: of }) => of.lastWorkingDay === '2070-12-15',
      );
      assert.equal(found.case.state, 'paused');
    }
    await button('Choose none').click();
  });

  it('are exported as the list shows them, and a choice of it is kept, shared and taken back', async () => {
    const taken = page.waitForEvent('download');
    await page.keyboard.press('e');
    const file = await readFile(await (await taken).path(), 'utf8');
    assert.match(file, /Lea Lind-Oberhauser,E-302,lea@meadow\.example,Sales,resignation,Paused/);
    assert.match(file, /Omar Farouk,E-303/);

    await page.goto(`${web.site.url}/departures?state=paused`);
    await button('Save this view').click();
    await dialog().getByLabel('Name of the view').fill('On hold');
    await dialog().getByLabel('Share it').check();
    await confirm('Save this view');
    const kept = page.getByRole('link', { name: 'On hold' });
    await kept.waitFor();
    await button('Take out “On hold”').click();
    await button('Undo').click();
    await kept.waitFor();
    await checkLooks(page, 'list-views');
  });

  it('go on, get other dates and somebody who takes over, and are taken back', async () => {
    await open(lea);
    await button('Resume departure').click();
    await confirm('Resume departure');
    await page.getByText('Scheduled').first().waitFor();
    await fromMenu('Change dates');
    await dialog().getByLabel('Last working day').fill('2070-12-20');
    await confirm('Change dates');
    await page
      .getByText(/20 Dec 2070/)
      .first()
      .waitFor();
    await fromMenu('Name who takes over');
    await dialog().getByRole('combobox').fill('tanaka');
    await page.getByRole('option', { name: /Mei Tanaka/ }).click();
    await confirm('Name who takes over');
    await page.getByText('Mei Tanaka takes over').first().waitFor();
    await page.keyboard.press('p');
    await dialog().getByRole('button', { name: 'Pause departure' }).click();
    await dialog().locator('[aria-invalid="true"]').waitFor();
    await page.keyboard.press('Escape');
    await fromMenu('Take departure back');
    await confirm('Take departure back');
    await page.getByText('Cancelled').first().waitFor();
  });

  it('have an answer each when some cannot be paused any more', async () => {
    await page.goto(`${web.site.url}/departures`);
    for (const who of [lea, omar]) await page.getByLabel(`Choose ${who.name}`).check();
    await button('Pause').click();
    await dialog().getByLabel('Reason').fill('Once more');
    await dialog().getByRole('button', { name: 'Pause' }).click();
    await dialog().getByText('1 of 2 was refused').waitFor();
    await dialog().getByText('cancelled').first().waitFor();
    await checkLooks(page, 'list-answers');
    await dialog().getByRole('button', { name: 'Close' }).last().click();
  });

  it('wait until they are released', async () => {
    await page.goto(`${web.site.url}/request?person=${mei.id}`);
    await page.getByRole('combobox', { name: 'Kind' }).click();
    await page.getByRole('option', { name: 'Resignation' }).click();
    await page.getByLabel('Last working day').fill('2070-11-30');
    await page.getByRole('checkbox', { name: /hold/i }).check();
    await button(/^Start departure$|^Send for approval and start$|hold/i)
      .last()
      .click();
    await heading('Mei Tanaka is leaving').waitFor();
    await page.getByText('Held: nothing begins').waitFor();
    await button('Release').click();
    await confirm('Release');
    await page.getByText('Held: nothing begins').waitFor({ state: 'detached' });
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
