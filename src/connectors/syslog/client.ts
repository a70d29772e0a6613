import { connect as connectPlain, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { Io } from '#connector-kit/contract.ts';
import { endWith } from '#connector-kit/ending.ts';
import { ConnectorError } from '#core/failure.ts';
import { frame, type SyslogMessage } from './message.ts';
import type { Settings } from './settings.ts';

export type Client = ReturnType<typeof openSyslog>;

const connectMs = 5_000;
const idleMs = 15_000;
/** How long a receiver may take to hang up once we have. */
const goodbyeMs = 5_000;

/** A receiver of syslog over TCP or TLS; one line is opened for each delivery. */
export function openSyslog({ host, port, tls }: Settings, io: Io) {
  const server = `${host}:${port}`;

  async function connect(): Promise<Socket> {
    const { ip, serverName } = await io.address(host, port);
    const socket =
      tls === 'yes'
        ? connectTls({
            host: ip,
            port,
            minVersion: 'TLSv1.2',
            rejectUnauthorized: true,
            ...(isIP(serverName) === 0 ? { servername: serverName } : {}),
            ...(io.ca === null ? {} : { ca: io.ca }),
          })
        : connectPlain({ host: ip, port });
    endWith(io, socket);
    const ready = Promise.withResolvers<void>();
    socket.once(tls === 'yes' ? 'secureConnect' : 'connect', ready.resolve);
    socket.once('error', ready.reject);
    const timer = setTimeout(() => ready.reject(new Error('no connection in time')), connectMs);
    try {
      await ready.promise;
      return socket;
    } catch (error) {
      socket.destroy();
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }

  async function connected<T>(use: (socket: Socket) => Promise<T>): Promise<T> {
    try {
      const socket = await connect();
      try {
        return await use(socket);
      } finally {
        socket.destroy();
      }
    } catch (error) {
      throw failureOf(error, server);
    }
  }

  return {
    server,
    /** Opens a line and closes it again. */
    check: () => connected(async () => {}),
    /** Sends messages over one line. True: the receiver read to the end, since it hung up after us. */
    send: (messages: readonly SyslogMessage[]) => connected((socket) => sendAll(socket, messages)),
  };
}

function failureOf(error: unknown, server: string): ConnectorError {
  if (error instanceof ConnectorError) return error;
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (/CERT|SELF_SIGNED|UNABLE_TO_|ERR_TLS|ERR_SSL|EPROTO/.test(code)) {
    const detail =
      `The certificate of ${server} is not to be trusted (${code}). Enter the name that it is made ` +
      'out to, or the certificate of your own authority.';
    return new ConnectorError({ kind: 'unexpected', detail });
  }
  const said = code || (error instanceof Error ? error.message : String(error));
  return new ConnectorError({ kind: 'unavailable', detail: `${server}: ${said}.` });
}

async function sendAll(socket: Socket, messages: readonly SyslogMessage[]): Promise<boolean> {
  const broken = Promise.withResolvers<never>();
  broken.promise.catch(() => {}); // also when nobody waits for it any more
  socket.on('error', broken.reject);
  socket.setTimeout(idleMs, () => broken.reject(new Error('it takes nothing more')));
  let isOver = false;
  const over = new Promise<void>((resolve) => {
    socket.once('close', resolve);
    socket.once('end', resolve);
  }).then(() => {
    isOver = true;
  });
  socket.resume(); // a receiver has nothing to say in this protocol

  for (const message of messages) {
    if (isOver) throw new Error('it hung up before the end');
    if (socket.write(frame(message))) continue;
    const drained = new Promise<void>((resolve) => socket.once('drain', resolve));
    await Promise.race([drained, over, broken.promise]);
  }
  if (isOver) throw new Error('it hung up before the end');
  const flushed = new Promise<void>((resolve) => socket.end(resolve));
  await Promise.race([flushed, broken.promise]);

  const late = Promise.withResolvers<void>();
  const timer = setTimeout(late.resolve, goodbyeMs);
  await Promise.race([over, late.promise, broken.promise]).finally(() => clearTimeout(timer));
  return isOver;
}
