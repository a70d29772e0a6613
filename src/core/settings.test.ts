import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { settingsFrom } from './settings.ts';

describe('stored settings', () => {
  it('are read without what only a later version knows, at any depth', () => {
    const contact = { name: 'Otto', email: 'otto@meadow.example' };
    const { guardrails, alerts } = settingsFrom({
      guardrails: { departuresPerHour: 7, departuresPerMinute: 1 },
      alerts: { contacts: [contact, { ...contact, pager: '42' }], siren: true },
      horoscopes: { on: true },
    });
    assert.equal(guardrails.departuresPerHour, 7);
    assert.ok(!Object.hasOwn(guardrails, 'departuresPerMinute'));
    assert.deepEqual(alerts.contacts[1], alerts.contacts[0]);
    assert.ok(!Object.hasOwn(alerts, 'siren'));
  });

  it('that do not fit are refused', () => {
    assert.throws(() => settingsFrom({ guardrails: { departuresPerHour: 'seven', more: 1 } }));
  });
});
