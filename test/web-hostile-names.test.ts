import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Browser, Page, Request } from 'playwright-core';
import { requestCase } from '#app/cases.ts';
import { importPeople } from '#app/people.ts';
import { importPlaybook, publishPlaybook } from '#app/playbooks.ts';
import { createUser } from '#app/users.ts';
import { exitDocumentKinds } from '#core/exit-document.ts';
import { until } from '#core/testing/until.ts';
import { addressOf, pagesOfBrowser } from '../practice/pages.ts';
import { type ScimServer, startScimServer } from '../practice/servers/scim.ts';
import { departureTabs } from '../web/pages/cases/departure-search.ts';
import type { SettingsPart } from '../web/pages/settings/search.ts';
import { startBrowser } from './support/browser.ts';
import { type Company, houseOf, startCompany } from './support/company.ts';
import { startGatehouse, type TestGatehouse } from './support/gatehouse.ts';
import { endless, hostile, link, long, markup, turned } from './support/hostile.ts';
import { type Site, startSite } from './support/site.ts';
import { watching } from './support/watch.ts';

const quoted = (text: string) => JSON.stringify(text);
const cell = (text: string) => `"${text.replaceAll('"', '""')}"`;

/** The settings that show what people and systems are called. */
const ofOthers: readonly SettingsPart[] = ['company', 'alerts', 'users', 'protected', 'onPremises'];

/** What playbooks take: they refuse characters that cannot be printed, such as those that turn a line around. */
const shown = `${markup}${link} 🏴 Zoe\u0301 ${endless}`;
const playbook = `
playbook: involuntary-departure
title: ${quoted(shown.slice(0, 200))}
for: departure
applies when: { all: [{ field: departure.kind, is: involuntary }] }
steps:
  - id: block
    title: ${quoted(shown.slice(0, 200))}
    layer: security
    do: account.suspend
    on: every account
  - id: badge
    layer: operations
    task:
      title: ${quoted(`Badge of {person.name} ${shown.slice(0, 100)}`)}
      instructions: ${quoted(`${shown} ${endless}`.slice(0, 2_000))}
      assign to: { email: boss@meadow.example }
      due: last working day + 5 days
      proof: [${quoted(markup.slice(0, 60))}]
    at: confirmed
  - id: exit-survey
    layer: compliance
    survey: exit
    at: confirmed
`;

/** Files and HR systems alike are refused above that. */
const longest = endless.slice(0, 2_000);

const people = `person_id,name,email,personal_email,department,title,location,country,zone,manager_id
E-7,${cell(turned)},boss@meadow.example,,${cell(hostile)},${cell(hostile)},${cell(hostile)},DE,Europe/Berlin,
E-1,${cell(hostile)},priya@meadow.example,priya@home.example,${cell(hostile)},${cell(hostile)},${cell(hostile)},DE,Europe/Berlin,E-7
E-2,${cell(longest)},lea@meadow.example,lea@home.example,${cell(longest)},${cell(longest)},${cell(longest)},DE,Europe/Berlin,E-7
`;

