import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { TestUser } from '#app/testing/app.ts';
import { startTyping, type Typing } from './testing/typing.ts';

describe('legal hold, protected people and approvals on the command line', () => {
  let typing: Typing;
  let lena: TestUser;
  before(async () => {
    typing = await startTyping();
    lena = await typing.server.addUser('Lena Legal', ['legal']);
  });
  after(() => typing.stop());

  it('sets a hold, lists it, and lets another person lift it', async () => {
    const { personId } = await typing.server.addPerson({ name: 'Priya Nair' });

    const set = await typing.works(['legal-hold', 'set', personId, '--reason', 'A matter'], lena);

    const [, id = ''] =
      /^Nothing of Priya Nair is destroyed from now on\. Lift it with (\S+)\.\n$/.exec(set) ?? [];
    const listed = await typing.works(['legal-hold', 'list'], lena);
    assert.match(
      listed,
      new RegExp(`^${id} +Priya Nair +${personId} .* Lena Legal +A matter$`, 'm'),
    );
    const lift = ['legal-hold', 'lift', id, '--reason', 'Settled'];
    await typing.fails(lift, { code: 1, err: /does not lift it. Ask another person/ }, {}, lena);
    assert.match(await typing.works(lift), /^Lifted\./);
    assert.match(await typing.works(['legal-hold', 'list'], lena), /^No legal hold is open/);
    assert.match(await typing.works(['legal-hold', 'list', '--all'], lena), /Priya Nair/);
  });

  it('protects somebody, lists them, and takes two people to end it', async () => {
    const { personId } = await typing.server.addPerson({ name: 'Cleo Chief' });
    const sina = await typing.server.addUser('Sina Security', ['security']);
    const list = ['protected', 'list'];
    assert.match(await typing.works(list), /^Nobody is protected but those who administer/);

    const set = await typing.works(['protected', 'set', personId, '--reason', 'The board']);

    const [, id = ''] =
      /^Cleo Chief is protected: .* two people\.\nLift it with (\S+)\.\n$/.exec(set) ?? [];
    assert.match(await typing.works(list), new RegExp(`^${id} +Cleo Chief +${personId} `, 'm'));
    const lift = ['protected', 'lift', id, '--reason', 'She has left the board'];
    await typing.fails(lift, { code: 1, err: /This needs one of the roles/ }, {}, lena);
    assert.match(await typing.works(lift), /^Noted\. A second person/);
    assert.match(await typing.works(list), /Ada Admin wants to; a second person is needed/);
    assert.match(await typing.works(lift, sina), /^Lifted\./);
    assert.match(await typing.works([...list, '--all']), /lifted by Sina Security/);
  });

  it('lists what waits for an approval', async () => {
    assert.match(await typing.works(['approvals']), /^Nothing waits for an approval/);
    const missing = ['approvals', '6f0c6a3e-5f1f-4f0e-9d59-1d2f5f0a7c11'];
    await typing.fails(missing, { code: 1, err: /There is no approval/ });
    await typing.fails(['approvals'], { code: 1, err: /This needs one of the roles/ }, {}, lena);
  });
});
