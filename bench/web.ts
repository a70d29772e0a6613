import { gzipSync } from 'node:zlib';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { z } from 'zod';
import { startBrowser } from '../test/support/browser.ts';
import { type FilledSite, startFilledSite } from './filled-site.ts';
import { looksOf, type Watched, watchPalette, watchPresses, watchText } from './in-page.ts';
import { atMost, median, type Row, told } from './row.ts';

const facts = Number(process.env['GATEHOUSE_BENCH_FACTS'] ?? 1_000_000);
const departures = 10_000;
const loads = 5;
const lives = 20;

/** An office network takes this as it is; the second is a cheap laptop far away. */
const slow = { cpu: 4, bytesPerSecond: 10_000_000 / 8, latencyMs: 40 };

/**
 * What people feel of the pages, with 10,000 departures and a million facts in the database. The server,
 * which has been asked before, the database, the browser, which runs already, and what drives it are processes each.
 */
export async function* web(): AsyncIterable<Row> {
  await using made = new AsyncDisposableStack();
  const site = await startFilledSite({ facts, departures });
  made.defer(() => site.stop());
  const browser = await startBrowser();
  made.defer(() => browser.close());
  const page = await signedIn(browser, site);
  yield told(`${facts} facts and ${departures} departures put in`, site.secondsToFill, 's');
  yield* await opening(browser, page.context(), site);
  yield* await pressing(page, site);
  yield* await living(page, site);
}

async function signedIn(browser: Browser, site: FilledSite): Promise<Page> {
  const page = await browser.newPage();
  page.setDefaultTimeout(120_000);
  await page.goto(site.signInLink);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.waitForURL((at) => !at.pathname.startsWith('/sign-in'));
  return page;
}

/** Opens Overview anew, with nothing kept, as whoever opens it in the morning. */
async function opening(browser: Browser, of: BrowserContext, site: FilledSite): Promise<Row[]> {
  const storageState = await of.storageState();
  const rows: Row[] = [
    atMost('Overview, JavaScript gz', await scriptsOf(browser, storageState, site), 'kB', 210),
  ];
  let shift = 0;
  for (const [name, limits, limit] of [
    ['plain', null, 1_000],
    ['4 × slower, 10 Mbit/s, 40 ms', slow, 2_000],
  ] as const) {
    const times: number[] = [];
    for (let load = 0; load < loads; load += 1) {
      const context = await browser.newContext({ storageState });
      const page = await context.newPage();
      page.setDefaultTimeout(120_000);
      // Something of the site that needs none of its files: a browser starts a process for each site first.
      await page.goto(`${site.url}/api/v1/session`);
      if (limits) await slowDown(page, limits);
      await page.goto(site.url);
      await page.locator('main .figures, main h2').first().waitFor();
      // What is largest is known once somebody does something.
      await page.evaluate(() => new Promise((done) => setTimeout(done, 1_000)));
      const seen = await page.evaluate(looksOf);
      times.push(seen.paintedMs);
      shift = Math.max(shift, seen.shift);
      await context.close();
    }
    rows.push(atMost(`Overview, largest paint, ${name} (median of 5)`, median(times), 'ms', limit));
  }
  rows.push(atMost('Overview, layout shift (worst of all)', shift, '', 0.02));
  return rows;
}

/** What Overview needs of scripts until it is there, in kB; by itself, since packing them here takes the server's time. */
async function scriptsOf(
  browser: Browser,
  storageState: Awaited<ReturnType<BrowserContext['storageState']>>,
  site: FilledSite,
): Promise<number> {
  const context = await browser.newContext({ storageState });
  const page = await context.newPage();
  const bodies: Promise<Buffer>[] = [];
  page.on('response', (it) => {
    if (new URL(it.url()).pathname.endsWith('.js')) bodies.push(it.body());
  });
  await page.goto(site.url);
  await page.locator('main .figures, main h2').first().waitFor();
  const loaded = await Promise.all(bodies.slice());
  await context.close();
  return loaded.reduce((sum, it) => sum + gzipSync(it, { level: 9 }).length, 0) / 1_000;
}

