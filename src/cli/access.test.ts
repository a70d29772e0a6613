import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { startTyping, type Typing } from './testing/typing.ts';

const id = '6f0c6a3e-5f1f-4f0e-9d59-1d2f5f0a7c11';

describe('accounts that should not be usable, on the command line', () => {
  let typing: Typing;

  before(async () => {
    typing = await startTyping((kind) =>
      kind === 'mend-access' ? { detail: '“Block sign-in” is open again in the departure.' } : {},
    );
  });
  after(() => typing.stop());

  it('are none while nothing was looked at', async () => {
    assert.match(
      await typing.works(['access', 'list']),
      /^Nobody who left has an account that can be used, as far as was looked\.\n\nNo connection has accounts/,
    );
    assert.match(await typing.works(['access', 'list', '--ghosts']), /belongs to somebody we know/);
    await typing.fails(['access', 'sweep', '--connection', 'wiki'], {
      code: 1,
      err: /There is no connection wiki/,
    });
    await typing.fails(['access', 'sweep'], { code: 1, err: /no accounts there/ });
    await typing.fails(['access', 'mend', id], { code: 1, err: /There is no finding/ });
  });

  it('are listed with what ends them, ghosts apart, and mended', async () => {
    const { owner } = typing.server.pools;
    await owner.query('alter table connections disable trigger user');
    await owner.query(`
      insert into connections (id, version, connector, name, category, settings, secret_fields, inbound_fields,
                               allowed_hosts, state)
      values ('wiki', 1, 'scim', 'Wiki', 'collaboration', '{}', '{}', '{}', '{}', 'active')`);
    await owner.query('alter table connections enable trigger user');
    const person = await owner.query(`
      insert into people (ref, source, person_id, employment_id, facts, heard_at)
      values ('p_1', 'csv', 'E-1', '1', '{"name": "Priya Nair", "email": "priya@meadow.example"}', now())
      returning id`);
    await owner.query(
      `insert into access_findings (id, connection_id, account_id, login, privileged, kind, person)
       values ($1, 'wiki', '1', 'priya@meadow.example', false, 'residual', $2),
              (gen_random_uuid(), 'wiki', '2', 'robot', false, 'ghost', null)`,
      [id, person.rows[0].id],
    );
    await owner.query(
      `insert into access_sweeps (connection_id, tried_at, swept_at, accounts, residual, ghosts)
       values ('wiki', now(), now(), 7, 1, 1)`,
    );

    const listed = await typing.works(['access', 'list']);
    assert.match(listed, /wiki +priya@meadow\.example +Priya Nair +none .*gatehouse depart/);
    assert.doesNotMatch(listed, /robot/);
    assert.match(listed, /wiki .* 7 +1 +1/);
    assert.match(await typing.works(['access', 'list', '--ghosts']), /wiki +robot/);
    assert.equal(
      JSON.parse(await typing.works(['access', 'list', '--json'])).found[0].login,
      'priya@meadow.example',
    );
    assert.match(await typing.works(['access', 'mend', id]), /is open again in the departure/);
    await typing.fails(
      ['access', 'list'],
      { code: 1, err: /one of the roles it-operator/ },
      {},
      typing.hr,
    );
  });
});
