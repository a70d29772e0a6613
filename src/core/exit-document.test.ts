import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  type Block,
  type ExitCase,
  type ExitDocument,
  exitDocument,
  exitDocumentKinds,
  whyNoDocument,
} from './exit-document.ts';
import { languages } from './language.ts';
import { exitCase, exitStep, settled } from './testing/exit-case.ts';

/** Every text of a document, in its order. */
const textsOf = (it: ExitDocument): readonly string[] => [
  it.title,
  it.company,
  ...it.blocks.flatMap(textsIn),
  it.reference,
];

function textsIn(block: Block): readonly string[] {
  switch (block.is) {
    case 'facts':
      return block.rows.flat();
    case 'list':
      return block.items;
    case 'table':
      return [block.caption, ...block.head, ...block.rows.flat()];
    case 'signatures':
      return [...block.people, block.below];
    default:
      return [block.text];
  }
}

const rowsOf = (it: ExitDocument, caption: RegExp): readonly (readonly string[])[] =>
  it.blocks.flatMap((block) =>
    block.is === 'table' && caption.test(block.caption) ? block.rows : [],
  );
const warningsOf = (it: ExitDocument) =>
  it.blocks.flatMap((block) => (block.is === 'warning' ? [block.text] : []));
const factsOf = (it: ExitDocument) =>
  new Map(it.blocks.flatMap((block) => (block.is === 'facts' ? block.rows : [])));

const made = (kind: ExitDocument['kind'], it: Partial<ExitCase> = {}) =>
  exitDocument(kind, exitCase(it), 'en');

describe('every exit document', () => {
  for (const kind of exitDocumentKinds)
    for (const language of languages) {
      it(`says what it has to say: ${kind}, ${language}`, () => {
        const document = exitDocument(kind, exitCase(), language);

        assert.equal(document.language, language);
        assert.ok(textsOf(document).includes('Meadow & Co'));
        assert.ok(textsOf(document).some((text) => text.includes('Priya Nair')));
        assert.match(document.reference, /01CASE/);
        for (const text of textsOf(document)) assert.doesNotMatch(text, /undefined|null|NaN/);
      });

      it(`reads well where nothing is known yet: ${kind}, ${language}`, () => {
        const nothing = {
          ...{ accessEndsAt: null, lastWorkingDay: null, employmentEnds: null, payEnds: null },
          ...{ accessRemovedAt: null, record: null, steps: [], isComplete: false },
        };
        const texts = textsOf(exitDocument(kind, exitCase(nothing), language));

        assert.ok(texts.some((text) => /not known yet|noch nicht bekannt/.test(text)));
        for (const text of texts) assert.doesNotMatch(text, /undefined|null|NaN/);
      });

      it(`is the same for the same case: ${kind}, ${language}`, () => {
        assert.deepEqual(
          exitDocument(kind, exitCase(), language),
          exitDocument(kind, exitCase(), language),
        );
      });
    }

  it('says in German what it says in English, block for block', () => {
    for (const kind of exitDocumentKinds) {
      const [english, german] = languages.map((it) => exitDocument(kind, exitCase(), it).blocks);
      assert.deepEqual(
        german?.map((it) => it.is),
        english?.map((it) => it.is),
      );
    }
  });

  it('is not there where a letter would be out of place', () => {
    assert.match(whyNoDocument('letter', 'death') ?? '', /family/);
    assert.match(whyNoDocument('duties', 'long leave') ?? '', /goes on/);
    assert.equal(whyNoDocument('revocation', 'death'), null);
    assert.equal(whyNoDocument('letter', 'resignation'), null);
  });
});

describe('the letter', () => {
  it('names the dates in words, those of a contract where it is one', () => {
    const dates = factsOf(made('letter'));
    assert.equal(dates.get('Last working day'), '24 October 2025');
    assert.equal(dates.get('Access to our systems ends'), '24 October 2025, 17:00 (Europe/Berlin)');
    assert.equal(dates.get('Pay ends'), '31 October 2025');

    const contract = made('letter', { isContractor: true });
    assert.match(contract.title, /contract/);
    assert.ok(factsOf(contract).has('Contract ends'));
  });

  it('shows the end of a day as that day', () => {
    const it = made('letter', { accessEndsAt: new Date('2025-10-24T22:00:00Z') });
    assert.equal(factsOf(it).get('Access to our systems ends'), 'at the end of 24 October 2025');
  });

  it('asks for what is still out, by name and number, and says what may stay a while', () => {
    const [list] = made('letter').blocks.filter((block) => block.is === 'list');
    assert.deepEqual(list?.items, [
      'iPhone 15 (F17ZXM0KQ1)',
      'Monitor (M-1): you may keep it until 31 December 2025',
    ]);
  });

  it('never says why somebody leaves', () => {
    const texts = textsOf(made('letter', { departureKind: 'involuntary' })).join('\n');
    assert.doesNotMatch(texts, /involuntary/i);
  });
});

