import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { SMTPServer } from 'smtp-server';
import { readMessage } from './mail-message.ts';

export interface SmtpServerOptions {
  /** Default: any free port. */
  readonly port?: number;
  /** The SMTP code, such as 550, with which a recipient is refused; null: accepted. */
  readonly refuse?: (address: string) => number | null;
  /** With both, nobody may send without signing in. */
  readonly user?: string;
  readonly password?: string;
  /** Without it there is no TLS at all. `implicit`: from the first byte on. */
  readonly tls?: {
    readonly key: string;
    readonly cert: string;
    readonly mode: 'implicit' | 'starttls';
  };
}

/** A message that was accepted. */
export interface CapturedMessage {
  /** Sender and recipients of the envelope, whatever the headers say. */
  readonly from: string;
  readonly to: readonly string[];
  readonly subject: string;
  readonly text: string;
  readonly messageId: string;
  /** All headers, by name in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly at: Date;
}

export type SmtpTestServer = Awaited<ReturnType<typeof startSmtpServer>>;

interface Waiter {
  readonly predicate: (message: CapturedMessage) => boolean;
  readonly found: (message: CapturedMessage) => void;
}

/** Starts a mail server on this machine that keeps what it is sent and passes nothing on. */
export async function startSmtpServer(options: SmtpServerOptions = {}) {
  const { refuse = () => null, user, password, tls } = options;
  const messages: CapturedMessage[] = [];
  const waiters = new Set<Waiter>();

  const server = new SMTPServer({
    name: 'mail.practice',
    logger: false,
    disableReverseLookup: true,
    closeTimeout: 500, // ms
    ...(tls ? { key: tls.key, cert: tls.cert, secure: tls.mode === 'implicit' } : {}),
    disabledCommands: [
      ...(tls?.mode === 'starttls' ? [] : ['STARTTLS']),
      ...(user === undefined ? ['AUTH'] : []),
    ],
    allowInsecureAuth: tls === undefined,

    onAuth(auth, _session, answer) {
      if (auth.username === user && auth.password === password) answer(null, { user });
      else answer(refusal(535, 'Authentication failed'));
    },
    onRcptTo({ address }, _session, answer) {
      const code = refuse(address);
      answer(code === null ? null : refusal(code, 'Refused by the practice server'));
    },
    onData(stream, { envelope }, answer) {
      text(stream).then(
        (raw) => {
          const { headers, text: body } = readMessage(raw);
          keep({
            from: envelope.mailFrom === false ? '' : envelope.mailFrom.address,
            to: envelope.rcptTo.map((it) => it.address),
            subject: headers['subject'] ?? '',
            text: body,
            messageId: headers['message-id'] ?? '',
            headers,
            at: new Date(),
          });
          answer(null, `Kept as ${messages.length}`);
        },
        () => answer(refusal(451, 'The message broke off')),
      );
    },
  });
  server.on('error', () => {}); // a caller that hangs up; the caller's own test sees to that

  function keep(message: CapturedMessage) {
    messages.push(message);
    for (const waiter of waiters) if (waiter.predicate(message)) waiter.found(message);
  }

  const listening = server.listen(options.port ?? 0, '127.0.0.1');
  await once(listening, 'listening');
  const { port } = listening.address() as AddressInfo;

  return {
    host: '127.0.0.1',
    port,
    messages: messages as readonly CapturedMessage[],

    /** The first message of the kind, whether it is there or still to come. */
    waitFor(
      predicate: (message: CapturedMessage) => boolean,
      timeoutMs = 60_000,
    ): Promise<CapturedMessage> {
      const there = messages.find(predicate);
      if (there) return Promise.resolve(there);
      return new Promise((resolve, reject) => {
        const waiter: Waiter = { predicate, found: (message) => settle(() => resolve(message)) };
        const timer = setTimeout(() => settle(() => reject(nothingCame())), timeoutMs);
        function settle(act: () => void) {
          clearTimeout(timer);
          waiters.delete(waiter);
          act();
        }
        waiters.add(waiter);
      });
      function nothingCame() {
        const subjects = messages.map((it) => `"${it.subject}"`).join(', ') || 'none';
        return new Error(`No such mail came in ${timeoutMs} ms. What came: ${subjects}`);
      }
    },

    close: () => new Promise<void>((resolve) => server.close(resolve)),
  };
}

const refusal = (responseCode: number, said: string) =>
  Object.assign(new Error(said), { responseCode });