describe('names that were made to do harm', { timeout: 600_000 }, () => {
  let gatehouse: TestGatehouse;
  let company: Company;
  let wiki: ScimServer;
  let site: Site;
  let browser: Browser;
  let page: Page;
  /** What the page has asked for and not heard yet, but for what stays open. */
  const reading = new Set<Request>();
  const cases: string[] = [];
  let refs: string[];
  let task: string;
  let setAside: string;

  before(async () => {
    gatehouse = await startGatehouse();
    const house = houseOf(gatehouse);
    company = await startCompany(house);
    const { app, admin } = gatehouse;
    await house.set('company', { name: long(200) });
    wiki = await startScimServer({
      token: 'key-of-the-wiki',
      users: ['priya', 'lea'].map((it) => ({
        ...{ id: it, userName: `${it}@meadow.example`, displayName: hostile },
        emails: [{ value: `${it}@meadow.example` }],
      })),
    });
    await gatehouse.connect(
      {
        ...{ id: 'wiki', name: long(200), connector: 'scim', category: 'collaboration' },
        settings: { baseUrl: wiki.url, token: 'key-of-the-wiki' },
      },
      [Number(new URL(wiki.url).port)],
    );
    // What a system says when it refuses is shown too.
    wiki.behaviour = { status: 400, type: 'text/plain', body: hostile };
    wiki.affects = (method) => method !== 'GET';
    const report = await importPeople(app, admin, Buffer.from(people));
    assert.deepEqual(report.refused, []);
    const tooLong = Buffer.from(people.replaceAll(longest, endless));
    const { refused } = await importPeople(app, admin, tooLong);
    assert.deepEqual(
      [...new Set(refused.map((it) => it.column))],
      ['name', 'department', 'title', 'location'],
    );
    const { playbook: draft } = await importPlaybook(app, admin, playbook);
    await publishPlaybook(app, admin, draft.id);
    for (const personId of ['E-1', 'E-2']) {
      const departure = {
        kind: 'involuntary',
        ...{ urgent: true, confidential: false, accessEnds: null, lastWorkingDay: '2026-01-30' },
        ...{ employmentEnds: null, payEnds: null, reason: `${hostile} ${endless}`.slice(0, 2_000) },
      } as const;
      const { caseId, detail } = await requestCase(app, admin, { personId, departure });
      assert.ok(caseId, detail ?? '');
      cases.push(caseId);
    }
    const { become } = watching(house);
    for (const id of ['E-1', 'E-2']) {
      await become('a refusal to be shown and a task to be asked', { id }, ({ steps }) => {
        const held = steps.some((it) => it.status === 'held');
        return held && steps.some((it) => (it.assignment?.people.length ?? 0) > 0);
      });
    }
    refs = (
      await gatehouse.rows<{ id: string }>("select id from people where person_id like 'E-_'")
    ).map((it) => it.id);
    const [asked] = await gatehouse.rows<{ id: string }>(
      "select id from steps where case_id = $1 and assignment -> 'people' <> '[]'",
      cases[0],
    );
    task = asked!.id;
    // Many leave on one day: a file that looks like a mistake, and waits for people.
    const day = new Date(Date.now() + 60 * 86_400_000).toISOString().slice(0, 10);
    const leavers = [...Array(22).keys()].map(
      (i) => `E-3${i},${cell(i === 0 ? hostile : longest)},l${i}@meadow.example,layoff,${day}`,
    );
    const mistake = `person_id,name,email,departure_kind,last_working_day\n${leavers.join('\n')}\n`;
    setAside = (await importPeople(app, admin, Buffer.from(mistake))).setAside!.feed;
    await createUser(app, {
      name: long(200),
      email: 'hostile@meadow.example',
      roles: ['it-admin', 'security', 'hr'],
    });
    const auditor = { email: 'long@meadow.example', roles: ['auditor'] };
    await assert.rejects(createUser(app, { ...auditor, name: endless }), /1 to 254 characters/);
    await createUser(app, { ...auditor, name: long(254) });
    site = await startSite(gatehouse);
    browser = await startBrowser();
    page = await site.open(browser, 'hostile@meadow.example', { locale: 'en-GB' });
    page.on('request', (it) => !it.url().endsWith('/live') && reading.add(it));
    page.on('requestfinished', (it) => reading.delete(it));
    page.on('requestfailed', (it) => reading.delete(it));
    await page.goto(`${site.url}/playbooks/involuntary-departure`);
    await page.getByRole('button', { name: 'Change it' }).click();
    await page.waitForURL('**/draft');
  });
  after(async () => {
    await browser?.close();
    await site?.stop();
    await gatehouse?.stop();
    await wiki?.close();
    await company?.close();
  });

  /** What stands for the `$…` of each page: of somebody whose name does everything, or goes on and on. */
  const valuesOf = (i: number): Readonly<Record<string, string>> => ({
    '/departures/$caseId': cases[i]!,
    '/cases/$caseId': cases[i]!,
    '/tasks/$taskId': task,
    '/people/$id': refs[i]!,
    '/playbooks/$name': 'involuntary-departure',
    '/playbooks/$name/draft': 'involuntary-departure',
    '/connections/$id': 'wiki',
    '/connections/new/$connector': 'scim',
    '/set-aside/$id': setAside,
  });
  const addresses = () =>
    pagesOfBrowser().flatMap((it) => {
      const address = addressOf(it, valuesOf(0));
      if (it === '/departures/$caseId')
        return [...departureTabs.map((tab) => `${address}?tab=${tab}`), addressOf(it, valuesOf(1))];
      if (it === '/people/$id') return [address, addressOf(it, valuesOf(1))];
      if (it === '/settings') return ofOthers.map((part) => `${address}?part=${part}`);
      if (it === '/request') return [`${address}?person=E-1`];
      return [address];
    });

  /**
   * Goes to another page as its links do, without loading all of it anew. The page is there once the router has
   * shown it and nothing is read any more: of a page of the same kind, what was read for the one before stands until then.
   */
  async function goTo(address: string): Promise<void> {
    await page.evaluate(
      (href) => (globalThis as unknown as Loose).__TSR_ROUTER__.navigate({ href }),
      address,
    );
    await page.waitForFunction(() => {
      const { status, location, resolvedLocation } = (globalThis as unknown as Loose).__TSR_ROUTER__
        .state;
      return status === 'idle' && location.href === resolvedLocation?.href;
    });
    // What a page asks for goes out with its first picture.
    await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => setTimeout(done))));
    await until('everything to be read', () => reading.size === 0);
  }

  /** What is wrong with the page as it is: code that ran, what is wider than the screen, a line that was turned around. */
  async function faults(): Promise<readonly string[]> {
    await page.waitForFunction(() => {
      const { document } = globalThis as unknown as Loose;
      return document.querySelector('h1') && !document.querySelector('.mantine-Skeleton-root');
    });
    const found: string[] = [];
    for (const width of [1280, 360]) {
      await page.setViewportSize({ width, height: 800 });
      found.push(...(await page.evaluate(faultsOfPage, width)));
    }
    return found;
  }

  it('stay text on every page', async () => {
    const found: string[] = [];
    const folder = process.env['GATEHOUSE_TEST_PICTURES'];
    for (const address of addresses()) {
      await goTo(address);
      found.push(...(await faults()).map((it) => `${address}: ${it}`));
      if (folder) {
        const name = address.replaceAll(/\W+/g, '-').slice(1, 60);
        await page.screenshot({ path: `${folder}/hostile-${name}.png` });
      }
    }
    assert.deepEqual(found, []);
    assert.deepEqual(site.complaints, []);
  });

  it('stay text in the letter about a task, and on the page that it leads to', async () => {
    const { subject, headers, text } = await company.mail.waitFor((it) =>
      it.text.includes('/task/'),
    );
    assert.doesNotMatch(subject, /[\r\n]/);
    assert.match(headers['content-type'] ?? '', /^text\/plain/);
    assert.match(text, /<img src=x onerror=/);
    const [, path = ''] = /(\/task\/[A-Za-z0-9_-]{43})\n/.exec(text) ?? [];
    await page.goto(`${site.url}${path}`);
    assert.deepEqual(await faults(), []);
    assert.deepEqual(site.complaints, []);
  });

  it('stay text in documents', async () => {
    for (const kind of exitDocumentKinds) {
      await page.goto(`${site.url}/api/v1/cases/${cases[0]}/documents/${kind}`);
      assert.deepEqual(await faults(), [], kind);
      assert.match(await page.content(), /&lt;img src=x onerror=/, kind);
    }
    assert.deepEqual(site.complaints, []);
  });
});

