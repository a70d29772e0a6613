import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { openGuard } from './guard.ts';
import { answers, failureOf, guard, here, inOffice, serve } from './testing/office.ts';

describe('a call that the guard refuses', () => {
  const everywhere = [
    ...['127.0.0.1', '2130706433', '0x7f.1', '0177.0.0.1', '127.1', 'localhost', 'LOCALHOST.'],
    ...['[::1]', '[::ffff:127.0.0.1]', '[::ffff:7f00:1]', '[64:ff9b::7f00:1]', '[::127.0.0.1]'],
    ...['0.0.0.0', '0', '169.254.169.254', '[fd00:ec2::254]', '[fe80::1]', '10.0.0.1'],
    ...['100.100.100.200', 'a@127.0.0.1', '①②⑦.⓪.⓪.①', '[2002:7f00:1::]', '127.0.0.1%2f@x'],
  ];

  for (const place of everywhere) {
    it(`goes to https://${place}`, async () => {
      const url = `https://${place}/`;
      const machine = guard({ lookup: answers('127.0.0.1') });
      const bound = { hosts: [new URL(url).host], ca: null };

      const failure = await failureOf(machine.fetchFor(bound)(url));

      assert.equal(failure.kind, 'forbidden');
      assert.match(failure.detail, /not a public address|user name or password/);
    });
  }

  it('does so with the resolver of the machine itself', async () => {
    const machine = openGuard({ onPremises: () => [] });
    const hosts = ['localhost'];
    const call = machine.fetchFor({ hosts, ca: null })('https://localhost/');
    assert.equal((await failureOf(call)).kind, 'forbidden');
    assert.equal((await failureOf(machine.address('localhost', 443, hosts))).kind, 'forbidden');
    await machine.close();
  });

  it('names a file, or anything else that is not the web', async () => {
    const fetch = guard().fetchFor({ hosts: ['acme.example'], ca: null });
    for (const url of ['file:///etc/passwd', 'data:text/plain,x', 'ftp://acme.example/', 'blob:x'])
      assert.equal((await failureOf(fetch(url))).kind, 'forbidden', url);
    assert.match((await failureOf(fetch('/users'))).detail, /not an address/);
  });

  it('hides a user or password in the address, and repeats neither', async () => {
    const fetch = guard().fetchFor({ hosts: ['acme.example'], ca: null });
    for (const url of ['https://root:hunter2@acme.example/', 'https://root@acme.example/']) {
      const failure = await failureOf(fetch(url));
      assert.equal(failure.kind, 'forbidden');
      assert.doesNotMatch(failure.detail, /hunter2|root/);
    }
  });

  it('goes to a host or port that the credential was not entered for', async () => {
    const fetch = guard().fetchFor({ hosts: ['acme.example', 'login.example:8443'], ca: null });
    for (const url of [
      'https://evil.example/',
      'https://acme.example:8443/',
      'https://login.example/',
      'https://acme.example.evil.example/',
      'https://acme.example./',
      'http://acme.example:8443/',
    ]) {
      const failure = await failureOf(fetch(url));
      assert.equal(failure.kind, 'forbidden');
      assert.match(
        failure.detail,
        /not among the hosts of this connection.*acme\.example:443/,
        url,
      );
    }
    assert.match(
      (await failureOf(fetch('https://ACME.example/'))).detail,
      /its name is not known to DNS/,
      'the very host, in whatever case, only fails because this test knows no DNS',
    );
  });

  it('would send a credential without encryption', async () => {
    const fetch = guard({ lookup: answers('93.184.216.34') }).fetchFor({
      hosts: ['acme.example:80'],
      ca: null,
    });
    assert.match((await failureOf(fetch('http://acme.example/'))).detail, /without encryption/);
  });

  it('names another host in its headers', async () => {
    const fetch = guard().fetchFor({ hosts: ['acme.example'], ca: null });
    const failure = await failureOf(fetch('https://acme.example/', { headers: { Host: 'evil' } }));
    assert.match(failure.detail, /another host in its headers/);
  });

  it('goes to a public name with one private address among several', async () => {
    const machine = guard({ lookup: answers('93.184.216.34', '2606:4700::1111', '10.0.0.7') });
    const hosts = ['acme.example'];

    const failure = await failureOf(machine.fetchFor({ hosts, ca: null })('https://acme.example/'));
    assert.equal(failure.kind, 'forbidden');
    assert.match(failure.detail, /acme\.example \(10\.0\.0\.7\) is not a public address/);
    assert.match(failure.detail, /add acme\.example:443 to the on-premises targets/);
    assert.deepEqual(await failureOf(machine.address('acme.example', 443, hosts)), failure);
  });
});

