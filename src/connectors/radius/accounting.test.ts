import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { makeAuthority } from '#connector-kit/testing/certificate.ts';
import { failsAs } from '#connector-kit/testing/fails-as.ts';
import { openRadius } from './api.ts';
import { disconnect, revokeSessions } from './revoke-sessions.ts';
import { settings } from './settings.ts';
import {
  accountingHost,
  startAccounting,
  startTlsLine,
  type TestAccounting,
} from './test-accounting.ts';

const ada = { email: 'ada@meadow.example', employeeNumber: null, name: 'Ada' };

let accounting: TestAccounting;
before(async () => {
  accounting = await startAccounting();
  await accounting.change('create table others (like radacct)');
});
after(() => accounting.stop());
beforeEach(() => accounting.change('delete from radacct'));

const connection = (changes: object = {}) =>
  settings.parse({
    accessServers: [{ nas: '127.0.0.1' }],
    sharedSecrets: '127.0.0.1 secret',
    accounting: {
      ...{ host: accountingHost, database: accounting.name, user: accounting.name, tls: 'no' },
    },
    accountingPassword: accounting.password,
    loginDomain: 'meadow.example',
    ...changes,
  });
const openWith = (changes: object = {}) => openRadius(connection(changes), accounting.io);

describe('accounting that cannot be read', () => {
  const bad: [string, () => object, string, RegExp][] = [
    ['for a wrong password', () => ({ accountingPassword: 'wrong' }), 'unauthenticated', /28P01/],
    ['for a wrong database', () => atAccounting({ database: 'nowhere' }), 'rejected', /3D000/],
    ['for a wrong table', () => atAccounting({ table: 'nothing' }), 'rejected', /42P01/],
    ['for another table', () => atAccounting({ table: 'pg_class' }), 'unexpected', /42703/],
    ['for a table of others', () => atAccounting({ table: 'others' }), 'forbidden', /42501/],
    [
      'since nobody listens',
      () => atAccounting({ host: '127.0.0.1', port: 1 }),
      'unavailable',
      /nobody listens/,
    ],
  ];
  const atAccounting = (changes: object) => ({
    accounting: { ...connection().accounting, ...changes },
  });
  for (const [why, changes, kind, words] of bad) {
    it(`${why} ends as ${kind}, everywhere`, async () => {
      const broken = openWith(changes());
      const fails = (error: unknown) => {
        assert.doesNotMatch(String(error), new RegExp(accounting.password));
        return failsAs(kind as 'rejected', words)(error);
      };
      await assert.rejects(broken.check(), fails);
      await assert.rejects(broken.accountsOf(ada), fails);
      await assert.rejects(revokeSessions.read(broken, 'ada'), fails);
      await assert.rejects(disconnect.send(broken, 'ada', {}), fails);
    });
  }

  it('is not believed when a row makes no sense', async () => {
    await accounting.begins('', 'ada');
    await assert.rejects(revokeSessions.read(openWith(), 'ada'), failsAs('unexpected', /session/));
  });

  it('is never written to', async () => {
    await accounting.change(`grant all on radacct to ${accounting.name}`);
    const name = `x'; delete from radacct; --`;
    await accounting.begins('s', 'ada');
    assert.deepEqual(await openWith().accounting.open(name), []);
    assert.equal((await openWith().accounting.open('ada')).length, 1);
    const table = 'radacct; drop table radacct';
    assert.throws(() => openWith(atAccounting({ table })), /A name such as radacct/);
  });
});

describe('accounting over TLS', () => {
  const authority = makeAuthority('Meadow & Co');
  const tls = { ...authority.issue([accountingHost]) };
  let line: Awaited<ReturnType<typeof startTlsLine>>;
  before(async () => {
    line = await startTlsLine(accounting.writer, tls);
  });
  after(() => line.stop());

  const at = (host: string, ca: string | null, isEncrypted = true) => {
    const io = {
      ...accounting.io,
      ca,
      address: async () => ({ ip: '127.0.0.1', port: line.port, serverName: host }),
    };
    line.isEncrypted = isEncrypted;
    const place = { ...connection().accounting, host, port: line.port, tls: 'yes' as const };
    return openRadius({ ...connection(), accounting: place }, io);
  };

  it('is read from whoever the authority of the connection vouches for', async () => {
    await at(accountingHost, authority.ca).check();
    for (const [host, ca] of [
      [accountingHost, null],
      [accountingHost, makeAuthority('Somebody').ca],
      ['other.meadow.example', authority.ca],
      ['127.0.0.1', authority.ca],
    ] as const) {
      await assert.rejects(at(host, ca).check(), failsAs('unavailable', /certificate/));
    }
  });

  it('is not read in the clear where that was not allowed', async () => {
    const plain = at(accountingHost, authority.ca, false);
    await assert.rejects(plain.check(), failsAs('rejected', /no encrypted connections/));
  });
});
