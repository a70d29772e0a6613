import type { Page } from 'playwright-core';
import { importPlaybook, publishPlaybook } from '#app/playbooks.ts';
import { createUser } from '#app/users.ts';
import type { Role } from '#core/user.ts';
import type { Window } from '#core/window.ts';
import { startBrowser } from './browser.ts';
import { houseOf, startCompany } from './company.ts';
import { startGatehouse } from './gatehouse.ts';
import { startSite } from './site.ts';
import { watching } from './watch.ts';

// Passkeys need a name, and browsers take this one for safe without TLS.
const name = 'http://gatehouse.localhost';

export type WebHouse = Awaited<ReturnType<typeof startWebHouse>>;

/** A Gatehouse with its pages, the company around it, and one browser for all who look at it. */
export async function startWebHouse() {
  const gatehouse = await startGatehouse({}, { publicUrl: name });
  const house = houseOf(gatehouse);
  const company = await startCompany(house);
  const site = await startSite(gatehouse, { name });
  const browser = await startBrowser([
    `--host-resolver-rules=MAP gatehouse.localhost:80 127.0.0.1:${site.port}`,
  ]);
  return {
    gatehouse,
    house,
    company,
    site,
    browser,
    watch: watching(house),
    /** Published at once, without a second person. */
    async follow(playbook: string): Promise<void> {
      const { playbook: draft } = await importPlaybook(gatehouse.app, gatehouse.admin, playbook);
      await publishPlaybook(gatehouse.app, gatehouse.admin, draft.id);
    },
    /** A page of somebody new with these roles; of an auditor, `window` is the period that is shown. */
    async signedIn(
      who: string,
      roles: readonly Role[],
      window: Window | null = null,
    ): Promise<Page> {
      const email = `${who.split(' ')[0]!.toLowerCase()}.web@meadow.example`;
      await createUser(gatehouse.app, { name: who, email, roles, window });
      return site.open(browser, email, { locale: 'en-GB' });
    },
    async stop(): Promise<void> {
      await browser.close();
      await site.stop();
      await gatehouse.stop();
      await company.close();
    },
  };
}
