import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { dayThatEndsAt, endOfDay, localText, resolveDates } from '#core/dates.ts';
import type { DepartureFacts } from '#core/departure.ts';
import type { DepartureKind } from '#core/departure-kind.ts';
import { type Law, obligationsFor, obligationText } from '#core/obligation.ts';
import type { PersonFacts } from '#core/person.ts';
import { readRulePack } from '#core/rule-pack.ts';
import { departure, person } from '#core/testing/planning.ts';
import { problemsInObligations, rulePacks } from './rule-packs.ts';

const law: Law = { packs: rulePacks, switchedOn: [], reviews: {}, headcount: 500 };

interface Example {
  /** Country and region, such as US-CA. */
  readonly place: string;
  readonly zone: string;
  readonly kind: DepartureKind;
  readonly confirmedAt?: string;
  readonly lastWorkingDay?: string;
  readonly employmentEnds?: string;
  readonly payEnds?: string;
  readonly other?: Partial<PersonFacts>;
  readonly law?: Partial<Law>;
}

function found(example: Example) {
  const { zone, kind } = example;
  const [country, region] = example.place.split('-') as [string, string?];
  const facts: DepartureFacts = {
    ...departure,
    kind,
    accessEnds: null,
    lastWorkingDay: example.lastWorkingDay ?? '2026-12-31',
    employmentEnds: example.employmentEnds ?? example.lastWorkingDay ?? '2026-12-31',
    payEnds: example.payEnds ?? '2027-01-15',
  };
  const confirmedAt = new Date(example.confirmedAt ?? '2026-12-01T17:00:00Z');
  const dates = resolveDates(facts, { zone, confirmedAt, defaultAccessEnd: null });
  assert.ok(dates.kind === 'dates');
  return obligationsFor(
    { ...law, ...example.law },
    {
      departure: facts,
      source: 'csv',
      person: { ...person, country, region: region ?? null, ...example.other },
      dates,
      zone,
      now: confirmedAt,
    },
    null,
  );
}

/** The end of a day as that day, everything else as a local time. */
function shown(at: Date, zone: string): string {
  const day = dayThatEndsAt(at, zone);
  return endOfDay(day, zone).epochMilliseconds === at.getTime() ? day : localText(at, zone);
}

const deadlines = (example: Example): Record<string, string> =>
  Object.fromEntries(
    found(example).due.map(({ rule, deadline }) => [rule.id, shown(deadline, example.zone)]),
  );

const pacific = 'America/Los_Angeles';
const eastern = 'America/New_York';
const central = 'America/Chicago';

type Row = readonly [
  what: string,
  example: Example,
  rule: string,
  /** Null: does not apply. */
  deadline: string | null,
  /** Part of the source that the rule must name. */
  source: string,
];

const at = (
  place: string,
  zone: string,
  kind: DepartureKind,
  other: Omit<Example, 'place' | 'zone' | 'kind'> = {},
): Example => ({ place, zone, kind, ...other });

const tables = 'Tables of final-pay deadlines';
const lists = 'Lists of state separation notices';
const cobra = '29 U.S.C. 1166';
const warn = '29 U.S.C. 2101';
const belgium = 'Belgian data protection authority';
const customs = 'HM Revenue and Customs';

