import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { requestCase } from '#app/cases.ts';
import { beginSession, callerInSession, signOut } from '#app/sessions.ts';
import { claim, makeSignInLink } from '#app/sign-in-links.ts';
import { authenticate, createToken, createUser, disableUser, enableUser } from '#app/users.ts';
import { until } from '#core/testing/until.ts';
import { inTransaction } from '#store/sql.ts';
import { account, type Company, houseOf, person, startCompany } from './support/company.ts';
import { startGatehouse, type TestGatehouse } from './support/gatehouse.ts';
import { checkInvariants } from './support/invariants.ts';
import { watching } from './support/watch.ts';

const ann = person('E-31', 'Ann Nair');

describe('a user of Gatehouse who leaves', () => {
  let gatehouse: TestGatehouse;
  let company: Company;
  let watch: ReturnType<typeof watching>;
  before(async () => {
    gatehouse = await startGatehouse();
    watch = watching(houseOf(gatehouse));
    company = await startCompany(houseOf(gatehouse));
    await company.addSystem('directory', 'identity', { users: [account('Ann')] });
    await company.tell('role.changed', ann, null);
    await watch.heard();
  });
  after(async () => {
    await gatehouse.stop();
    await company.close();
  });

  const factTypes = () =>
    gatehouse.rows<{ type: string; change: string | null }>(
      `select fact ->> 'type' as type, fact -> 'data' ->> 'change' as change
         from ledger.entry, lateral cast(convert_from(leaf, 'UTF8') as jsonb) as fact order by idx`,
    );

  it('loses sessions and keys here before anything else of theirs is touched', async () => {
    const { app, admin } = gatehouse;
    const email = ann.email.toUpperCase();
    const user = await createUser(app, { name: 'Ann Nair', email, roles: ['it-admin'] });
    const { token } = await createToken(app, {
      ...{ userId: user.id, name: 'laptop', days: 1, now: new Date() },
    });
    const { publicUrl } = app;
    const link = async () =>
      new URL((await makeSignInLink(app, { email, method: 'link', publicUrl })).url).hash.slice(1);
    const session = await claim(app, await link(), null);
    const unused = await link();
    const isIn = async () => (await callerInSession(app, session, true)) !== null;
    assert.ok((await isIn()) && (await authenticate(app, token)));

    await requestCase(app, admin, {
      personId: ann.id,
      departure: {
        ...{ kind: 'involuntary', urgent: true, confidential: false, reason: null },
        ...{ accessEnds: null, lastWorkingDay: null, employmentEnds: null, payEnds: null },
      },
    });
    await watch.become('access removed', ann, (it) => it.case.accessRemovedAt !== null);

    assert.ok(!(await isIn()));
    assert.equal(await authenticate(app, token), null);
    await assert.rejects(claim(app, unused, null), /This link is not good/);
    const facts = await until('the facts to be in order', async () => {
      const all = await factTypes();
      return all.some((it) => it.type === 'step.verified') && all;
    });
    const at = (type: string, change: string | null = null) =>
      facts.findIndex((it) => it.type === type && (change === null || it.change === change));
    const disabled = at('user.changed', 'disabled');
    assert.ok(disabled > at('case.opened') && disabled < at('step.intended'));
    assert.ok(at('session.revoked') < disabled && at('session.revoked') > 0);
    assert.ok(at('token.revoked') > 0);
  });

  it('stays let in once a person said so', async () => {
    const { app } = gatehouse;
    await assert.rejects(enableUser(app, gatehouse.admin.user.email), /is not disabled/);
    await enableUser(app, ann.email);
    await gatehouse.restartWorker();
    await watch.quiet();

    const { url } = await makeSignInLink(app, {
      ...{ email: ann.email, method: 'link', publicUrl: app.publicUrl },
    });
    const secret = await claim(app, new URL(url).hash.slice(1), null);
    assert.ok(await callerInSession(app, secret, true));
    await disableUser(app, ann.email);
    assert.equal(await callerInSession(app, secret, true), null);
  });

  it('is written about to every administrator who came in by a break-glass account', async () => {
    const { app, database } = gatehouse;
    const email = 'bea@meadow.example';
    const bea = await createUser(app, { name: 'Bea Glass', email, roles: ['security'] });
    const secret = await inTransaction(database.pools.web, (tx) =>
      beginSession(tx, app, {
        ...{ userId: bea.id, method: 'passkey', auth: 'webauthn', steppedUp: true, before: null },
        breakGlass: true,
      }),
    );
    const letters = () =>
      company.mail.messages.filter((it) =>
        JSON.stringify(it).includes('break-glass account was used'),
      );
    await until('both to be written to', () => letters().length >= 2 || null);
    const states = () =>
      gatehouse.rows<{ open: boolean }>(
        `select resolved_at is null as open from alerts where kind = 'sign-in.break-glass'`,
      );
    assert.deepEqual(await states(), [{ open: true }]);

    await signOut(app, (await callerInSession(app, secret, true))!);

    await until('the alert to be over', async () => !(await states())[0]!.open || null);
  });

  it('leaves a record that holds', () => checkInvariants(gatehouse));
});
