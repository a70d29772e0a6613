import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Browser } from 'playwright-core';
import { accessProblems, startBrowser } from './support/browser.ts';
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
