import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { CaseLeaf, caseSummary } from '#core/case-summary.ts';
import { controls } from '#core/controls.ts';
import { eventOf, type RecordedEvent } from '#core/event-rows.ts';
import type { Language } from '#core/language.ts';
import { caseReport } from '#core/report.ts';
import type { ReportCase } from '#core/report-story.ts';
import { printable } from './letters.ts';
import { reportPdf } from './pdf.ts';

const caseId = '01M8M6J4QARYF252FC39P6XHKP';
const worker = { kind: 'system', id: 'worker', auth: 'none' };
const sam = { kind: 'person', id: 'u_sam', auth: 'token' };

/** What a fact says beside what all of them have. */
type Leaf = Readonly<Record<string, unknown>> & { readonly type: string };

/** The facts of a case, a second apart, each with its personal values. */
function facts(leaves: readonly [Leaf, Readonly<Record<string, unknown>>?][]): RecordedEvent[] {
  return leaves.map(([leaf, values = {}], i) => {
    const at = new Date(Date.UTC(2026, 10, 23, 5, 42, i)).toISOString();
    const text = JSON.stringify({
      ...{ v: 1, id: `e${i}`, at, actor: worker, case: caseId, case_seq: i + 1 },
      ...{ target: { ref: 'p_7f3a', system: leaf['system'] } },
      ...leaf,
    });
    const disclosures = Object.entries(values).map(([name, value]) => ({
      ...{ state: 'open' as const, name, value, text: `text of ${name}` },
    }));
    return eventOf({ idx: 100 + i, leaf: text, leafHash: 'ab'.repeat(32), disclosures });
  });
}

const step = (id: string, capability: string | null, connection: string | null) => ({
  step: { id, attempt: 1, capability, connection },
});

const opening: [Leaf, Record<string, unknown>] = [
  {
    type: 'case.opened',
    actor: { kind: 'source', id: 'hr', auth: 'none' },
    data: { kind: 'departure' },
  },
  {
    'subject.name': 'Priya Nair',
    'subject.email': 'priya@meadow.example',
    'subject.person_id': 'E-1',
  },
];
const seal: [Leaf] = [{ type: 'case.sealed', data: { count: 3 } }];

/** A step that was called and read back. */
const blocked = (id: string, connection: string): [Leaf, Record<string, unknown>][] => [
  [
    { type: 'step.intended', ...step(id, 'account.suspend', connection), data: {} },
    {
      'account.login': `priya.${id}`,
      'step.before': { status: 'active' },
      'step.summary': 'Suspend it.',
    },
  ],
  [
    { type: 'step.verified', grade: 'verified', ...step(id, 'account.suspend', connection) },
    { 'step.before': { status: 'active' }, 'step.after': { status: 'suspended' } },
  ],
];

function inputOf(events: readonly RecordedEvent[], more: Partial<ReportCase> = {}): ReportCase {
  return {
    summary: caseSummary(events.map(({ leaf }) => CaseLeaf.parse(JSON.parse(leaf)))),
    facts: events,
    personal: true,
    company: 'Meadow & Co',
    record: {
      origin: 'log.example/01',
      size: 400,
      root: 'q83v',
      vkeys: ['log.example/01+77007483+AQ'],
    },
    systems: new Map([['okta', 'Okta']]),
    people: new Map([['u_sam', 'Sam Okafor']]),
    titles: new Map(),
    ...more,
  };
}

