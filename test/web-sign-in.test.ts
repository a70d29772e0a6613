import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Browser } from 'playwright-core';
import { accessProblems, checkLooks, startBrowser } from './support/browser.ts';
import { startGatehouse, type TestGatehouse } from './support/gatehouse.ts';
import { type Site, startSite } from './support/site.ts';

describe('somebody who signs in with a browser', () => {
  let gatehouse: TestGatehouse;
  let site: Site;
  let browser: Browser;
  before(async () => {
    gatehouse = await startGatehouse();
    site = await startSite(gatehouse);
    browser = await startBrowser();
  });
  after(async () => {
    await browser?.close();
    await site?.stop();
    await gatehouse?.stop();
  });

  it('is asked to first, wherever they wanted to go, and is told why single sign-on refused them', async () => {
    const page = await (await browser.newContext()).newPage();
    page.setDefaultTimeout(90_000);
    await page.goto(`${site.url}/departures?view=late`);
    await page.getByRole('heading', { name: 'Sign in', exact: true }).waitFor();
    assert.equal(new URL(page.url()).searchParams.get('to'), '/departures?view=late');
    assert.deepEqual(await accessProblems(page), []);
    await page.getByText('With a password and a code').click();
    await page.getByLabel('E-mail address').fill('nobody@meadow.example');
    await page.getByRole('textbox', { name: 'Password' }).fill('none of the many');
    await page.getByLabel('Code').fill('123456');
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
    await page.getByRole('alert').waitFor();
    assert.deepEqual(await accessProblems(page), []);
    await page.goto(`${site.url}/sign-in?problem=unknown-user`);
    await page.getByText('nobody let you in here').waitFor();
    await page.context().close();
  });

  it('sees how and where, and can sign out', async () => {
    const page = await site.open(browser, gatehouse.admin.user.email);
    await page.getByRole('button', { name: /Signed in as/ }).click();
    await page.getByRole('menuitem', { name: 'How you sign in' }).click();
    await page.getByText('this browser').waitFor();
    await checkLooks(page, 'account');
    await page.getByRole('button', { name: /Signed in as/ }).click();
    await page.getByRole('menuitem', { name: 'Sign out' }).click();
    await page.getByRole('heading', { name: 'Sign in', exact: true }).waitFor();
    await page.context().close();
  });

  for (const colorScheme of ['light', 'dark'] as const) {
    it(`sees their pages in ${colorScheme}, and nothing that the browser refuses`, async () => {
      const page = await site.open(browser, gatehouse.admin.user.email, { colorScheme });
      await page.getByRole('heading', { level: 1 }).waitFor();
      assert.deepEqual(await accessProblems(page), []);
      await page.getByRole('button', { name: /Signed in as/ }).click();
      await page.getByRole('menuitem', { name: 'Sign out' }).waitFor();
      assert.deepEqual(await accessProblems(page), []);
      await page.context().close();
      assert.deepEqual(site.complaints, []);
    });
  }
});
