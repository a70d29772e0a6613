import { type AddressInfo, createServer, type Socket } from 'node:net';
import ssh2, { type Connection, type PublicKeyAuthContext, type ServerChannel } from 'ssh2';
import { makeKeyPair } from './fake-keys.ts';
import type { FakeMachine } from './fake-machine.ts';

/** What the program of a host is made to say, for the answers that a real host never gives. */
export interface FakeAnswer {
  readonly out?: string;
  readonly err?: string;
  readonly code?: number;
  /** Hangs up instead of ending in order. */
  readonly hangsUp?: true;
  /** Says nothing at all. */
  readonly isSilent?: true;
}

const { Server, utils } = ssh2;

/** Who is asked for the program; everybody else is a person with sessions. */
const gatehouse = 'gatehouse';

/**
 * A machine that speaks SSH on 127.0.0.1 and lets one key in. It answers as it is told, or as the `machine` would;
 * then people who have an account there sign in too, and stay until their sessions are ended.
 */
export async function startFakeHost(
  kind: 'ed25519' | 'rsa' = 'ed25519',
  machine: FakeMachine | null = null,
) {
  const keys = { host: makeKeyPair(kind), ours: makeKeyPair() };
  const requests: string[] = [];
  const open = new Set<Socket>();
  let answer: (request: string) => FakeAnswer = (request) => ({
    out: machine?.says(request) ?? '',
  });

  const people = new Map<Connection, { readonly name: string; readonly runs: string[] }>();
  machine?.onEnd((name) => {
    for (const [client, it] of people) if (it.name === name) client.end();
  });

  const server = new Server({ hostKeys: [keys.host.private] }, (client) => {
    client.on('error', () => {});
    client.on('close', () => {
      const person = people.get(client);
      if (person) machine?.stops(person.name, person.runs);
      people.delete(client);
    });
    client.on('authentication', (attempt) => {
      if (attempt.method !== 'publickey') return attempt.reject(['publickey']);
      const { username } = attempt;
      const isOurs = machine === null || username === gatehouse;
      const known = isOurs ? [keys.ours.public] : machine.keysOf(username);
      if (!known.some((it) => isGiven(it, attempt))) return attempt.reject(['publickey']);
      if (!isOurs) people.set(client, { name: username, runs: [] });
      attempt.accept();
    });
    client.on('ready', () => {
      const person = people.get(client);
      const starts = (program: string) => {
        person!.runs.push(program);
        machine!.starts(person!.name, program);
      };
      if (person) starts('sshd');
      client.on('session', (accept) => {
        accept().on('exec', (acceptCommand, _, { command }) => {
          const channel = acceptCommand();
          if (person) starts(command.split(' ')[0]!);
          else talk(client, channel);
        });
      });
    });
  });

  function talk(client: Connection, channel: ServerChannel): void {
    const chunks: Buffer[] = [];
    channel.on('data', (chunk: Buffer) => chunks.push(chunk));
    channel.on('end', () => {
      const request = Buffer.concat(chunks).toString('utf8');
      requests.push(request);
      const { out = '', err = '', code = 0, hangsUp, isSilent } = answer(request);
      if (isSilent) return;
      channel.write(out);
      channel.stderr.write(err);
      if (hangsUp) return void client.end();
      channel.exit(code);
      channel.end();
    });
  }

  const listener = createServer({ noDelay: true }, (socket) => {
    open.add(socket);
    socket.on('close', () => open.delete(socket));
    server.injectSocket(socket);
  });
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  return {
    port: (listener.address() as AddressInfo).port,
    hostKey: keys.host.public,
    privateKey: keys.ours.private,
    /** What it was asked, newest last. */
    requests,
    says(next: FakeAnswer | ((request: string) => FakeAnswer)) {
      answer = typeof next === 'function' ? next : () => next;
    },
    async stop(): Promise<void> {
      for (const socket of open) socket.destroy();
      await new Promise<void>((resolve) => listener.close(() => resolve()));
    },
  };
}

/** Whether somebody shows this key, and where they sign with it, can. */
function isGiven(key: string, { key: shown, signature, blob, hashAlgo }: PublicKeyAuthContext) {
  const known = utils.parseKey(key);
  if (known instanceof Error || !shown.data.equals(known.getPublicSSH())) return false;
  return !signature || !blob || known.verify(blob, signature, hashAlgo) === true;
}
