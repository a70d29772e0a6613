import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { guidBytes, guidText, sidInDomain } from './identifiers.ts';

describe('identifiers of Active Directory', () => {
  const bytes = Buffer.from('33221100554477668899aabbccddeeff', 'hex');
  const text = '00112233-4455-6677-8899-aabbccddeeff';

  it('are shown as administrators see them', () => {
    assert.equal(guidText(bytes), text);
  });

  it('find their way back to bytes', () => {
    assert.deepEqual(guidBytes(text.toUpperCase()), bytes);
    for (const wrong of ['', '*', text.replaceAll('-', ''), `${text}0`, `{${text}}`]) {
      assert.equal(guidBytes(wrong), null, wrong);
    }
  });

  it('name well-known groups within their domain', () => {
    const domain = Buffer.from('010400000000000515000000010000000200000003000000', 'hex');
    assert.equal(
      sidInDomain(domain, 512).toString('hex'),
      '01050000000000051500000001000000020000000300000000020000',
    );
  });
});