describe('the report of a case', () => {
  let folder: string;
  const attachments = [
    {
      name: 'events.jsonl',
      type: 'application/jsonl',
      about: 'The facts',
      bytes: Buffer.from('{}\n'),
    },
  ];
  const pdfOf = (it: ReportCase, language: Language = 'en') =>
    reportPdf(caseReport(it, language), attachments);
  /** What one of the poppler tools says about a report. */
  const toolSays = async (pdf: Uint8Array, tool: string, ...args: string[]) => {
    const file = path.join(folder, 'report.pdf');
    await writeFile(file, pdf);
    const { stdout, stderr, status } = spawnSync(tool, [...args, file], {
      cwd: folder,
      encoding: 'utf8',
    });
    assert.equal(status, 0, stderr);
    return stdout;
  };
  const textOf = async (pdf: Uint8Array) => {
    await toolSays(pdf, 'pdfinfo');
    const { stdout } = spawnSync('pdftotext', ['-layout', 'report.pdf', '-'], {
      cwd: folder,
      encoding: 'utf8',
    });
    return stdout;
  };

  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'gatehouse-report-'));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  it('says who, what was open, what was done, what was read back, and that it is not the evidence', async () => {
    const text = await textOf(
      await pdfOf(inputOf(facts([opening, ...blocked('a', 'okta'), seal]))),
    );

    for (const words of [
      'Departure: Priya Nair',
      'It is not the evidence',
      'status: active',
      'Suspend it.',
      'status: suspended',
      'Okta (okta)',
      'log.example/01+77007483',
      'NIST PS-4 with the value of FedRAMP: 4 hours',
      'Page 1 of',
    ]) {
      assert.ok(text.includes(words), `${words}\n${text}`);
    }
    assert.match(text, /None\. Nothing was left undone/);
  });

  it('keeps names that were made to do harm, or are very long, as text on paper', async () => {
    const markup = '<img src=x onerror="1"><script>1</script> javascript:1 \u202Egnp.eciovni';
    for (const name of [markup, 'W'.repeat(600)]) {
      const [leaf, values] = opening;
      const named: [Leaf, Record<string, unknown>] = [leaf, { ...values, 'subject.name': name }];
      const short = name.slice(0, 200);
      const pdf = await pdfOf(
        inputOf(facts([named, ...blocked('a', 'okta'), seal]), {
          systems: new Map([['okta', short]]),
          company: short,
        }),
      );

      const acts = /\/(?:JavaScript|JS|Launch|SubmitForm)\b/;
      assert.doesNotMatch(Buffer.from(pdf).toString('latin1'), acts);
      const text = (await textOf(pdf)).replaceAll(/\s+/g, '');
      const shown = printable(name).replaceAll(/\s+/g, '').slice(0, 40);
      assert.ok(text.includes(shown), text.slice(0, 500));
    }
  });

  it('says when it was looked at again, that access was back, and when it was seen last', async () => {
    const about = step('a', 'account.suspend', 'okta');
    const events = facts([
      opening,
      ...blocked('a', 'okta'),
      seal,
      [{ type: 'step.rechecked', ...about, data: { round: 1 } }, { reason: 'It is suspended.' }],
      [
        { type: 'step.reopened', ...about, data: { reason: 'access-returned', round: 2 } },
        { reason: 'It has come back. To be done: Suspend it.' },
      ],
      [{ type: 'case.reopened', data: { reason: 'access-returned' } }],
      ...blocked('a', 'okta'),
      [{ type: 'step.rechecked', ...about, data: { round: 1 } }],
      [{ type: 'case.rechecked', data: { connection: 'okta', round: 1 } }],
      [{ type: 'step.unchecked', ...about, data: { reason: 'connection-removed', round: 2 } }],
      seal,
    ]);

    const text = await textOf(await pdfOf(inputOf(events)));

    for (const words of [
      'Looked at again',
      'Checked again: the goal still holds',
      'It has come back.',
      'Could not be checked again',
      'Looked up again: no other account',
      '05:42:08 UTC',
      'last looked at',
    ]) {
      assert.ok(text.includes(words), `${words}\n${text}`);
    }
    const german = caseReport(inputOf(events), 'de');
    assert.ok(JSON.stringify(german).includes('zuletzt angesehen 2026-11-23 05:42:09 UTC'));
    assert.ok(JSON.stringify(german).includes('Noch einmal angesehen'));
  });

  it('names first what was not done and who answers, then what went another way', async () => {
    const text = await textOf(
      await pdfOf(
        inputOf(
          facts([
            opening,
            ...blocked('a', 'okta'),
            [
              { type: 'step.mismatch', ...step('b', 'account.suspend', 'crm') },
              { 'step.after': { status: 'active' } },
            ],
            [
              {
                ...{ type: 'step.waived', grade: 'waived', actor: sam },
                ...step('b', 'account.suspend', 'crm'),
                data: { approver: 'u_sam', expires: '2026-12-01T00:00:00.000Z' },
              },
              { reason: 'The vendor is closed.' },
            ],
            seal,
          ]),
        ),
      ),
    );

    const place = (words: string) => text.indexOf(words);
    assert.ok(place('The vendor is closed.') > place('Exceptions'));
    assert.ok(place('It showed: status: active') > place('The vendor is closed.'));
    assert.match(text, /until 1 December 2026/);
    assert.match(text, /Answers for it: Sam Okafor/);
    assert.match(text, /1 skipped or without a grade: this case has no end of access/);
    assert.match(text, /not met/);
  });

  it('names each of two who approved, at the step and among the approvals', async () => {
    const approval = { approval: 'a-1', step: 'd' };
    const granted = (id: string): [Leaf] => [
      { type: 'approval.granted', actor: { ...sam, id }, plan: 'digest-1', data: approval },
    ];
    const deletion = step('d', 'account.delete', 'crm');
    const text = await textOf(
      await pdfOf(
        inputOf(
          facts([
            opening,
            [{ type: 'approval.requested', data: { ...approval, approvers: 2 } }],
            granted('u_sam'),
            granted('u_ivy'),
            [{ type: 'step.intended', ...deletion, data: { approval: 'a-1' } }],
            [{ type: 'approval.consumed', data: approval }],
            [{ type: 'step.verified', grade: 'verified', ...deletion }],
            seal,
          ]),
          {
            people: new Map([
              ['u_sam', 'Sam Okafor'],
              ['u_ivy', 'Ivy Admin'],
            ]),
          },
        ),
      ),
    );

    const decided = text.slice(text.lastIndexOf('Decided'));
    for (const name of ['Sam Okafor', 'Ivy Admin']) {
      assert.match(text, new RegExp(`Approved by\\s+${name}`), text);
      assert.ok(decided.includes(name), decided);
    }
  });

  it('has the same bytes when it is made again', async () => {
    const it = inputOf(facts([opening, ...blocked('a', 'okta'), seal]));
    assert.deepEqual(await pdfOf(it), await pdfOf(it));
  });

  it('names nobody and shows no state where its reader may not see them', async () => {
    const events = facts([opening, ...blocked('a', 'okta'), seal]).map((event) => ({
      ...event,
      disclosures: [],
    }));
    const pdf = await pdfOf(inputOf(events, { personal: false, people: new Map() }));
    const text = await textOf(pdf);

    assert.doesNotMatch(text, /Priya|priya|active|E-1/);
    assert.match(text, /Departure: p_7f3a/);
    assert.match(text, /left out of this pack/);
    assert.ok(!Buffer.from(pdf).includes('Priya'));
  });

  it('is tagged: title, language, headings, and tables with the heads of their columns', async () => {
    const pdf = await pdfOf(inputOf(facts([opening, ...blocked('a', 'okta'), seal])));
    const structure = await toolSays(pdf, 'pdfinfo', '-struct');
    const about = await toolSays(pdf, 'pdfinfo');

    assert.match(about, /Title: +Departure: Priya Nair/);
    assert.match(about, /Tagged: +yes/);
    assert.match(structure, /^Document\n {2}H1/);
    assert.ok((structure.match(/^ {2}H2/gm) ?? []).length >= 7);
    assert.match(structure, /Table.*Caption.*TR.*TH:.*\/Scope \/Column.*TD/s);
    assert.match(Buffer.from(pdf).toString('latin1'), /\/Lang \(en-GB\)/);
    assert.match(Buffer.from(pdf).toString('latin1'), /pdfaid:part>3</);
    const metadata = await toolSays(pdf, 'pdfinfo', '-meta');
    assert.match(metadata, /<pdfaid:conformance>A</);
  });

  it('has every font inside, and the facts attached', async () => {
    const pdf = await pdfOf(inputOf(facts([opening, ...blocked('a', 'okta'), seal])));
    const fonts = (await toolSays(pdf, 'pdffonts')).trimEnd().split('\n').slice(2);
    assert.ok(fonts.length >= 2);
    assert.ok(
      fonts.every((line) => /Identity-H +yes yes yes/.test(line)),
      fonts.join('\n'),
    );

    await toolSays(pdf, 'pdfdetach', '-saveall');
    assert.equal(await readFile(path.join(folder, 'events.jsonl'), 'utf8'), '{}\n');
  });

  it('is written in German as well, with the names as they are', async () => {
    const named = (name: string): [Leaf, Record<string, unknown>] => [
      opening[0],
      { 'subject.name': name },
    ];
    const events = facts([
      named('Jörg Weiß-Łukasiewicz Ђорђе Ωμέγα'),
      ...blocked('a', 'okta'),
      seal,
    ]);
    const text = await textOf(await pdfOf(inputOf(events), 'de'));

    assert.match(text, /Austritt: Jörg Weiß-Łukasiewicz Ђорђе Ωμέγα/);
    assert.match(text, /Er ist nicht der Nachweis/);
    assert.match(text, /nachgewiesen/);
    assert.doesNotMatch(text, /\bgrade\b|The record/);
  });

  it('writes letters that no font has as codes that everybody sees, and says so', async () => {
    assert.equal(printable('张三 Zhang'), '[U+5F20 U+4E09] Zhang');
    assert.equal(printable('a\u202eb'), 'a[U+202E]b');
    assert.equal(printable('two\nlines'), 'two lines');
    assert.equal(printable('שרה לוי (Sara)'), 'לוי שרה (Sara)');
    const events = facts([[opening[0], { 'subject.name': '张三' }], ...blocked('a', 'okta'), seal]);
    const text = await textOf(await pdfOf(inputOf(events)));
    assert.match(text, /Departure: \[U\+5F20 U\+4E09\]/);
    assert.match(text, /stand for letters that the fonts of this report do not have/);
  });

  it('holds a hundred steps, long names and endless words on pages with a head each', async () => {
    const long = 'Wolfeschlegelsteinhausenbergerdorff'.repeat(6);
    const steps = Array.from({ length: 100 }, (_, i) => blocked(`s${i}`, `system-${i % 7}`)).flat();
    const events = facts([
      [opening[0], { 'subject.name': `${long} ${long}` }],
      ...steps.map(([leaf, values]): [Leaf, Record<string, unknown>] => [
        leaf,
        {
          ...values,
          'step.before': { groups: Array.from({ length: 60 }, (_, n) => `group ${n}`) },
        },
      ]),
      seal,
    ]);
    const pdf = await pdfOf(inputOf(events));
    const about = await toolSays(pdf, 'pdfinfo');
    const pages = Number(/Pages: +(\d+)/.exec(about)?.[1]);
    assert.ok(pages > 8 && pages < 40, `${pages} pages`);
    const text = await textOf(pdf);
    assert.match(text, /100 proven of 100 steps/);
    assert.match(text, /… \(all of it/);
    // Nothing stands below the edge: every page ends with its number.
    for (const page of text.split('\f').slice(0, -1))
      assert.match(page.trimEnd(), /Page \d+ of \d+$/);
  });

  it('says so where nothing was done at all', async () => {
    const text = await textOf(await pdfOf(inputOf(facts([opening, seal]))));
    assert.match(text, /No step of this case was about a system/);
    assert.match(text, /No step of this case ends access/);
    assert.match(text, /Nobody was asked or told anything/);
  });

  it('maps to the controls that a case of its kind can support, each with its source', async () => {
    const text = await textOf(
      await pdfOf(inputOf(facts([opening, ...blocked('a', 'okta'), seal]))),
    );
    for (const { id, framework } of controls.filter((it) => it.for.includes('departure'))) {
      assert.ok(text.includes(framework), framework);
      assert.ok(text.includes(id.split(/[ ,]/)[0]!), id);
    }
    const page = await readFile(
      new URL('../../../docs/audit/controls.md', import.meta.url),
      'utf8',
    );
    for (const it of controls) {
      const row = `| ${it.framework} | ${it.id} | ${it.asks.en} | ${it.holds.en} |`;
      assert.ok(page.includes(row), `docs/audit/controls.md has no row ${row}`);
    }
    const arrival: [Leaf] = [{ ...opening[0], data: { kind: 'arrival' } }];
    const arrived = await textOf(await pdfOf(inputOf(facts([arrival, seal]))));
    assert.match(arrived, /CC6\.1/);
    assert.doesNotMatch(arrived, /8\.2\.5|When access ended/);
  });
});
