import { type AddressInfo, createServer, type Socket } from 'node:net';
import ssh2, { type Connection, type ServerChannel } from 'ssh2';

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

/** A machine that speaks SSH on 127.0.0.1, lets one key in, and answers as it is told. */
export async function startFakeHost(kind: 'ed25519' | 'rsa' = 'ed25519') {
  const keys = {
    host:
      kind === 'rsa'
        ? utils.generateKeyPairSync('rsa', { bits: 2048 })
        : utils.generateKeyPairSync(kind),
    ours: utils.generateKeyPairSync('ed25519'),
  };
  const requests: string[] = [];
  const open = new Set<Socket>();
  let answer: (request: string) => FakeAnswer = () => ({});

  const server = new Server({ hostKeys: [keys.host.private] }, (client) => {
    client.on('error', () => {});
    client.on('authentication', (attempt) => {
      const known = utils.parseKey(keys.ours.public);
      if (known instanceof Error || attempt.method !== 'publickey')
        return attempt.reject(['publickey']);
      if (!attempt.key.data.equals(known.getPublicSSH())) return attempt.reject(['publickey']);
      attempt.accept();
    });
    client.on('ready', () => {
      client.on('session', (accept) => {
        accept().on('exec', (acceptCommand) => talk(client, acceptCommand()));
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
