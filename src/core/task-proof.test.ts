import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Brought, checkProof } from './task-proof.ts';

const check = (asked: readonly string[], it: Partial<Brought>) =>
  checkProof(asked, { files: 0, ...it });

describe('the proof of a task', () => {
  it('is plain text where one thing is asked for, or none', () => {
    assert.deepEqual(check(['badge number'], { proof: 'badge 120' }), { proof: 'badge 120' });
    assert.deepEqual(check([], { proof: ' ticket 4711 ' }), { proof: 'ticket 4711' });
    const link = 'https://tickets.example/?id=4711';
    assert.deepEqual(check([], { proof: link }), { proof: link });
    assert.deepEqual(check(['link'], { proof: link }), { proof: link });
  });

  it('has a value for each thing that is asked for, by line or by label', () => {
    const asked = ['serial number', 'badge number'];
    assert.deepEqual(check(asked, { proof: 'Serial Number=C02\nbadge number = 120\nboth fine' }), {
      proof: 'serial number: C02; badge number: 120; both fine',
    });
    const proofs = { 'badge number': '120', 'serial number': 'C02' };
    assert.deepEqual(check(asked, { proofs }), {
      proof: 'serial number: C02; badge number: 120',
    });
  });

  it('is refused with all that is missing, by its name', () => {
    assert.deepEqual(check(['serial number', 'badge number'], { proof: 'badge number=120' }), {
      problems: ['Still to be written down: serial number.'],
      missing: ['serial number'],
    });
    assert.deepEqual(check(['serial number', 'badge number'], { proof: 'all collected' }), {
      problems: ['Still to be written down: serial number, badge number.'],
      missing: ['serial number', 'badge number'],
    });
    assert.deepEqual(check(['serial number'], { proof: 'serial number=' }), {
      problems: ['Still to be written down: serial number.'],
      missing: ['serial number'],
    });
    assert.deepEqual(check(['serial number'], { proofs: { serial: 'C02' } }), {
      problems: ['It does not ask for “serial”.', 'Still to be written down: serial number.'],
      missing: ['serial number'],
    });
    assert.deepEqual(check([], {}), {
      problems: ['Say what proves it: a ticket, a serial number, a link, a file.'],
      missing: [],
    });
  });

  it('is a file where a file is asked for, one for each', () => {
    const asked = ['file: receipt', 'File: photo', 'serial number'];
    assert.deepEqual(check(asked, { proof: 'C02', files: 1 }), {
      problems: ['Still to be added as a file: receipt, photo.'],
      missing: [],
    });
    assert.deepEqual(check(asked, { proof: 'C02', files: 2 }), { proof: 'C02' });
    assert.deepEqual(check(['file: receipt'], { files: 1 }), { proof: null });
    assert.deepEqual(check([], { files: 1 }), { proof: null });
  });
});