const rows: readonly Row[] = [
  // United States, federal
  [
    'told in 30 days',
    at('US-TX', central, 'resignation'),
    'us-cobra-plan-notice',
    '2027-01-30',
    cobra,
  ],
  [
    'over the leap day',
    at('US-TX', central, 'resignation', { lastWorkingDay: '2028-02-01' }),
    'us-cobra-plan-notice',
    '2028-03-02',
    cobra,
  ],
  [
    'without a leap day',
    at('US-TX', central, 'resignation', { lastWorkingDay: '2027-02-01' }),
    'us-cobra-plan-notice',
    '2027-03-03',
    cobra,
  ],
  [
    'from the end of employment, not the last working day',
    at('US-TX', central, 'resignation', {
      lastWorkingDay: '2026-12-15',
      employmentEnds: '2026-12-31',
    }),
    'us-cobra-plan-notice',
    '2027-01-30',
    cobra,
  ],
  [
    'over the change of clocks',
    at('US-NY', eastern, 'involuntary', { lastWorkingDay: '2027-02-26' }),
    'us-cobra-plan-notice',
    '2027-03-28',
    cobra,
  ],
  [
    'on retirement',
    at('US-FL', eastern, 'retirement'),
    'us-cobra-plan-notice',
    '2027-01-30',
    cobra,
  ],
  [
    'on death, for those who are left',
    at('US-FL', eastern, 'death'),
    'us-cobra-plan-notice',
    '2027-01-30',
    cobra,
  ],
  ['not for a leave', at('US-FL', eastern, 'long leave'), 'us-cobra-plan-notice', null, cobra],
  [
    'not for a contractor',
    at('US-TX', central, 'resignation', { other: { employmentType: 'contractor' } }),
    'us-cobra-plan-notice',
    null,
    cobra,
  ],
  [
    'not below 20 people',
    at('US-TX', central, 'resignation', { law: { headcount: 19 } }),
    'us-cobra-plan-notice',
    null,
    cobra,
  ],
  [
    'from 20 people',
    at('US-TX', central, 'resignation', { law: { headcount: 20 } }),
    'us-cobra-plan-notice',
    '2027-01-30',
    cobra,
  ],
  [
    'where nobody told how many',
    at('US-TX', central, 'resignation', { law: { headcount: null } }),
    'us-cobra-plan-notice',
    '2027-01-30',
    cobra,
  ],
  [
    'not in Germany',
    at('DE-BE', 'Europe/Berlin', 'resignation'),
    'us-cobra-plan-notice',
    null,
    cobra,
  ],
  ['44 days', at('US-TX', central, 'resignation'), 'us-cobra-election-notice', '2027-02-13', cobra],
  [
    '44 days over a leap day',
    at('US-TX', central, 'resignation', { lastWorkingDay: '2028-01-31' }),
    'us-cobra-election-notice',
    '2028-03-15',
    cobra,
  ],
  [
    'with the election notice',
    at('US-TX', central, 'involuntary'),
    'us-cobra-dependants',
    '2027-02-13',
    'Commentary on COBRA',
  ],
  [
    '60 days before',
    at('US-OH', eastern, 'layoff', { lastWorkingDay: '2027-03-31' }),
    'us-warn-notice',
    '2027-01-30',
    warn,
  ],
  [
    '60 days before, over a leap day',
    at('US-OH', eastern, 'layoff', { lastWorkingDay: '2028-03-31' }),
    'us-warn-notice',
    '2028-01-31',
    warn,
  ],
  [
    '60 days before, although that has passed',
    at('US-OH', eastern, 'layoff'),
    'us-warn-notice',
    '2026-11-01',
    warn,
  ],
  ['not for one dismissal', at('US-OH', eastern, 'involuntary'), 'us-warn-notice', null, warn],
  [
    'not below 100 people',
    at('US-OH', eastern, 'layoff', { law: { headcount: 99 } }),
    'us-warn-notice',
    null,
    warn,
  ],
  [
    'off until it is switched on',
    at('US-OH', eastern, 'layoff'),
    'us-owbpa-group-release',
    null,
    '29 U.S.C. 626',
  ],
  [
    '45 days before, switched on',
    at('US-OH', eastern, 'layoff', {
      lastWorkingDay: '2027-03-31',
      law: { switchedOn: ['us-owbpa-group-release'] },
    }),
    'us-owbpa-group-release',
    '2027-02-14',
    '29 U.S.C. 626',
  ],
  // States
  [
    'on the day, dismissed',
    at('US-CA', pacific, 'involuntary', { lastWorkingDay: '2026-12-01' }),
    'us-ca-final-pay-dismissed',
    '2026-12-01',
    'Labor Code, section 201',
  ],
  [
    'on the day, laid off',
    at('US-CA', pacific, 'layoff'),
    'us-ca-final-pay-dismissed',
    '2026-12-31',
    'Labor Code, section 201',
  ],
  [
    'on the last day after long notice',
    at('US-CA', pacific, 'resignation'),
    'us-ca-final-pay-resigned',
    '2026-12-31',
    'Labor Code, section 202',
  ],
  [
    '72 hours after notice on the spot',
    at('US-CA', pacific, 'resignation', { lastWorkingDay: '2026-12-01' }),
    'us-ca-final-pay-resigned',
    '2026-12-04T09:00',
    'Labor Code, section 202',
  ],
  [
    '72 real hours when the clocks go forward',
    at('US-CA', pacific, 'resignation', {
      confirmedAt: '2027-03-12T18:00:00Z',
      lastWorkingDay: '2027-03-12',
    }),
    'us-ca-final-pay-resigned',
    '2027-03-15T11:00',
    'Labor Code, section 202',
  ],
  [
    '72 real hours when the clocks go back',
    at('US-CA', pacific, 'resignation', {
      confirmedAt: '2027-11-05T17:00:00Z',
      lastWorkingDay: '2027-11-05',
    }),
    'us-ca-final-pay-resigned',
    '2027-11-08T09:00',
    'Labor Code, section 202',
  ],
  [
    'also where the region is spelled out',
    at('US-CA', pacific, 'involuntary', { other: { region: 'California' } }),
    'us-ca-final-pay-dismissed',
    '2026-12-31',
    'Labor Code, section 201',
  ],
  [
    'not for whoever resigned',
    at('US-CA', pacific, 'resignation'),
    'us-ca-final-pay-dismissed',
    null,
    'Labor Code, section 201',
  ],
  ['at once', at('US-CA', pacific, 'involuntary'), 'us-ca-separation-notice', '2026-12-31', lists],
  [
    'also for a leave',
    at('US-CA', pacific, 'long leave'),
    'us-ca-separation-notice',
    '2026-12-31',
    lists,
  ],
  [
    'at once',
    at('US-CO', 'America/Denver', 'involuntary'),
    'us-co-final-pay-dismissed',
    '2026-12-31',
    tables,
  ],
  [
    'at once',
    at('US-MA', eastern, 'involuntary'),
    'us-ma-final-pay-dismissed',
    '2026-12-31',
    tables,
  ],
  [
    'on payday',
    at('US-MA', eastern, 'resignation'),
    'us-ma-final-pay-resigned',
    '2027-01-15',
    tables,
  ],
  [
    'at once',
    at('US-MT', 'America/Denver', 'layoff'),
    'us-mt-final-pay-dismissed',
    '2026-12-31',
    tables,
  ],
  [
    'at once',
    at('US-NV', pacific, 'involuntary'),
    'us-nv-final-pay-dismissed',
    '2026-12-31',
    tables,
  ],
  [
    '7 days, where payday is later',
    at('US-NV', pacific, 'resignation'),
    'us-nv-final-pay-resigned',
    '2027-01-07',
    tables,
  ],
  [
    'payday, where it is earlier',
    at('US-NV', pacific, 'resignation', { payEnds: '2027-01-04' }),
    'us-nv-final-pay-resigned',
    '2027-01-04',
    tables,
  ],
  [
    'at once, the stricter of two',
    at('US-HI', 'Pacific/Honolulu', 'involuntary'),
    'us-hi-final-pay-dismissed',
    '2026-12-31',
    tables,
  ],
  [
    'the next business day',
    at('US-CT', eastern, 'involuntary'),
    'us-ct-final-pay-dismissed',
    '2027-01-01',
    '31-71c',
  ],
  [
    'the next business day after a Friday',
    at('US-CT', eastern, 'involuntary', { lastWorkingDay: '2026-12-18' }),
    'us-ct-final-pay-dismissed',
    '2026-12-21',
    '31-71c',
  ],
  [
    'on the day',
    at('US-CT', eastern, 'resignation'),
    'us-ct-separation-notice',
    '2026-12-31',
    lists,
  ],
  [
    '3 working days over a weekend',
    at('US-AK', 'America/Anchorage', 'involuntary'),
    'us-ak-final-pay-dismissed',
    '2027-01-05',
    tables,
  ],
  [
    'on payday',
    at('US-AK', 'America/Anchorage', 'resignation'),
    'us-ak-final-pay-resigned',
    '2027-01-15',
    tables,
  ],
  [
    '3 working days, the stricter of two',
    at('US-AZ', 'America/Phoenix', 'involuntary'),
    'us-az-final-pay-dismissed',
    '2027-01-05',
    'A.R.S. 23-353',
  ],
  [
    'payday, where it is sooner',
    at('US-AZ', 'America/Phoenix', 'involuntary', { payEnds: '2027-01-01' }),
    'us-az-final-pay-dismissed',
    '2027-01-01',
    'A.R.S. 23-353',
  ],
  [
    'on the day',
    at('US-AZ', 'America/Phoenix', 'layoff'),
    'us-az-separation-notice',
    '2026-12-31',
    lists,
  ],
  [
    'on payday, since no law is known',
    at('US-AL', central, 'involuntary'),
    'us-al-final-pay-dismissed',
    '2027-01-15',
    tables,
  ],
  [
    '7 days, the stricter of two',
    at('US-AR', central, 'involuntary'),
    'us-ar-final-pay-dismissed',
    '2027-01-07',
    tables,
  ],
  [
    'payday, where it is sooner',
    at('US-AR', central, 'involuntary', { payEnds: '2027-01-04' }),
    'us-ar-final-pay-dismissed',
    '2027-01-04',
    tables,
  ],
  [
    'the next working day',
    at('US-DC', eastern, 'involuntary'),
    'us-dc-final-pay-dismissed',
    '2027-01-01',
    tables,
  ],
  ['7 days', at('US-DC', eastern, 'resignation'), 'us-dc-final-pay-resigned', '2027-01-07', tables],
  [
    '3 days by mail',
    at('US-GA', eastern, 'resignation'),
    'us-ga-separation-notice',
    '2027-01-03',
    lists,
  ],
  [
    '48 hours in a layoff',
    at('US-GA', eastern, 'layoff'),
    'us-ga-mass-separation',
    '2027-01-02',
    lists,
  ],
  [
    'not for one dismissal',
    at('US-GA', eastern, 'involuntary'),
    'us-ga-mass-separation',
    null,
    lists,
  ],
  ['7 days', at('US-IL', central, 'involuntary'), 'us-il-separation-notice', '2027-01-07', lists],
  [
    'on the day',
    at('US-IA', central, 'end of contract'),
    'us-ia-separation-notice',
    '2026-12-31',
    lists,
  ],
  [
    'on the day',
    at('US-NJ', eastern, 'involuntary'),
    'us-nj-separation-notice',
    '2026-12-31',
    lists,
  ],
  [
    'none in a state without rules of its own',
    at('US-TX', central, 'involuntary'),
    'us-ca-final-pay-dismissed',
    null,
    'Labor Code',
  ],
  // United Kingdom
  ['on payday', at('GB', 'Europe/London', 'resignation'), 'gb-final-fps', '2027-01-15', customs],
  [
    'on payday, also after 5 April',
    at('GB', 'Europe/London', 'resignation', {
      lastWorkingDay: '2027-03-31',
      payEnds: '2027-04-30',
    }),
    'gb-final-fps',
    '2027-04-30',
    customs,
  ],
  ['with the last pay', at('GB', 'Europe/London', 'involuntary'), 'gb-p45', '2027-01-15', customs],
  [
    'with the last pay',
    at('GB', 'Europe/London', 'retirement'),
    'gb-holiday-pay',
    '2027-01-15',
    'Working Time Regulations',
  ],
  [
    '7 working days, for whom the FCA approved',
    at('GB', 'Europe/London', 'resignation', {
      other: { tags: ['FCA-approved'] },
      law: { switchedOn: ['gb-smcr-form-c'] },
    }),
    'gb-smcr-form-c',
    '2027-01-11',
    'SUP 10C',
  ],
  [
    'not for others',
    at('GB', 'Europe/London', 'resignation', { law: { switchedOn: ['gb-smcr-form-c'] } }),
    'gb-smcr-form-c',
    null,
    'SUP 10C',
  ],
  // Germany
  [
    'on the last day',
    at('DE-BE', 'Europe/Berlin', 'resignation'),
    'de-reference',
    '2026-12-31',
    '§ 109',
  ],
  [
    'six weeks',
    at('DE-BE', 'Europe/Berlin', 'resignation'),
    'de-social-security',
    '2027-02-11',
    'DEÜV',
  ],
  [
    'six weeks over the change of clocks',
    at('DE-BY', 'Europe/Berlin', 'involuntary', { lastWorkingDay: '2027-02-28' }),
    'de-social-security',
    '2027-04-11',
    'DEÜV',
  ],
  [
    'also for a temporary worker',
    at('DE', 'Europe/Berlin', 'end of contract', { other: { employmentType: 'temporary' } }),
    'de-social-security',
    '2027-02-11',
    'DEÜV',
  ],
  [
    '3 working days',
    at('DE', 'Europe/Berlin', 'resignation'),
    'de-certificate',
    '2027-01-05',
    '§§ 312',
  ],
  [
    'with the last pay',
    at('DE', 'Europe/Berlin', 'retirement'),
    'de-holiday',
    '2027-01-15',
    'Bundesurlaubsgesetz',
  ],
  // Belgium
  [
    'by the last day',
    at('BE', 'Europe/Brussels', 'resignation'),
    'be-mailbox-blocked',
    '2026-12-31',
    belgium,
  ],
  [
    'a month, from the 31st to the end of February',
    at('BE', 'Europe/Brussels', 'resignation', { lastWorkingDay: '2027-01-31' }),
    'be-mailbox-reply-ends',
    '2027-02-28',
    belgium,
  ],
  [
    'a month, to the leap day',
    at('BE', 'Europe/Brussels', 'resignation', { lastWorkingDay: '2028-01-31' }),
    'be-mailbox-reply-ends',
    '2028-02-29',
    belgium,
  ],
  [
    'not for a leave',
    at('BE', 'Europe/Brussels', 'long leave'),
    'be-mailbox-blocked',
    null,
    belgium,
  ],
  // Profession
  [
    '30 days, switched on',
    at('US-NY', eastern, 'resignation', {
      other: { tags: ['finra-registered'] },
      law: { switchedOn: ['finra-form-u5'] },
    }),
    'finra-form-u5',
    '2027-01-30',
    'Article V',
  ],
  [
    'off as it ships',
    at('US-NY', eastern, 'resignation', { other: { tags: ['finra-registered'] } }),
    'finra-form-u5',
    null,
    'Article V',
  ],
];

