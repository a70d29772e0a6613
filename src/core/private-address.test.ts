import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { privateAddressOf } from './private-address.ts';

const of = (personalEmail: string | null, email = 'priya@meadow.example') =>
  privateAddressOf({ email, personalEmail });

describe('the private address of a person', () => {
  it('is taken as it is, in small letters', () => {
    assert.deepEqual(of(' P.Nair@Home.example '), { address: 'p.nair@home.example' });
    assert.deepEqual(of('p@notmeadow.example'), { address: 'p@notmeadow.example' });
  });

  const refused = [
    [null, 'none'],
    ['', 'none'],
    ['not an address', 'none'],
    ['PRIYA@meadow.example', 'the work address'],
    ['private@meadow.example', 'at the company'],
    ['private@MEADOW.example.', 'at the company'],
    ['private@alumni.meadow.example', 'at the company'],
  ] as const;
  for (const [address, why] of refused) {
    it(`is none when it is ${address}: ${why}`, () => {
      assert.deepEqual(of(address), { not: why });
    });
  }

  it('is none above the domain at work, nor in another spelling of it', () => {
    assert.deepEqual(of('p@meadow.example', 'p.nair@berlin.meadow.example'), {
      not: 'at the company',
    });
    assert.deepEqual(of('p@xn--bcher-kva.example', 'x@bücher.example'), { not: 'at the company' });
  });
});
