import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ScimError } from './error.ts';
import { patched } from './patch.ts';
import { groupType, userType } from './schema.ts';

const enterprise = userType.extension!.schema;
const schemas = ['urn:ietf:params:scim:api:messages:2.0:PatchOp'];

const before = {
  userName: 'priya@meadow.example',
  name: { givenName: 'Priya', familyName: 'Nair' },
  active: true,
  emails: [{ value: 'priya@meadow.example', type: 'work', primary: true }],
  [enterprise]: { employeeNumber: 'E-1042', department: 'Sales' },
};

const patch = (...Operations: object[]) => patched(userType, before, { schemas, Operations });
const members = (given: string[], ...Operations: object[]) =>
  patched(
    groupType,
    { displayName: 'Sales', members: given.map((value) => ({ value })) },
    { schemas, Operations },
  )['members'];

const refusedAs = (scimType: string) => (error: unknown) =>
  error instanceof ScimError && error.status === 400 && error.scimType === scimType;

describe('PATCH as Okta sends it', () => {
  it('changes attributes without a path, and passes over what is ours to write', () => {
    const after = patch({
      op: 'replace',
      value: { id: 'x', active: false, groups: [], nothing: 1 },
    });
    assert.deepEqual(after, { ...before, active: false });
  });

  it('forgets a password', () => {
    assert.deepEqual(patch({ op: 'replace', value: { password: 'secret' } }), before);
    assert.deepEqual(patch({ op: 'replace', path: 'password', value: 'secret' }), before);
  });

  it('adds members, takes one out by a filter, and replaces all', () => {
    assert.deepEqual(
      members(
        ['a', 'b'],
        { op: 'remove', path: 'members[value eq "a"]' },
        { op: 'add', path: 'members', value: [{ value: 'c', display: 'C' }, { value: 'b' }] },
      ),
      [{ value: 'b' }, { value: 'c' }],
    );
    const all = { op: 'replace', path: 'members', value: [{ value: 'd' }] };
    assert.deepEqual(members(['a', 'b'], all), [{ value: 'd' }]);
  });
});

describe('PATCH as Entra ID sends it', () => {
  it('takes Replace and text for no', () => {
    for (const it of [
      { op: 'Replace', path: 'active', value: 'False' },
      { op: 'Replace', value: { active: 'False' } },
    ]) {
      assert.equal(patch(it)['active'], false);
    }
  });

  it('takes names with dots and schemas as keys', () => {
    const value = {
      'name.givenName': 'Pia',
      [`${enterprise}:department`]: 'Research',
      [`${enterprise}:manager`]: 'm-1',
    };
    const after = patch({ op: 'Replace', value });
    assert.deepEqual(after['name'], { givenName: 'Pia', familyName: 'Nair' });
    assert.deepEqual(after[enterprise], {
      employeeNumber: 'E-1042',
      department: 'Research',
      manager: { value: 'm-1' },
    });
  });

  it('takes a manager and a department by their paths, and takes them away', () => {
    const department = `${enterprise}:department`;
    const manager = { op: 'Add', path: `${enterprise}:manager`, value: 'm-1' };
    const after = patch(manager, { op: 'Remove', path: department });
    assert.deepEqual(after[enterprise], { employeeNumber: 'E-1042', manager: { value: 'm-1' } });
    const gone = patch({ op: 'Remove', path: enterprise });
    assert.equal(gone[enterprise], undefined);
  });

  it('changes one of several values, and makes one by Add where there is none', () => {
    const mobile = { op: 'Add', path: 'phoneNumbers[type eq "mobile"].value', value: '+49 1' };
    const mail = {
      op: 'Replace',
      path: 'emails[type eq "work"].value',
      value: 'pia@meadow.example',
    };
    const after = patch(mobile, mail);
    assert.deepEqual(after['phoneNumbers'], [{ type: 'mobile', value: '+49 1' }]);
    assert.deepEqual(after['emails'], [
      { value: 'pia@meadow.example', type: 'work', primary: true },
    ]);
  });

  it('takes members out whose ids stand in the value', () => {
    const remove = { op: 'Remove', path: 'members', value: [{ value: 'a' }] };
    assert.deepEqual(members(['a', 'b'], remove), [{ value: 'b' }]);
    assert.equal(members(['a', 'b'], { op: 'remove', path: 'members' }), undefined);
    assert.deepEqual(members(['a'], { ...remove, value: [] }), [{ value: 'a' }]);
  });
});

