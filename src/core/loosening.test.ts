import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { loosened } from './loosening.ts';
import { settingShapes, settingsFrom } from './settings.ts';

const from = (guardrails: object, company: object = {}, playbooks: object = {}) =>
  settingsFrom({ guardrails, company, playbooks });

describe('loosening a limit', () => {
  const cases: readonly [string, object, object, readonly string[]][] = [
    ['letting more pass', { wipesPerHour: 5 }, { wipesPerHour: 6 }, ['guardrails.wipesPerHour']],
    ['letting less pass', { wipesPerHour: 6 }, { wipesPerHour: 5 }, []],
    [
      'a number above what is reckoned where nothing is set',
      {},
      { departuresPerHour: 6 },
      ['guardrails.departuresPerHour'],
    ],
    ['a number below that', {}, { departuresPerDay: 14 }, []],
    [
      'going back to what is reckoned, where that is more',
      { departuresPerDay: 3 },
      { departuresPerDay: null },
      ['guardrails.departuresPerDay'],
    ],
  ];
  for (const [name, before, after, expected] of cases) {
    it(`is ${expected.length > 0 ? '' : 'not '}${name}`, () => {
      assert.deepEqual(loosened(from(before), from(after)), expected);
    });
  }

  it('is a higher headcount, since the limits are reckoned from it', () => {
    assert.deepEqual(loosened(from({}), from({}, { headcount: 1_000 })), [
      'company.headcount',
      'guardrails.departuresPerHour',
      'guardrails.departuresPerDay',
    ]);
    const set = { departuresPerHour: 5, departuresPerDay: 15 };
    assert.deepEqual(loosened(from(set), from(set, { headcount: 1_000 })), ['company.headcount']);
    assert.deepEqual(loosened(from({}), from({}, { headcount: 90 })), [], 'none is higher by it');
  });

  it('is publishing without a second person', () => {
    const alone = from({}, {}, { secondPerson: false });
    assert.deepEqual(loosened(from({}), alone), ['playbooks.secondPerson']);
    assert.deepEqual(loosened(alone, from({})), []);
  });

  it('is another identity provider, and roles or ways that administrators could not have before', () => {
    const by = (signIn: object) => settingsFrom({ signIn });
    const known = { issuer: 'https://id.example', clientId: 'gatehouse' };
    assert.deepEqual(loosened(by({}), by(known)), ['signIn.issuer', 'signIn.clientId']);
    assert.deepEqual(loosened(by(known), by({})), [], 'nobody is let in by none');

    const groups = [{ group: 'IT', roles: ['it-operator'] }];
    const more = [{ group: 'IT', roles: ['it-operator', 'it-admin'] }];
    assert.deepEqual(loosened(by({ ...known, groups }), by({ ...known, groups: more })), [
      'signIn.groups',
    ]);
    assert.deepEqual(loosened(by({ ...known, groups: more }), by({ ...known, groups })), []);

    const ways = (administratorAmr: string[]) => by({ ...known, administratorAmr });
    assert.deepEqual(loosened(ways(['hwk']), ways(['hwk', 'pwd'])), ['signIn.administratorAmr']);
    assert.deepEqual(loosened(ways(['hwk']), ways([])), ['signIn.administratorAmr']);
    assert.deepEqual(loosened(ways(['hwk', 'pwd']), ways(['hwk'])), []);
    assert.deepEqual(loosened(ways([]), ways(['hwk'])), []);
    assert.deepEqual(loosened(by(known), by({ ...known, enforced: true })), []);
  });

  it('is erasing people by a schedule, or sooner than before', () => {
    const months = (eraseAfterMonths: number | null) =>
      settingsFrom({ retention: { eraseAfterMonths } });
    const found = ['retention.eraseAfterMonths'];
    assert.deepEqual(loosened(months(null), months(120)), found);
    assert.deepEqual(loosened(months(120), months(24)), found);
    assert.deepEqual(loosened(months(24), months(120)), []);
    assert.deepEqual(loosened(months(24), months(null)), []);
    assert.deepEqual(loosened(months(null), months(null)), []);
  });

  it('is a target inside the house that could not be called so before', () => {
    const ldap = { host: 'ldap.meadow.example', port: 636, network: '10.20.0.0/16' };
    const naming = (...targets: readonly object[]) => settingsFrom({ onPremises: { targets } });
    const before = naming(ldap, { ...ldap, port: 389, http: true });
    const found = ['onPremises.targets'];
    for (const change of [
      { port: 8080 },
      { host: 'pay' },
      { network: '10.0.0.0/8' },
      { http: true },
    ])
      assert.deepEqual(loosened(before, naming({ ...ldap, ...change })), found, change.host);
    assert.deepEqual(loosened(before, naming({ ...ldap, port: 389 })), [], 'with TLS from now on');
    assert.deepEqual(loosened(before, naming()), []);
  });

  it('can be of every guardrail there is', () => {
    const whole = settingShapes.guardrails.parse({});
    for (const name of Object.keys(whole)) {
      const [few, many] = [from({ [name]: 1 }), from({ [name]: 50 })];
      const looser = name === 'rehearsalDays' ? loosened(many, few) : loosened(few, many);
      assert.ok(looser.includes(`guardrails.${name}`), name);
    }
  });
});
