import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { signStandardWebhook } from '#connector-kit/testing/sign.ts';
import { ConnectorError } from '#core/failure.ts';
import { LifecycleEvent } from '#core/lifecycle.ts';
import { readEvent } from './event.ts';
import { signedEvents } from './index.ts';

const person = {
  id: 'E-1042',
  employment_id: '1',
  name: 'Priya Nair',
  email: 'priya@meadow.example',
  personal_email: 'p@home.example',
  department: 'Sales',
  title: 'Lead',
  manager_id: 'E-7',
  location: 'Berlin',
  country: 'DE',
  region: 'BE',
  zone: 'Europe/Berlin',
  employment_type: 'employee',
};
const departure = {
  id: 'S-88',
  kind: 'involuntary',
  urgent: true,
  confidential: false,
  last_working_day: '2026-12-01',
  access_ends: '2026-12-01T10:00',
  employment_ends: '2026-12-31',
  pay_ends: '2026-12-31',
};
const event = {
  type: 'departure.confirmed',
  occurred_at: '2026-12-01T09:04:00Z',
  version: 3,
  person,
  departure,
};
const { departure: _, ...withoutDeparture } = event;
const barePerson = { id: 'E-1', name: 'Ada', email: 'ada@meadow.example' };

const bytes = (it: unknown) =>
  new TextEncoder().encode(typeof it === 'string' ? it : JSON.stringify(it));
const read = (it: unknown) => readEvent(bytes(it));

describe('a signed event', () => {
  it('is heard as the whole record', () => {
    const heard = signedEvents.people!.hear(bytes(event));

    assert.deepEqual(heard, [
      {
        kind: 'event',
        event: {
          type: 'departure.confirmed',
          occurredAt: '2026-12-01T09:04:00Z',
          version: 3,
          person: {
            personId: 'E-1042',
            employmentId: '1',
            name: 'Priya Nair',
            email: 'priya@meadow.example',
            personalEmail: 'p@home.example',
            department: 'Sales',
            title: 'Lead',
            managerId: 'E-7',
            location: 'Berlin',
            country: 'DE',
            region: 'BE',
            zone: 'Europe/Berlin',
            employmentType: 'employee',
            tags: [],
            startDate: null,
          },
          arrival: null,
          departure: {
            id: 'S-88',
            kind: 'involuntary',
            urgent: true,
            confidential: false,
            accessEnds: '2026-12-01T10:00',
            lastWorkingDay: '2026-12-01',
            employmentEnds: '2026-12-31',
            payEnds: '2026-12-31',
            reason: null,
          },
        },
      },
    ]);
  });

  it('needs no more than a type, a moment, who it is, and for a departure id, kind and one date', () => {
    const least = read({
      type: 'departure.changed',
      occurred_at: '2026-12-01T10:04:00+01:00',
      person: barePerson,
      departure: { id: 'S-1', kind: 'resignation', pay_ends: '2026-12-31' },
    });

    assert.equal(least.person.employmentId, 'E-1', 'the employment is the person');
    assert.equal(least.version, null);
    assert.equal(least.departure?.urgent, false);
    assert.equal(least.departure?.confidential, false);
    assert.deepEqual(LifecycleEvent.parse(least), least);
  });

  it('ignores what it does not know, and takes null and blanks as not said', () => {
    const more = read({
      ...event,
      tenant: 'meadow',
      person: { ...person, shoe_size: 42, region: null, title: '  ', tags: ['union'] },
      departure: { ...departure, pay_ends: '', reason: 'Agreed on both sides' },
    });

    assert.equal(more.person.region, null);
    assert.equal(more.person.title, null);
    assert.deepEqual(more.person.tags, ['union']);
    assert.equal(more.departure?.payEnds, null);
    assert.equal(more.departure?.reason, 'Agreed on both sides');
  });

  it('carries the first day when somebody arrives, and no departure', () => {
    const starts = { ...person, start_date: '2027-01-04' };
    for (const type of ['arrival.confirmed', 'arrival.changed', 'arrival.withdrawn']) {
      const heard = read({ ...withoutDeparture, type, person: starts });
      assert.deepEqual(heard.arrival, {
        id: 'arrival:1',
        kind: 'arrival',
        confidential: false,
        startDay: '2027-01-04',
        former: null,
      });
      assert.equal(heard.departure, null);
    }
    const rehired = { id: 'A-5', kind: 'rehire', confidential: true, start_day: '2027-02-01' };
    const told = { ...withoutDeparture, type: 'arrival.confirmed', arrival: rehired };
    assert.deepEqual(read(told).arrival, {
      id: 'A-5',
      kind: 'rehire',
      confidential: true,
      startDay: '2027-02-01',
      former: null,
    });
  });

  it('carries a change of role, and what the role was where the source tells', () => {
    const role = { id: 'R-1', start_day: '2027-01-04', former: { department: 'Support' } };
    assert.deepEqual(read({ ...withoutDeparture, type: 'role.changed', role }).arrival, {
      id: 'R-1',
      kind: 'role change',
      confidential: false,
      startDay: '2027-01-04',
      former: { department: 'Support', title: null, location: null },
    });
    assert.equal(read({ ...withoutDeparture, type: 'role.changed' }).arrival, null);
  });

  it('may rescind a departure without repeating its dates', () => {
    const heard = read({
      ...event,
      type: 'departure.rescinded',
      departure: { id: 'S-88', kind: 'involuntary' },
    });
    assert.equal(heard.departure?.employmentEnds, null);
  });

  it('writes a zone and a country as the tables do', () => {
    const heard = read({ ...event, person: { ...person, zone: 'europe/berlin', country: 'de' } });
    assert.equal(heard.person.zone, 'Europe/Berlin');
    assert.equal(heard.person.country, 'DE');
  });
});

