import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { describe, it } from 'node:test';
import { changeSetting } from '#app/settings.ts';
import { until } from '#core/testing/until.ts';
import { startScimServer } from '../../practice/servers/scim.ts';
import { startSmtpServer } from '../../practice/servers/smtp.ts';
import { checkInvariants } from '../support/invariants.ts';
import { leaver, newSecret, startHouse } from './house.ts';

const people = Array.from({ length: 24 }, (_, i) => leaver(`p${i}`));

/** Takes calls and never says a word. */
async function startSilentServer(port: number) {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return {
    calls: () => sockets.size,
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

describe('a system and a mail server that never answer', () => {
  it('keep no other system waiting', async (t) => {
    const house = await startHouse(
      `
        playbook: involuntary-departure
        title: Block and tell
        for: departure
        steps:
          - { id: block, layer: security, do: account.suspend, on: every account }
          - id: tell
            layer: operations
            notice: { to: [{ email: ops@meadow.example }], subject: "{person.name} leaves", text: Now. }
      `,
      { lookUpMs: 300 },
    );
    const ends: (() => Promise<void>)[] = [() => house.stop()];
    t.after(async () => {
      for (const end of ends.toReversed()) await end();
    });
    const { app, admin } = house.gatehouse;
    const users = people.map(({ id, email }) => ({ id, userName: email }));
    const [wiki, stuck] = await Promise.all(
      ['wiki', 'stuck'].map(async (id) => {
        const token = newSecret();
        const server = await startScimServer({ token, users });
        ends.push(() => server.close());
        const settings = { baseUrl: server.url, token, groups: 'none' };
        const port = Number(new URL(server.url).port);
        await house.connect({ id, connector: 'scim', settings }, port);
        return server;
      }),
    );
    const mails = await startSmtpServer();
    const { host, port } = mails;
    const settings = { host, port, tls: 'none', from: 'gate@meadow.example' };
    await house.connect({ id: 'post', connector: 'mail', settings }, port);
    const contacts = [{ name: 'Ada', email: 'ada@meadow.example', webhook: null }];
    await changeSetting(app, admin, 'alerts', { mailConnection: 'post', contacts });

    // Longer than this test may take: whoever waited for them would be seen to wait.
    stuck!.behaviour = 'slow';
    stuck!.slowMs = 10 * 60_000;
    await mails.close();
    const silent = await startSilentServer(port);
    ends.push(() => silent.close());

    // The second half comes when as much hangs as can.
    const half = people.length / 2;
    for (const [i, wave] of [people.slice(0, half), people.slice(half)].entries()) {
      const startedAt = Date.now();
      await Promise.all(wave.map((who) => house.confirm(who)));
      await until(
        'everybody to be blocked where it is possible',
        () => wave.every(({ id }) => wiki!.users.get(id)?.active === false),
        { withinMs: 10_000 }, // before anything that hangs is given up
      );
      const tookMs = wiki!.effects
        .slice(i * half)
        .map(({ at }) => at.getTime() - startedAt)
        .toSorted((a, b) => a - b);
      t.diagnostic(
        `the first after ${tookMs[0]} ms, the last of ${half} after ${tookMs.at(-1)} ms`,
      );
      await until('the mail server to be called as often as it may', () => silent.calls() >= 8);
    }
    assert.deepEqual(stuck!.effects, []);
    for (const who of people) assert.notEqual((await house.find(who))?.case.state, 'complete');
    await checkInvariants(house.gatehouse, { secrets: house.secrets, effects: wiki!.effects });
  });
});
