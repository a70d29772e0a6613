import { connect as connectTcp } from 'node:net';
import ssh2, { type Algorithms, type Client, type ClientChannel } from 'ssh2';
import type { Io } from '#connector-kit/contract.ts';
import { endWith } from '#connector-kit/ending.ts';
import { unreachable } from '#connector-kit/outbound.ts';
import { ConnectorError, type Failure } from '#core/failure.ts';
import { type Host, keyOf, nameOf, type Settings } from './settings.ts';

const connectMs = 8_000;
/** All of it. The program waits 8 s at most for its turn, and some seconds for processes to end. */
const usualMs = 26_000;
const mostBytes = 5_000_000;

/** The only command there is. Names never stand in it: requests go by standard input. */
const command = 'sudo -n /usr/local/sbin/gatehouse-host';
const greeting = 'gatehouse-host 1';

/**
 * Signs in to one host, hands its program the requests, and returns the lines of its answer.
 * The host is believed only if it shows the key that was entered for it.
 */
export async function ask(
  { user, privateKey }: Pick<Settings, 'user' | 'privateKey'>,
  host: Host,
  io: Io,
  requests: readonly string[],
  withinMs = usualMs,
): Promise<readonly string[]> {
  const name = nameOf(host);
  if (requests.some((it) => /\p{Cc}/u.test(it))) throw fail('rejected', 'A request is one line.');
  const { ip, port } = await io.address(host.host, host.port);
  // Without delay: requests are short, and each would wait for an acknowledgement.
  const socket = connectTcp({ host: ip, port, noDelay: true });
  endWith(io, socket);
  socket.on('error', () => {}); // told by the client as well, unless it refuses our key before it listens
  const client = new ssh2.Client();
  const broken = Promise.withResolvers<never>();
  broken.promise.catch(() => {}); // also when nobody waits for it any more
  client.on('error', broken.reject);
  client.on('close', () => broken.reject(fail('unavailable', `${name} hung up.`)));
  const timer = setTimeout(
    () => broken.reject(fail('unavailable', `${name} did not answer in time.`)),
    withinMs,
  );
  let otherKey = false;
  try {
    const ready = new Promise<void>((resolve) => client.once('ready', resolve));
    client.connect({
      sock: socket,
      username: user,
      privateKey,
      authHandler: ['publickey'],
      readyTimeout: connectMs,
      algorithms: { serverHostKey: algorithmsOf(host) },
      hostVerifier: (shown: Buffer) => {
        otherKey = !shown.equals(keyOf(host));
        return !otherKey;
      },
    });
    await Promise.race([ready, broken.promise]);
    return linesOf(await Promise.race([run(client, requests), broken.promise]), name);
  } catch (error) {
    if (otherKey) {
      throw fail(
        'unexpected',
        `${name} shows another host key than the one entered for it. If the host was made anew, enter ` +
          'its new key; if not, somebody stands in between.',
      );
    }
    throw failureOf(error, name, user);
  } finally {
    clearTimeout(timer);
    client.destroy();
    socket.destroy();
  }
}

/** RSA keys sign in ways that have names of their own (RFC 8332); SHA-1 is none of them. */
function algorithmsOf({ hostKey }: Host): NonNullable<Algorithms['serverHostKey']> {
  const [type = ''] = hostKey.split(' ');
  return type === 'ssh-rsa'
    ? ['rsa-sha2-512', 'rsa-sha2-256']
    : [type as 'ssh-ed25519' | 'ecdsa-sha2-nistp256'];
}

interface Ending {
  readonly out: string;
  readonly err: string;
  readonly code: number | null;
}

async function run(client: Client, requests: readonly string[]): Promise<Ending> {
  const { promise, resolve, reject } = Promise.withResolvers<ClientChannel>();
  client.exec(command, (error, channel) => (error ? reject(error) : resolve(channel)));
  const channel = await promise;
  const ended = Promise.withResolvers<Ending>();
  const parts: { out: Buffer[]; err: Buffer[] } = { out: [], err: [] };
  let sizeBytes = 0;
  let code: number | null = null;
  const take = (into: Buffer[]) => (chunk: Buffer) => {
    sizeBytes += chunk.length;
    if (sizeBytes > mostBytes) ended.reject(fail('unexpected', 'The answer is too long.'));
    else into.push(chunk);
  };
  channel.on('data', take(parts.out));
  channel.stderr.on('data', take(parts.err));
  channel.on('exit', (it: number | null) => {
    code = it;
  });
  channel.on('error', ended.reject);
  channel.on('close', () => {
    const text = (it: Buffer[]) => Buffer.concat(it).toString('utf8');
    ended.resolve({ out: text(parts.out), err: text(parts.err), code });
  });
  channel.end(`${requests.join('\n')}\n`);
  return ended.promise;
}

/** The answer between its first line and its last, or the failure that it is. */
function linesOf({ out, err, code }: Ending, name: string): readonly string[] {
  const [first, ...lines] = out.split('\n');
  if (first !== greeting) throw notOurProgram(name, err || out, code);
  for (const line of lines) {
    const [, kind, words] = /^error (\S+) (.*)$/.exec(line) ?? [];
    if (kind !== undefined) throw fail(kindOf(kind), `${name}: ${printable(words)}.`);
  }
  if (lines.at(-2) !== 'end') throw fail('unavailable', `${name}: the answer was cut off.`);
  return lines.slice(0, -2);
}

function notOurProgram(name: string, said: string, code: number | null): ConnectorError {
  const words = printable(said.split('\n')[0]) || `ended with ${code ?? 'a signal'}`;
  if (/password is required|not allowed|may not run|not in the sudoers/i.test(said)) {
    return fail('forbidden', `${name}: sudo refuses gatehouse-host (${words}). See sudoers.`);
  }
  return fail('unexpected', `${name}: gatehouse-host does not answer as it should (${words}).`);
}

type Kind = Exclude<Failure['kind'], 'rate-limited' | 'unauthenticated'>;

const kindOf = (word: string): Kind =>
  word === 'rejected' || word === 'forbidden' || word === 'not-found' || word === 'unavailable'
    ? word
    : 'unexpected';

/** What a host says may hold anything. */
const printable = (words = ''): string =>
  words
    .replaceAll(/[^\P{C}\n]/gu, '')
    .trim()
    .slice(0, 200);

const fail = (kind: Kind | 'unauthenticated', detail: string) =>
  new ConnectorError({ kind, detail });

/** Names what went wrong before there was an answer. The causes never hold the key, and are left out all the same. */
function failureOf(error: unknown, name: string, user: string): ConnectorError {
  if (error instanceof ConnectorError) return error;
  const words = error instanceof Error ? error.message : String(error);
  const level = error instanceof Error && 'level' in error ? error.level : null;
  if (level === 'client-authentication') {
    return fail('unauthenticated', `${name} does not accept the key of ${user}.`);
  }
  if (/privateKey|encrypted|passphrase/i.test(words)) {
    const detail =
      'The private key cannot be read: enter one that ssh-keygen made, without a passphrase.';
    return fail('unauthenticated', detail);
  }
  if (level === 'client-timeout') return fail('unavailable', `${name} did not answer in time.`);
  if (level === 'handshake') {
    return fail('unexpected', `${name} agrees on no way to speak: ${printable(words)}.`);
  }
  if (error instanceof Error && 'code' in error) return unreachable(name, error);
  return fail('unavailable', `${name}: ${printable(words)}.`);
}
