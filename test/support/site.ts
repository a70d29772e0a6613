import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { makeSignInLink } from '#app/sign-in-links.ts';
import { startApi } from '../../src/api/start.ts';
import type { TestGatehouse } from './gatehouse.ts';

export interface Site {
  /** Where the pages are, without a slash at the end. */
  readonly url: string;
  /** A page of somebody who has signed in. */
  open(browser: Browser, email: string, options?: BrowserContextOptions): Promise<Page>;
  /** What the browser complained about on any page: errors of scripts, refused requests and styles. */
  readonly complaints: readonly string[];
  stop(): Promise<void>;
}

/**
 * Serves the pages and the API of a Gatehouse on a free port. `name`: the address that people know, where the
 * browser was told to find it here, as passkeys need one that is no number.
 */
export async function startSite(
  gatehouse: Pick<TestGatehouse, 'app'>,
  { name }: { name?: string } = {},
): Promise<Site & { readonly port: string }> {
  const anyPort = { host: '127.0.0.1', port: 0 };
  const complaints: string[] = [];
  const api = await startApi(gatehouse.app, {
    configuration: { listen: anyPort, metricsListen: anyPort, publicUrl: undefined },
    log: { info() {}, warn() {}, error: (fields) => complaints.push(JSON.stringify(fields)) },
  });
  const url = name ?? api.url;
  return {
    url,
    port: new URL(api.url).port,
    complaints,
    async open(browser, email, options = {}) {
      const context = await browser.newContext(options);
      const page = await context.newPage();
      page.setDefaultTimeout(90_000); // for a machine that has much else to do
      page.on('pageerror', (error) => complaints.push(error.message));
      page.on('console', (line) => {
        // axe-core tries whether it may make code of text, which it may not.
        const isOfAxe = line.text().includes("requires 'TrustedScript' assignment");
        if (line.type() === 'error' && !isOfAxe) complaints.push(line.text());
      });
      page.on('request', (request) => {
        if (!request.url().startsWith(url) && !request.url().startsWith('data:'))
          complaints.push(`asked for ${request.url()}`);
      });
      const link = await makeSignInLink(gatehouse.app, {
        email,
        method: 'link',
        publicUrl: url,
      });
      await page.goto(link.url);
      await page.getByRole('button', { name: /^(Sign in|Anmelden)$/ }).click();
      await page.waitForURL((at) => !at.pathname.startsWith('/sign-in'));
      return page;
    },
    stop: () => api.stop(),
  };
}
