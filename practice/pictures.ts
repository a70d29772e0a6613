import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Browser, Page } from 'playwright-core';
import type { Case } from '../src/api/contract/cases.ts';
import { ImportReport, PersonPage } from '../src/api/contract/people.ts';
import { departureTabs } from '../web/pages/cases/departure-search.ts';
import { settingsParts } from '../web/pages/settings/search.ts';
import { colleague } from './company.ts';
import { happens } from './happening.ts';
import { addressOf, pagesOfBrowser } from './pages.ts';
import { count, type Stage } from './stage.ts';

const schemes = ['light', 'dark'] as const;
const widths = [1280, 360] as const;

/** The three that README shows, by page; they are kept in the repository. */
const kept: Readonly<Record<string, string>> = {
  overview: 'overview',
  'departures-caseId': 'departure',
  'playbooks-name-draft': 'playbook',
};
const keptFolder = path.join(import.meta.dirname, '../docs/pictures');

/**
 * Takes every page of the browser, in both themes and two widths, as the practice company has them after its story:
 * `<page>-<width>-<theme>.png` in `folder`. Needs Chromium on the path. The three of README are renewed.
 */
export async function takePictures(stage: Stage, folder: string, urgent: Case): Promise<void> {
  const { screen, gatehouse } = stage;
  screen.heading(5, 'Pictures');
  const waiting = await somethingToDo(stage);
  const { items } = await gatehouse.onlooker.get('/people', PersonPage, {
    text: urgent.person.personId,
  });
  const values = {
    '/departures/$caseId': waiting.id,
    '/cases/$caseId': urgent.id,
    '/tasks/$taskId': waiting.steps.find((it) => it.assignment !== null)!.id,
    '/people/$id': items[0]!.id,
    '/playbooks/$name': 'planned-departure',
    '/playbooks/$name/draft': 'planned-departure',
    '/connections/$id': 'chat',
    '/connections/new/$connector': 'scim',
    '/set-aside/$id': await aFileSetAside(stage),
  };
  await mkdir(folder, { recursive: true });
  const { startBrowser } = await import('../test/support/browser.ts');
  const browser = await startBrowser();
  try {
    const page = await signedIn(browser, await gatehouse.signInLink('sam'));
    await beginDraft(page, `${gatehouse.publicUrl}/playbooks/planned-departure`);
    let taken = 0;
    for (const { name, address } of pagesOfBrowser().flatMap((it) => looksOf(it, values))) {
      screen.status(() => `taking ${name}`);
      await page.goto(`${gatehouse.publicUrl}${address}`);
      taken += await take(page, folder, name);
    }
    screen.entry('✔', 'good', 'Taken', `${count(taken, 'picture')} in ${folder}`);
  } finally {
    screen.status(null);
    await browser.close();
  }
}

/** Somebody leaves at once while a system lies: Overview and departure have what needs a person. */
async function somethingToDo(stage: Stage): Promise<Case> {
  stage.systems.expenses.server.behaviour = 'lies';
  const today = new Date().toISOString().slice(0, 10);
  const { found } = await happens(stage, {
    person: colleague('liam.obrien'),
    event: {
      type: 'departure.confirmed',
      departure: { id: 'S-90', kind: 'involuntary', urgent: true, last_working_day: today },
    },
    expected: 'a step that needs a person',
    withinMs: 180_000,
    isThere: ({ steps, progress }) =>
      steps.some((it) => it.status === 'held') && progress.proven > 10,
  });
  return found;
}

/** Somebody imports a file by which many leave on one day; it waits until two people say that it is none by mistake. */
async function aFileSetAside({ gatehouse }: Stage): Promise<string> {
  const day = new Date(Date.now() + 60 * 86_400_000).toISOString().slice(0, 10);
  const rows = Array.from(
    { length: 22 },
    (_, i) => `T-${i},Temp Worker ${i},temp${i}@meadow.example,layoff,${day}`,
  );
  const bytes = Buffer.from(
    `person_id,name,email,departure_kind,last_working_day\n${rows.join('\n')}\n`,
  );
  const file = { bytes, type: 'text/csv' };
  const report = await gatehouse.staff.noor.sendFile('/people/import', file, ImportReport);
  if (!report.setAside) throw new Error('the file was not set aside');
  return report.setAside.feed;
}

/** The ways in which a page is looked at, each with a name for its pictures. */
function looksOf(page: string, values: Readonly<Record<string, string>>) {
  const address = addressOf(page, values);
  const name = page === '/' ? 'overview' : page.slice(1).replaceAll(/\W+/g, '-');
  const more =
    page === '/departures/$caseId'
      ? departureTabs.filter((it) => it !== 'list').map((it) => ['tab', it] as const)
      : page === '/settings'
        ? settingsParts.map((it) => ['part', it] as const)
        : [];
  return [
    {
      name,
      address:
        page === '/request' ? `${address}?person=${colleague('aiko.mori').personId}` : address,
    },
    ...more.map(([what, is]) => ({ name: `${name}-${is}`, address: `${address}?${what}=${is}` })),
  ];
}

async function signedIn(browser: Browser, link: string): Promise<Page> {
  const context = await browser.newContext({ locale: 'en-GB', reducedMotion: 'reduce' });
  const page = await context.newPage();
  page.setDefaultTimeout(60_000);
  await page.goto(link);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.waitForURL((at) => !at.pathname.startsWith('/sign-in'));
  return page;
}

async function beginDraft(page: Page, address: string): Promise<void> {
  await page.goto(address);
  await page.getByRole('button', { name: 'Change it' }).click();
  await page.waitForURL('**/draft');
}

async function take(page: Page, folder: string, name: string): Promise<number> {
  await page.locator('h1').first().waitFor();
  let taken = 0;
  for (const width of widths) {
    for (const colorScheme of schemes) {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize({ width, height: 800 });
      await page.waitForFunction(isDrawn);
      // As tall as it is, so that what stands beside reaches down as well.
      const height = await page.evaluate(heightOf);
      await page.setViewportSize({ width, height: Math.min(Math.max(height, 800), 8_000) });
      const picture = await page.screenshot({ animations: 'disabled' });
      await writeFile(path.join(folder, `${name}-${width}-${colorScheme}.png`), picture);
      taken += 1;
    }
  }
  const own = kept[name];
  if (own) {
    await page.emulateMedia({ colorScheme: 'light' });
    await page.setViewportSize({ width: 1280, height: 800 });
    await page.waitForFunction(isDrawn);
    await page.screenshot({ path: path.join(keptFolder, `${own}.png`), animations: 'disabled' });
  }
  return taken;
}

/** Runs in the page. */
const heightOf = () => {
  const { document } = globalThis as unknown as {
    document: { documentElement: { scrollHeight: number } };
  };
  return document.documentElement.scrollHeight;
};

/** Runs in the page: nothing is still on its way. */
const isDrawn = () => {
  const { document } = globalThis as unknown as {
    document: { querySelector(of: string): unknown };
  };
  return !document.querySelector('.mantine-Skeleton-root');
};
