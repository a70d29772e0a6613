import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { startTyping, type Typing } from './testing/typing.ts';

describe('accounts that ended, on the command line', () => {
  let typing: Typing;
  before(async () => {
    typing = await startTyping();
  });
  after(() => typing.stop());

  /** Puts a hint there, as intake would have. */
  async function hint(name: string): Promise<{ id: string; personId: string }> {
    const { personId } = await typing.server.addPerson({ name });
    const id = randomUUID();
    const client = await typing.server.pools.admin.connect();
    try {
      await client.query("set session_replication_role = 'replica'");
      await client.query(
        `insert into departure_hints (id, version, person, source, account, what, heard_at)
         select $1, 1, id, 'okta', $1, 'deactivated', now() from people where person_id = $2`,
        [id, personId],
      );
    } finally {
      await client.query('reset session_replication_role');
      client.release();
    }
    return { id, personId };
  }

  it('are listed and dismissed, each by its own id', async () => {
    assert.match(await typing.works(['hint', 'list']), /^No account has ended without an answer/);
    const { id, personId } = await hint('Lea Lind');

    const listed = new RegExp(
      `^${id} +Lea Lind +${personId} +okta +deactivated .* gone +open$`,
      'm',
    );
    assert.match(await typing.works(['hint', 'list']), listed);
    const dismiss = ['hint', 'dismiss', id, '--reason', 'A double'];
    assert.match(await typing.works(dismiss), /^Dismissed\./);
    assert.match(await typing.works(['hint', 'list']), /^No account has ended/);
    assert.match(await typing.works(['hint', 'list', '--all']), /gone +dismissed$/m);
    await typing.fails(dismiss, { code: 1, err: /This hint is dismissed already/ });
    const nobody = ['hint', 'dismiss', randomUUID(), '--reason', 'x'];
    await typing.fails(nobody, { code: 1, err: /There is no departure hint/ });
  });

  it('are confirmed, which starts the departure', async () => {
    const { id } = await hint('Priya Nair');
    const confirm = ['hint', 'confirm', id, '--kind', 'resignation'];
    const out = await typing.works([...confirm, '--last-working-day', '2030-11-29']);
    assert.match(out, /^Departure \S+: departure opened\nFollow it: gatehouse case watch /);
    assert.match(await typing.works(['hint', 'list', '--all']), /Priya Nair .* confirmed: \S+$/m);
    await typing.fails(['hint', 'confirm', id], { code: 2, err: /--kind/ });
  });
});
