import { createSocket } from 'node:dgram';
import { isIPv6 } from 'node:net';
import type { CheckedAddress } from '#connector-kit/contract.ts';
import { ConnectorError } from '#core/failure.ts';
import { answerIn, type Packet } from './packet.ts';

/** How long each of the sendings waits for an answer, in milliseconds. */
export type Patience = readonly number[];

/** As RFC 5080 (2.2.1) has it, ended early: whoever is silent for 14 seconds is asked again by a later pass. */
export const usualPatience: Patience = [2_000, 4_000, 8_000];

/**
 * Sends a request and waits for its answer. Every sending is the same packet from the same port, so that the
 * receiver can tell a repeat from a second request. What does not prove to come from the receiver is passed over.
 * Throws a ConnectorError of kind `unavailable` when nothing else comes.
 */
export async function exchange(
  { ip, port }: CheckedAddress,
  request: Buffer,
  secret: string,
  patience: Patience,
  called: string,
  ending?: AbortSignal,
): Promise<Packet> {
  const socket = createSocket(isIPv6(ip) ? 'udp6' : 'udp4');
  const stop = () => ended.reject(ending?.reason);
  const ended = Promise.withResolvers<Packet>();
  let strangers = 0;
  let timer: NodeJS.Timeout | undefined;

  socket.on('error', (error: NodeJS.ErrnoException) => {
    const said = error.code === 'ECONNREFUSED' ? 'nobody listens there' : (error.code ?? 'no way');
    ended.reject(silent(`${called}: ${said}.`));
  });
  socket.on('message', (bytes) => {
    const answer = answerIn(bytes, request, secret);
    if (answer) ended.resolve(answer);
    else strangers += 1;
  });

  const sendFrom = (index: number): void => {
    const waitMs = patience[index];
    if (waitMs === undefined) {
      ended.reject(silent(whyNothing(called, strangers)));
      return;
    }
    socket.send(request, (error) => {
      if (error) socket.emit('error', error);
    });
    timer = setTimeout(() => sendFrom(index + 1), waitMs);
  };

  ending?.addEventListener('abort', stop);
  try {
    // A connected socket hears nobody else, and hears when nobody listens.
    socket.connect(port, ip, () => sendFrom(0));
    return await ended.promise;
  } finally {
    ending?.removeEventListener('abort', stop);
    clearTimeout(timer);
    socket.close();
  }
}

/** Servers pass over in silence what comes from a stranger, or was made with another secret. */
const whyNothing = (called: string, strangers: number): string =>
  strangers > 0
    ? `${called} answered ${strangers} times in a way that its shared secret does not explain. Compare the secrets.`
    : `${called} did not answer. If it is up, look whether it takes Disconnect-Requests from this machine, and ` +
      'compare the shared secrets.';

const silent = (detail: string) => new ConnectorError({ kind: 'unavailable', detail });
