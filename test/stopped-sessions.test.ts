import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { createServer, type Socket } from 'node:net';
import { after, before, beforeEach, describe, it } from 'node:test';
import ssh2 from 'ssh2';
import type { Io } from '#connector-kit/contract.ts';
import { loopbackIo } from '#connector-kit/testing/loopback-io.ts';
import { openMail } from '#connectors/mail/client.ts';
import { settings as mailSettings } from '#connectors/mail/settings.ts';
import { ask } from '#connectors/openssh/host.ts';
import { manage } from '#connectors/openvpn/management.ts';
import { settings as openVpnSettings } from '#connectors/openvpn/settings.ts';
import { exchange } from '#connectors/radius/exchange.ts';
import { until } from '#core/testing/until.ts';

// What is not HTTP: the other side takes what it is sent, and never answers. LDAP: ldap-search.test.ts.

describe('when everything is stopped, a session that is under way', () => {
  const sockets: Socket[] = [];
  const silent = createServer((socket) => {
    socket.on('error', () => {});
    socket.resume();
    sockets.push(socket);
  });
  const host = '127.0.0.1';
  let port: number;
  let stop: AbortController;
  const io: Io = { ...loopbackIo, ending: () => stop.signal };

  before(async () => {
    await new Promise<void>((resolve) => silent.listen(0, host, resolve));
    const address = silent.address();
    port = typeof address === 'object' && address ? address.port : 0;
  });
  beforeEach(() => {
    sockets.length = 0;
    stop = new AbortController();
  });
  after(() => silent.close());

  const hostKey = () => {
    const { private: it } = ssh2.utils.generateKeyPairSync('ed25519');
    const parsed = ssh2.utils.parseKey(it);
    if (parsed instanceof Error) throw parsed;
    return `ssh-ed25519 ${parsed.getPublicSSH().toString('base64')}`;
  };
  const privateKey = () =>
    generateKeyPairSync('rsa', { modulusLength: 2_048 })
      .privateKey.export({ type: 'pkcs1', format: 'pem' })
      .toString();
  const openVpn = { password: 'x', door: 'directory', loginDomain: 'meadow.example' };
  const message = {
    to: 'ada@meadow.example',
    subject: 'Hello',
    text: '',
    messageId: 'a@b.example',
  };

  const calls: Readonly<Record<string, () => Promise<unknown>>> = {
    'with a mail server': () => {
      const settings = { host, port, tls: 'none', from: 'gate@meadow.example' };
      return openMail(mailSettings.parse(settings), io).send(message);
    },
    'with a host by SSH': () =>
      ask({ user: 'gate', privateKey: privateKey() }, { host, port, hostKey: hostKey() }, io, [
        'hello',
      ]),
    'with OpenVPN': () =>
      manage(openVpnSettings.parse({ host, port, ...openVpn }), io, (command) =>
        command('status 3'),
      ),
  };
  for (const [name, call] of Object.entries(calls)) {
    it(`${name} is hung up`, async () => {
      const ended = assert.rejects(call());
      const [socket] = await until('a session', () => sockets.length > 0 && sockets);
      assert.equal(socket!.destroyed, false);
      stop.abort(new Error('stopped'));
      await ended;
      await until('it to be hung up', () => socket!.destroyed || socket!.readableEnded);
    });
  }

  it('with a RADIUS server sends nothing again', async () => {
    const server = createSocket('udp4');
    let heard = 0;
    server.on('message', () => {
      heard += 1;
    });
    await new Promise<void>((resolve) => server.bind(0, host, resolve));
    const address = { ip: host, port: server.address().port, serverName: host };
    const asking = exchange(address, Buffer.alloc(20), 'x', [60_000, 1], 'it', stop.signal);
    const ended = assert.rejects(asking, /stopped/);
    await until('the first sending', () => heard === 1);
    stop.abort(new Error('stopped'));
    await ended;
    server.close();
    assert.equal(heard, 1);
  });
});
