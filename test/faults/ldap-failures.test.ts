import assert from 'node:assert/strict';
import { createServer, type Server, type Socket } from 'node:net';
import { after, describe, it } from 'node:test';
import { PresenceFilter } from 'ldapts';
import { openLdap } from '#connector-kit/ldap.ts';
import { loopbackIo } from '#connector-kit/testing/loopback-io.ts';
import { openDirectory } from '#connectors/ldap/api.ts';
import { suspendAccount } from '#connectors/ldap/suspend-account.ts';
import { ConnectorError } from '#core/failure.ts';
import { until } from '#core/testing/until.ts';
import { personDn, startSlapd } from '../../practice/servers/slapd.ts';
import { openFor, settingsFor } from '../targets/slapd-directory.ts';

const ada = { uid: 'ada', name: 'Ada', mail: 'ada@meadow.example', password: 'of ada' };
const keys = { email: ada.mail, employeeNumber: null, name: ada.name };
const slapd = await startSlapd({ people: [ada], faults: true });
after(() => slapd.stop());

const lock = { attribute: 'pwdAccountLockedTime', value: '000001010000Z' };
const suspend = suspendAccount(lock);

const kindOf = async (doing: Promise<unknown>): Promise<string> => {
  try {
    await doing;
    return 'no failure';
  } catch (error) {
    assert.ok(error instanceof Error);
    assert.doesNotMatch(error.message, /of-meadow/, 'no password in a message');
    return error.message.slice(0, error.message.indexOf(':'));
  }
};

describe('a real LDAP server that refuses', () => {
  it('our password makes us unauthenticated', async () => {
    const client = openFor(slapd, { password: 'wrong' });
    assert.equal(await kindOf(client.check()), 'unauthenticated');
    assert.equal(await kindOf(client.accountsOf(keys)), 'unauthenticated');
  });

  it('a change that the bind account may not make names it forbidden', async () => {
    const { dn, password } = slapd.reader;
    const client = openFor(slapd, { bindDn: dn, password });
    const [account] = await client.accountsOf(keys);

    const doing = suspend.apply(client, account!.id, { lock: [lock.value] });

    assert.equal(await kindOf(doing), 'forbidden');
    assert.equal(await slapd.canBind(personDn('ada'), ada.password), true);
  });

  it('an account that is not there is not found', async () => {
    const client = openFor(slapd);
    const nobody = 'e0000000-0000-0000-0000-000000000000';
    assert.equal(await kindOf(suspend.read(client, nobody)), 'not-found');
    assert.equal(await kindOf(suspend.read(client, '*)(uid=*')), 'not-found');
  });

  it('an attribute that it does not know is rejected with its words', async () => {
    const unknown = { attribute: 'noSuchLock', value: 'on' };
    const client = openFor(slapd, { lockAttribute: 'noSuchLock', lockedValue: 'on' });
    const [account] = await client.accountsOf(keys);

    await assert.rejects(suspendAccount(unknown).apply(client, account!.id, { lock: ['on'] }), {
      message: /^rejected: .*does not know this attribute \(result 17\): noSuchLock/,
    });
  });

  it('goes on answering on the same connection after a refusal', async () => {
    const client = openFor(slapd);
    const [account] = await client.accountsOf(keys);
    const dn = personDn('ada');
    const edit = { operation: 'delete', attribute: 'title', values: ['none'] } as const;

    assert.equal(await kindOf(client.first.modify(dn, [edit])), 'rejected');
    assert.equal((await suspend.read(client, account!.id)).lock.length, 0);
  });
});

describe('a real LDAP server in trouble', () => {
  const faulty = (name: string, deadlineMs?: number) =>
    openFor(
      slapd,
      { peopleBases: [`cn=${name},ou=fault,${slapd.baseDn}`] },
      deadlineMs === undefined ? {} : { deadlineMs },
    );

  it('is unavailable when busy', async () => {
    await assert.rejects(faulty('busy').accountsOf(keys), {
      message: /^unavailable: .*busy \(result 51\): too many at once/,
    });
  });

  it('is unavailable when it hangs up in the middle', async () => {
    assert.equal(await kindOf(faulty('hangup').accountsOf(keys)), 'unavailable');
  });

  it('is unavailable when it is too slow', async () => {
    await assert.rejects(faulty('slow', 300).accountsOf(keys), {
      message: /^unavailable: .*timed out/,
    });
  });

  it('is asked anew on a new connection, signed in again, after it hung up', async () => {
    const client = openFor(slapd);
    const base = `cn=hangup,ou=fault,${slapd.baseDn}`;
    const filter = new PresenceFilter({ attribute: 'objectClass' });
    assert.equal(
      await kindOf(client.first.search({ base, filter, attributes: [] })),
      'unavailable',
    );

    assert.equal(await client.first.whoAmI(), `dn:${slapd.bindDn}`);
  });

  it('is unavailable when it is down', async () => {
    const mortal = await startSlapd({ people: [ada] });
    const client = openFor(mortal);
    assert.equal((await client.accountsOf(keys)).length, 1);
    await mortal.stop();

    assert.equal(await kindOf(client.accountsOf(keys)), 'unavailable');
    assert.equal(await kindOf(client.accountsOf(keys)), 'unavailable');
    assert.equal(await kindOf(openFor(mortal).check()), 'unavailable');
  });
});

