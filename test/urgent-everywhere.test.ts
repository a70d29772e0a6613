import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { type CaseWithSteps, showCase } from '#app/cases.ts';
import { receiveHook } from '#app/hooks.ts';
import { signStandardWebhook } from '#connector-kit/testing/sign.ts';
import { until } from '#core/testing/until.ts';
import { startScimServer } from '../practice/servers/scim.ts';
import { personDn, startSlapd } from '../practice/servers/slapd.ts';
import { startGatehouse, type TestGatehouse } from './support/gatehouse.ts';
import { startSamba } from './targets/samba.ts';

// The main job on the systems that companies have: OpenLDAP, Active Directory and SCIM, each a real
// server, each asked afterwards by a program that is not ours.

const secret = `whsec_${randomBytes(24).toString('base64')}`;
const priya = {
  uid: 'priya',
  name: 'Priya Nair',
  mail: 'priya@meadow.example',
  password: 'Her-Own-Secret-1',
};
const portOf = (url: string) => Number(new URL(url).port);

describe('an urgent departure over OpenLDAP, Active Directory and SCIM', () => {
  let gatehouse: TestGatehouse;
  let slapd: Awaited<ReturnType<typeof startSlapd>>;
  let samba: Awaited<ReturnType<typeof startSamba>>;
  let scim: Awaited<ReturnType<typeof startScimServer>>;
  let userDn: string;

  before(async () => {
    [slapd, samba, scim, gatehouse] = await Promise.all([
      startSlapd({ people: [priya], groups: [{ name: 'sales', members: ['priya'] }] }),
      startSamba(),
      startScimServer({
        token: 'scim-token',
        users: [{ userName: priya.mail, emails: [{ value: priya.mail }] }],
        groups: [],
      }),
      startGatehouse(),
    ]);
    userDn = await samba.addUser({ login: 'priya', password: priya.password, mail: priya.mail });
    await samba.addGroup('Sales', [userDn]);

    await gatehouse.connect(
      {
        id: 'directory',
        connector: 'ldap',
        ca: slapd.caPem,
        settings: {
          servers: [slapd.ldapsUrl],
          bindDn: slapd.bindDn,
          password: slapd.password,
          peopleBases: [slapd.peopleDn],
          groupBases: [slapd.groupsDn],
          placeholderMember: slapd.bindDn,
        },
      },
      [portOf(slapd.ldapsUrl)],
    );
    await gatehouse.connect(
      {
        id: 'windows',
        connector: 'active-directory',
        ca: samba.caPem,
        settings: {
          controllers: [samba.ldapsUrl],
          bindName: samba.administrator,
          password: samba.password,
          baseDn: samba.baseDn,
        },
      },
      [{ host: samba.ip, port: samba.port }],
    );
    await gatehouse.connect(
      { id: 'wiki', connector: 'scim', settings: { baseUrl: scim.url, token: 'scim-token' } },
      [portOf(scim.url)],
    );
    await gatehouse.connect({
      id: 'meadow-hr',
      connector: 'signed-events',
      settings: { signingSecret: secret },
    });
  });
  after(() => gatehouse?.stop());
  after(() => Promise.all([slapd?.stop(), samba?.stop(), scim?.close()]));

  it('lets her in everywhere before', async () => {
    assert.equal((await slapd.signIn(personDn('priya'), priya.password)).code, 0);
    assert.equal((await samba.kinit('priya', priya.password)).ok, true);
    assert.equal([...scim.users.values()][0]?.active, true);
  });

  it('closes and reads back every account; other programs agree', async () => {
    const body = JSON.stringify({
      type: 'departure.confirmed',
      occurred_at: new Date().toISOString(),
      person: { id: 'E-1042', name: priya.name, email: priya.mail, zone: 'Europe/Berlin' },
      departure: { id: 'S-88', kind: 'involuntary', urgent: true, last_working_day: '2026-12-01' },
    });
    const headers = signStandardWebhook(secret, 'message-1', new Date(), body);
    const start = performance.now();
    const raw = Buffer.from(body);
    await receiveHook(gatehouse.app, { source: 'meadow-hr', headers, body: raw });

    const [opened] = await until('a case', async () => {
      const found = await gatehouse.rows<{ id: string }>('select id from cases');
      return found.length > 0 && found;
    });
    const show = () => showCase(gatehouse.app, gatehouse.admin, opened!.id);
    const done: CaseWithSteps = await until(
      'access removed',
      async () => {
        const found = await show();
        return found.case.accessRemovedAt !== null && found;
      },
      { seen: show },
    );
    const seconds = (performance.now() - start) / 1_000;

    const blocked = done.steps.filter(
      (step) => step.capability === 'account.suspend' && step.account,
    );
    assert.deepEqual(blocked.map((step) => [step.connectionId, step.grade]).toSorted(), [
      ['directory', 'verified'],
      ['wiki', 'verified'],
      ['windows', 'verified'],
    ]);
    assert.equal(done.steps.filter((step) => step.layer === 'security' && !step.grade).length, 0);

    const bind = await slapd.signIn(personDn('priya'), priya.password);
    assert.equal(bind.code, 49, 'OpenLDAP still lets her in');
    const ticket = await samba.kinit('priya', priya.password);
    assert.equal(ticket.ok, false);
    assert.match(ticket.message, /revoked/);
    const read = await fetch(`${scim.url}/Users`, {
      headers: { authorization: 'Bearer scim-token' },
    });
    const { Resources } = (await read.json()) as { Resources: { active: boolean }[] };
    assert.deepEqual(
      Resources.map((it) => it.active),
      [false],
    );
    console.log(`    from webhook to the last verified access step: ${seconds.toFixed(2)} s`);
  });
});
