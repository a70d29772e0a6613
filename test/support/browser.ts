import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import axe from 'axe-core';
import { type Browser, chromium, type Page } from 'playwright-core';

/** The one without windows takes less to start and to draw; where only the other is installed, that one. */
const browsers = ['chromium-headless-shell', 'chromium'];

/** The Chromium that is installed here; Debian's package, or another one on the path. `args` are its own. */
export function startBrowser(args: readonly string[] = []): Promise<Browser> {
  const found = spawnSync('which', browsers, { encoding: 'utf8' }).stdout;
  const [executablePath = ''] = found.trim().split('\n');
  return chromium.launch({ executablePath, args: [...args] });
}

/**
 * Whether a page as it is now holds up in both themes and on a phone: nothing that axe-core finds, nothing wider
 * than the screen. With GATEHOUSE_TEST_PICTURES its pictures lie in that folder, for people to look at.
 */
export async function checkLooks(page: Page, name: string): Promise<void> {
  const folder = process.env['GATEHOUSE_TEST_PICTURES'];
  const size = page.viewportSize() ?? { width: 1280, height: 800 };
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    // A theme changes colours, and nothing else: without pictures one width will do for the second.
    for (const width of colorScheme === 'light' || folder ? [1280, 360] : [360]) {
      await page.setViewportSize({ width, height: 800 });
      const path = `${folder}/${name}-${width}-${colorScheme}.png`;
      if (folder) await page.screenshot({ path, fullPage: true });
      const wide = await page.evaluate(() => document.documentElement.scrollWidth);
      assert.ok(wide <= width, `${name} is ${wide} px wide on a screen of ${width}`);
    }
    const rules = colorScheme === 'light' ? [] : rulesOfColour;
    assert.deepEqual(await accessProblems(page, rules), [], `${name}, ${colorScheme}`);
  }
  await page.setViewportSize(size);
}

/** The rules of axe-core that look at colours. */
export const rulesOfColour = ['color-contrast', 'link-in-text-block'];

/** What axe-core finds wrong with a page as it is now, one line for each; by all of its rules, or by these. */
export async function accessProblems(
  page: Page,
  rules: readonly string[] = [],
): Promise<readonly string[]> {
  // Half a megabyte of code, which the page still has from the last look.
  if (!(await page.evaluate(() => 'axe' in globalThis))) await page.evaluate(axe.source);
  return page.evaluate(async (only) => {
    const { axe } = globalThis as unknown as Loose;
    interface Loose {
      axe: { run(options: object): Promise<{ violations: Found[] }> };
    }
    interface Found {
      id: string;
      help: string;
      nodes: { html: string }[];
    }
    // What still fades in has not its colours yet; what turns for ever is not waited for.
    const ending = document.getAnimations().filter((it) => {
      return it.effect?.getComputedTiming().endTime !== Number.POSITIVE_INFINITY;
    });
    await Promise.allSettled(ending.map((it) => it.finished));
    const { violations } = await axe.run(only.length === 0 ? {} : { runOnly: only });
    return violations.map(({ id, help, nodes }) => `${id}: ${help}: ${nodes[0]?.html}`);
  }, rules);
}
