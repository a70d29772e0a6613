import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import type { Account } from '#connector-kit/contract.ts';
import { failsAs } from '#connector-kit/testing/fails-as.ts';
import { openRadius, type Radius } from './api.ts';
import { expectStops } from './end-sessions.ts';
import { attributesOf, type FakeNas, type Lie, startFakeNas } from './fake-nas.ts';
import { radius as connector } from './index.ts';
import { disconnect, revokeSessions } from './revoke-sessions.ts';
import { settings } from './settings.ts';
import { accountingHost, startAccounting, type TestAccounting } from './test-accounting.ts';

// Against a real FreeRADIUS: test/radius.test.ts.

const secret = 'gate-and-nas';
const ada = { email: 'Ada@meadow.example', employeeNumber: null, name: 'Ada' };
const patient = [60_000];

let accounting: TestAccounting;
let nas: FakeNas;
let client: Radius;
const sessions = new Map<string, string>();

const connection = (changes: object = {}) =>
  settings.parse({
    accessServers: [{ nas: '127.0.0.1', port: nas.port }],
    sharedSecrets: `127.0.0.1 ${secret}`,
    accounting: {
      ...{ host: accountingHost, database: accounting.name, user: accounting.name, tls: 'no' },
    },
    accountingPassword: accounting.password,
    loginDomain: 'meadow.example',
    windowsDomain: 'MEADOW',
    ...changes,
  });
const openWith = (changes: object = {}, patience = patient) =>
  openRadius(connection(changes), accounting.io, patience);

before(async () => {
  accounting = await startAccounting();
  nas = await startFakeNas({ secret, sessions, onEnd: (it) => accounting.stops(it) });
  client = openWith();
});
after(async () => {
  await nas.stop();
  await accounting.stop();
});
beforeEach(async () => {
  await accounting.change('delete from radacct');
  sessions.clear();
  nas.received.length = 0;
  nas.behaviour = { kind: 'obeys' };
});

async function connect(session: string, user: string): Promise<void> {
  sessions.set(session, user);
  await accounting.begins(session, user);
}

async function end(id = 'ada') {
  const state = await revokeSessions.read(client, id);
  const planned = revokeSessions.plan(state, {});
  assert.ok(planned.kind === 'change', planned.kind);
  await revokeSessions.apply(client, id, planned.change);
  return { state, planned, after: await revokeSessions.read(client, id) };
}

