import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Page } from 'playwright-core';
import { checkLooks } from './support/browser.ts';
import { account, person } from './support/company.ts';
import { startWebHouse, type WebHouse } from './support/web-house.ts';

const priya = person('E-101', 'Priya Nair', { title: 'Engineer', department: 'Engineering' });
const lea = person('E-102', 'Lea Lind', { title: 'Engineer', department: 'Engineering' });
const name = 'involuntary-departure';

// One browser for all of it: slow where the machine is busy.
describe('a playbook in the browser', { timeout: 600_000 }, () => {
  let web: WebHouse;
  let page: Page;

  before(async () => {
    web = await startWebHouse();
    const { company, watch } = web;
    await company.addSystem('crm', 'other', {
      users: [account(priya.name), account(lea.name)],
      settings: { canDelete: true },
    });
    await company.tell('role.changed', priya, null);
    await company.tell('departure.confirmed', lea, {
      ...{ id: 'S-2', kind: 'involuntary', last_working_day: '2070-11-30' },
    });
    await watch.become('cut', lea, ({ case: it }) => it.accessRemovedAt !== null);
    await watch.heard();
    page = await web.signedIn('Ada Lovelace-Okonkwo', ['it-admin']);
  });
  after(async () => {
    await web?.stop();
  });

  const press = (label: string | RegExp, on = page) =>
    on.getByRole('button', { name: label, exact: true }).click();
  const sees = (text: string | RegExp, on = page) => on.getByText(text).first().waitFor();
  const isGone = (text: string | RegExp) =>
    page.getByText(text).first().waitFor({ state: 'detached' });
  const stands = (label: string) => page.getByRole('tab', { name: label, exact: true });

  it('becomes a draft of one’s own, with a step that connected systems can do, added by keys alone', async () => {
    await page.goto(`${web.site.url}/playbooks/${name}`);
    await press('Change it');
    await sees('Your draft, begun from version 1');
    await page.getByLabel('Find a step').waitFor();

    await page.locator('h1').click();
    await page.keyboard.press('a');
    await page.getByRole('dialog').getByText('Delete the account').waitFor();
    await checkLooks(page, 'draft-add');
    await page.getByLabel('What is to be done?').fill('delete');
    await page.keyboard.press('Enter');
    await page.getByRole('region', { name: 'Delete the account' }).waitFor();
    await sees('deletes accounts less than 30 days after access has ended');
    await checkLooks(page, 'draft-step');
  });

  it('is mended by the button beside the problem, which can be taken back', async () => {
    const problem = 'deletes accounts less than 30 days';
    await press('Do it 30 days later');
    await isGone(problem);
    await press('Undo');
    await sees(problem);
    await page.locator('h1').click();
    await page.keyboard.press('Control+Shift+Z');
    await isGone(problem);

    const panel = page.getByRole('region', { name: 'Delete the account' });
    await panel.getByLabel('Title', { exact: true }).fill('Delete what is left');
    await panel.getByLabel('Another person approves it first').uncheck();
    await panel.getByRole('button', { name: 'Apply' }).click();
    await sees('cannot be undone and asks nobody');
    assert.equal(await page.getByRole('button', { name: 'Ask for review' }).isDisabled(), true);
    await press('Ask another person first');
    await isGone('cannot be undone and asks nobody');
    await sees('Delete what is left');
  });

  it('is the same as text, which says at which line it is wrong and is kept nevertheless', async () => {
    await stands('Text').click();
    const text = page.getByLabel('The playbook as text');
    const good = await text.inputValue();
    assert.match(good, /^# /);
    assert.match(good, /title: Delete what is left/);
    const lines = good.split('\n');
    const at = lines.findIndex((it) => it.includes('do: account.delete'));
    const bad = lines.with(at, '    do: account.destroy').join('\n');
    await text.fill(bad);
    const line = page.getByRole('button', { name: `Line ${at + 1}`, exact: true });
    await line.waitFor();
    await page.getByText('kept', { exact: true }).waitFor();
    await checkLooks(page, 'draft-text');
    await stands('Outline').click();
    await sees('the text cannot be read as steps');
    await page.reload();
    await stands('Text').click();
    assert.equal(await text.inputValue(), bad);
    await text.fill(`${good}# and nothing is lost\n`);
    await line.waitFor({ state: 'detached' });
    await page.getByText('kept', { exact: true }).waitFor();
  });

  it('is drawn, opened by a key, and tried on a person before anybody follows it', async () => {
    await stands('Outline').click();
    await page.getByLabel('Find a step').waitFor();
    await page.locator('h1').click();
    await page.keyboard.press('m');
    await page.getByText('Delete what is left').first().waitFor();
    await checkLooks(page, 'draft-map');
    await page.locator('h1').click();
    await page.keyboard.press('s');
    await page.getByLabel('On whom?').fill('priya');
    await page.getByRole('button', { name: /^Priya Nair/ }).click();
    await page.getByLabel('Access ends at once').check();
    await press('See what will happen');
    await page.locator('.plan').getByText('cannot be undone').first().waitFor();
    await checkLooks(page, 'draft-try');
  });

  it('is compared by what it means, and goes to somebody else with a note', async () => {
    await stands('Outline').click();
    await page
      .getByRole('button', { name: /^Block sign-in/ })
      .first()
      .click();
    const panel = page.locator('.step-panel');
    await panel.getByLabel('Title', { exact: true }).fill('Close the front door');
    await panel.getByRole('button', { name: 'Apply' }).click();
    await page.getByRole('button', { name: /^Close the front door/ }).waitFor();
    await stands('Compare').click();
    await sees('1 step is new');
    await sees('1 step is different');
    await page.locator('ins', { hasText: 'Close the front door' }).waitFor();
    await page.getByLabel('Only changes').uncheck({ force: true });
    await checkLooks(page, 'draft-compare');

    await press('Ask for review');
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('What is different, and why?').fill('Nothing is left after a month');
    await checkLooks(page, 'draft-forward');
    await dialog.getByRole('button', { name: 'Ask for review' }).click();
    await sees('To review');
    await sees('Nothing is left after a month');
  });

  it('is published by another person, and the next departure follows it', async () => {
    const ben = await web.signedIn('Ben Second', ['it-admin']);
    await web.gatehouse.rows(
      "update sessions set stepped_up_at = clock_timestamp() + interval '1 hour'",
    );
    await ben.goto(page.url());
    await press('Publish', ben);
    const dialog = ben.getByRole('dialog');
    await dialog.getByText('Nothing is left after a month').waitFor();
    await checkLooks(ben, 'publish');
    await press('Publish version 2', ben);
    await sees('Live', ben);
    await ben.getByRole('button', { name: 'Publish', exact: true }).waitFor({ state: 'detached' });

    await web.company.tell('departure.confirmed', priya, {
      id: 'S-1',
      kind: 'involuntary',
      urgent: true,
      last_working_day: '2026-12-01',
    });
    const planned = await web.watch.become(
      'planned',
      priya,
      ({ case: it, steps }) => it.planDigest !== null && steps.length > 0,
    );
    assert.ok(planned.steps.some((it) => it.title.includes('Close the front door')));
    assert.ok(planned.steps.some((it) => it.capability === 'account.delete' && it.approval));
  });

  it('tells whom it touches, and those who are leaving go on by it once somebody has seen what changes', async () => {
    const ada = await web.signedIn('Ida Itson', ['it-admin']);
    await web.gatehouse.rows(
      "update sessions set stepped_up_at = clock_timestamp() + interval '1 hour'",
    );
    await ada.goto(`${web.site.url}/playbooks/${name}?view=reach`);
    await ada.getByRole('row', { name: /Lea Lind.*Access removed.*1/ }).waitFor();
    await ada.getByRole('row', { name: /Priya Nair.*2/ }).waitFor();
    await ada.getByRole('row', { name: /^Involuntary [1-3]$/ }).waitFor();
    await ada.getByRole('row', { name: /^Resignation 0$/ }).waitFor();
    await checkLooks(ada, 'playbook-reach');

    await press('Move 1 departure to version 2', ada);
    const dialog = ada.getByRole('dialog');
    await dialog.getByText('Lea Lind (1)').waitFor();
    await dialog.getByText('1 step is different').waitFor();
    await dialog.getByLabel('Reason').fill('The new door has another lock');
    await checkLooks(ada, 'playbook-move');
    await dialog.getByRole('button', { name: 'Move 1 departure to version 2' }).click();
    const deletes = ({ capability }: { capability: string | null }) =>
      capability === 'account.delete';
    const moved = await web.watch.become(
      'planned anew',
      lea,
      ({ case: it, steps }) => !it.planStale && steps.some(deletes),
    );
    // What was done stays done.
    assert.ok(
      moved.steps.some((it) => it.capability === 'account.suspend' && it.grade === 'verified'),
    );
    assert.equal(moved.steps.find(deletes)?.grade, null);
    await ada.getByRole('row', { name: /Lea Lind.*Access removed.*2/ }).waitFor();
    assert.deepEqual(web.site.complaints, []);
  });
});
