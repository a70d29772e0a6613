import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { describe, it } from 'node:test';
import { ConnectorError } from '#core/failure.ts';
import { hiBobDelivery, hiBobEvent } from './fake.ts';
import { hearDelivery, verifyDelivery } from './webhook.ts';

const secret = 'a secret of the webhook';
const employeeId = '3332883854254932743';
const at = new Date('2026-12-01T00:00:00Z');
const bytes = (text: string) => new TextEncoder().encode(text);
const left = (more: object = {}) =>
  JSON.stringify({ ...hiBobEvent('employee.left', { employeeId }, at), ...more });

function verify(
  body: string,
  { keys = [secret], now = at, headers = hiBobDelivery(secret, body).headers as object } = {},
) {
  const given = headers as Record<string, string>;
  const verdict = verifyDelivery({ headers: given, body: bytes(body) }, keys, now);
  return verdict.kind === 'refused' ? verdict.because : verdict.kind;
}

describe('a delivery of HiBob', () => {
  it('is genuine as Bob signs it, with the secret of now or of before', () => {
    assert.equal(verify(left()), 'genuine');
    assert.equal(verify(left(), { keys: ['another', secret] }), 'genuine');
  });

  it('is refused when body, secret or signature are others', () => {
    const { headers } = hiBobDelivery(secret, left());
    assert.match(verify(`${left()} `, { headers }), /fits none/);
    assert.match(verify(left(), { keys: ['another'] }), /fits none/);
    assert.match(verify(left(), { keys: [] }), /fits none/);
    assert.match(verify(left(), { keys: [''] }), /fits none/);
    assert.match(verify(left(), { headers: {} }), /header is missing/);
    assert.match(verify(left(), { headers: { 'bob-signature': 'abc' } }), /base64 of 64 bytes/);
    const shorter = createHmac('sha256', secret).update(left()).digest('base64');
    assert.match(verify(left(), { headers: { 'bob-signature': shorter } }), /64 bytes/);
  });

  it('has the same id when it is repeated, and another one otherwise', () => {
    const idOf = (body: string) => verifyDelivery(hiBobDelivery(secret, body), [secret], at);
    assert.deepEqual(idOf(left()), idOf(left()));
    assert.notDeepEqual(idOf(left()), idOf(left({ triggeredAt: '2026-12-01T00:00:00.000001' })));
  });

  it('is taken for as long as Bob tries, and refused when somebody plays it again later', () => {
    const after = (hours: number) => ({ now: new Date(at.getTime() + hours * 3_600_000) });
    for (const hours of [-14, 0, 72, 86]) assert.equal(verify(left(), after(hours)), 'genuine');
    for (const hours of [-16, 87, 9_000]) {
      assert.match(verify(left(), after(hours)), /not of the last days/);
    }
    assert.match(verify(left({ triggeredAt: 'noon' })), /not of the last days/);
  });

  it('that only asks whether somebody is here is answered, and nothing else without a signature', () => {
    for (const ping of ['"Ping test"', 'Ping test', '{"text":"Ping test"}']) {
      assert.equal(verify(ping, { headers: {} }), 'greeting');
    }
    for (const other of ['{"text":"Ping test","type":"employee.left"}', '"Ping"', '', left()]) {
      assert.match(verify(other, { headers: {} }), /header is missing/);
    }
  });
});

describe('what a delivery says', () => {
  const hear = (text: string) => hearDelivery(bytes(text));
  const event = (type: string, data: object = { employeeId }) =>
    JSON.stringify(hiBobEvent(type, data, at));

  it('is whose record to read, whatever happened to them', () => {
    for (const type of [
      ...['employee.created', 'employee.updated', 'employee.deleted', 'employee.joined'],
      ...['employee.left', 'employee.inactivated', 'employee.activated'],
      ...['table.entry.created', 'table.entry.updated'],
    ]) {
      const data = { employeeId, tableId: 'lifecycle', effectiveDate: '2027-01-01' };
      assert.deepEqual(hear(event(type, data)), [{ kind: 'hint', personId: employeeId }], type);
    }
  });

  it('is that access ends at once, where Bob ended it', () => {
    assert.deepEqual(hear(event('employee.access.revoked.immediately')), [
      { kind: 'hint', personId: employeeId, urgent: true },
    ]);
  });

  it('is nothing when it is about time off, tasks or documents', () => {
    for (const type of ['timeoff.request.created', 'task.created', 'documents.eSign.completed']) {
      assert.deepEqual(hear(event(type, {})), []);
    }
  });

  it('is refused in a sentence when it cannot be read', () => {
    const bad: [string, RegExp][] = [
      ['{"type":', /no JSON/],
      ['[]', /not an object/],
      ['{}', /no "type"/],
      [event('employee.left', {}), /data\.employeeId does not hold/],
      [event('employee.left', { employeeId: '../1' }), /data\.employeeId does not hold/],
      [event('employee.left', { employeeId: '0' }), /data\.employeeId does not hold/],
      // As a number it would have lost its last digits already.
      [event('employee.left', { employeeId: 3_332_883_854 }), /data\.employeeId does not hold/],
      [JSON.stringify({ type: 'table.entry.created', data: null }), /data\.employeeId does not/],
    ];
    for (const [body, says] of bad) {
      assert.throws(
        () => hear(body),
        (thrown) =>
          thrown instanceof ConnectorError &&
          thrown.failure.kind === 'rejected' &&
          says.test(thrown.failure.detail),
        body,
      );
    }
    assert.throws(() => hearDelivery(new Uint8Array([0xff, 0xfe])), /no JSON in UTF-8/);
  });
});
