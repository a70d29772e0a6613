import { createHash, createHmac } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';

/** What the access server does with the next requests. */
export type Behaviour =
  /** Ends the session, if it has it. */
  | { readonly kind: 'obeys' }
  /** Says nothing to so many sendings, then obeys. */
  | { readonly kind: 'loses'; readonly sendings: number }
  /** Refuses; null: without saying why. */
  | { readonly kind: 'refuses'; readonly cause: number | null }
  /** Somebody else refuses in its name, or in a wrong way; then it obeys. */
  | { readonly kind: 'lies'; readonly with: Lie };

export type Lie =
  | 'another secret'
  | 'another identifier'
  | 'a spoilt Message-Authenticator'
  | 'noise'
  | 'another code';

export interface FakeNasOptions {
  readonly secret: string;
  /** What it has, by their Acct-Session-Id, each with its User-Name. */
  readonly sessions: Map<string, string>;
  /** Told when a session has ended, as accounting would be. */
  readonly onEnd?: (session: string) => void | Promise<void>;
}

export type FakeNas = Awaited<ReturnType<typeof startFakeNas>>;

/**
 * An access server that takes Disconnect-Requests (RFC 5176) on 127.0.0.1. It reads packets by itself, and is
 * silent to whatever was not made with its secret.
 */
export async function startFakeNas({ secret, sessions, onEnd }: FakeNasOptions) {
  const hooks = { behaviour: { kind: 'obeys' } as Behaviour };
  /** Every sending that was rightly made, a repeat included. */
  const received: Buffer[] = [];
  const socket = createSocket('udp4');

  socket.on('message', async (bytes, from) => {
    if (!isGenuine(bytes, secret)) return;
    received.push(bytes);
    for (const answer of await answersTo(bytes)) socket.send(answer, from.port, from.address);
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');

  /** A repeat is answered as the first sending was, without being carried out again. */
  const answered = new Map<string, Promise<Buffer>>();

  async function answersTo(request: Buffer): Promise<Buffer[]> {
    const { behaviour } = hooks;
    switch (behaviour.kind) {
      case 'loses':
        hooks.behaviour =
          behaviour.sendings > 1
            ? { kind: 'loses', sendings: behaviour.sendings - 1 }
            : { kind: 'obeys' };
        return [];
      case 'refuses':
        return [answer(request, 42, behaviour.cause)];
      case 'lies':
        return [lie(request, behaviour.with), await obey(request)];
      case 'obeys':
        return [await obey(request)];
    }
  }

  function obey(request: Buffer): Promise<Buffer> {
    const key = request.toString('hex');
    const answering = answered.get(key) ?? carryOut(request);
    answered.set(key, answering);
    return answering;
  }

  async function carryOut(request: Buffer): Promise<Buffer> {
    const named = attributesOf(request);
    const session = `${named.get(44)}`;
    if (sessions.get(session) !== `${named.get(1)}`) return answer(request, 42, 503);
    sessions.delete(session);
    await onEnd?.(session);
    return answer(request, 41, null);
  }

  function lie(request: Buffer, how: Lie): Buffer {
    switch (how) {
      case 'another secret':
        return answer(request, 42, 504, 'not the secret');
      case 'another identifier': {
        const other = Buffer.from(request);
        other[1] = (other[1]! + 1) % 256;
        return answer(other, 42, 504);
      }
      case 'a spoilt Message-Authenticator':
        return answer(request, 42, 504, secret, true);
      case 'noise':
        return Buffer.from('RADIUS');
      case 'another code':
        return answer(request, 44, null);
    }
  }

  function answer(
    request: Buffer,
    code: number,
    cause: number | null,
    by = secret,
    isSpoilt = false,
  ): Buffer {
    const causeBytes = Buffer.alloc(cause === null ? 0 : 6);
    if (cause !== null) {
      causeBytes.set([101, 6]);
      causeBytes.writeUInt32BE(cause, 2);
    }
    const body = Buffer.concat([
      causeBytes,
      ...proxyStatesOf(request),
      Buffer.from([80, 18]),
      Buffer.alloc(16),
    ]);
    const header = Buffer.from([code, request[1]!, 0, 20 + body.length]);
    const asked = request.subarray(4, 20);
    const proof = createHmac('md5', by)
      .update(Buffer.concat([header, asked, body]))
      .digest();
    if (isSpoilt) proof[0] = proof[0]! ^ 1;
    proof.copy(body, body.length - 16);
    const authenticator = createHash('md5')
      .update(Buffer.concat([header, asked, body, Buffer.from(by)]))
      .digest();
    return Buffer.concat([header, authenticator, body]);
  }

  return Object.assign(hooks, {
    port: socket.address().port,
    received,
    sessions,
    stop: () => new Promise<void>((resolve) => socket.close(() => resolve())),
  });
}

/** Whether both authenticators of a request are right (RFC 5176, 2.3 and 3.4). */
function isGenuine(bytes: Buffer, secret: string): boolean {
  if (bytes[0] !== 40 || bytes.readUInt16BE(2) !== bytes.length) return false;
  const zeros = Buffer.alloc(16);
  const plain = Buffer.concat([bytes.subarray(0, 4), zeros, bytes.subarray(20)]);
  const whole = createHash('md5').update(plain).update(secret).digest();
  if (!whole.equals(bytes.subarray(4, 20))) return false;

  const at = bytes.indexOf(Buffer.from([80, 18]), 20);
  if (at < 0) return true; // whoever passes requests on may leave it out
  const told = bytes.subarray(at + 2, at + 18);
  zeros.copy(plain, at + 2);
  return createHmac('md5', secret).update(plain).digest().equals(told);
}

/** What whoever passes a request on wants to see again in the answer. */
function proxyStatesOf(request: Buffer): Buffer[] {
  const found: Buffer[] = [];
  for (let at = 20; at < request.length; at += request[at + 1]!) {
    if (request[at] === 33) found.push(request.subarray(at, at + request[at + 1]!));
  }
  return found;
}

/** The last value of each attribute, by its number. */
export function attributesOf(bytes: Buffer): ReadonlyMap<number, Buffer> {
  const found = new Map<number, Buffer>();
  for (let at = 20; at < bytes.length; at += bytes[at + 1]!) {
    found.set(bytes[at]!, bytes.subarray(at + 2, at + bytes[at + 1]!));
  }
  return found;
}