describe('PATCH', () => {
  it('takes names of any case', () => {
    assert.equal(
      patch({ op: 'replace', path: 'USERNAME', value: 'p@x.example' })['userName'],
      'p@x.example',
    );
  });

  it('leaves one primary value', () => {
    const value = [{ value: 'p@x.example', type: 'other', primary: true }];
    assert.deepEqual(patch({ op: 'add', path: 'emails', value })['emails'], [
      { value: 'priya@meadow.example', type: 'work', primary: false },
      { value: 'p@x.example', type: 'other', primary: true },
    ]);
  });

  it('does all of it or nothing, and leaves what it began with alone', () => {
    const copy = structuredClone(before);
    const bad = { op: 'replace', path: 'nothing', value: 1 };
    assert.throws(() => patch({ op: 'replace', path: 'title', value: 'Lead' }, bad));
    assert.deepEqual(before, copy);
  });

  const refusals: readonly [string, object][] = [
    ['invalidPath', { op: 'replace', path: 'nothing', value: 'x' }],
    ['invalidPath', { op: 'replace', path: 'emails[type eq "work"].nothing', value: 'x' }],
    ['invalidPath', { op: 'replace', path: 'title[value eq "x"]', value: 'x' }],
    ['invalidPath', { op: 'replace', path: 'emails[type eq', value: 'x' }],
    ['invalidPath', { op: 'add', path: '__proto__.polluted', value: 'x' }],
    ['invalidPath', { op: 'add', path: 'constructor.prototype', value: 'x' }],
    ['invalidFilter', { op: 'replace', path: 'emails[nothing eq "x"].value', value: 'x' }],
    ['noTarget', { op: 'replace', path: 'emails[type eq "home"].value', value: 'x' }],
    ['noTarget', { op: 'remove' }],
    ['mutability', { op: 'replace', path: 'id', value: 'x' }],
    ['mutability', { op: 'add', path: 'groups', value: [{ value: 'x' }] }],
    ['invalidValue', { op: 'remove', path: 'userName' }],
    ['invalidValue', { op: 'replace', path: 'active', value: 'perhaps' }],
    ['invalidValue', { op: 'replace', path: 'title', value: 'a\u0000b' }],
    ['invalidValue', { op: 'replace', path: 'title', value: 'x'.repeat(2_001) }],
    ['invalidValue', { op: 'replace', path: 'title' }],
    ['invalidSyntax', { op: 'zap', path: 'title', value: 'x' }],
    ['invalidSyntax', { op: 'replace', value: 'x' }],
  ];
  for (const [scimType, operation] of refusals) {
    it(`refuses as ${scimType}: ${JSON.stringify(operation).slice(0, 80)}`, () => {
      assert.throws(() => patch(operation), refusedAs(scimType));
      assert.equal(Reflect.get({}, 'polluted'), undefined);
    });
  }

  it('passes over a key that would reach into the language', () => {
    const value = JSON.parse('{"__proto__": {"polluted": 1}, "title": "Lead"}');
    const after = patch({ op: 'add', value });
    assert.equal(after['title'], 'Lead');
    assert.equal(Reflect.get({}, 'polluted'), undefined);
  });

  it('refuses a message that is none', () => {
    const bodies: unknown[] = [
      null,
      [],
      { Operations: [] },
      { schemas, Operations: [] },
      { schemas: ['x'], Operations: [{ op: 'add', value: {} }] },
    ];
    for (const body of bodies) {
      assert.throws(() => patched(userType, before, body), refusedAs('invalidSyntax'));
    }
  });
});