describe('the acknowledgement of continuing duties', () => {
  it('says which paragraphs counsel should check', () => {
    const notes = made('duties').blocks.flatMap((it) => (it.is === 'quiet' ? [it.text] : []));
    assert.match(notes.join(), /counsel .*paragraphs 1, 3, 5, 6\./);
  });

  it('is for the person and the company to sign', () => {
    const [lines] = made('duties').blocks.filter((block) => block.is === 'signatures');
    assert.deepEqual(lines?.people, ['Priya Nair', 'For Meadow & Co']);
  });
});

describe('the receipt for equipment', () => {
  it('lists each thing with its number and what became of it', () => {
    assert.deepEqual(rowsOf(made('equipment'), /handed out/), [
      ['MacBook Pro 14', 'C02XL0AAJG5H', 'returned', '24 October 2025', 'read in the register'],
      ['iPhone 15', 'F17ZXM0KQ1', 'not returned yet', '–', ''],
      [
        ...['ThinkPad T14', 'TAG-7', 'written off', '24 October 2025'],
        'Ada Admin: Stolen; report 77/25.',
      ],
      [
        ...['Monitor', 'M-1', 'stays with the person until 31 December 2025', '–'],
        'Ada Admin: Works from home.',
      ],
      ['Collect the badge', 'badge number: 77', 'returned', '24 October 2025', 'Flo: Brought in.'],
    ]);
    assert.deepEqual(warningsOf(made('equipment')), ['2 things have not come back yet.']);
  });

  it('says so where nothing is listed, and has room for what is written by hand', () => {
    const it = made('equipment', { steps: [] });
    assert.ok(textsOf(it).some((text) => text.includes('No register')));
    assert.equal(rowsOf(it, /entered by hand/).length, 3);
    assert.deepEqual(warningsOf(it), []);
  });
});

describe('the certificate', () => {
  it('lists each account with what was done, when, and how that is known', () => {
    assert.deepEqual(
      rowsOf(made('revocation'), /What was done/).map((row) => row.join(' | ')),
      [
        'Directory | priya | Block sign-in | 24 October 2025, 17:01 (Europe/Berlin) | verified',
        'Directory | priya | Sign out everywhere | 24 October 2025, 17:01 (Europe/Berlin) | accepted, cannot be read back',
        'Wiki | pnair | Block sign-in | 24 October 2025, 17:01 (Europe/Berlin) | not done',
        'Wiki | pnair-old | End access that the playbook does not cover | 24 October 2025, 17:01 (Europe/Berlin) | done by hand',
      ],
    );
  });

  it('names exceptions with who answers for them, why, and until when', () => {
    assert.deepEqual(
      rowsOf(made('revocation'), /word of a named person/).map((row) => row.join(' | ')),
      [
        'Block sign-in | Wiki: pnair | not done | Ada Admin, 24 October 2025 | Runs the payroll import. | 31 December 2025',
        'End access that the playbook does not cover | Wiki: pnair-old | done by hand | Ada Admin, 24 October 2025 | Closed there. · W-12 | –',
        'Get equipment back | Register: ThinkPad T14, tag TAG-7 | written off | Ada Admin, 24 October 2025 | Stolen; report 77/25. | for good',
        'Get equipment back | Register: Monitor, serial M-1 | not done | Ada Admin, 24 October 2025 | Works from home. | 31 December 2025',
      ],
    );
  });

  it('says plainly that it is not complete, and what is open', () => {
    const document = made('revocation');
    assert.match(warningsOf(document)[0] ?? '', /^Not complete: .* one step is open/);
    assert.deepEqual(rowsOf(document, /not settled/), [
      ['Get equipment back', 'Register: iPhone 15, serial F17ZXM0KQ1', 'waits for a person'],
    ]);
  });

  it('tells open access from what else is open', () => {
    const open = made('revocation', { accessRemovedAt: null });
    assert.match(warningsOf(open)[0] ?? '', /does not certify that all access has ended/);
    assert.match(warningsOf(made('revocation'))[0] ?? '', /What is open is no access/);
  });

  it('says that all is settled once it is', () => {
    const steps = [exitStep({ ...settled('verified') })];
    const document = made('revocation', { isComplete: true, steps });
    assert.deepEqual(warningsOf(document), []);
    assert.deepEqual(rowsOf(document, /not settled/), []);
    assert.ok(textsOf(document).some((text) => text.startsWith('None: nothing was left undone')));
  });

  it('leads to the record by the number of facts and the hash of the last', () => {
    const facts = factsOf(made('revocation'));
    assert.equal(facts.get('Facts so far'), '42');
    assert.equal(facts.get('Hash of the last leaf (SHA-256)'), 'ab'.repeat(32));
    assert.match(warningsOf(made('revocation', { record: null })).at(-1) ?? '', /proves nothing/);
  });
});