describe('sessions that RADIUS let in', () => {
  it('end one by one, and are verified by their Stop', async () => {
    await connect('8000A1', 'ada');
    await connect('8000A2', 'Ada');
    await connect('8000B1', 'bob');
    const { planned, after, state } = await end();

    assert.match(planned.summary, /^End session 8000A1 at 127\.0\.0\.1 since 2026-11-30T07:00/);
    assert.deepEqual(revokeSessions.plan(after, {}), {
      ...{ kind: 'done', because: 'Accounting shows no open session.' },
    });
    assert.deepEqual([...sessions], [['8000B1', 'bob']]);
    assert.equal(nas.received.length, 2);
    assert.deepEqual(revokeSessions.state.parse(JSON.parse(JSON.stringify(state))), state);
  });

  it('are named so that no other can be meant', async () => {
    await connect('8000A1', 'MEADOW\\Ada');
    await end('meadow\\ada');
    const named = attributesOf(nas.received[0]!);
    assert.equal(`${named.get(1)}`, 'MEADOW\\Ada');
    assert.equal(`${named.get(44)}`, '8000A1');
    assert.deepEqual([...named.get(4)!], [127, 0, 0, 1]);
    assert.equal(named.get(80)?.length, 16);
    const age = Date.now() / 1_000 - named.get(55)!.readUInt32BE();
    assert.ok(age >= -1 && age < 300, `${age}`);
  });

  it('are asked for again by the same packet while nobody answers', async () => {
    await connect('8000A1', 'ada');
    nas.behaviour = { kind: 'loses', sendings: 2 };
    const quick = openWith({}, [100, 100, 60_000]);
    const [row] = await quick.accounting.open('ada');
    assert.equal(await quick.disconnect(row!), 'ended');
    assert.equal(nas.received.length, 3);
    assert.ok(nas.received.every((it) => it.equals(nas.received[0]!)));
  });

  it('that the access server no longer has are done once their Stop is there', async () => {
    await connect('8000A1', 'ada');
    const state = await revokeSessions.read(client, 'ada');
    const planned = revokeSessions.plan(state, {});
    sessions.clear();
    await accounting.stops('8000A1');
    assert.ok(planned.kind === 'change');
    await revokeSessions.apply(client, 'ada', planned.change);
    assert.equal(nas.received.length, 0);

    await accounting.begins('8000A2', 'ada');
    const [row] = await client.accounting.open('ada');
    const ended = [{ row: row!, ending: await client.disconnect(row!) }];
    assert.equal(ended[0]!.ending, 'no such session');
    await accounting.stops('8000A2');
    await expectStops(client, 'ada', ended, { looks: 1, everyMs: 0 });
  });

  it('whose Stop was lost are shown to a person', async () => {
    await accounting.begins('8000A1', 'ada');
    const [row] = await client.accounting.open('ada');
    const ended = [{ row: row!, ending: 'no such session' as const }];
    await assert.rejects(
      expectStops(client, 'ada', ended, { looks: 2, everyMs: 1 }),
      failsAs('rejected', /session 8000A1 at 127\.0\.0\.1 .* Its Stop was lost/),
    );
  });

  it('end at the other access servers when one is silent, which is named', async () => {
    await connect('8000A1', 'ada');
    await accounting.begins('900', 'ada', '127.0.0.9');
    const two = openWith(
      {
        accessServers: [
          { nas: '127.0.0.9', host: '127.0.0.1', port: 1 },
          { nas: '127.0.0.1', port: nas.port },
        ],
        sharedSecrets: `127.0.0.9 other\n127.0.0.1 ${secret}`,
      },
      [50],
    );
    const planned = revokeSessions.plan(await revokeSessions.read(two, 'ada'), {});
    assert.ok(planned.kind === 'change');
    await assert.rejects(
      revokeSessions.apply(two, 'ada', planned.change),
      failsAs('unavailable', /127\.0\.0\.9 \(by 127\.0\.0\.1:1\)/),
    );
    assert.equal(sessions.size, 0);
  });

  it('end although another at the same access server cannot', async () => {
    await connect('8000A1', 'ada');
    await connect('8000A2', 'ada');
    nas.behaviour = { kind: 'refuses', cause: 504 };
    const planned = revokeSessions.plan(await revokeSessions.read(client, 'ada'), {});
    assert.ok(planned.kind === 'change');
    await assert.rejects(
      revokeSessions.apply(client, 'ada', planned.change),
      failsAs('rejected', /504/),
    );
    assert.equal(nas.received.length, 2);
  });

  it('at access servers that nobody told us of are left to a person', async () => {
    await accounting.begins('900', 'ada', '10.9.9.9');
    const alone = revokeSessions.plan(await revokeSessions.read(client, 'ada'), {});
    assert.ok(alone.kind === 'blocked' && /session 900 at 10\.9\.9\.9/.test(alone.because));

    await connect('8000A1', 'ada');
    const { after } = await end();
    assert.equal(revokeSessions.plan(after, {}).kind, 'blocked');
  });

  it('are acknowledged where access servers report no end of theirs', async () => {
    await connect('8000A1', 'ada');
    await accounting.begins('8000A2', 'ada');
    const { summary } = await disconnect.send(client, 'ada', {});
    assert.match(summary, /ended: session 8000A1 .*; not there any more: session 8000A2/);
    assert.match((await disconnect.send(client, 'nobody', {})).summary, /no open session/);

    const kinds = ['yes', 'no'].map((sendsStops) => {
      const actions = connector.actions as (it: unknown) => { kind: string }[];
      return actions(connection({ sendsStops })).map(({ kind }) => kind);
    });
    assert.deepEqual(kinds, [['transition'], ['command']]);
  });
});

describe('an access server', () => {
  const ask = async (patience = [100]) => {
    await connect('8000A1', 'ada');
    const impatient = openWith({}, patience);
    const [row] = await impatient.accounting.open('ada');
    return impatient.disconnect(row!);
  };

  const causes: [number | null, string, RegExp][] = [
    [501, 'forbidden', /not allowed/],
    [502, 'unavailable', /pass the request on/],
    [506, 'unavailable', /too busy/],
    [403, 'rejected', /another address/],
    [504, 'rejected', /cannot be ended \(Error-Cause 504\)/],
    [999, 'rejected', /999/],
    [null, 'rejected', /does not say why/],
  ];
  for (const [cause, kind, words] of causes) {
    it(`that refuses with ${cause ?? 'no'} cause ends as ${kind}`, async () => {
      nas.behaviour = { kind: 'refuses', cause };
      await assert.rejects(ask([60_000]), failsAs(kind as 'rejected', words));
    });
  }

  const lies: Lie[] = [
    ...(['another secret', 'another identifier', 'noise'] as const),
    'a spoilt Message-Authenticator',
  ];
  for (const lie of lies) {
    it(`is not believed with ${lie}, and still heard when it answers rightly`, async () => {
      nas.behaviour = { kind: 'lies', with: lie };
      assert.equal(await ask([60_000]), 'ended');
    });
  }

  it('that answers something else is not taken to have obeyed', async () => {
    nas.behaviour = { kind: 'lies', with: 'another code' };
    await assert.rejects(ask([60_000]), failsAs('unexpected', /code 44/));
  });

  it('that keeps silent, also to a wrong secret, is said to be silent', async () => {
    nas.behaviour = { kind: 'loses', sendings: 9 };
    await assert.rejects(ask(), failsAs('unavailable', /did not answer/));

    const wrong = openWith({ sharedSecrets: '127.0.0.1 wrong' }, [100]);
    const [row] = await wrong.accounting.open('ada');
    await assert.rejects(wrong.disconnect(row!), failsAs('unavailable', /compare the shared/));
  });
});