describe('the way to an LDAP server', () => {
  it('is encrypted on ldaps:// and, by StartTLS, on ldap://', async () => {
    for (const url of [slapd.ldapsUrl, slapd.url]) {
      assert.equal(await openFor(slapd, { servers: [url] }).check(), `dn:${slapd.bindDn}`);
      const distrustful = openFor(slapd, { servers: [url] }, { ca: null });
      await assert.rejects(distrustful.check(), {
        message: /^unavailable: .*certificate of the server is not trusted/,
      });
    }
  });

  it('is refused when the certificate is for another name', async () => {
    for (const url of [slapd.ldapsUrl, slapd.url]) {
      const client = openDirectory(settingsFor(slapd, { servers: [url] }), {
        ...loopbackIo,
        ca: slapd.caPem,
        address: async (_host, port) => ({
          ip: '127.0.0.1',
          port,
          serverName: 'other.example',
        }),
      });
      after(() => client.close());
      await assert.rejects(client.check(), { message: /ERR_TLS_CERT_ALTNAME_INVALID/ });
    }
  });

  it('is unencrypted only when that is allowed', async () => {
    const plain = openFor(
      slapd,
      { servers: [slapd.url], allowUnencrypted: true },
      { ca: null }, // nothing to trust: there is no certificate in it
    );
    assert.equal(await plain.check(), `dn:${slapd.bindDn}`);
  });

  it('goes to the address that the guard has checked, and nowhere when it refuses', async () => {
    const refusal = { kind: 'rejected', detail: 'not on the list' } as const;
    const client = openDirectory(settingsFor(slapd), {
      ...loopbackIo,
      address: async () => {
        throw new ConnectorError(refusal);
      },
    });
    await assert.rejects(client.check(), { message: 'rejected: not on the list' });
  });
});

describe('a server that is not what it seems', () => {
  const password = 'never to be seen in the clear';

  /** A server of our own making; tells what it was sent. */
  async function pretend(answer: (data: Buffer, socket: Socket) => void) {
    const heard: Buffer[] = [];
    let connections = 0;
    const server: Server = createServer((socket) => {
      connections += 1;
      socket.on('error', () => {});
      socket.on('data', (data) => {
        heard.push(data);
        answer(data, socket);
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    after(() => new Promise((resolve) => server.close(resolve)));
    const address = server.address();
    assert.ok(typeof address === 'object' && address);
    const url = `ldap://127.0.0.1:${address.port}`;
    const ldap = (more: { url?: string } = {}) =>
      openLdap(loopbackIo, { url, bindName: 'cn=x', password, deadlineMs: 300, ...more });
    return {
      ldap,
      ldapsUrl: url.replace('ldap:', 'ldaps:'),
      heard: () => Buffer.concat(heard).toString('latin1'),
      connections: () => connections,
    };
  }

  /** An answer to an extended request, with a result code of one byte. */
  const extendedResponse = (request: Buffer, code: number) =>
    Buffer.from([0x30, 12, 2, 1, request[4]!, 0x78, 7, 10, 1, code, 4, 0, 4, 0]);

  it('is unavailable when it never answers, on every way in', async () => {
    const silent = await pretend(() => {});
    const { ldap, ldapsUrl } = silent;
    assert.equal(await kindOf(ldap().whoAmI()), 'unavailable');
    assert.equal(await kindOf(ldap({ url: ldapsUrl }).whoAmI()), 'unavailable');
    assert.doesNotMatch(silent.heard(), new RegExp(password));
  });

  it('is unavailable when it agrees to TLS and then falls silent', async () => {
    const silent = await pretend((data, socket) => {
      if (data[0] === 0x30) socket.write(extendedResponse(data, 0));
    });
    assert.equal(await kindOf(silent.ldap().whoAmI()), 'unavailable');
  });

  it('is sent no password when it refuses StartTLS', async () => {
    const plain = await pretend((data, socket) => socket.write(extendedResponse(data, 2)));

    assert.equal(await kindOf(plain.ldap().whoAmI()), 'unexpected');

    assert.doesNotMatch(plain.heard(), new RegExp(password));
  });

  it('is sent no password when it agrees to TLS and hangs up', async () => {
    const fickle = await pretend((data, socket) => socket.end(extendedResponse(data, 0)));

    assert.equal(await kindOf(fickle.ldap().whoAmI()), 'unavailable');

    assert.equal(fickle.connections(), 1);
    assert.doesNotMatch(fickle.heard(), new RegExp(password));
  });

  it('is unavailable when it speaks another language', async () => {
    const web = await pretend((_data, socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
    assert.equal(await kindOf(web.ldap().whoAmI()), 'unavailable');
  });
});

describe('connections to an LDAP server', () => {
  const open = () => process.getActiveResourcesInfo().filter((it) => /(TCP|TLS)/.test(it)).length;

  it('are all closed in the end, also after failures', async () => {
    const allClosed = () => until('every socket to be closed', async () => open() === 0);
    await allClosed(); // those of the tests before

    const clients = [
      openFor(slapd),
      openFor(slapd, { servers: [slapd.url] }),
      openFor(slapd, { password: 'wrong' }),
      openFor(slapd, { peopleBases: [`cn=hangup,ou=fault,${slapd.baseDn}`] }),
      openFor(slapd, { peopleBases: [`cn=busy,ou=fault,${slapd.baseDn}`] }),
      openFor(slapd, {}, { ca: null }),
    ];
    await Promise.allSettled(clients.map((it) => it.accountsOf(keys)));
    await Promise.allSettled(clients.map((it) => it.check()));

    await Promise.all(clients.map((it) => it.close()));

    await allClosed();
  });
});