/** What is used here of what browsers have. */
interface Dom {
  readonly nodeType: number;
  readonly data: string;
  readonly tagName: string;
  readonly className: string;
  readonly scrollWidth: number;
  readonly textContent: string;
  readonly parentElement: Dom | null;
  readonly nextSibling: Dom | null;
  getBoundingClientRect(): { readonly right: number };
}

interface Loose {
  readonly __TSR_ROUTER__: {
    navigate(to: { readonly href: string }): Promise<void>;
    readonly state: {
      readonly status: string;
      readonly location: { readonly href: string };
      readonly resolvedLocation?: { readonly href: string };
    };
  };
  readonly hostileCodeRan?: unknown;
  readonly document: {
    readonly documentElement: Dom;
    querySelector(of: string): Dom | null;
    querySelectorAll(of: string): Iterable<Dom>;
    createTreeWalker(root: Dom | null, what: number): { nextNode(): unknown; currentNode: Dom };
  };
  getComputedStyle(of: Dom): { readonly display: string; readonly unicodeBidi: string };
}

/** Runs in the page. */
function faultsOfPage(width: number): string[] {
  const found: string[] = [];
  const { hostileCodeRan, document, getComputedStyle } = globalThis as unknown as Loose;
  if (hostileCodeRan !== undefined) found.push('code of a name has run');
  const { scrollWidth } = document.documentElement;
  if (scrollWidth > width) {
    const wide = [...document.querySelectorAll('body *')].filter(
      (it) => it.getBoundingClientRect().right > width + 1,
    );
    const names = wide.slice(0, 4).map((it) => `${it.tagName}.${it.className}`);
    found.push(`${scrollWidth} px wide on ${width}: ${names.join(', ')}`);
  }
  const isInline = (it: Dom) => getComputedStyle(it).display.startsWith('inline');
  // Whatever stands behind a name in the same line would be read from right to left.
  const texts = document.createTreeWalker(document.querySelector('body'), 4);
  while (texts.nextNode()) {
    const { data } = texts.currentNode;
    const open = data.lastIndexOf('\u202E');
    if (open < 0 || data.includes('\u2069', open)) continue;
    // Up to what is no part of a line any more, or is held in.
    let at: Dom = texts.currentNode;
    while (isInline(at.parentElement!)) at = at.parentElement!;
    const isHeld = at.nodeType === 1 && getComputedStyle(at).unicodeBidi.startsWith('isolate');
    const next = at.nextSibling;
    const isFollowed = next && (next.nodeType === 3 || isInline(next)) && next.textContent.trim();
    if (!isHeld && isFollowed) found.push(`turned around: ${next.textContent.slice(0, 60)}`);
  }
  return found;
}
