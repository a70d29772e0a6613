import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { departureKinds } from '#core/departure-kind.ts';
import { countryCode } from './country.ts';
import { departureKind } from './departure-kind.ts';

describe('the kind of a departure', () => {
  it('follows from the type and the reason', () => {
    const cases: [string | null, string | null, (typeof departureKinds)[number]][] = [
      ['Resignation (Voluntary)', 'New job', 'resignation'],
      ['Termination (Involuntary)', 'Attendance', 'involuntary'],
      ['Termination (Involuntary)', 'Reduction in Force', 'layoff'],
      ['Termination (Involuntary)', 'End of contract', 'end of contract'],
      ['Resignation (Voluntary)', 'Retirement', 'retirement'],
      ['Death', null, 'death'],
      ['Resignation (Voluntary)', 'Death in the family', 'resignation'],
      [null, null, 'resignation'],
      ['Aufhebung', 'Umzug', 'resignation'],
    ];
    for (const [type, reason, kind] of cases) assert.equal(departureKind(type, reason, []), kind);
  });

  it('is what the company says it is', () => {
    const kinds = [
      { contains: 'Umzug', means: 'retirement' as const },
      { contains: 'aufhebung', means: 'layoff' as const },
    ];
    assert.equal(departureKind('Aufhebung', null, kinds), 'layoff');
    assert.equal(departureKind('Aufhebung', 'Umzug', kinds), 'retirement');
    assert.equal(departureKind('Death', 'umzug', kinds), 'retirement');
  });
});

describe('a country', () => {
  it('is known by its English name or its code', () => {
    const known = {
      Germany: 'DE',
      'United Kingdom': 'GB',
      'United States': 'US',
      in: 'IN',
      FR: 'FR',
    };
    for (const [name, code] of Object.entries(known)) assert.equal(countryCode(name), code);
    for (const name of ['Atlantis', 'UK', 'DD', 'ZZ', '']) assert.equal(countryCode(name), null);
  });
});