describe('worked examples of legal deadlines', () => {
  for (const [what, example, id, expected, source] of rows) {
    it(`${id} in ${example.place}, ${example.kind}: ${what}`, () => {
      assert.equal(deadlines(example)[id] ?? null, expected);
      const rule = rulePacks()
        .flatMap(({ rules }) => rules)
        .find((it) => it.id === id);
      assert.ok(rule?.citation.includes(source), rule?.citation);
    });
  }

  it('cover every rule', () => {
    const covered = new Set(rows.filter(([, , , expected]) => expected).map(([, , id]) => id));
    const all = rulePacks().flatMap(({ rules }) => rules.map(({ id }) => id));
    assert.deepEqual(
      all.filter((id) => !covered.has(id)),
      [],
    );
  });

  it('are complete for one person: nothing else applies', () => {
    assert.deepEqual(deadlines(at('US-CA', pacific, 'involuntary')), {
      'us-ca-final-pay-dismissed': '2026-12-31',
      'us-ca-separation-notice': '2026-12-31',
      'us-cobra-plan-notice': '2027-01-30',
      'us-cobra-election-notice': '2027-02-13',
      'us-cobra-dependants': '2027-02-13',
    });
    assert.deepEqual(deadlines(at('FR', 'Europe/Paris', 'involuntary')), {});
  });
});

