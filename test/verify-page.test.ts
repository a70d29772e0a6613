import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import http from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { pathToFileURL } from 'node:url';
import { zipSync } from 'fflate';
import type { Browser, Page } from 'playwright-core';
import { ulid } from 'ulid';
import type { PackFiles } from '#core/evidence-check.ts';
import { keepBlob } from '#ledger/blob.ts';
import { evidenceOf } from '#ledger/evidence.ts';
import { newestCheckpoint } from '#ledger/fork-guard.ts';
import { growthSince } from '#ledger/growth-since.ts';
import { inSnapshot, inTransaction } from '#store/sql.ts';
import {
  startTimeStampAuthority,
  type TimeStampAuthority,
} from '../practice/servers/time-stamp-authority.ts';
import { opened, sealed, somebody, verified } from '../src/ledger/testing/ledger.ts';
import { type SignedLog, startSignedLog } from '../src/ledger/testing/signed-log.ts';
import { asAuthority, stampNow } from '../src/ledger/testing/time-stamps.ts';
import { accessProblems, rulesOfColour, startBrowser } from './support/browser.ts';

const zipped = (files: PackFiles): Uint8Array => zipSync(Object.fromEntries(files));

describe('verify.html, opened from disk in Chromium', { timeout: 600_000 }, () => {
  let folder: string;
  let log: SignedLog;
  let elliptic: TimeStampAuthority;
  let rsa: TimeStampAuthority;
  let browser: Browser;
  let files: PackFiles;
  /** The same, with what leads from an earlier state, and that state. */
  let grown: PackFiles;
  let kept: string;
  let page: Page;
  const asked: string[] = [];
  const complaints: string[] = [];
  const file = (name: string) => path.join(folder, name);
  const write = async (name: string, bytes: Uint8Array | string) => {
    await writeFile(file(name), bytes);
    return file(name);
  };
  const status = () => page.locator('#status');
  const choose = (name: 'pack' | 'trust' | 'kept', ...paths: string[]) =>
    page.setInputFiles(`#${name}`, paths);
  const says = async (words: RegExp) => {
    await status().filter({ hasText: words }).waitFor();
    return (await page.locator('#result').textContent()) ?? '';
  };
  /** The pack with one bit of one file turned around. */
  const changed = (name: string): Uint8Array => {
    const bytes = Buffer.from(files.get(name)!);
    bytes[Math.floor(bytes.length / 2)]! ^= 1;
    return zipped(new Map([...files, [name, bytes]]));
  };

  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'gatehouse-page-'));
    elliptic = await startTimeStampAuthority(file('elliptic'), { name: 'One' });
    const how = { algorithm: 'rsa', digest: 'sha512' } as const;
    rsa = await startTimeStampAuthority(file('rsa'), { name: 'Two', ...how });
    log = await startSignedLog();
    const scribe = log.ledger.pools.scribe;
    await log.state(3);
    await log.signer.sign(scribe);
    kept = (await newestCheckpoint(scribe, log.origin))!.note;
    files = await packOf(log, { 'tsa-a': elliptic, 'tsa-b': rsa });
    const growth = await growthSince(scribe, kept, files.get('checkpoint')!);
    assert.ok(growth.kind === 'grown');
    const more = growth.entries.map(([name, it]) => [name, Buffer.from(it as string)] as const);
    grown = new Map([...files, ...more]);
    for (const [name, bytes] of [
      ['verify.html', files.get('verify.html')!],
      ['trust.json', files.get('trust.json')!],
      ['pack.zip', zipped(files)],
    ] as const) {
      await write(name, bytes);
    }
    browser = await startBrowser();
    page = await browser.newPage();
    page.on('request', (it) => asked.push(it.url()));
    page.on('console', (it) => complaints.push(it.text()));
    page.on('pageerror', (it) => complaints.push(it.message));
    await page.goto(pathToFileURL(file('verify.html')).href);
  });
  after(async () => {
    await browser?.close();
    await log?.stop();
    await Promise.all([elliptic?.stop(), rsa?.stop()]);
    await rm(folder, { recursive: true, force: true });
  });

  it('says of a pack with its own keys that it is whole, and asks to compare the key', async () => {
    await choose('pack', file('pack.zip'));

    const result = await says(/pack\.zip is whole\. Whose it is, you have to compare/);

    assert.match(result, /Compare this key/);
    assert.ok(result.includes(Buffer.from(files.get('log.vkey')!).toString().split('\n')[0]!));
    assert.match(result, /What was not checked.*choose a checkpoint that you kept/);
    assert.doesNotMatch(result, /Time stamps by outside/);
  });

  it('says that everything holds by the keys that were given, and shows the case', async () => {
    await choose('trust', file('trust.json'));

    const result = await says(/everything that this page checks holds, by the keys that you gave/);

    assert.match(result, /Departure of Priya Nair/);
    assert.match(result, /2 of 2 steps are proven/);
    assert.match(result, /okta-prodBlock sign-in/);
    assert.match(result, /Verified: read back/);
    assert.match(result, /time stamps: 4 of tsa-a and tsa-b hold, at the moments that they state/);
    const clock = String.raw`\d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ \([ab, ts-]+\)`;
    assert.match(result, new RegExp(`Recorded between ${clock} and ${clock}`));
    await page.getByText('What was read before and after').first().click();
    await page.getByText('"status": "suspended"').first().waitFor();
  });

  it('takes both by drop, wherever they fall', async () => {
    await page.reload();
    const dropped = await page.evaluateHandle(
      ([pack, trust]) => {
        const bytes = (text: string) => Uint8Array.from(atob(text), (it) => it.charCodeAt(0));
        const data = new DataTransfer();
        data.items.add(new File([bytes(pack!)], 'dropped.zip'));
        data.items.add(new File([bytes(trust!)], 'trust.json'));
        return data;
      },
      [zipped(files), files.get('trust.json')!].map((it) => Buffer.from(it).toString('base64')),
    );

    await page.dispatchEvent('h1', 'drop', { dataTransfer: dropped });

    await says(/dropped\.zip: everything that this page checks holds/);
  });

  it('names the first thing that does not hold, for one changed byte in each kind of file', async () => {
    const fact = [...files.keys()].find((it) => /^events\/\d+\.json$/.test(it))!;
    const blob = [...files.keys()].find((it) => it.startsWith('blobs/'))!;
    const kinds = {
      [fact]: /inclusion/,
      [fact.replace('.json', '.tlog-proof')]: /inclusion/,
      checkpoint: /signature/,
      'case.json': /summary/,
      'disclosures.json': /values/,
      [blob]: /values: blobs\/[0-9a-f]+ is another file/,
    };
    for (const [name, check] of Object.entries(kinds)) {
      await choose('pack', await write(`${name.replaceAll('/', '-')}.zip`, changed(name)));

      const result = await says(/something does not hold/);

      assert.match(result, /Do not rely on this pack/);
      assert.match(result, check, name);
      assert.doesNotMatch(result, /Priya Nair/, 'what does not hold is not shown as a case');
    }
  });

  it('names a time stamp, a stamped state, or a fact about one that is another or missing', async () => {
    const touched = [...files.keys()].filter((name) => /^(tsa|context)\//.test(name));
    assert.equal(touched.length, 18);
    // One of each kind, of each authority: every one of them is tried where the program checks, by the same rules.
    const kinds = new Map(touched.map((name) => [name.replaceAll(/\d+/g, ''), name]));
    for (const name of kinds.values()) {
      const less = zipped(new Map([...files].filter(([it]) => it !== name)));
      const lies = { 'changed.zip': changed(name), 'without.zip': less };
      for (const [lie, bytes] of Object.entries(lies)) {
        await choose('pack', await write(lie, bytes));

        const result = await says(/something does not hold/);

        assert.match(result, /✖ (time stamps|context|summary): /, `${lie}: ${name}`);
        assert.doesNotMatch(result, /Recorded between/);
      }
    }
  });

  it('believes no authority that trust.json does not know, and none in the name of another', async () => {
    const known = JSON.parse(Buffer.from(files.get('trust.json')!).toString());
    const [first, second] = known.tsas;
    const lists = {
      'less.json': [[first], /knows no authority tsa-b/],
      'mixed.json': [
        [first, { ...second, ca_sha256: first.ca_sha256 }],
        /tsa-b\.0\.tsr was signed by nobody whom the configured authority vouches for/,
      ],
    } as const;
    await choose('pack', file('pack.zip'));
    for (const [name, [tsas, words]] of Object.entries(lists)) {
      await choose('trust', await write(name, JSON.stringify({ ...known, tsas })));
      assert.match(await says(/something does not hold/), words);
    }
    await choose('trust', file('trust.json'));
    await says(/everything that this page checks holds/);
  });

  it('says what it leaves to the program where the browser lends it no cryptography', async () => {
    const bare = await browser.newPage();
    await bare.addInitScript(() =>
      Object.defineProperty(globalThis.crypto, 'subtle', { value: undefined }),
    );
    await bare.goto(pathToFileURL(file('verify.html')).href);
    await bare.setInputFiles('#pack', file('pack.zip'));
    await bare
      .getByText(/is whole\. Whose it is/)
      .first()
      .waitFor();
    const result = (await bare.locator('#result').textContent()) ?? '';
    assert.match(result, /does not let a page check their signatures/);
    assert.doesNotMatch(result, /time stamps: /);
    await bare.close();
  });

  it('says that it is not the key that is trusted', async () => {
    const { logs, ...rest } = JSON.parse(Buffer.from(files.get('trust.json')!).toString());
    const other = JSON.stringify({
      ...rest,
      logs: logs.map((it: object) => ({ ...it, keys: [] })),
    });
    await choose('trust', await write('other.json', other));
    await choose('pack', file('pack.zip'));

    assert.match(await says(/something does not hold/), /No known key of/);
  });

  it('checks nothing by keys that cannot be read, rather than by those in the pack', async () => {
    await choose('trust', await write('torn.json', '{"v":1'));

    assert.equal(await says(/torn\.json holds no keys, so nothing was checked/), '');
    await page.getByRole('button', { name: 'Forget these keys' }).click();
    await says(/is whole\. Whose it is/);
  });

  it('shows that the record has grown from a checkpoint that was kept, and believes only a signed one', async () => {
    await page.reload();
    await choose('pack', await write('grown.zip', zipped(grown)));
    await choose('kept', await write('kept.txt', kept.replaceAll('\n', '\r\n')));

    assert.match(await says(/is whole/), /grown from the 3 facts of the checkpoint that was kept/);

    await choose('kept', await write('other.txt', kept.replaceAll('— log', '— lag')));
    assert.match(
      await says(/something does not hold/),
      /no known key of .* has signed its 3 facts/,
    );
    await choose('kept', await write('letter.txt', 'Dear auditor'));
    assert.equal(await says(/letter\.txt holds no checkpoint, so nothing was checked/), '');
    await page.getByRole('button', { name: 'Do without it' }).click();
    assert.match(await says(/is whole/), /choose a checkpoint that you kept/);
    await choose('pack', file('pack.zip'));
    await choose('kept', file('kept.txt'));
    assert.match(await says(/something does not hold/), /holds no proof from the 3 facts/);
    await page.getByRole('button', { name: 'Do without it' }).click();
  });

  it('says in plain words what is no pack', async () => {
    const said = page.locator('#pack-said');
    const wrong = {
      'letter.zip': ['Dear auditor', /letter\.zip is no zip file, or is damaged/],
      'cut.zip': [zipped(files).slice(0, 2_000), /cut\.zip is no zip file, or is damaged/],
      'bomb.zip': [bomb(), /bomb\.zip is too large for an evidence pack/],
    } as const;
    for (const [name, [bytes, words]] of Object.entries(wrong)) {
      await choose('pack', await write(name, bytes));
      await says(/could not be checked/);
      assert.match((await said.textContent()) ?? '', words);
    }
    await choose('pack', await write('photos.zip', zipped(new Map([['a.jpg', Buffer.from('x')]]))));
    assert.match(await says(/something does not hold/), /checkpoint is missing/);
  });

  it('can be read and worked by everybody: keyboard, both themes, a narrow screen', async () => {
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize({ width: 360, height: 740 });
      await page.reload();
      // A theme changes colours, and nothing else.
      const rules = colorScheme === 'light' ? [] : rulesOfColour;
      assert.deepEqual(await accessProblems(page, rules), [], `${colorScheme}, empty`);
      await choose('pack', file('pack.zip'));
      await says(/is whole/);
      assert.deepEqual(await accessProblems(page, rules), [], `${colorScheme}, to compare`);
      await choose('trust', file('trust.json'));
      await says(/everything/);
      await page.getByText('What was read before and after').first().click();
      assert.deepEqual(await accessProblems(page, rules), [], `${colorScheme}, holds`);
      const wide = await page.evaluate(() => document.documentElement.scrollWidth);
      assert.ok(wide <= 360, `${wide} pixels wide`);
      await choose('pack', await write('bad.zip', changed('case.json')));
      await says(/something does not hold/);
      assert.deepEqual(await accessProblems(page, rules), [], `${colorScheme}, does not hold`);
    }
    await page.reload();
    const reached: string[] = [];
    for (let i = 0; i < 3; i += 1) {
      await page.keyboard.press('Tab');
      reached.push(await page.evaluate(() => document.activeElement?.id ?? ''));
    }
    assert.deepEqual(reached, ['pack', 'trust', 'kept']);
    assert.equal(await page.getByRole('status').count(), 1);
  });

  it('sends nothing anywhere, and could not', async () => {
    assert.deepEqual([...new Set(asked)], [pathToFileURL(file('verify.html')).href]);
    assert.deepEqual(complaints, []);

    let requests = 0;
    const server = http.createServer((_, response) => {
      requests += 1;
      response.end();
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    const url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/`;
    const went = await page.evaluate(async (to) => {
      const image = new Image();
      const loaded = new Promise((resolve) => {
        image.onload = () => resolve('went');
        image.onerror = () => resolve('refused');
      });
      image.src = to;
      const fetched = await fetch(to, { mode: 'no-cors' }).then(
        () => 'went',
        () => 'refused',
      );
      return [await loaded, fetched];
    }, url);
    server.close();
    assert.deepEqual(went, ['refused', 'refused']);
    assert.equal(requests, 0);
  });
});

/** The pack of a departure with two verified steps and a file. */
async function packOf(
  log: SignedLog,
  stampedBy: Readonly<Record<string, TimeStampAuthority>>,
): Promise<PackFiles> {
  const authorities = Object.entries(stampedBy).map(([name, it]) => asAuthority(name, it));
  const { ledger } = log;
  const caseId = ulid();
  const person = somebody();
  const { subject } = person;
  const blob = await inTransaction(ledger.pools.worker, (tx) =>
    keepBlob(tx, ledger.keys, subject, Buffer.from('a photo of the badge')),
  );
  await log.state(3);
  await log.signer.sign(ledger.pools.scribe);
  await stampNow(log, authorities);
  await ledger.state('worker', {
    ...opened(caseId),
    personal: { subject, values: { 'subject.name': 'Priya Nair' } },
  });
  const states = { 'step.before': { status: 'active' }, 'step.after': { status: 'suspended' } };
  await ledger.state('worker', verified(caseId, person), {
    ...verified(caseId, person),
    personal: { subject, values: { ...states, 'evidence.0': { kind: 'photo', ...blob } } },
  });
  await ledger.state('worker', sealed(caseId, 2));
  await log.state(3);
  await log.signer.sign(ledger.pools.scribe);
  await stampNow(log, authorities);
  const found = await inSnapshot(ledger.pools.scribe, (db) => evidenceOf(db, ledger.keys, caseId));
  assert.ok(found.kind === 'pack');
  return found.files;
}

/** A small zip file that says it holds three gigabytes. */
function bomb(): Uint8Array {
  const bytes = Buffer.from(zipped(new Map([['a', Buffer.alloc(1_000)]])));
  const central = bytes.indexOf(Buffer.of(0x50, 0x4b, 1, 2));
  bytes.writeUInt32LE(3 * 1024 ** 3, central + 24);
  return bytes;
}