async function slowDown(page: Page, it: typeof slow): Promise<void> {
  const devtools = await page.context().newCDPSession(page);
  await devtools.send('Emulation.setCPUThrottlingRate', { rate: it.cpu });
  await devtools.send('Network.enable');
  await devtools.send('Network.emulateNetworkConditions', {
    ...{ offline: false, latency: it.latencyMs },
    ...{ downloadThroughput: it.bytesPerSecond, uploadThroughput: it.bytesPerSecond },
  });
}

/** Types and moves as people do who know the keys; the browser itself says when each press was painted. */
async function pressing(page: Page, site: FilledSite): Promise<Row[]> {
  const rows: Row[] = [];
  await page.goto(`${site.url}/departures`);
  await page.locator('tbody tr').first().waitFor();
  const measure = async (name: string, press: () => Promise<void>) => {
    await page.evaluate(watchPresses);
    await press();
    await page.evaluate(() => new Promise((done) => setTimeout(done, 300)));
    const times = await page.evaluate(() => (globalThis as unknown as Watched).presses);
    rows.push(
      atMost(`${name}, press to paint (p75 of ${times.length})`, quantile(times, 0.75), 'ms', 100),
    );
    rows.push(atMost(`${name}, press to paint (worst)`, quantile(times, 1), 'ms', 200));
  };
  await measure('Departures, down the list', async () => {
    for (let presses = 0; presses < 20; presses += 1) await page.keyboard.press('j');
  });
  await measure('Departures, filter', async () => {
    await page.keyboard.press('/');
    await page.keyboard.type('priya nair', { delay: 120 });
  });
  await page.locator('tbody tr').first().waitFor();
  const opened: number[] = [];
  await page.goto(site.url);
  await page.locator('main h2').first().waitFor();
  for (let round = 0; round < 6; round += 1) {
    await page.evaluate(watchPalette);
    await page.keyboard.press('Control+k');
    await page.waitForFunction(() => (globalThis as unknown as Watched).openedMs > 0);
    // The first one loads it.
    if (round > 0)
      opened.push(await page.evaluate(() => (globalThis as unknown as Watched).openedMs));
    if (round < 5) await page.keyboard.press('Escape');
    await page.evaluate(() => new Promise((done) => setTimeout(done, 200)));
  }
  rows.push(atMost('Palette, press to open (median of 5)', median(opened), 'ms', 100));
  await measure('Palette, typing', async () => {
    await page.keyboard.type('priya nair', { delay: 120 });
  });
  return rows;
}

/** From the request of somebody else to the words on the page: what is done for it is in the time as well. */
async function living(page: Page, { url, api, openCases }: FilledSite): Promise<Row[]> {
  const caseId = openCases.at(-1)!;
  await page.goto(`${url}/departures/${caseId}`);
  await page.getByRole('button', { name: 'Pause departure' }).waitFor();
  await page.getByText('Live', { exact: true }).waitFor();
  const times: number[] = [];
  for (let round = 0; round < lives; round += 1) {
    const isPausing = round % 2 === 0;
    // While much changes, pages rest between two readings; what happens by itself does not wait for that.
    await page.evaluate(() => new Promise((done) => setTimeout(done, 2_500)));
    await page.evaluate(watchText, isPausing ? 'Resume departure' : 'Pause departure');
    const act = isPausing ? 'pause' : 'resume';
    const asked = Date.now();
    await api.send('POST', `/cases/${caseId}/${act}`, { reason: 'bench' }, z.unknown());
    await page.waitForFunction(() => (globalThis as unknown as Watched).seenAt > 0);
    times.push((await page.evaluate(() => (globalThis as unknown as Watched).seenAt)) - asked);
  }
  return [atMost(`Event to pixel (p95 of ${lives})`, quantile(times, 0.95), 'ms', 500)];
}

const quantile = (values: readonly number[], of: number): number =>
  values.toSorted((a, b) => a - b)[Math.ceil(values.length * of) - 1] ?? Number.NaN;
