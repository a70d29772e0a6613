import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ScimError } from './error.ts';
import { narrowingOf, testFor } from './filter.ts';
import { readFilter } from './filter-text.ts';
import { groupType, userType } from './schema.ts';

const enterprise = userType.extension!.schema;
const priya = {
  schemas: [userType.schema, enterprise],
  id: '3f1c6a3e-5f1f-4f0e-9d59-1d2f5f0a7c11',
  externalId: '00uPriya',
  userName: 'Priya@Meadow.example',
  name: { givenName: 'Priya', familyName: 'O"Nair\\x' },
  active: true,
  emails: [
    { value: 'priya@meadow.example', type: 'work', primary: true },
    { value: 'p@home.example', type: 'home' },
  ],
  [enterprise]: { employeeNumber: 'E-1042', manager: { value: 'm-1' } },
  meta: { lastModified: '2026-11-30T06:00:00.000Z' },
};

const fits = (filter: string) => testFor(userType, readFilter(filter))(priya);

const refusedAs = (scimType: string) => (error: unknown) =>
  error instanceof ScimError && error.status === 400 && error.scimType === scimType;

describe('filters', () => {
  const holding = [
    'userName eq "PRIYA@meadow.EXAMPLE"',
    'USERNAME Eq "priya@meadow.example"',
    `${userType.schema}:userName sw "priya"`,
    `${enterprise}:employeeNumber eq "e-1042"`,
    `${enterprise}:manager.value eq "m-1"`,
    'externalId eq "00uPriya"',
    'emails eq "P@home.example"',
    'emails.value co "@home"',
    'emails[type eq "work" and value ew ".example"]',
    'emails[type eq "work"].value eq "priya@meadow.example"',
    'name.familyName eq "o\\"nair\\\\x"',
    'active eq true',
    'active eq True',
    'not (active eq false)',
    'title pr or userName pr',
    'title pr and userName pr or active eq true',
    'userName pr and (title pr or active eq true)',
    'title eq null',
    'title ne "Lead"',
    'emails pr',
    'meta.lastModified gt "2026-11-30T05:00:00Z"',
    'meta.lastModified le "2026-11-30T07:00:00+01:00"',
  ];
  for (const filter of holding) {
    it(`hold: ${filter}`, () => assert.equal(fits(filter), true));
  }

  const failing = [
    'externalId eq "00upriya"',
    'emails[type eq "home" and value co "meadow"]',
    'emails[type eq "home"].value eq "priya@meadow.example"',
    'title pr or (userName pr and active eq false)',
    'title pr and (userName pr or active eq true)',
    'userName ne "priya@meadow.example"',
    'title co ""',
  ];
  for (const filter of failing) {
    it(`do not hold: ${filter}`, () => assert.equal(fits(filter), false));
  }

  const broken = [
    '',
    'userName',
    'userName eq',
    'userName eq priya',
    'userName is "x"',
    '(userName pr',
    'userName pr)',
    'userName pr and',
    'not userName pr',
    'nothing eq "x"',
    'name.nothing eq "x"',
    'emails[nothing eq "x"]',
    'emails[type eq "x"',
    'active gt true',
    'active eq "maybe"',
    'name eq "x"',
    'meta.lastModified gt "soon"',
    '"userName" eq "x"',
    'userName eq "open',
    'userName eq {"a": 1}',
    'userName eq "a\\u0000b"',
    `${'('.repeat(30)}userName pr${')'.repeat(30)}`,
    `userName eq "${'x'.repeat(5_000)}"`,
  ];
  for (const filter of broken) {
    it(`are refused: ${filter.slice(0, 40)}`, () => {
      assert.throws(() => fits(filter), refusedAs('invalidFilter'));
    });
  }

  it('let the database look where one column tells, and never leave out what fits', () => {
    const narrowed = (filter: string) => narrowingOf(userType, readFilter(filter));
    const nothing = { id: null, name: null, externalId: null, email: null, member: null };
    assert.deepEqual(narrowed('userName eq "Priya@x" and active eq true'), {
      ...nothing,
      name: 'priya@x',
    });
    assert.deepEqual(narrowed('emails[type eq "work"].value eq "A@x"'), {
      ...nothing,
      email: 'a@x',
    });
    const group = narrowingOf(
      groupType,
      readFilter('members[value eq "x"] and displayName eq "Tea"'),
    );
    const nobody = '00000000-0000-0000-0000-000000000000';
    assert.deepEqual(group, { ...nothing, name: 'tea', member: nobody });
    for (const filter of [
      'userName eq "a" or title pr',
      'not (userName eq "a")',
      'userName sw "a"',
    ]) {
      assert.deepEqual(narrowed(filter), nothing, filter);
    }
  });
});
