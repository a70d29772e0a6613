import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';

/** Somebody who is connected. */
export interface FakeClient {
  /** In the certificate; UNDEF where people sign in without one. */
  readonly commonName: string;
  /** With what they signed in; UNDEF where certificates alone let people in. */
  readonly username: string;
}

const greeting = ">INFO:OpenVPN Management Interface Version 5 -- type 'help' for more info\r\n";
const columns = [
  ...['Common Name', 'Real Address', 'Virtual Address', 'Virtual IPv6 Address'],
  ...['Bytes Received', 'Bytes Sent', 'Connected Since', 'Connected Since (time_t)'],
  ...['Username', 'Client ID', 'Peer ID', 'Data Channel Cipher'],
];
const routeColumns = 'Virtual Address,Common Name,Real Address,Last Ref,Last Ref (time_t)'.split(
  ',',
);

/**
 * The management interface of an OpenVPN server on 127.0.0.1, with clients that obey when they are told to stop.
 * Its words are those of a real one: test/openvpn.test.ts.
 */
export async function startFakeOpenVpn(
  password: string,
  connected: readonly FakeClient[],
  now: () => Date,
) {
  /** By the server's own numbers. */
  const clients = new Map(connected.map((it, id) => [id, { ...it, since: now() }]));
  const open = new Set<Socket>();

  const success = (words: string) => `SUCCESS: ${words}\r\n`;
  function answer(line: string): string {
    const [command = '', ...words] = line.trim().split(' ');
    if (command === 'version') {
      return 'OpenVPN Version: OpenVPN 2.6.3 practice\r\nManagement Version: 5\r\nEND\r\n';
    }
    if (command === 'status' && words[0] === '3') return `${status().join('\r\n')}\r\nEND\r\n`;
    if (command === 'client-kill') {
      const [id = ''] = words;
      if (!/^\d+$/.test(id)) return 'ERROR: cannot parse CID\r\n';
      return clients.delete(Number(id))
        ? success('client-kill command succeeded')
        : 'ERROR: client-kill command failed\r\n';
    }
    return "ERROR: unknown command, enter 'help' for more options\r\n";
  }

  function status(): string[] {
    const rows = [...clients].map(([id, { commonName, username, since }]) => {
      const seconds = Math.floor(since.getTime() / 1_000);
      const day = since.toISOString().slice(0, 19).replace('T', ' ');
      return [
        ...['CLIENT_LIST', commonName, `127.0.0.1:${40_000 + id}`, `10.99.0.${2 + id}`, ''],
        ...['0', '0', day, seconds, username, id, id, 'AES-256-GCM'],
      ];
    });
    const time = Math.floor(now().getTime() / 1_000);
    return [
      ['TITLE', 'OpenVPN 2.6.3 practice'],
      ['TIME', now().toISOString().slice(0, 19).replace('T', ' '), time],
      ['HEADER', 'CLIENT_LIST', ...columns],
      ...rows,
      ['HEADER', 'ROUTING_TABLE', ...routeColumns],
      ['GLOBAL_STATS', 'Max bcast/mcast queue length', 0],
      ['GLOBAL_STATS', 'dco_enabled', 0],
    ].map((it) => it.join('\t'));
  }

  async function talk(socket: Socket): Promise<void> {
    const gone = once(socket, 'close');
    let isIn = false;
    let held = '';
    socket.setEncoding('utf8').on('data', (text) => {
      held += text;
      const lines = held.split('\n');
      held = lines.pop()!;
      for (const line of lines) {
        if (isIn && line.trim() === 'quit') socket.end();
        else if (isIn) socket.write(answer(line));
        else if (line.trimEnd() === password) {
          isIn = true;
          socket.write(`${success('password is correct')}${greeting}`);
        } else socket.write('ENTER PASSWORD:');
      }
    });
    socket.write('ENTER PASSWORD:');
    await gone;
  }

  // One at a time: whoever comes second waits until the first has left.
  let turn: Promise<void> = Promise.resolve();
  const server = createServer((socket) => {
    open.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => open.delete(socket));
    turn = turn.then(() => (socket.destroyed ? undefined : talk(socket)));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');

  return {
    port: (server.address() as AddressInfo).port,
    clients,
    async stop(): Promise<void> {
      for (const socket of open) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
