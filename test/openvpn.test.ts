import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { after, describe, it } from 'node:test';
import type { Account } from '#connector-kit/contract.ts';
import { loopbackIo } from '#connector-kit/testing/loopback-io.ts';
import { openVpnServer } from '#connectors/openvpn/api.ts';
import { startFakeOpenVpn } from '#connectors/openvpn/fake.ts';
import { revokeSessions } from '#connectors/openvpn/revoke-sessions.ts';
import { settings as Settings } from '#connectors/openvpn/settings.ts';
import { until } from '#core/testing/until.ts';
import { startOpenVpn } from './targets/openvpn.ts';

const server = await startOpenVpn();
after(() => server.stop());

const settings = Settings.parse({
  ...{ host: '127.0.0.1', port: server.managementPort, password: server.password },
  ...{ door: 'certificates', loginDomain: 'meadow.example' },
});
const vpn = openVpnServer(settings, loopbackIo, { watchMs: 500 });
const idsOf = async (name: string) => (await vpn.sessionsOf(name)).map(({ id }) => id);

describe('a real OpenVPN server', () => {
  it('tells who it is, and who is connected', async () => {
    assert.match(
      await vpn.check(),
      /^the management interface of OpenVPN 2\.\d+\.\d+ at 127\.0\.0\.1:/,
    );
    const bob = await server.dial('bob');
    await until('bob to be connected', bob.isUp);
    const connected: Account[] = [];
    for await (const it of vpn.connected()) connected.push(it);
    assert.deepEqual(
      connected.map(({ id, status }) => [id, status]),
      [['bob', 'active']],
    );
  });

  it('ends a live session; it dials no more, and after the certificate was revoked nobody can', async () => {
    const ada = await server.dial('ada');
    await until('ada to be connected', ada.isUp);
    const before = await revokeSessions.read(vpn, 'ada');
    assert.equal(before.sessions.length, 1);
    const planned = revokeSessions.plan(before, {});
    assert.ok(planned.kind === 'change');

    await server.revoke('ada');
    // The session that is open outlives the certificate.
    assert.deepEqual(await revokeSessions.read(vpn, 'ada'), before);
    await revokeSessions.apply(vpn, 'ada', planned.change);

    await ada.ended;
    await until('the server to list her no more', async () => (await idsOf('ada')).length === 0);
    assert.equal(revokeSessions.plan(await revokeSessions.read(vpn, 'ada'), {}).kind, 'done');
    const again = await server.dial('ada');
    await again.ended;
    assert.equal(await again.isUp(), false);
    assert.match(await server.said(), /certificate revoked/);
    assert.equal((await idsOf('bob')).length, 1, 'somebody else was cut');

    await revokeSessions.apply(vpn, 'ada', planned.change); // once more changes nothing
    assert.equal((await idsOf('bob')).length, 1);
  });

  it('says so when somebody comes back, since the door is open', async () => {
    const eve = await server.dial('eve');
    await until('eve to be connected', eve.isUp);
    const patient = openVpnServer(settings, loopbackIo, { watchMs: 60_000, withinMs: 90_000 });
    const ending = patient.endSessions('eve');
    const back = eve.ended.then(() => server.dial('eve'));

    await assert.rejects(ending, {
      message: /^rejected: eve was disconnected .* door is still open/,
    });
    await until('eve to be connected', (await back).isUp);
  });

  it('lets nobody in with another password, and is asked by a socket as well', async () => {
    const wrong = openVpnServer({ ...settings, password: 'another' }, loopbackIo);
    await assert.rejects(wrong.check(), {
      message: /^unauthenticated: .* does not accept the password/,
    });

    const near = await startOpenVpn('socket');
    after(() => near.stop());
    const bySocket = openVpnServer(
      Settings.parse({ socket: near.socket, door: 'certificates' }),
      loopbackIo,
    );
    assert.match(await bySocket.check(), new RegExp(`OpenVPN 2\\..* at ${near.socket}$`));
    assert.deepEqual(await bySocket.sessionsOf('ada'), []);
  });

  it('is spoken for by the fake of the practice company in the same words', async () => {
    const bob = { commonName: 'bob', username: 'UNDEF' };
    const fake = await startFakeOpenVpn(server.password, [bob], () => new Date());
    after(() => fake.stop());
    const [id = 0] = await idsOf('bob');
    const asked = (own: number) => [
      ...[server.password, 'version', 'status 3', 'client-kill 99 HALT'],
      ...['client-kill x HALT', `client-kill ${own} HALT`, 'nonsense', 'quit'],
    ];

    const [real, fakes] = await Promise.all([
      saidBy(server.managementPort, asked(id)),
      saidBy(fake.port, asked(0)),
    ]);

    // Eve of the test before is connected to the real one only.
    assert.deepEqual(fakes, real.replaceAll(/.*\teve\t.*\n/g, ''));
    assert.match(fakes, /^CLIENT_LIST\tbob/m);
  });
});

/** All that is said to these lines; numbers and versions are the server's own. */
async function saidBy(port: number, lines: readonly string[]): Promise<string> {
  const socket = connect(port, '127.0.0.1').setEncoding('utf8');
  const left = [...lines];
  let said = '';
  socket.on('data', (text) => {
    said += text;
    // It forgets what is said before it has answered.
    if (/(PASSWORD:|more info\r\n|END\r\n|\n(SUCCESS|ERROR):.*\r\n)$/.test(said)) {
      socket.write(`${left.shift()}\n`);
    }
  });
  await new Promise((resolve) => socket.once('close', resolve));
  return said
    .replaceAll('\r\n', '\n')
    .replaceAll(/(OpenVPN) 2\..*/g, '$1')
    .replaceAll(/^ROUTING_TABLE\t.*\n/gm, '')
    .replaceAll(/\d+/g, '0');
}
