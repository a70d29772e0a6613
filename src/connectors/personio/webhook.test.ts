import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { documentShapes } from '#connector-kit/testing/document-shape.ts';
import { ConnectorError } from '#core/failure.ts';
import { personioDelivery, personioEvent } from './fake.ts';
import spec from './spec.json' with { type: 'json' };
import { hearDelivery, verifyDelivery } from './webhook.ts';

const token = 'Bearer a token of ours';
const at = new Date('2026-12-01T00:00:00Z');
const bytes = (text: string) => new TextEncoder().encode(text);
const body = JSON.stringify(personioEvent('person.updated', { person: { id: '5005' } }, at));

describe('a delivery of Personio', () => {
  const why = (given: string, tokens: readonly string[] = [token]) => {
    const verdict = verifyDelivery(personioDelivery(given, body), tokens, at);
    return verdict.kind === 'refused' ? verdict.because : verdict.kind;
  };

  it('is genuine when it carries the token, word for word', () => {
    assert.equal(why(token), 'genuine');
    assert.equal(why(token, ['another', token]), 'genuine');
  });

  it('is refused with any other token, or none', () => {
    for (const other of ['a token of ours', 'bearer a token of ours', `${token} `, 'x']) {
      assert.match(why(other), /none of those/);
    }
    assert.match(why(''), /header is missing/);
    assert.match(why(token, []), /none of those/);
    assert.match(why(token, ['']), /none of those/);
    assert.match(why('', ['']), /header is missing/);
  });

  it('has the same id in both requests of an attempt', () => {
    const idOf = (text: string) => verifyDelivery(personioDelivery(token, text), [token], at);
    assert.deepEqual(idOf(body), idOf(body));
    assert.notDeepEqual(idOf(body), idOf(body.replace('5005', '5006')));
  });
});

describe('what a delivery says', () => {
  const hear = (text: string) => hearDelivery(bytes(text));
  const event = (name: string, payload: object) => JSON.stringify(personioEvent(name, payload, at));
  const hint = [{ kind: 'hint', personId: '5005' }];

  it('is whose record to read, for every event in the published document', () => {
    const { problem } = documentShapes(spec);
    for (const [name, it] of Object.entries(spec.webhooks)) {
      const payload = { id: name.startsWith('person') ? '5005' : 'e-1', person: { id: '5005' } };
      const { schema } = it.post.requestBody.content['application/json'];
      assert.equal(problem(schema, personioEvent(name, payload, at)), null);
      assert.deepEqual(hear(event(name, payload)), hint, name);
    }
  });

  it('is the same however the event names the person', () => {
    assert.deepEqual(hear(event('person.deleted', { id: '5005' })), hint);
    assert.deepEqual(hear(event('employment.terminated', { id: 'e-1', person_id: 5_005 })), hint);
  });

  it('is nothing when it is about absences, documents or attendances', () => {
    for (const name of ['absence-period.created', 'document.signed', 'attendance-period.deleted']) {
      assert.deepEqual(hear(event(name, { id: '1' })), []);
    }
  });

  it('is refused in a sentence when it cannot be read', () => {
    const bad: [string, RegExp][] = [
      ['{"event_name":', /no JSON/],
      ['[]', /not an object/],
      ['{}', /no "event_name"/],
      [event('person.updated', {}), /does not hold the id of a person/],
      [event('person.updated', { id: '../auth/token' }), /does not hold the id of a person/],
      [event('employment.updated', { id: 'e-1' }), /does not hold the id of a person/],
    ];
    for (const [text, says] of bad) {
      assert.throws(
        () => hear(text),
        (thrown) =>
          thrown instanceof ConnectorError &&
          thrown.failure.kind === 'rejected' &&
          says.test(thrown.failure.detail),
        text,
      );
    }
    assert.throws(() => hearDelivery(new Uint8Array([0xff, 0xfe])), /no JSON in UTF-8/);
  });
});
