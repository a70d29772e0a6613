import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { until } from '#core/testing/until.ts';
import { startHttpSystem } from './http-system.ts';

describe('the practice HTTP system', () => {
  it('shows changes late when it is told to, and works on what is there', async (t) => {
    const system = await startHttpSystem({ name: 'Badges', users: [{ email: 'ada@acme.test' }] });
    t.after(() => system.close());
    const ask = (method: string, path: string) =>
      fetch(system.url + path, { method, headers: { authorization: `Bearer ${system.token}` } });
    const status = async () => (await (await ask('GET', '/users/u-1')).json()).status;
    system.lateMs = 600_000;

    await ask('POST', '/users/u-1/suspend');

    assert.equal(await status(), 'active');
    assert.equal((await ask('POST', '/users/u-1/suspend')).status, 409);
    assert.equal(system.effects.length, 1);

    system.lateMs = 1;
    await until('the change to show', async () => (await status()) === 'suspended');
  });
});
