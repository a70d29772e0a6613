import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { ulid } from 'ulid';
import { csvHeader, csvRow, jsonLine } from '#core/event-rows.ts';
import { leafHash } from '#core/proof.ts';
import { sql } from '#store/sql.ts';
import { digestOf } from './disclosure.ts';
import type { EventFilter } from './event-filter.ts';
import { termOf } from './event-index.ts';
import { sha256 } from './hash.ts';
import { type ExportedEvent, exportEvents, openDisclosures, searchEvents } from './search.ts';
import {
  held,
  loggedIn,
  opened,
  somebody,
  startLedger,
  type TestLedger,
  verified,
} from './testing/ledger.ts';

describe('searching the record', { timeout: 60_000 }, () => {
  let ledger: TestLedger;
  const [one, other] = [ulid(), ulid()];
  const [jane, joe] = [somebody(), somebody()];
  before(async () => {
    ledger = await startLedger();
    await ledger.state(
      'worker',
      { ...opened(one), target: { ref: jane.ref } },
      verified(one, jane),
    );
    await ledger.state('worker', {
      type: 'step.held',
      actor: { kind: 'system', id: 'worker', auth: 'none' },
      caseId: other,
      step: { id: ulid(), attempt: 1, capability: 'sessions.revoke', connection: 'slack-eu' },
      target: { ref: joe.ref, system: 'slack-eu' },
      data: { reason: 'forbidden', failure: 'forbidden' },
      personal: { subject: joe.subject, values: { reason: '=HYPERLINK("http://evil","click")' } },
    });
    await ledger.state('web', loggedIn('u_sam'));
    await ledger.sequenceAll();
  });

  async function find(filter: EventFilter): Promise<readonly string[]> {
    const { events, next } = await searchEvents(ledger.pools.web, filter, null, 50);
    assert.equal(next, null);
    return events.map((it) => it.type);
  }

  async function exported(filter: EventFilter, withKeys = true): Promise<readonly ExportedEvent[]> {
    const keys = withKeys ? ledger.keys : null;
    const events: ExportedEvent[] = [];
    for await (const event of exportEvents(ledger.pools.scribe, filter, keys)) events.push(event);
    return events;
  }

  it('finds all, newest first', async () => {
    const all = ['login.succeeded', 'step.held', 'step.verified', 'case.opened'];
    assert.deepEqual(await find({}), all);
  });

  it('narrows by each thing people ask for', async () => {
    assert.deepEqual(await find({ caseIds: [one] }), ['step.verified', 'case.opened']);
    assert.deepEqual(await find({ exceptCaseIds: [one] }), ['login.succeeded', 'step.held']);
    assert.deepEqual(await find({ personRefs: [jane.ref] }), ['step.verified', 'case.opened']);
    assert.deepEqual(await find({ systems: ['okta-prod', 'slack-eu'] }), [
      'step.held',
      'step.verified',
    ]);
    assert.deepEqual(await find({ actors: ['u_sam'] }), ['login.succeeded']);
    assert.deepEqual(await find({ types: ['step.held'] }), ['step.held']);
    assert.deepEqual(await find({ grades: ['verified'] }), ['step.verified']);
    assert.deepEqual(await find({ results: ['held'] }), ['step.held']);
    assert.deepEqual(await find({ caseIds: [one], types: ['step.held'] }), []);
    assert.deepEqual(await find({ caseIds: [] }), []);
  });

  it('narrows by several things at once', async () => {
    const ofJane = { personRefs: [jane.ref, joe.ref], systems: ['okta-prod'] };
    assert.deepEqual(await find({ ...ofJane, grades: ['verified'], text: 'susp' }), [
      'step.verified',
    ]);
    assert.deepEqual(await find({ ...ofJane, types: ['step.held'] }), []);
    assert.deepEqual(await find({ actors: ['worker'], types: ['step.held', 'step.verified'] }), [
      'step.held',
      'step.verified',
    ]);
    const crowd = Array.from({ length: 12 }, () => somebody().ref);
    assert.deepEqual(await find({ personRefs: [...crowd, jane.ref], grades: ['verified'] }), [
      'step.verified',
    ]);
    assert.deepEqual(await find({ personRefs: crowd, grades: ['verified'] }), []);
    assert.deepEqual(await find({ actors: ['worker'], types: [] }), []);
    assert.deepEqual(
      await find({ actors: ["it's | 'u_sam':* \\"], types: ['login.succeeded'] }),
      [],
    );
  });

  it('takes no column for a word', async () => {
    assert.deepEqual(await find({ text: 'type' }), []);
    assert.deepEqual(await find({ text: '=type:' }), []);
    assert.deepEqual(await find({ text: termOf('type', 'step.held') }), []);
  });

  it('narrows by a period that excludes its end', async () => {
    const { events } = await searchEvents(ledger.pools.web, {}, null, 50);
    const { at } = events[0]!;
    assert.ok((await find({ from: at })).includes('login.succeeded'));
    assert.ok(!(await find({ to: at })).includes('login.succeeded'));
    assert.deepEqual(await find({ from: new Date(at.getTime() + 1) }), []);
  });

  it('finds by words and beginnings of words, all of which must occur', async () => {
    assert.deepEqual(await find({ text: 'suspend' }), ['step.verified']);
    assert.deepEqual(await find({ text: 'Okta-P' }), ['step.verified']);
    assert.deepEqual(await find({ text: 'account.suspend verif' }), ['step.verified']);
    assert.deepEqual(await find({ text: one.toLowerCase() }), ['step.verified', 'case.opened']);
    assert.deepEqual(await find({ text: 'suspend slack' }), []);
    assert.deepEqual(await find({ text: "' | okta:* & !" }), ['step.verified']);
    assert.deepEqual(await find({ text: '???' }), []);
    assert.equal((await find({ text: '  ' })).length, 4);
  });

  it('hands out page after page', async () => {
    const seen: string[] = [];
    for (let cursor: string | null = null; ; ) {
      const page = await searchEvents(ledger.pools.web, {}, cursor, 3);
      seen.push(...page.events.map((it) => it.type));
      cursor = page.next;
      if (cursor === null) break;
    }
    assert.deepEqual(seen, ['login.succeeded', 'step.held', 'step.verified', 'case.opened']);
  });

  it('exports exactly the choice, oldest first, more than one page of it', async () => {
    const caseId = ulid();
    await ledger.state(
      'worker',
      opened(caseId),
      ...Array.from({ length: 1_100 }, () => held(caseId)),
    );
    await ledger.sequenceAll();

    const events = await exported({ caseIds: [caseId], types: ['case.held'] });
    assert.equal(events.length, 1_100);
    assert.deepEqual(
      events.map((it) => JSON.parse(it.leaf).case_seq),
      events.map((_, i) => i + 2),
    );
  });

  it('exports lines of JSON whose leaf is exact and whose disclosures can be checked', async () => {
    const [event] = await exported({ types: ['step.verified'] });
    const line = jsonLine(event!);
    assert.ok(line.endsWith('\n') && line.indexOf('\n') === line.length - 1);

    const read = JSON.parse(line);
    assert.equal(read.idx, event!.idx);
    const leaf = line.slice(line.indexOf('"leaf":') + 7, line.indexOf(',"disclosures":'));
    assert.equal(Buffer.from(leafHash(sha256, Buffer.from(leaf))).toString('hex'), read.leaf_hash);
    assert.deepEqual(
      read.disclosures.map((it: { name: string; value: unknown }) => [it.name, it.value]),
      [
        ['step.after', { status: 'suspended' }],
        ['step.before', { status: 'active' }],
      ],
    );
    for (const it of read.disclosures) assert.ok(read.leaf._sd.includes(digestOf(it.disclosure)));
  });

  it('exports rows for a spreadsheet that runs nothing of them', async () => {
    const nameOf = (ref: string) => (ref === joe.ref ? '+49 Joe, "Jr."' : ref);
    const [event] = await exported({ types: ['step.held'] });
    assert.equal(csvHeader, 'time,case,person,system,step,action,grade,actor,summary\r\n');
    const { step } = JSON.parse(event!.leaf);
    assert.equal(
      csvRow(event!, nameOf),
      `${event!.at.toISOString()},${other},"'+49 Joe, ""Jr.""",slack-eu,${step.id},sessions.revoke,,worker,` +
        '"Waits for a person: =HYPERLINK(""http://evil"",""click"")"\r\n',
    );
    for (const start of ['=', '+', '-', '@', '\t', '\r']) {
      const row = csvRow({ ...event!, grade: `${start}1` }, nameOf);
      assert.ok(row.includes(`'${start}1`), JSON.stringify(start));
    }
  });

  it('shows a reader without keys the codes only', async () => {
    const [event] = await exported({ types: ['step.held'] }, false);
    assert.deepEqual(event!.disclosures, []);
    assert.match(
      csvRow(event!, (ref) => ref),
      /Waits for a person: forbidden/,
    );
  });

  it('opens nothing that was erased, and leaves the digests in place', async () => {
    const gone = somebody();
    const caseId = ulid();
    await ledger.state('worker', opened(caseId), verified(caseId, gone));
    await ledger.sequenceAll();
    const [event] = await exported({ personRefs: [gone.ref] });
    assert.equal(event!.disclosures.length, 2);

    await ledger.pools.scribe.query(
      'update ledger.subject_key set wrapped = null, destroyed_at = now() where subject = $1',
      [gone.subject],
    );
    const [erased] = await exported({ personRefs: [gone.ref] });
    assert.deepEqual(erased!.disclosures, []);
    assert.ok(JSON.parse(erased!.leaf)._sd.length >= 2);

    await ledger.pools.scribe.query('delete from ledger.disclosure where subject = $1', [
      gone.subject,
    ]);
    assert.equal((await exported({ personRefs: [gone.ref] }))[0]!.leaf, event!.leaf);
  });

  it('says which values were tampered with, and opens the others', async () => {
    const caseId = ulid();
    const person = somebody();
    await ledger.state('worker', opened(caseId), verified(caseId, person));
    await ledger.sequenceAll();
    await ledger.pools.admin.query(
      `update ledger.disclosure set ct = set_byte(ct, 20, 255 - get_byte(ct, 20))
        where subject = $1 and name = 'step.after'`,
      [person.subject],
    );

    const [event] = await exported({ personRefs: [person.ref] });
    assert.deepEqual(
      event!.disclosures.map((it) => [it.name, it.state]),
      [
        ['step.after', 'damaged'],
        ['step.before', 'open'],
      ],
    );
    assert.match(jsonLine(event!), /\{"name":"step\.after","damaged":true\}/);
  });

  it('does not take a value for another that was moved to its place', async () => {
    const caseId = ulid();
    const person = somebody();
    await ledger.state('worker', opened(caseId), verified(caseId, person));
    await ledger.sequenceAll();
    const [event] = await exported({ personRefs: [person.ref] });
    await ledger.pools.admin.query(sql`
      update ledger.disclosure target
         set ct = source.ct, digest = source.digest
        from ledger.disclosure source
       where target.entry_id = ${event!.id} and target.name = 'step.after'
         and source.entry_id = ${event!.id} and source.name = 'step.before'
    `);
    const found = (await openDisclosures(ledger.pools.web, ledger.keys, [event!.id])).get(
      event!.id,
    );
    assert.deepEqual(found?.find((it) => it.name === 'step.after')?.state, 'damaged');
  });

  it('finds nothing by what is personal', async () => {
    assert.deepEqual(await find({ text: 'hyperlink' }), []);
    assert.deepEqual(await find({ text: 'HYPERLINK forbidden' }), []);
  });

  it('finds what a word begins, however many words these are, and what goes on with a digit', async () => {
    const caseId = ulid();
    const about = (criterion: string) => ({
      type: 'read.search' as const,
      actor: { kind: 'person' as const, id: 'u_sam', auth: 'webauthn' as const },
      data: { criteria: [criterion], found: 1 },
    });
    const letters = Array.from('abcdefghijklmnopqrstuvwxyz');
    const words = ['zeal', 'zeal7', 'zealous', 'zealous9x', ...letters.map((it) => `zebra${it}`)];
    await ledger.state('web', ...words.map((it) => about(`system:${it}`)));
    await ledger.state('worker', opened(caseId));
    await ledger.sequenceAll();

    const count = async (text: string, types: readonly string[] = ['read.search']) => {
      const found = await find({ text, types });
      assert.equal((await exported({ text, types })).length, found.length, text);
      return found.length;
    };
    const begun = (by: string) => words.filter((it) => it.startsWith(by)).length;
    for (const word of [
      'z',
      'zeal',
      'zeal7',
      'zealous',
      'zealous9',
      'zebra',
      'zebraq',
      'zebraqq',
    ]) {
      assert.equal(await count(word), begun(word), word);
      assert.equal(await count(`${word} syst`), begun(word), word);
    }
    assert.equal(await count('zeal opened'), 0);
    assert.equal(await count('zeal', ['case.opened']), 0);
  });
});