describe('a name that answers differently the second time', () => {
  it('gains nothing: each connection uses the one answer that was judged', async () => {
    const server = await serve((_request, response) => response.end('inside'));
    const told: string[] = [];
    const lookup = async () => {
      told.push(told.length === 0 ? '192.0.2.1' : '127.0.0.1');
      return answers(told.at(-1)!)();
    };
    // 192.0.2.1 stands for the public address: allowed here, and nobody answers at it.
    const entry = here(server.port, { network: '192.0.2.0/24' });
    const { fetch, url } = inOffice(server.port, {
      onPremises: () => [entry],
      lookup,
      limits: { connectMs: 300 },
    });

    assert.equal((await failureOf(fetch(url))).kind, 'unavailable');
    assert.deepEqual(told, ['192.0.2.1'], 'it asked once');

    assert.equal((await failureOf(fetch(url))).kind, 'forbidden');
    assert.deepEqual(told, ['192.0.2.1', '127.0.0.1']);
    assert.equal(server.sockets(), 0);
  });

  it('gains nothing for LDAP and mail either, which get the address itself', async () => {
    const lookups = [answers('93.184.216.34'), answers('127.0.0.1')];
    const machine = guard({ lookup: () => lookups.shift()!() });
    const hosts = ['ldap.acme.example:636'];

    assert.deepEqual(await machine.address('ldap.acme.example', 636, hosts), {
      ip: '93.184.216.34',
      port: 636,
      serverName: 'ldap.acme.example',
    });
    const failure = await failureOf(machine.address('ldap.acme.example', 636, hosts));
    assert.equal(failure.kind, 'forbidden');
  });
});

describe('a system in the own network', () => {
  it('is called where an entry says so, by name or by address', async () => {
    const server = await serve((request, response) => response.end(`${request.headers.host}`));
    const { port } = server;
    const targets = [here(port), here(port, { host: '127.0.0.1' })];
    const machine = guard({ onPremises: () => targets, lookup: answers('127.0.0.1') });
    const hosts = [`App.Office.example:${port}`, `127.0.0.1:${port}`];
    const fetch = machine.fetchFor({ hosts, ca: null });

    for (const host of [`app.office.example:${port}`, `127.0.0.1:${port}`]) {
      assert.equal(await (await fetch(`http://${host}/`)).text(), host);
    }
    assert.deepEqual(await machine.address('127.0.0.1', port, hosts), {
      ip: '127.0.0.1',
      port,
      serverName: '127.0.0.1',
    });
  });

  it('is not called on another port, nor without encryption unless the entry says so', async () => {
    const hosts = ['app.office.example:9001', 'app.office.example:9002'];
    const fetch = guard({
      onPremises: () => [here(9001, { http: false })],
      lookup: answers('127.0.0.1'),
    }).fetchFor({ hosts, ca: null });

    const plain = await failureOf(fetch('http://app.office.example:9001/'));
    assert.match(plain.detail, /allow http for app\.office\.example:9001/);
    const elsewhere = await failureOf(fetch('https://app.office.example:9002/'));
    assert.match(elsewhere.detail, /127\.0\.0\.1\) is not a public address/);
  });

  it('is not called when a name leads out of the network that was entered', async () => {
    for (const ips of [['10.2.0.1'], ['10.1.0.1', '10.2.0.1'], ['93.184.216.34']]) {
      const { fetch, url } = inOffice(9001, {
        onPremises: () => [here(9001, { network: '10.1.0.0/16' })],
        lookup: answers(...ips),
      });
      const failure = await failureOf(fetch(url));
      assert.equal(failure.kind, 'forbidden');
      assert.match(failure.detail, /lies outside 10\.1\.0\.0\/16/);
    }
  });

  it('cannot be the metadata service of a cloud, nor anything an unreadable entry means', async () => {
    for (const [network, ip] of [
      ['169.254.0.0/16', '169.254.169.254'],
      ['0.0.0.0/0', '169.254.169.254'],
      ['office', '10.1.0.1'],
    ] as const) {
      const { fetch, url } = inOffice(9001, {
        onPremises: () => [here(9001, { network }), here(9001, { host: 'no host', network })],
        lookup: answers(ip),
      });
      assert.equal((await failureOf(fetch(url))).kind, 'forbidden', network);
    }
  });

  it('is no longer called once its entry is gone, open socket or not', async () => {
    const server = await serve((_request, response) => response.end('inside'));
    const targets = [here(server.port)];
    const { fetch, url } = inOffice(server.port, { onPremises: () => targets });
    assert.equal(await (await fetch(url)).text(), 'inside');

    targets[0] = here(server.port, { network: '10.1.0.0/16' });

    assert.equal((await failureOf(fetch(url))).kind, 'forbidden');
    assert.equal(server.sockets(), 1);
  });
});

it('hands a connector its world in one piece', async () => {
  const server = await serve((_request, response) => response.end('inside'));
  const host = `app.office.example:${server.port}`;
  const now = () => new Date('2030-01-31T12:00:00Z');
  const io = guard({
    onPremises: () => [here(server.port)],
    lookup: answers('127.0.0.1'),
  }).ioFor({ hosts: [host], ca: null, now });

  assert.equal(await (await io.fetch(`http://${host}/`)).text(), 'inside');
  assert.equal((await io.address('app.office.example', server.port)).ip, '127.0.0.1');
  assert.equal((await failureOf(io.address('app.office.example', 25))).kind, 'forbidden');
  assert.equal(io.ca, null);
  assert.equal(io.now, now);
});
