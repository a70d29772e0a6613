import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import pino from 'pino';
import type { Browser, Page } from 'playwright-core';
import { makeSignInLink } from '#app/sign-in-links.ts';
import { createUser } from '#app/users.ts';
import { openKeyring } from '#store/keys.ts';
import { roles as processRoles } from '#store/roles.ts';
import { openSubjectKeys } from '#store/subject-keys.ts';
import { freePort } from '../practice/servers/program.ts';
import { type ScimServer, startScimServer } from '../practice/servers/scim.ts';
import { personDn, type Slapd, startSlapd } from '../practice/servers/slapd.ts';
import { connectors } from '../src/connectors.ts';
import { readConfiguration } from '../src/operate/configuration.ts';
import { type Program, serve } from '../src/serve.ts';
import { startBrowser } from './support/browser.ts';
import { shortTiming } from './support/gatehouse.ts';
import { giveAuthenticator } from './support/web-passkey.ts';

const priya = { name: 'Priya Nair', email: 'priya@meadow.example', uid: 'priya' };
const lea = { name: 'Lea Lind', email: 'lea@meadow.example', uid: 'lea' };

const people = `person_id,name,email,department,title,location,country,zone,employment_type,manager_id
E-7,Amira Haddad,amira@meadow.example,People,Head of People,Berlin,DE,Europe/Berlin,employee,
E-101,${priya.name},${priya.email},Engineering,Engineer,Berlin,DE,Europe/Berlin,employee,E-7
E-102,${lea.name},${lea.email},Sales,Account executive,Berlin,DE,Europe/Berlin,employee,E-7
`;

/** The starter, cut down to what this small company has; and what cannot be undone, so that another has to approve it. */
const shortened = `playbook: involuntary-departure
title: Involuntary departure
for: departure
applies when: { field: departure.kind, is: involuntary }
steps:
  - id: block-accounts
    layer: security
    do: account.suspend
    on: every account
    at: access ends
  - id: remove-account
    layer: operations
    do: account.delete
    on: { connection: wiki }
    at: access ends
    after: [layer security]
    approval: yes
`;

