import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  Condition,
  type ConditionFacts,
  conditionText,
  couldHold,
  explainCondition,
  holds,
} from './condition.ts';
import { conditionDocument } from './condition-document.ts';
import { problemsIn } from './document.ts';

const facts: ConditionFacts = {
  departure: { kind: 'layoff', urgent: false, confidential: true },
  source: 'bamboo',
  person: {
    department: ' Sales ',
    title: '',
    location: 'Zürich',
    country: null,
    region: 'BE',
    employmentType: 'employee',
    tags: ['Works Council', 'pilot'],
  },
  isManager: true,
};

const condition = (document: unknown): Condition => Condition.parse(document);
const holdsFor = (document: unknown, it = facts) => holds(condition(document), it).holds;

describe('a comparison', () => {
  const table: [unknown, boolean][] = [
    [{ field: 'departure.kind', is: 'layoff' }, true],
    [{ field: 'departure.kind', is: 'Layoff ' }, true],
    [{ field: 'departure.kind', 'is not': 'layoff' }, false],
    [{ field: 'departure.kind', 'is one of': ['involuntary', 'layoff'] }, true],
    [{ field: 'departure.kind', 'is none of': ['involuntary', 'layoff'] }, false],
    [{ field: 'departure.urgent', is: 'no' }, true],
    [{ field: 'departure.urgent', is: false }, true],
    [{ field: 'departure.confidential', 'is not': 'yes' }, false],
    [{ field: 'departure.source', is: 'Bamboo' }, true],
    [{ field: 'person.department', is: 'sales' }, true],
    [{ field: 'person.location', is: 'ZU\u0308RICH' }, true],
    [{ field: 'person.location', 'is one of': ['Berlin', ' zürich'] }, true],
    [{ field: 'person.employment type', is: 'employee' }, true],
    [{ field: 'person.is manager', is: 'yes' }, true],
    [{ field: 'person.tags', includes: 'works council' }, true],
    [{ field: 'person.tags', includes: 'works' }, false],
  ];
  for (const [document, expected] of table) {
    it(`${conditionText(condition(document))} is ${expected}`, () =>
      assert.equal(holdsFor(document), expected));
  }
});

describe('a field that nobody filled', () => {
  it('answers only “is set”', () => {
    for (const field of ['person.country', 'person.title']) {
      assert.equal(holdsFor({ field, 'is set': 'no' }), true);
      assert.equal(holdsFor({ field, 'is set': 'yes' }), false);
      assert.equal(holdsFor({ field, is: 'DE' }), false);
      assert.equal(holdsFor({ field, 'is not': 'DE' }), false);
      assert.equal(holdsFor({ field, 'is one of': ['DE'] }), false);
      assert.equal(holdsFor({ field, 'is none of': ['DE'] }), false);
    }
  });

  it('is named, once, and only where it was compared', () => {
    const verdict = holds(
      condition({
        any: [
          { field: 'person.country', is: 'DE' },
          { not: { field: 'person.country', is: 'FR' } },
          { field: 'person.title', 'is set': 'yes' },
        ],
      }),
      facts,
    );

    assert.deepEqual(verdict, { holds: true, missing: ['person.country'] });
  });

  it('is not what an empty list is', () => {
    const untagged = { ...facts, person: { ...facts.person, tags: [] } };

    assert.equal(holdsFor({ field: 'person.tags', 'is set': 'no' }, untagged), true);
    assert.deepEqual(holds(condition({ field: 'person.tags', includes: 'x' }), untagged), {
      holds: false,
      missing: [],
    });
  });

  it('is also a manager of whom nobody told', () => {
    const { isManager: _, ...unknown } = facts;

    assert.equal(holdsFor({ field: 'person.is manager', is: 'no' }, unknown), false);
  });
});

describe('all, any and not', () => {
  const yes = { field: 'departure.kind', is: 'layoff' };
  const no = { field: 'departure.kind', is: 'death' };
  it('combine as the words say', () => {
    assert.equal(holdsFor({ all: [yes, yes] }), true);
    assert.equal(holdsFor({ all: [yes, no] }), false);
    assert.equal(holdsFor({ any: [no, yes] }), true);
    assert.equal(holdsFor({ any: [no, no] }), false);
    assert.equal(holdsFor({ not: no }), true);
    assert.equal(holdsFor({ all: [{ any: [no, { not: no }] }, yes] }), true);
  });
});