describe('accounts of RADIUS', () => {
  const find = async (by: Radius = client) =>
    (await by.accountsOf(ada)).map(({ id, status }) => [id, status]);

  it('are the names a person was seen by, open while they are connected', async () => {
    assert.deepEqual(await find(), []);
    for (const [i, name] of ['ada', 'ADA', 'Meadow\\ada', 'ada@meadow.example'].entries()) {
      await accounting.begins(`s${i}`, name);
    }
    await accounting.begins('x', 'adam');
    await accounting.begins('y', null);
    await accounting.stops('s2');
    assert.deepEqual(await find(), [
      ['ada', 'active'],
      ['ada@meadow.example', 'active'],
      ['meadow\\ada', 'suspended'],
    ]);
    const listed = openWith({ accounts: [{ login: 'ADAM', email: ada.email }] });
    assert.deepEqual(await find(listed), [
      ['ada@meadow.example', 'active'],
      ['adam', 'active'],
    ]);
  });

  it('are listed while they are connected, page by page', async () => {
    await accounting.change(`
      insert into radacct (acctsessionid, acctuniqueid, username, nasipaddress, acctstarttime)
      select n, n, 'user' || n, '127.0.0.1', now() from generate_series(1, 1200) n`);
    await accounting.begins('gone', 'zoe');
    await accounting.stops('gone');
    const all: Account[] = [];
    for await (const it of connector.accounts!.list(client)) all.push(it);
    assert.equal(new Set(all.map(({ id }) => id)).size, 1200);
    assert.equal(all.length, 1200);
  });

  it('with more sessions than a person has are not touched', async () => {
    await accounting.change(`
      insert into radacct (acctsessionid, acctuniqueid, username, nasipaddress)
      select n, n, 'ada', '127.0.0.1' from generate_series(1, 201) n`);
    await assert.rejects(revokeSessions.read(client, 'ada'), failsAs('rejected', /more than 200/));
    // Where none of them ever ends in accounting, the newest are asked for.
    const endless = openWith({ sendsStops: 'no' });
    assert.equal((await endless.accounting.open('ada')).length, 200);
  });
});

describe('the connection to RADIUS', () => {
  it('is bound to every access server and to accounting, and needs a secret for each', async () => {
    const two = {
      accessServers: [{ nas: '10.0.0.2' }, { nas: 'fd00::2' }, { nas: '10.0.0.3', host: 'proxy' }],
    };
    assert.deepEqual(connector.hosts(connection(two)), [
      ...['10.0.0.2:3799', '[fd00::2]:3799', 'proxy:3799', `${accountingHost}:5432`],
    ]);
    assert.match(await client.check(), /who reads accounting/);
    for (const sharedSecrets of ['10.0.0.2 one fd00::2 two', '10.0.0.2 one fd00::2 two 10.0.0.3']) {
      const broken = openWith({ ...two, sharedSecrets });
      await assert.rejects(broken.check(), failsAs('unauthenticated', /name none for 10\.0\.0\./));
    }
  });

  it('refuses what cannot be meant', () => {
    const refused = [
      { accessServers: [] },
      { accessServers: [{ nas: 'vpn.meadow.example' }] },
      { accessServers: [{ nas: '10.0.0.2' }, { nas: '10.0.0.2' }] },
      { accessServers: [{ nas: '10.0.0.2', host: 'vpn:3799' }] },
      { loginDomain: undefined, windowsDomain: 'MEADOW' },
      { windowsDomain: 'A B' },
    ];
    for (const it of refused) {
      assert.equal(
        settings.safeParse({ ...connection(), ...it }).success,
        false,
        JSON.stringify(it),
      );
    }
  });
});
