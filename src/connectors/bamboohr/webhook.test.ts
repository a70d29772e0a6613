import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { documentShapes } from '#connector-kit/testing/document-shape.ts';
import { ConnectorError } from '#core/failure.ts';
import { bambooHrDelivery } from './fake.ts';
import spec from './spec.json' with { type: 'json' };
import { hearDelivery, verifyDelivery } from './webhook.ts';

/** A delivery that BambooHR made and others recorded (fusebit/integrations, 2023). */
const recorded = {
  key: '123b929362d51613054f71e5e5d4bf2c',
  headers: {
    'x-bamboohr-timestamp': '1658248023',
    'x-bamboohr-signature': '56491dd9c2b352bc5f4fc627159aae20ddff9c8cb19f239a6de6771dc5310bac',
  },
  body: '{"employees":[{"changedFields":["First name"],"fields":{"Employee #":{"value":"300"},"First name":{"value":"Tefi"},"Last name":{"value":"Adams"}},"id":"5"}]}',
  at: new Date(1_658_248_023_000),
};
const bytes = (text: string) => new TextEncoder().encode(text);
const hear = (text: string) => hearDelivery(bytes(text));
const hint = (personId: string) => ({ kind: 'hint', personId });

describe('a delivery of BambooHR', () => {
  const { key, headers, at } = recorded;
  const verify = (
    change: Record<string, string | undefined> = {},
    { body = recorded.body, keys = [key], now = at } = {},
  ) => verifyDelivery({ headers: { ...headers, ...change }, body: bytes(body) }, keys, now);
  const why = (...given: Parameters<typeof verify>) => {
    const verdict = verify(...given);
    return verdict.kind === 'refused' ? verdict.because : 'genuine';
  };

  it('is genuine as BambooHR signed it', () => {
    assert.equal(verify().kind, 'genuine');
    assert.equal(verify({}, { keys: ['another key', key] }).kind, 'genuine');
  });

  it('has the same id when it is repeated, and another one otherwise', () => {
    const upperCase = headers['x-bamboohr-signature'].toUpperCase();
    const other = bambooHrDelivery(key, recorded.body, new Date(at.getTime() + 1_000));

    assert.deepEqual(verify({ 'x-bamboohr-signature': upperCase }), verify());
    assert.notDeepEqual(verifyDelivery(other, [key], at), verify());
  });

  it('is refused when body, time, key or signature are others', () => {
    assert.match(why({}, { body: `${recorded.body} ` }), /fits none/);
    assert.match(why({ 'x-bamboohr-timestamp': '1658248024' }), /fits none/);
    assert.match(why({}, { keys: ['another key'] }), /fits none/);
    assert.match(why({}, { keys: [] }), /fits none/);
    assert.match(why({}, { keys: [''] }), /fits none/);
    assert.match(why({ 'x-bamboohr-signature': 'abc' }), /64 hex digits/);
    assert.match(why({ 'x-bamboohr-signature': undefined }), /header is missing/);
    assert.match(why({ 'x-bamboohr-timestamp': undefined }), /header is missing/);
  });

  it('is refused when it is older or newer than five minutes', () => {
    const shifted = (seconds: number) => ({ now: new Date(at.getTime() + seconds * 1_000) });
    assert.equal(why({}, shifted(300)), 'genuine');
    assert.equal(why({}, shifted(-300)), 'genuine');
    assert.match(why({}, shifted(301)), /301 seconds old/);
    assert.match(why({}, shifted(-301)), /301 seconds ahead/);
    assert.match(why({ 'x-bamboohr-timestamp': 'noonTime' }), /not a number/);
  });
});

describe('what a delivery says', () => {
  it('is whose record to read, for every event in the published document', () => {
    const { problem } = documentShapes(spec);
    for (const [name, it] of Object.entries(spec.webhooks)) {
      const data = { companyId: '12345', employeeId: '67890' };
      const event = {
        type: name,
        timestamp: '2026-01-31T18:42:00Z',
        data: name === 'employee.updated' ? { ...data, changedFields: ['status'] } : data,
      };
      const { schema } = it.post.requestBody.content['application/json'];

      assert.equal(problem(schema, event), null);
      assert.deepEqual(hear(JSON.stringify(event)), [hint('67890')]);
    }
  });

  it('is the same in all four shapes', () => {
    assert.deepEqual(hear(recorded.body), [hint('5')]);
    assert.deepEqual(
      hear(
        'type=employee.updated&data[companyId]=12345&data[employeeId]=67890&data[changedFields][0]=firstName',
      ),
      [hint('67890')],
    );
    assert.deepEqual(
      hear(
        'employees%5B5%5D%5BchangedFields%5D%5B0%5D=First+name&employees[5][First+name]=Tefi&employees[7][x]=y',
      ),
      [hint('5'), hint('7')],
    );
    assert.deepEqual(hear('{"employees":[{"id":5},{"id":"7"},{"id":"5"}]}'), [
      hint('5'),
      hint('7'),
    ]);
  });

  it('is nothing when it is about the company', () => {
    assert.deepEqual(hear('{"type":"company.updated","data":{"companyId":"1"}}'), []);
    assert.deepEqual(hear('{"employees":[]}'), []);
  });

  it('is refused in a sentence when it cannot be read', () => {
    const bad: [string, RegExp][] = [
      ['{"type":', /looks like JSON and is none/],
      ['[]', /not an object/],
      ['{}', /neither "type" nor "employees"/],
      ['', /neither "type" nor "employees"/],
      ['{"type":"employee.updated"}', /data\.employeeId does not hold/],
      ['{"type":"employee.updated","data":{"employeeId":"0"}}', /data\.employeeId does not hold/],
      ['{"type":"employee.updated","data":{"employeeId":"../1"}}', /data\.employeeId does not/],
      ['type=employee.updated', /data\.employeeId does not hold/],
      ['{"employees":[{"id":"5"},{}]}', /employees\[1\]\.id does not hold/],
      ['{"employees":["5"]}', /employees\[0\]\.id does not hold/],
      ['employees[all][x]=y', /does not hold the number/],
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
    assert.throws(() => hearDelivery(new Uint8Array([0xff, 0xfe])), /not UTF-8/);
  });
});