describe('the example for the sender', () => {
  it('is understood', () => {
    const page = readFileSync(new URL('./setup.md', import.meta.url), 'utf8');
    const heard = read(/```json\n(.*?)```/s.exec(page)?.[1] ?? '');
    assert.equal(heard.departure?.lastWorkingDay, '2026-12-18');
  });
});

describe('an event that cannot be read', () => {
  const withPerson = (change: object) => ({ ...event, person: { ...person, ...change } });
  const withDeparture = (change: object) => ({ ...event, departure: { ...departure, ...change } });
  const noDates = {
    last_working_day: null,
    access_ends: null,
    employment_ends: null,
    pay_ends: null,
  };

  const bad: [what: string, body: unknown, says: string][] = [
    ['no JSON', 'hello', 'The body: found something else; expected JSON in UTF-8.'],
    ['an empty body', '', 'The body: found something else; expected JSON in UTF-8.'],
    ['a list', [event], 'The body: found a list; expected one event, as an object.'],
    ['no type', { ...event, type: undefined }, 'The field type: found nothing; expected text.'],
    [
      'an unknown type',
      { ...event, type: 'departure.done' },
      'The field type: found "departure.done"; expected one of: departure.confirmed, departure.changed, departure.rescinded, arrival.confirmed, arrival.changed, arrival.withdrawn, role.changed.',
    ],
    [
      'a moment without offset',
      { ...event, occurred_at: '2026-12-01T09:04:00' },
      'The field occurred_at: found "2026-12-01T09:04:00"; expected a moment with its offset, such as 2026-12-01T09:04:00Z.',
    ],
    [
      'a version that is no number',
      { ...event, version: '3' },
      'The field version: found "3"; expected a whole number that grows with each change.',
    ],
    [
      'a broken version',
      { ...event, version: 1.5 },
      'The field version: found 1.5; expected a whole number that grows with each change.',
    ],
    [
      'no person',
      { ...event, person: undefined },
      'The field person: found nothing; expected an object with id, name and email.',
    ],
    [
      'a person without id',
      withPerson({ id: undefined }),
      'The field person.id: found nothing; expected text.',
    ],
    [
      'a number as id',
      withPerson({ id: 1042 }),
      'The field person.id: found a number; expected text.',
    ],
    [
      'an id on two lines',
      withPerson({ id: 'E\n1' }),
      'The field person.id: found text of 3 characters; expected an id of 1 to 200 characters on one line.',
    ],
    [
      'a blank name',
      withPerson({ name: ' ' }),
      'The field person.name: found empty text; expected a name.',
    ],
    [
      'a NUL in a name',
      withPerson({ name: 'Pri\u0000ya' }),
      'The field person.name: found text of 6 characters; expected text without control characters.',
    ],
    [
      'half a character in a name',
      withPerson({ name: 'Pri\ud800ya' }),
      'The field person.name: found text of 6 characters; expected text without control characters.',
    ],
    [
      'an address without @',
      withPerson({ email: 'priya.meadow' }),
      'The field person.email: found text of 12 characters; expected one e-mail address, such as priya@meadow.example.',
    ],
    [
      'an unknown zone',
      withPerson({ zone: 'Europe/Berln' }),
      'The field person.zone: found "Europe/Berln"; expected a known IANA time zone, such as Europe/Berlin.',
    ],
    [
      'an offset as zone',
      withPerson({ zone: '+01:00' }),
      'The field person.zone: found "+01:00"; expected a known IANA time zone, such as Europe/Berlin.',
    ],
    [
      'a country by name',
      withPerson({ country: 'Germany' }),
      'The field person.country: found "Germany"; expected a country code of two letters, such as DE.',
    ],
    [
      'an unknown employment type',
      withPerson({ employment_type: 'pirate' }),
      'The field person.employment_type: found "pirate"; expected one of: employee, contractor, temporary, intern.',
    ],
    [
      'tags as text',
      withPerson({ tags: 'a,b' }),
      'The field person.tags: found text of 3 characters; expected a list of texts.',
    ],
    [
      'a number among tags',
      withPerson({ tags: ['a', 5] }),
      'The field person.tags.1: found a number; expected text.',
    ],
    [
      'no departure',
      withoutDeparture,
      'The field departure: found nothing; expected an object with id, kind and a date.',
    ],
    [
      'a departure on a role change',
      { ...event, type: 'role.changed' },
      'The field departure: found one on a role.changed; expected none, or an event departure.confirmed.',
    ],
    [
      'a departure without id',
      withDeparture({ id: null }),
      'The field departure.id: found null; expected text.',
    ],
    [
      'an unknown kind',
      withDeparture({ kind: 'fired' }),
      'The field departure.kind: found "fired"; expected one of: resignation, involuntary, layoff, retirement, end of contract, garden leave, death, long leave.',
    ],
    [
      'a departure without any date',
      withDeparture(noDates),
      'The field departure: found no date; expected at least one of last_working_day, access_ends, employment_ends, pay_ends.',
    ],
    [
      'a day that does not exist',
      withDeparture({ employment_ends: '2026-02-30' }),
      'The field departure.employment_ends: found "2026-02-30"; expected a day that exists, such as 2026-12-31.',
    ],
    [
      'a day in another order',
      withDeparture({ pay_ends: '31.12.2026' }),
      'The field departure.pay_ends: found "31.12.2026"; expected a day that exists, such as 2026-12-31.',
    ],
    [
      'a moment where a local time is due',
      withDeparture({ access_ends: '2026-12-01T10:00Z' }),
      'The field departure.access_ends: found "2026-12-01T10:00Z"; expected a local date and time without zone, such as 2026-12-31T17:00.',
    ],
    [
      'an hour that does not exist',
      withDeparture({ access_ends: '2026-12-01T24:30' }),
      'The field departure.access_ends: found "2026-12-01T24:30"; expected a local date and time without zone, such as 2026-12-31T17:00.',
    ],
    [
      'a last working day after the employment',
      withDeparture({ last_working_day: '2027-01-01' }),
      'The field departure.last_working_day: found "2027-01-01"; expected a day not after employment_ends, 2026-12-31.',
    ],
    [
      'a year with a typing error',
      withDeparture({ pay_ends: '2206-12-31' }),
      'The field departure.pay_ends: found "2206-12-31"; expected a day within 50 years of the event.',
    ],
    [
      'yes instead of true',
      withDeparture({ urgent: 'yes' }),
      'The field departure.urgent: found "yes"; expected true or false.',
    ],
  ];
  for (const [what, body, says] of bad) {
    it(`is refused in one sentence: ${what}`, () => {
      assert.throws(() => read(body), new ConnectorError({ kind: 'rejected', detail: says }));
    });
  }

  it('is refused when its bytes are not UTF-8', () => {
    const latin1 = Buffer.from(
      JSON.stringify({ ...event, person: { ...person, name: 'Zoë' } }),
      'latin1',
    );
    assert.throws(
      () => readEvent(latin1),
      /found bytes that are not UTF-8; expected JSON in UTF-8/,
    );
  });

  it('never repeats a name or an address in its sentence', () => {
    for (const [, body] of bad) {
      const message = (() => {
        try {
          return String(read(body));
        } catch (thrown) {
          return String(thrown);
        }
      })();
      assert.doesNotMatch(message, /Priya|p@home|Nair/);
    }
  });
});