// A whole first day in one browser: slow where the machine is busy.
describe('the first day with Gatehouse', { timeout: 900_000 }, () => {
  let folder: string;
  let program: Program;
  let directory: Slapd;
  let wiki: ScimServer;
  let browser: Browser;
  let page: Page;
  const complaints: string[] = [];

  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'gatehouse-first-'));
    const read = readConfiguration({
      workingDirectory: folder,
      environment: {
        GATEHOUSE_DATA: folder,
        GATEHOUSE_LISTEN: `127.0.0.1:${await freePort()}`,
        GATEHOUSE_METRICS_LISTEN: '127.0.0.1:0',
      },
    });
    assert.ok(read.ok);
    program = await serve({
      ...{ configuration: read.configuration, roles: processRoles, connectors },
      log: pino({}, pino.destination({ dest: path.join(folder, 'gatehouse.log'), sync: true })),
      timing: shortTiming,
      databaseSettings: { fsync: 'off', synchronous_commit: 'off' },
    });
    const both = [priya, lea];
    directory = await startSlapd({
      people: both.map(({ uid, name, email }) => ({
        ...{ uid, name, mail: email, password: `secret of ${uid}` },
      })),
    });
    wiki = await startScimServer({
      token: 'key-of-the-wiki',
      users: both.map(({ uid, email }) => ({
        ...{ id: uid, userName: email, emails: [{ value: email }] },
      })),
    });
    browser = await startBrowser();
    page = await openPage();
  });
  after(async () => {
    await browser?.close();
    await program?.stop();
    await directory?.stop();
    await wiki?.close();
    await rm(folder, { recursive: true, force: true });
  });

  /** A browser of somebody, with a passkey in the machine that says yes by itself. */
  async function openPage(): Promise<Page> {
    const context = await browser.newContext({ locale: 'en-GB', acceptDownloads: true });
    const opened = await context.newPage();
    opened.setDefaultTimeout(60_000);
    opened.on('pageerror', (error) => complaints.push(error.message));
    await giveAuthenticator(opened);
    return opened;
  }
  const press = (name: string | RegExp, on = page) =>
    on.getByRole('button', { name, exact: true }).click();
  const follow = (name: string | RegExp, on = page) =>
    on.getByRole('link', { name, exact: true }).first().click();
  const sees = (text: string | RegExp, on = page) => on.getByText(text).first().waitFor();
  const goTo = (name: string) =>
    page.getByRole('navigation').getByRole('link', { name, exact: true }).click();

  async function enter(link: string, on: Page): Promise<void> {
    await on.goto(link);
    await press('Sign in', on);
    await on.getByRole('button', { name: /Signed in as/ }).click();
    await on.getByRole('menuitem', { name: 'How you sign in' }).click();
    await press('Add a passkey', on);
    await sees(/^registered /, on);
  }
  /** Fills in the form of a connection, and names its host as one of the own network. */
  async function connect(system: string, fields: readonly (readonly [string | RegExp, string])[]) {
    await goTo('Connections');
    await page.getByLabel('Find a system or a kind').fill(system.slice(0, 4));
    await follow(system);
    await page.getByRole('heading', { name: `Connect ${system}` }).waitFor();
    await page.getByText(/^More: how fast/).click();
    for (const [label, text] of fields) await page.getByLabel(label).fill(text);
    if (system.startsWith('SCIM')) await page.getByLabel(/^Accounts can be deleted/).check();
    await press('Connect and test');
    await sees(/stand in your own network\?/);
    await page.getByLabel('Network in which its address must lie').fill('127.0.0.1/32');
    if (system.startsWith('SCIM'))
      await page.getByLabel('May be called without encryption').check();
    await press('Name it and test again');
    // On a busy machine the short limits of a test may cut a call off, as a slow system would.
    const proof = page.getByRole('button', { name: 'See what it can prove', exact: true });
    for (let tries = 1; tries < 5; tries += 1) {
      const isThere = proof.waitFor({ timeout: 30_000 }).then(
        () => true,
        () => false,
      );
      if (await isThere) break;
      await press('Test again');
    }
    await proof.click();
    await sees('Read back: verified');
  }

  it('begins with the link that the server prints, and a passkey', async () => {
    assert.ok(program.claimLink);
    await enter(program.claimLink, page);
  });

  it('connects a directory and an application', async () => {
    await connect('LDAP directory', [
      ['Short name', 'directory'],
      [/^Servers/, directory.ldapsUrl],
      [/^Bind account/, directory.bindDn],
      [/^Password of the bind account/, directory.password],
      [/^Where people are/, directory.peopleDn],
      [/^Where groups are/, directory.groupsDn],
      [/^Certificates of a private authority/, directory.caPem],
    ]);
    await connect('SCIM 2.0', [
      ['Short name', 'wiki'],
      [/^SCIM base address/, wiki.url],
      [/^Bearer token/, 'key-of-the-wiki'],
    ]);
  });

  it('brings in people from a file', async () => {
    await goTo('People');
    await follow('Import people');
    const file = { name: 'people.csv', mimeType: 'text/csv', buffer: Buffer.from(people) };
    await page.getByLabel(/^File/).setInputFiles(file);
    await press('Bring in');
    await sees('3 rows were taken in.');
  });

  it('takes a starter playbook, changes it, tries it on a person and asks for a review', async () => {
    await goTo('Playbooks');
    await follow('Involuntary departure');
    await press('Change it');
    await sees('Your draft, begun from version 1');
    const tab = (name: string) => page.getByRole('tab', { name, exact: true }).click();
    await tab('Text');
    await page.getByLabel('The playbook as text').fill(shortened);
    await page.getByText('kept', { exact: true }).waitFor();
    await tab('Simulate on …');
    await page.getByLabel('On whom?').fill('Priya');
    await page.getByRole('button', { name: /^Priya Nair/ }).click();
    await page.getByLabel('Access ends at once').check();
    await press('See what will happen');
    await sees('Block sign-in');
    assert.equal(wiki.effects.length, 0, 'a try changes nothing');
    await press('Ask for review');
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('What is different, and why?').fill('Only what we have');
    await dialog.getByRole('button', { name: 'Ask for review' }).click();
    await sees('To review');
  });

  let ben: Page;
  it('lets in a second person, by a link from the server, who publishes it', async () => {
    const keyring = await openKeyring(path.join(folder, 'keys'), ['web', 'subject']);
    const app = { pool: program.database.pools.web, keys: openSubjectKeys(keyring) };
    // As `gatehouse user add` and `gatehouse user sign-in-link` do on the server.
    const email = 'ben@meadow.example';
    await createUser(app, { name: 'Ben Second', email, roles: ['it-admin', 'security'] });
    const { publicUrl } = program;
    const { url } = await makeSignInLink(app, { email, method: 'link', publicUrl });
    ben = await openPage();
    await enter(url, ben);
    await ben.goto(page.url());
    await press('Publish', ben);
    await ben
      .getByRole('dialog')
      .getByRole('button', { name: /^Publish version/ })
      .click();
    await sees('Live', ben);
    await ben.getByRole('button', { name: 'Publish', exact: true }).waitFor({ state: 'detached' });
  });

  it('requests a departure and sees what will happen before it does', async () => {
    await goTo('Overview');
    await follow('Request departure');
    await page.getByRole('combobox', { name: 'Person' }).fill('Priya');
    await page.getByRole('option', { name: /Priya Nair/ }).click();
    await page.getByRole('combobox', { name: 'Kind' }).click();
    await page.getByRole('option', { name: 'Involuntary' }).click();
    await page.getByLabel('Urgent').check();
    await sees('Block sign-in');
    await sees(/waits for the approval of another person/);
    await page.getByLabel('Reason').fill('Left with the keys');
    await page.getByLabel(/Type the surname/).fill('Nair');
    await press('Cut access now');
    await page.getByRole('heading', { name: 'Priya Nair is leaving' }).waitFor();
  });

  it('has another person approve what cannot be undone, and watches it finish', async () => {
    await ben.goto(page.url());
    const approve = ben.getByRole('button', { name: 'Approve with passkey' });
    await approve.click();
    await approve.waitFor({ state: 'detached' });
    // Without a reload, as it happens.
    await page.getByText('Complete', { exact: true }).first().waitFor();
    assert.equal(wiki.users.has('priya'), false);
    assert.equal(await directory.canBind(personDn('priya'), 'secret of priya'), false);
    assert.equal(await directory.canBind(personDn('lea'), 'secret of lea'), true);
  });

  it('takes the evidence home, and checks it in the browser', async () => {
    await press('Evidence');
    await page.getByRole('menuitem', { name: 'Evidence pack' }).click();
    await press('Make evidence package');
    await sees(/It is ready/);
    const coming = page.waitForEvent('download');
    await press('Download');
    const buffer = await readFile(await (await coming).path());
    await page.getByRole('dialog').getByRole('link').click();
    await page.waitForURL(/\/verify$/);
    const file = { name: 'priya.zip', mimeType: 'application/zip', buffer };
    await page.locator('input[type=file]').first().setInputFiles(file);
    await sees('Everything in priya.zip holds');
    await sees('It was signed by a key of this Gatehouse.');
  });

  /** Presses Tab until what has the focus is called so. */
  async function tabTo(name: RegExp): Promise<void> {
    const passed: string[] = [];
    for (let presses = 0; presses < 100; presses += 1) {
      await page.keyboard.press('Tab');
      const now = await page.evaluate(nameOfFocused);
      if (name.test(now)) return;
      passed.push(now.slice(0, 40));
    }
    assert.fail(`the keyboard does not get to ${name}, but to ${passed.join(' | ')}`);
  }

  it('goes all the way without a mouse: signs in, finds a person, sees the plan, sends', async () => {
    const { keyboard } = page;
    await page.context().clearCookies();
    await page.goto(program.publicUrl);
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    await tabTo(/^Sign in with a passkey$/);
    await keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Overview' }).waitFor();

    await keyboard.press('Control+k');
    await page.getByRole('dialog').getByRole('textbox').waitFor();
    await page.waitForFunction(isEntered, '');
    await keyboard.type('Lea L');
    await page.waitForFunction(isFirstFound, 'Lea Lind');
    await keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Lea Lind' }).waitFor();
    await tabTo(/^Request departure$/);
    await keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Request departure' }).waitFor();
    await tabTo(/^Kind/);
    await keyboard.press('Enter');
    await page.getByRole('option', { name: 'Involuntary' }).waitFor();
    // One after the other, as it is shown: on a busy machine a page follows its keys with a delay, or misses one.
    let chosen = '';
    for (let presses = 0; presses < 60 && chosen !== 'Involuntary'; presses += 1) {
      await keyboard.press('ArrowDown');
      const found = await page
        .waitForFunction(optionAfter, chosen, { timeout: 10_000 })
        .catch(() => null);
      if (found) chosen = (await found.jsonValue()) as string;
    }
    await keyboard.press('Enter');
    await page.waitForFunction(isEntered, 'Involuntary');
    await tabTo(/^Last working day/);
    await keyboard.type('11112099');
    await keyboard.press('Control+Enter');
    await sees('Block sign-in');
    await tabTo(/^Send for approval and start$/);
    await keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Lea Lind is leaving' }).waitFor();
  });

  it('lets the browser complain about nothing', () => {
    assert.deepEqual(complaints, []);
  });
});

