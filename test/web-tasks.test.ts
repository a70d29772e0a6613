import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { startTestApp, type TestApp, type TestUser } from '#app/testing/app.ts';
import { inviteSomebody } from '#app/testing/surveys.ts';
import { type Asked, askForTask } from '#app/testing/tasks.ts';
import type { Assignment } from '#core/task.ts';
import { until } from '#core/testing/until.ts';
import { checkLooks, startBrowser } from './support/browser.ts';
import { type Site, startSite } from './support/site.ts';

const phone = { viewport: { width: 360, height: 780 }, hasTouch: true, isMobile: true } as const;
const at = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString();

describe('tasks and surveys in the browser', { timeout: 600_000 }, () => {
  let app: TestApp;
  let site: Site;
  let browser: Browser;
  let hr: TestUser;
  let mona: TestUser;
  let fay: TestUser;

  before(async () => {
    app = await startTestApp();
    hr = await app.addUser('Hanna Human', ['hr']);
    mona = await app.addUser('Mona Manager-Hohenstein', ['manager']);
    fay = await app.addUser('Fay Facilities', ['facilities']);
    await app.addUser('Kim Colleague', ['facilities']);
    await app.addPerson({ name: 'Kim Colleague', email: 'kim.colleague@meadow.example' });
    site = await startSite(app);
    browser = await startBrowser();
  });
  after(async () => {
    await browser?.close();
    await site?.stop();
  });

  const nameOf = ({ caller: { user } }: TestUser) => ({ name: user.name, email: user.email });
  async function ask(who: TestUser, it: Partial<Assignment> = {}): Promise<Asked> {
    const assignment = { people: [nameOf(who)], deadline: at(5), ...it };
    const asked = await askForTask(app, hr, { assignment });
    await app.pools.admin.query(
      `with off as (select set_config('session_replication_role', 'replica', true))
       update cases set state = 'running' from off where id = $1`,
      [asked.caseId],
    );
    return asked;
  }
  const open = (who: TestUser, options: BrowserContextOptions = {}): Promise<Page> =>
    site.open(browser, who.caller.user.email, { locale: 'en-GB', ...options });
  const stepOf = async (id: string) => {
    const { rows } = await app.pools.admin.query(
      'select status, grade, decision, assignment from steps where id = $1',
      [id],
    );
    return rows[0];
  };
  const dialog = (page: Page) => page.getByRole('dialog').last();

  it('are done on a phone, the most pressing first, with what shows it and a file', async () => {
    const later = await ask(mona);
    const late = await ask(mona, { deadline: at(-1), proof: ['serial number', 'file: receipt'] });
    const page = await open(mona, phone);
    await page.goto(`${site.url}/tasks`);
    const rows = page.getByRole('listitem').getByRole('link');
    await rows.first().waitFor();
    assert.deepEqual(
      await rows.evaluateAll((all) => all.map((it) => it.getAttribute('href'))),
      [late, later].map(({ stepId }) => `/tasks/${stepId}`),
    );
    assert.match((await rows.first().textContent()) ?? '', /was due/);
    assert.equal(await page.getByText('Choose a task').isVisible(), false, 'one pane at a time');
    await checkLooks(page, 'tasks');

    await rows.first().click();
    await page.waitForURL(`**/tasks/${late.stepId}`);
    await page.getByRole('button', { name: 'Done', exact: true }).click();
    await page.locator('[aria-invalid="true"]').first().waitFor();
    await page.getByLabel('What was done, in a sentence').fill('Collected at the desk');
    await page.getByRole('button', { name: 'Done', exact: true }).click();
    await page.getByText('Still to be written down: serial number.').waitFor();
    await checkLooks(page, 'task-missing');
    await page.getByLabel('serial number').fill('C02XK1');
    await page.locator('input[type=file]').setInputFiles({
      name: 'receipt.png',
      mimeType: 'image/png',
      buffer: Buffer.from('a picture'),
    });
    await page.getByRole('button', { name: 'Done', exact: true }).click();

    await page.waitForURL('**/tasks');
    await until('the task to leave the list', async () => (await rows.count()) === 1);
    const { grade, decision } = await stepOf(late.stepId);
    assert.equal(grade, 'attested');
    assert.equal(decision.reason, 'Collected at the desk');
    assert.deepEqual(
      decision.files.map((file: { name: string }) => file.name),
      ['receipt.png'],
    );
    await page.context().close();
  });

  it('keep what was written where a file does not arrive, and send it again', async () => {
    const { stepId } = await ask(mona, { proof: ['file: receipt'] });
    const page = await open(mona);
    await page.goto(`${site.url}/tasks/${stepId}`);
    await page.getByLabel('What was done, in a sentence').fill('All of it');
    await page
      .locator('input[type=file]')
      .setInputFiles({ name: 'a.txt', mimeType: 'text/plain', buffer: Buffer.from('seen') });
    await page.route('**/proofs?*', (route) => route.abort(), { times: 1 });
    await page.getByRole('heading', { name: 'When it is done' }).click();
    await page.keyboard.press('d');
    await page.getByText('What you wrote is kept.').waitFor();
    assert.equal(await page.getByLabel('What was done, in a sentence').inputValue(), 'All of it');
    await page.getByRole('heading', { name: 'When it is done' }).click();
    await page.keyboard.press('d');
    await page.waitForURL('**/tasks');
    assert.equal((await stepOf(stepId)).grade, 'attested');
    await page.context().close();
  });

  it('are handed over, and are nobody else’s from then on', async () => {
    const { stepId } = await ask(fay);
    const page = await open(fay);
    await page.goto(`${site.url}/tasks/${stepId}`);
    await page.getByRole('button', { name: 'Hand over' }).click();
    await dialog(page).getByLabel('To whom').fill('nobody@meadow.example');
    await dialog(page).getByLabel('Reason').fill('Kim sits beside her');
    await dialog(page).getByRole('button', { name: 'Hand over' }).click();
    await dialog(page).getByText('Nobody is known by nobody@meadow.example').waitFor();
    await checkLooks(page, 'task-hand-over');
    await dialog(page).getByLabel('To whom').fill('kim coll');
    await page.getByRole('option', { name: /Kim Colleague/ }).click();
    await checkLooks(page, 'task-hand-over-found');
    await dialog(page).getByRole('button', { name: 'Hand over' }).click();

    await page.waitForURL('**/tasks');
    assert.equal((await stepOf(stepId)).assignment.people[0].name, 'Kim Colleague');
    await page.goto(`${site.url}/tasks/${stepId}`);
    await page.getByText('There is no such task for you.').waitFor();
    await page.context().close();
  });

  it('are accepted by their receiver, or sent back with a reason', async () => {
    const submission = {
      by: 'u-1',
      byName: 'Nadia Haas-Oberhauser',
      byEmail: 'nadia@meadow.example',
      reason: 'Left at the front desk.',
      proof: 'serial number: C02XK1',
      files: [],
      handOver: null,
    };
    const [back, good] = [await ask(fay, { submission }), await ask(fay, { submission })];
    const page = await open(fay);
    await page.goto(`${site.url}/tasks/${back.stepId}`);
    await page.getByText('Nadia Haas-Oberhauser says it is done').waitFor();
    await page.getByRole('button', { name: 'Send back' }).click();
    await dialog(page).getByLabel('Reason').fill('The lid is broken');
    await dialog(page).getByRole('button', { name: 'Send back' }).click();
    await page.waitForURL('**/tasks');
    assert.equal((await stepOf(back.stepId)).assignment.sentBack.reason, 'The lid is broken');

    await page.getByRole('listitem').getByRole('link').first().click();
    await page.waitForURL(`**/tasks/${good.stepId}`);
    await page.getByRole('button', { name: 'Accept' }).click();
    await page.waitForURL('**/tasks');
    const { grade, decision } = await stepOf(good.stepId);
    assert.deepEqual([grade, decision.acceptedByName], ['attested', 'Fay Facilities']);
    await page.context().close();
  });

  it('get more time from another person, and keep their date until then', async () => {
    const { stepId } = await ask(fay);
    const day = at(12).slice(0, 10);
    const page = await open(fay);
    await page.goto(`${site.url}/tasks/${stepId}`);
    await page.getByRole('button', { name: 'Ask for more time' }).click();
    await dialog(page).getByLabel('Done by').fill(day);
    await dialog(page).getByLabel('Reason').fill('She is on holiday');
    await dialog(page).getByRole('button', { name: 'Ask for more time' }).click();
    await page.getByText(/Fay Facilities asks for time until/).waitFor();
    assert.equal(await page.getByRole('button', { name: 'Give more time' }).count(), 0);
    await page.context().close();

    const other = await open(hr);
    await other.goto(`${site.url}/tasks?of=everybody`);
    await other.getByRole('link').filter({ hasText: 'Fay Facilities asks for more time' }).click();
    await other.getByRole('button', { name: 'Give more time' }).click();
    await other.getByText('whoever asked is told').waitFor();
    const { assignment } = await stepOf(stepId);
    assert.equal(assignment.extendedTo.slice(0, 10), day);
    assert.equal(assignment.moreTime, undefined);
    await other.context().close();
  });

  /** A page of somebody who has no account, and nothing but a link. */
  async function openLink(path: string, options: BrowserContextOptions = {}): Promise<Page> {
    const context = await browser.newContext({ ...phone, ...options });
    const page = await context.newPage();
    page.setDefaultTimeout(90_000);
    await page.goto(`${site.url}${path}`);
    return page;
  }

  it('are done by the link of a letter, on a phone, without JavaScript', async () => {
    const asked = await ask(fay);
    const page = await openLink(`/task/${asked.token}`, { javaScriptEnabled: false });
    await page.getByLabel('condition').fill('scratched');
    await page.getByRole('button').click();
    await page.getByRole('alert').getByRole('link', { name: 'serial number' }).waitFor();
    assert.equal(await page.getByLabel('condition').inputValue(), 'scratched');
    await page.getByLabel('serial number').fill('C02XK1');
    await page.getByRole('button').click();
    await page.getByRole('heading', { name: 'Thank you' }).waitFor();
    assert.equal((await stepOf(asked.stepId)).grade, 'attested');
    await page.context().close();

    const other = await openLink(`/task/${(await ask(fay)).token}`);
    await other.getByRole('button').click();
    await other.getByRole('alert').waitFor();
    await checkLooks(other, 'task-by-link');
    await other.context().close();
  });

  it('let whoever leaves speak without JavaScript, and lose no word', async () => {
    const { token } = await inviteSomebody(app, hr, { department: 'Sales' });
    const page = await openLink(`/survey/${token}`, { javaScriptEnabled: false });
    await page.getByRole('heading', { name: 'How was it here?' }).waitFor();
    const kept = 'Die Menschen,\nund der Garten';
    await page.locator('#q-keep').fill(kept);
    await page.getByRole('button', { name: 'Deutsch' }).click();
    await page.getByText('Guten Tag Priya,').waitFor();
    assert.equal(await page.locator('#q-keep').inputValue(), kept);
    await page.locator('.acts .main').click();
    await page.getByRole('alert').getByRole('link').first().click();
    assert.match(page.url(), /#q-reason$/);
    assert.equal(await page.locator('#q-keep').inputValue(), kept);
    await page.locator('#q-reason').check();
    await page.locator('.acts .main').click();
    await page.getByRole('heading', { name: 'Vielen Dank' }).waitFor();
    await page.goto(`${site.url}/survey/${token}`);
    await page.getByRole('heading', { name: /^Schon beantwortet/ }).waitFor();
    await page.context().close();

    const open = await openLink(`/survey/${(await inviteSomebody(app, hr)).token}`);
    await open.locator('.acts .main').click();
    await open.getByRole('alert').waitFor();
    await checkLooks(open, 'survey');
    await open.context().close();
  });

  it('give HR the answers of five, and nobody else any', async () => {
    for (const [i, work] of ['2', '3', '4', '5'].entries()) {
      const { token } = await inviteSomebody(app, hr, { department: 'Sales' });
      const body = new URLSearchParams({
        act: 'send',
        'q-reason': i === 0 ? 'team' : 'pay',
        'q-work': work,
      });
      const sent = await fetch(`${site.url}/survey/${token}`, {
        method: 'POST',
        body,
        headers: { 'sec-fetch-site': 'same-origin' },
      });
      assert.equal(sent.status, 200);
    }
    const page = await open(hr);
    await page.getByRole('link', { name: 'Exit survey' }).click();
    await page.getByText('Figures of 5 people').waitFor();
    const work = page.getByRole('region', { name: 'How much did you like your work?' });
    await work.getByRole('row', { name: '5 1 20%' }).waitFor();
    await page.getByText('Read what 1 person wrote').click();
    await page.getByText('Die Menschen, und der Garten').waitFor();
    await checkLooks(page, 'survey-results');
    await page.getByLabel('Department').fill('Lab');
    await page.getByRole('button', { name: 'Show answers' }).click();
    await page.waitForURL('**/survey-results?department=Lab');
    await page.getByText('Nothing can be shown').waitFor();
    assert.equal(await page.getByText('Figures of').count(), 0);
    await page.context().close();

    const other = await open(mona);
    assert.equal(await other.getByRole('link', { name: 'Exit survey' }).count(), 0);
    await other.goto(`${site.url}/survey-results`);
    await other.getByText('This needs one of the roles hr').waitFor();
    await other.context().close();
  });

  it('lets the browser complain about nothing', () => {
    const refused = /status of (403|404|422)|ERR_FAILED/;
    assert.deepEqual(
      site.complaints.filter((it) => !refused.test(it)),
      [],
    );
  });
});