describe('the source of signed events', () => {
  const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
  const now = new Date('2026-12-01T09:04:30Z');

  it('takes what its sender signed, and nothing else', () => {
    const body = JSON.stringify(event);
    const headers = signStandardWebhook(secret, 'evt_9', now, body);
    const { verify } = signedEvents.people!;

    const genuine = verify({ headers, body: bytes(body) }, [secret], now);
    const changed = verify({ headers, body: bytes(body.replace('E-1042', 'E-1')) }, [secret], now);

    assert.deepEqual(genuine, { kind: 'genuine', id: 'evt_9' });
    assert.equal(changed.kind, 'refused');
  });

  it('asks for a secret long enough, and for a second one only in a rotation', () => {
    const accepts = (settings: object) => signedEvents.settings.safeParse(settings).success;
    assert.ok(accepts({ signingSecret: secret }));
    assert.ok(accepts({ signingSecret: secret, previousSigningSecret: secret }));
    assert.ok(!accepts({ signingSecret: 'whsec_c2hvcnQ=' }));
    assert.ok(!accepts({ signingSecret: 'a password of somebody' }));
    assert.ok(!accepts({}));
  });

  it('calls nobody, and has no record to read', async () => {
    assert.deepEqual(signedEvents.hosts({ signingSecret: secret }), []);
    assert.equal(signedEvents.people?.read, undefined);
    assert.equal(signedEvents.accounts, null);
    assert.equal((await signedEvents.check({})).scopes, null);
  });
});
