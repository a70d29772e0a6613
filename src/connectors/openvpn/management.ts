import { connect, isIP, type Socket } from 'node:net';
import { isPublic } from '#connector-kit/addresses.ts';
import type { Io } from '#connector-kit/contract.ts';
import { endWith } from '#connector-kit/ending.ts';
import { unreachable } from '#connector-kit/outbound.ts';
import { ConnectorError, type Failure } from '#core/failure.ts';
import type { Settings } from './settings.ts';

// The management interface of OpenVPN: lines of text, one client at a time (doc/management-notes.txt).

const mostBytes = 5_000_000;
const usualMs = 20_000;

/** Sends a command, and returns the lines of its answer, without the one that ends it. */
export type Command = (line: string) => Promise<readonly string[]>;

/** `host:port`, as the guard compares it; null: a socket of this machine. */
export const addressOf = ({ host, port }: Settings): string | null =>
  host === undefined ? null : `${isIP(host) === 6 ? `[${host}]` : host}:${port}`;

/** Signs in to the management interface, and leaves again: it takes nobody else meanwhile. */
export async function manage<T>(
  settings: Settings,
  io: Io,
  use: (command: Command) => Promise<T>,
  withinMs = usualMs,
): Promise<T> {
  const name = addressOf(settings) ?? settings.socket!;
  const socket = await open(settings, io);
  endWith(io, socket);
  const timer = setTimeout(
    () =>
      socket.destroy(
        fail('unavailable', `${name} did not answer in time. It takes one client at a time.`),
      ),
    withinMs,
  );
  try {
    const incoming = read(socket, name);
    await signIn(socket, incoming, settings.password, name);
    return await use(async (line) => {
      socket.write(`${line}\n`);
      return answer(incoming, `${name}: ${line.split(' ')[0]}`);
    });
  } catch (error) {
    throw error instanceof ConnectorError ? error : unreachable(name, error);
  } finally {
    clearTimeout(timer);
    socket.destroy();
  }
}

async function open(settings: Settings, io: Io): Promise<Socket> {
  const { host, port, socket } = settings;
  if (host === undefined || port === undefined) return connect({ path: socket! });
  const { ip } = await io.address(host, port);
  if (isPublic(ip)) {
    throw fail(
      'forbidden',
      `${addressOf(settings)} is a public address, and the management interface is not encrypted. Reach it inside ` +
        'your own network, or through a tunnel.',
    );
  }
  return connect({ host: ip, port, noDelay: true });
}

interface Incoming {
  /** The next line; “ENTER PASSWORD:” is one although nothing ends it. */
  line(): Promise<string>;
}

const prompt = 'ENTER PASSWORD:';

function read(socket: Socket, name: string): Incoming {
  const chunks = socket.setEncoding('utf8')[Symbol.asyncIterator]();
  let held = '';
  let sizeBytes = 0;
  return {
    async line() {
      for (;;) {
        if (held.startsWith(prompt)) {
          held = held.slice(prompt.length);
          return prompt;
        }
        const end = held.indexOf('\n');
        if (end >= 0) {
          const line = held.slice(0, end).replace(/\r$/, '');
          held = held.slice(end + 1);
          // What the server tells by itself.
          if (line.startsWith('>') && !line.startsWith('>INFO:')) continue;
          return line;
        }
        const { value, done } = await chunks.next();
        if (done) throw fail('unavailable', `${name} hung up.`);
        sizeBytes += value.length;
        if (sizeBytes > mostBytes) throw fail('unexpected', `${name} says too much.`);
        held += value;
      }
    },
  };
}

async function signIn(
  socket: Socket,
  incoming: Incoming,
  password: string | undefined,
  name: string,
): Promise<void> {
  const first = await incoming.line();
  if (first.startsWith('>INFO:OpenVPN')) return;
  if (first !== prompt) throw fail('unexpected', `${name} is no management interface of OpenVPN.`);
  if (password === undefined) throw fail('unauthenticated', `${name} asks for a password.`);
  socket.write(`${password}\n`);
  const verdict = await incoming.line();
  if (!verdict.startsWith('SUCCESS:')) {
    throw fail('unauthenticated', `${name} does not accept the password.`);
  }
}

/** One line that tells of success or an error, or many up to “END”. */
async function answer(incoming: Incoming, called: string): Promise<readonly string[]> {
  const lines: string[] = [];
  for (;;) {
    const line = await incoming.line();
    if (line.startsWith('>INFO:')) continue;
    if (line === 'END') return lines;
    if (line.startsWith('ERROR:')) throw fail('rejected', `${called}: ${printable(line)}`);
    if (line === prompt) throw fail('unexpected', `${called}: it asks for the password again.`);
    if (lines.length === 0 && line.startsWith('SUCCESS:')) return [line];
    lines.push(line);
  }
}

const printable = (words: string): string => words.replaceAll(/\p{C}/gu, '').slice(0, 200);

const fail = (kind: Exclude<Failure['kind'], 'rate-limited'>, detail: string) =>
  new ConnectorError({ kind, detail });
