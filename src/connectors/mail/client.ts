import { isIP } from 'node:net';
import { createTransport } from 'nodemailer';
import type { Io, Message, Receipt } from '#connector-kit/contract.ts';
import { ConnectorError } from '#core/failure.ts';
import { failureOf } from './failures.ts';
import { MailAddress, type Settings } from './settings.ts';

/** A mail server, opened. It keeps no connection between calls. */
export interface Client {
  /** Signs in and leaves again. */
  verify(): Promise<void>;
  send(message: Message): Promise<Receipt>;
  readonly settings: Settings;
}

export function openMail(settings: Settings, io: Io): Client {
  const { host, port, tls, user, password } = settings;
  const server = `${host}:${port}`;

  async function transport() {
    const address = await io.address(host, port);
    return createTransport({
      // The address that was checked, so that no other can be resolved in between.
      host: address.ip,
      port: address.port,
      secure: tls === 'implicit',
      requireTLS: tls === 'starttls',
      ignoreTLS: tls === 'none',
      tls: {
        minVersion: 'TLSv1.2',
        // A name for the certificate; an address stands for itself.
        ...(isIP(address.serverName) === 0 ? { servername: address.serverName } : {}),
        ...(io.ca === null ? {} : { ca: io.ca }),
      },
      // Without `forceAuth`, a server that offers no sign-in would be used without one.
      ...(user === undefined ? {} : { auth: { user, pass: password ?? '' }, forceAuth: true }),
      connectionTimeout: 5_000,
      greetingTimeout: 15_000,
      socketTimeout: 30_000,
      disableFileAccess: true,
      disableUrlAccess: true,
      logger: false,
    });
  }

  async function attempt<T>(act: (it: Awaited<ReturnType<typeof transport>>) => Promise<T>) {
    try {
      return await act(await transport());
    } catch (error) {
      if (error instanceof ConnectorError) throw error;
      // Without the cause: it quotes the dialogue, and the dialogue the password.
      throw new ConnectorError(failureOf(error, server));
    }
  }

  return {
    settings,

    async verify() {
      await attempt((it) => it.verify());
    },

    async send(message) {
      const { to, subject, text, messageId, attachments = [] } = checked(message);
      const from = { name: settings.fromName ?? '', address: settings.from };
      const inTime = AbortSignal.timeout(60_000);
      const ending = io.ending?.();
      const sent = await attempt((it) =>
        it.sendMail({
          from,
          to: { name: '', address: to },
          envelope: { from: settings.from, to: [to] },
          subject,
          text,
          messageId,
          attachments: attachments.map(({ name, mediaType, bytes }) => ({
            filename: name,
            contentType: mediaType,
            content: bytes,
            contentTransferEncoding: 'base64' as const, // or line ends would not stay as they are
          })),
          date: io.now(),
          // Nobody's holiday note shall answer a machine (RFC 3834).
          headers: { 'auto-submitted': 'auto-generated' },
          signal: ending ? AbortSignal.any([inTime, ending]) : inTime,
        }),
      );
      return { summary: `${server} accepted the message: ${sent.response.slice(0, 300)}` };
    },
  };
}

/** Nothing that comes from people or systems may write a header, or add a recipient. */
function checked(message: Message): Message {
  const refuse = (because: string): never => {
    throw new ConnectorError({ kind: 'rejected', detail: `The message was not sent: ${because}` });
  };
  if (!MailAddress.safeParse(message.to).success) refuse('its recipient is not one address.');
  if (/\p{Cc}/u.test(message.subject)) refuse('its subject is longer than one line.');
  const [, id] = /^<?([!-;=?A-~]+@[!-;=?A-~]+)>?$/.exec(message.messageId) ?? [];
  return { ...message, messageId: id === undefined ? refuse('its id is none.') : `<${id}>` };
}