describe('what is not certain about a legal deadline', () => {
  const obligation = (example: Example, id: string) => {
    const it = found(example).due.find(({ rule }) => rule.id === id);
    assert.ok(it);
    return it;
  };

  for (const [state, zone] of [
    ['US-AL', central],
    ['US-AZ', 'America/Phoenix'],
    ['US-AR', central],
    ['US-DC', eastern],
  ] as const) {
    it(`is said in ${state}, where sources disagree`, () => {
      const id = `${state.toLowerCase()}-final-pay-dismissed`;
      const it = obligation(at(state, zone, 'involuntary'), id);
      assert.match(it.obligation.uncertain.join(' '), /Sources disagree/);
      assert.match(obligationText(it), /Sources disagree/);
    });
  }

  it('is said where nobody told how many people there are', () => {
    const example = at('US-TX', central, 'resignation', { law: { headcount: null } });
    const { obligation: it } = obligation(example, 'us-cobra-plan-notice');
    assert.deepEqual(it.uncertain, [
      'Applies to employers of 20 people or more; how many you are is not set.',
    ]);
  });

  it('is said as long as counsel has not looked at it, and again when that was long ago', () => {
    const reviewed = (on: string) => {
      const reviews = { us: { on, by: 'Dana Counsel' } };
      return obligation(
        at('US-TX', central, 'resignation', { law: { reviews } }),
        'us-cobra-plan-notice',
      );
    };
    assert.equal(reviewed('2025-12-01').obligation.reviewed, '2025-12-01, Dana Counsel');
    assert.match(obligationText(reviewed('2025-12-01')), /Reviewed: 2025-12-01, Dana Counsel/);
    assert.equal(reviewed('2025-11-30').obligation.reviewed, null);
    assert.match(obligationText(reviewed('2025-11-30')), /Not reviewed by counsel/);
  });

  it('is said where a fact is missing that decides whether a law applies', () => {
    const { due, notes } = found(at('US', pacific, 'involuntary', { other: { region: null } }));
    assert.ok(due.every(({ obligation: it }) => it.pack === 'us'));
    const [note] = notes;
    assert.match(note ?? '', /^Not filled in: person\.region\. So it is not known .*California; /);
  });

  it('is said where a playbook names a pack that there is not', () => {
    const { due, notes } = obligationsFor(
      law,
      {
        departure,
        source: 'csv',
        person,
        dates: resolveAll(),
        zone: 'Europe/Berlin',
        now: new Date(0),
      },
      ['de', 'atlantis'],
    );
    assert.deepEqual(new Set(due.map(({ obligation: it }) => it.pack)), new Set(['de']));
    assert.match(notes.join(), /no rule pack “atlantis”/);
  });
});