describe('what could hold', () => {
  const documents = [
    { field: 'account.category', 'is not': 'identity' },
    { not: { field: 'account.category', is: 'identity' } },
    {
      all: [
        { field: 'account.category', is: 'code' },
        { field: 'account.privileged', is: 'yes' },
      ],
    },
  ];
  it('is ruled out by the connection, and left open by the account', () => {
    for (const document of documents) {
      const it = condition(document);
      assert.equal(couldHold(it, null, { id: 'okta', category: 'identity' }), false);
      assert.equal(couldHold(it, null, { id: 'github', category: 'code' }), true);
      assert.equal(couldHold(it, facts, null), true);
    }
  });

  it('is ruled out by the case, whatever the account', () => {
    const it = condition({
      all: [
        { field: 'departure.kind', is: 'death' },
        { field: 'account.privileged', is: 'yes' },
      ],
    });

    assert.equal(couldHold(it, facts, null), false);
    assert.equal(couldHold(it, null, null), true);
  });
});

describe('a condition in a document', () => {
  it('is written back as it was', () => {
    const document = {
      all: [
        { any: [{ not: { field: 'departure.urgent', is: 'yes' } }] },
        { field: 'person.tags', includes: 'pilot' },
        { field: 'person.country', 'is one of': ['DE', 'AT'] },
        { field: 'account.privileged', 'is set': 'no' },
      ],
    };

    assert.deepEqual(conditionDocument(condition(document)), document);
  });

  const refused: [string, unknown, string, string][] = [
    [
      'an unknown field',
      { field: 'person.contry', is: 'DE' },
      '“person.contry” is not known here.',
      'Did you mean “person.country”?',
    ],
    [
      'an operator that does not fit',
      { field: 'person.tags', is: 'x' },
      '“person.tags” cannot be compared by “is”.',
      'Possible: includes, is set.',
    ],
    [
      'an unknown operator',
      { field: 'person.country', equals: 'DE' },
      '“person.country” cannot be compared by “equals”.',
      'Possible: is, is not, is one of, is none of, is set.',
    ],
    [
      'no operator',
      { field: 'person.country' },
      '“person.country” is not compared with anything.',
      'Add one of: is, is not, is one of, is none of, is set.',
    ],
    [
      'two operators',
      { field: 'person.country', is: 'DE', 'is not': 'FR' },
      '“person.country” is compared twice: “is” and “is not”.',
      'Write two conditions below “all” or “any”.',
    ],
    [
      'a value that is none of a closed list',
      { field: 'departure.kind', is: 'fired' },
      '“fired” is not known here.',
      'Possible: resignation, involuntary, layoff, retirement, end of contract, garden leave, death, long leave.',
    ],
    [
      'text where yes or no belongs',
      { field: 'departure.urgent', is: 'maybe' },
      'Expected is yes or no; found “maybe”.',
      'Write “yes” or “no”.',
    ],
    [
      'a number where text belongs',
      { field: 'person.region', is: 7 },
      '“is” must be text; found 7.',
      'Put it in quotes.',
    ],
    ['an empty list', { all: [] }, '“all” is empty.', 'Fill it in.'],
    [
      'words side by side',
      { all: [], any: [] },
      '“all” and “any” stand side by side.',
      'Put one below the other',
    ],
    [
      'code',
      'person.country == "DE"',
      'This is not a condition: “person.country == "DE"”.',
      'Write all',
    ],
    [
      'a fourth level',
      { all: [{ any: [{ not: { all: [{ field: 'departure.urgent', is: 'yes' }] } }] }] },
      'Conditions lie more than three deep in each other.',
      'Split the step in two',
    ],
  ];
  for (const [what, document, problem, mend] of refused) {
    it(`is refused for ${what}`, () => {
      const result = Condition.safeParse(document);
      assert.ok(!result.success);
      const [first] = problemsIn(result.error, document);
      assert.equal(first?.problem, problem);
      assert.ok(first.mend.includes(mend), first.mend);
    });
  }
});

describe('the explanation of a condition', () => {
  it('says of each part what it came to, and why', () => {
    const it = condition({
      all: [
        { field: 'departure.kind', 'is one of': ['involuntary', 'layoff'] },
        { not: { field: 'person.country', is: 'DE' } },
      ],
    });

    assert.deepEqual(explainCondition(it, facts), [
      'all of these: yes',
      '  departure.kind is one of involuntary, layoff: yes, it is layoff',
      '  not this: yes',
      '    person.country is DE: no, it is not filled in',
    ]);
  });

  it('fits on one line', () => {
    const it = condition({
      any: [
        {
          all: [
            { field: 'departure.urgent', is: true },
            { field: 'person.tags', includes: 'x' },
          ],
        },
        { not: { field: 'person.country', 'is set': 'yes' } },
      ],
    });

    assert.equal(
      conditionText(it),
      '(departure.urgent is yes and person.tags includes x) or not (person.country is filled in)',
    );
  });
});