/** Runs in the page: what has the focus, as it is called. */
function nameOfFocused(): string {
  const { document } = globalThis as unknown as { document: { activeElement: Focused } };
  const { ariaLabel, labels, textContent } = document.activeElement;
  return (ariaLabel ?? labels?.[0]?.textContent ?? textContent ?? '').trim();
}

/** Runs in the page: what Enter opens in the palette begins so. */
function isFirstFound(text: string): boolean {
  const { document } = globalThis as unknown as {
    document: { querySelector(of: string): Focused | null };
  };
  const action = '.mantine-Spotlight-action';
  const first = document.querySelector(action);
  const chosen = document.querySelector(`${action}[data-selected]`) ?? first;
  return first === chosen && (first?.textContent ?? '').startsWith(text);
}

/** Runs in the page: what the field that has the focus says. */
function isEntered(text: string): boolean {
  const { document } = globalThis as unknown as { document: { activeElement: Focused } };
  return document.activeElement.value === text;
}

/** Runs in the page: the option that is chosen now, if it is another one. */
function optionAfter(before: string): string | false {
  const { document } = globalThis as unknown as {
    document: { querySelector(of: string): Focused | null };
  };
  const now = document.querySelector('[role=option][data-combobox-selected]')?.textContent ?? '';
  return now !== before && now;
}

interface Focused {
  readonly value?: string;
  readonly ariaLabel: string | null;
  readonly labels?: ArrayLike<{ readonly textContent: string }>;
  readonly textContent: string | null;
}