function resolveAll() {
  const context = { zone: 'Europe/Berlin', confirmedAt: new Date(0), defaultAccessEnd: null };
  const dates = resolveDates(departure, context);
  assert.ok(dates.kind === 'dates');
  return dates;
}

describe('rule packs', () => {
  it('name the source and how far it was read, for every rule', () => {
    for (const { rules } of rulePacks()) {
      for (const it of rules) {
        assert.ok(it.citation, it.id);
        assert.ok(it.standing !== 'official' || it.link, `${it.id} is official and has no link`);
        assert.ok(it.proof.length > 0, it.id);
      }
    }
  });

  it('have ids that are used once', () => {
    const ids = rulePacks().flatMap(({ pack, rules }) => [pack, ...rules.map(({ id }) => id)]);
    assert.equal(new Set(ids).size, ids.length);
  });

  it('that are wrong are refused with line and mend', () => {
    const read = readRulePack(`
pack: us-xx
title: Nowhere
version: 1
review every months: 12
rules:
  - id: us-xx-pay
    title: Pay
    kind: pay
    what: Pay.
    due: employment ends + 3 fortnights
    owner: payrol
    proof: [date]
    citation: none
    standing: second
    colour: red
`);
    assert.ok('problems' in read);
    const told = read.problems.map(({ line, problem }) => `${line}: ${problem}`);
    assert.deepEqual(told.toSorted(), [
      '11: “fortnights” is not a unit of time.',
      '12: “payrol” is not known here.',
      '16: A rule has no “colour”.',
    ]);
  });

  it('cannot be switched on or reviewed under names that there are not', () => {
    const problems = problemsInObligations({
      switchedOn: ['finra-form-u5', 'us-cobra-plan-notice', 'finra-form-u6'],
      reviews: { us: { on: '2026-12-01', by: 'Dana' }, uk: { on: '2026-12-01', by: 'Dana' } },
    });
    assert.deepEqual(
      problems.map(({ at }) => at),
      ['switchedOn', 'switchedOn', 'reviews.uk'],
    );
    assert.match(problems[0]!.problem, /us-cobra-plan-notice/);
  });
});
