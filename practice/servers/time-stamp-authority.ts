import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { buffer } from 'node:stream/consumers';
import { mustRun } from './program.ts';
import { type AuthorityKeys, makeAuthorityKeys, type Signer } from './time-stamp-keys.ts';

/** How an authority errs, where it does. */
export type Misdeed =
  | 'another nonce'
  | 'another imprint'
  | 'rejection'
  | 'a web page'
  | 'another media type'
  | 'a redirect'
  | 'never answers'
  | 'cut off'
  | 'far too long'
  | 'one byte changed'
  | 'down';

export interface TimeStampAuthority {
  readonly url: string;
  readonly keys: AuthorityKeys;
  /** How many queries came. */
  readonly asked: () => number;
  /** Null: it does as it should. */
  misbehave(how: Misdeed | null): void;
  /** From now on it states this moment; null: what its clock shows. */
  setClock(at: Date | null): void;
  /** From now on this signs; null: its own certificate. */
  signWith(signer: Signer | null): void;
  /** The answer to a query, as its server would give it. */
  answer(query: Buffer): Promise<Buffer>;
  stop(): Promise<void>;
}

const replyType = 'application/timestamp-reply';

/**
 * An authority for time stamps (RFC 3161) on this machine: HTTP around the real `openssl ts`, with a root
 * and a certificate of its own. It can also err, in the ways that authorities and those between do.
 */
export async function startTimeStampAuthority(
  folder: string,
  it: { readonly name: string; readonly algorithm?: 'ec' | 'rsa'; readonly digest?: string },
): Promise<TimeStampAuthority> {
  const keys = await makeAuthorityKeys(folder, it);
  const { digest = 'sha256' } = it;
  const file = (name: string) => path.join(folder, name);
  await writeFile(file('tsa-serial'), '01\n');
  let [asked, running] = [0, Promise.resolve()];
  let misdeed: Misdeed | null = null;
  let clock: Date | null = null;
  let signer = keys.signer;

  /** One at a time: openssl keeps its serial in a file. */
  function answer(query: Buffer): Promise<Buffer> {
    const answered = running.then(() => reply(query));
    running = answered.then(
      () => {},
      () => {},
    );
    return answered;
  }

  async function reply(query: Buffer): Promise<Buffer> {
    await writeFile(file('query.tsq'), query);
    await writeFile(file('tsa.conf'), configuration(folder, { digest, digits: clock ? 0 : 3 }));
    await mustRun('openssl', [
      ...['ts', '-reply', '-config', file('tsa.conf'), '-queryfile', file('query.tsq')],
      ...['-signer', keys.signer.cert, '-inkey', keys.signer.key, '-out', file('reply.tsr')],
    ]);
    const made = await readFile(file('reply.tsr'));
    return clock || signer !== keys.signer ? resigned() : made;
  }

  /** What openssl stated, with another time or under another certificate: both it would refuse to sign. */
  async function resigned(): Promise<Buffer> {
    await mustRun('openssl', [
      ...['ts', '-reply', '-in', file('reply.tsr'), '-token_out', '-out', file('token.der')],
    ]);
    await mustRun('openssl', [
      ...['cms', '-verify', '-noverify', '-inform', 'DER', '-in', file('token.der'), '-binary'],
      ...['-out', file('info.der')],
    ]);
    const info = await readFile(file('info.der'));
    // GeneralizedTime in whole seconds: 14 digits and Z.
    const at = info.indexOf(Buffer.of(0x18, 0x0f)) + 2;
    if (clock) info.write(clock.toISOString().replaceAll(/[-:T]|\..*/g, ''), at, 'ascii');
    await writeFile(file('info.der'), info);
    await mustRun('openssl', [
      ...['cms', '-sign', '-binary', '-nodetach', '-cades', '-md', 'sha256', '-outform', 'DER'],
      ...['-econtent_type', '1.2.840.113549.1.9.16.1.4', '-in', file('info.der')],
      ...['-signer', signer.cert, '-inkey', signer.key, '-out', file('token.der')],
    ]);
    const granted = Buffer.of(0x30, 0x03, 0x02, 0x01, 0x00);
    return sequence(Buffer.concat([granted, await readFile(file('token.der'))]));
  }

  async function serve(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const query = await buffer(incoming);
    asked += 1;
    const send = (body: Buffer | string, type = replyType) =>
      response.writeHead(200, { 'content-type': type }).end(body);
    switch (misdeed) {
      case 'never answers':
        return;
      case 'down':
        response.writeHead(503).end('Closed for the night');
        return;
      case 'a web page':
        send('<!doctype html><title>Sign in to the network</title>', 'text/html');
        return;
      case 'a redirect':
        response.writeHead(307, { location: '/elsewhere' }).end();
        return;
      case 'far too long':
        send(Buffer.alloc(2 * 1024 * 1024));
        return;
      case 'another nonce':
        query[query.length - 4]! ^= 1; // in front of certReq, three bytes
        break;
      case 'another imprint':
        query[query.length - 3 - 10 - 1]! ^= 1; // in front of the nonce, ten bytes
        break;
      case 'rejection':
        query[20] = 0x03; // SHA-512, which does not fit the imprint
        break;
      default:
    }
    const made = await answer(query);
    if (misdeed === 'one byte changed') made[made.length - 5]! ^= 1;
    const cut = misdeed === 'cut off' ? made.subarray(0, made.length / 2) : made;
    send(cut, misdeed === 'another media type' ? 'application/octet-stream' : replyType);
  }

  const server = createServer((incoming, response) => {
    serve(incoming, response).catch((error: Error) => response.writeHead(500).end(error.message));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/tsr`,
    keys,
    asked: () => asked,
    misbehave(how) {
      misdeed = how;
    },
    setClock(at) {
      clock = at;
    },
    signWith(other) {
      signer = other ?? keys.signer;
    },
    answer,
    async stop() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
      await running;
    },
  };
}

/** A DER sequence of less than 64 KiB. */
function sequence(content: Buffer): Buffer {
  const head = Buffer.of(0x30, 0x82, 0, 0);
  head.writeUInt16BE(content.length, 2);
  return Buffer.concat([head, content]);
}

const configuration = (folder: string, it: { digest: string; digits: number }): string =>
  `[tsa]
default_tsa = own
[own]
serial = ${path.join(folder, 'tsa-serial')}
crypto_device = builtin
default_policy = 1.2.3.4.1
digests = sha256
signer_digest = ${it.digest}
ess_cert_id_alg = sha256
accuracy = secs:1
clock_precision_digits = ${it.digits}
`;
