import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { createToken } from '#app/users.ts';
import { startApi } from '../../src/api/start.ts';
import type { TestGatehouse } from './gatehouse.ts';

export interface Site {
  /** Where the pages are, without a slash at the end. */
  readonly url: string;
  /** A page of somebody who is signed in; fails later when the browser complains about anything. */
  open(browser: Browser, userId: string, options?: BrowserContextOptions): Promise<Page>;
  /** What the browser complained about on any page: errors of scripts, refused requests and styles. */
  readonly complaints: readonly string[];
  stop(): Promise<void>;
}

/** Serves the pages and the API of a Gatehouse on a free port. */
export async function startSite(gatehouse: TestGatehouse): Promise<Site> {
  const anyPort = { host: '127.0.0.1', port: 0 };
  const complaints: string[] = [];
  const api = await startApi(gatehouse.app, {
    configuration: { listen: anyPort, metricsListen: anyPort, publicUrl: undefined },
    log: { info() {}, warn() {}, error: (fields) => complaints.push(JSON.stringify(fields)) },
  });
  return {
    url: api.url,
    complaints,
    async open(browser, userId, options = {}) {
      const { token } = await createToken(gatehouse.app, {
        userId,
        name: 'browser',
        days: 1,
        now: new Date(),
      });
      const context = await browser.newContext({
        ...options,
        extraHTTPHeaders: { authorization: `Bearer ${token}` },
      });
      const page = await context.newPage();
      page.on('pageerror', (error) => complaints.push(error.message));
      page.on('console', (line) => {
        if (line.type() === 'error') complaints.push(line.text());
      });
      page.on('request', (request) => {
        if (!request.url().startsWith(api.url) && !request.url().startsWith('data:'))
          complaints.push(`asked for ${request.url()}`);
      });
      return page;
    },
    stop: () => api.stop(),
  };
}
