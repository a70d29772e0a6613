import type { Receipt } from '#connector-kit/contract.ts';
import type { Failure } from '#core/failure.ts';
import { settingsFrom } from '#core/settings.ts';
import { loadSettings } from '#store/settings.ts';
import { standingsOf } from '#store/standing.ts';
import type { Opened } from './clients.ts';
import { deadline } from './deadline.ts';
import type { Engine } from './engine.ts';
import { failureIn } from './fail.ts';

export interface Letter {
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  /** The same for every attempt, so that a repeat can be recognised. */
  readonly id: string;
}

export type Sent =
  | { readonly kind: 'sent'; readonly receipt: string }
  /** Nobody has set up how mail leaves the house. */
  | { readonly kind: 'no mail' }
  | { readonly kind: 'failed'; readonly failure: Failure };

/** Posts one signed message through a webhook connection. Never throws. */
export const postMessage = (
  engine: Engine,
  connectionId: string,
  message: { id: string; body: unknown },
): Promise<Sent> =>
  through(engine, connectionId, async ({ connector, client }) =>
    connector.messages?.post(client, message),
  );

/**
 * Sends one letter through the mail connection that the settings name; never to the mailbox of
 * somebody who has left, whoever asks for it. Never throws.
 */
export async function sendLetter(engine: Engine, letter: Letter): Promise<Sent> {
  const { mailConnection } = settingsFrom(await loadSettings(engine.pool)).alerts;
  if (mailConnection === null) return { kind: 'no mail' };
  const standing = (await standingsOf(engine.pool, [letter.to])).get(letter.to.toLowerCase());
  if (standing?.left) {
    const detail = `the mailbox of ${standing.name} is closed, since they have left`;
    return { kind: 'failed', failure: { kind: 'rejected', detail } };
  }
  return through(engine, mailConnection, async ({ connector, client }) =>
    connector.mail?.send(client, {
      to: letter.to,
      subject: letter.subject,
      text: letter.text,
      messageId: `${letter.id}@gatehouse`,
    }),
  );
}

async function through(
  engine: Engine,
  connectionId: string,
  send: (opened: Opened) => Promise<Receipt | undefined>,
): Promise<Sent> {
  try {
    const opened = await engine.clients.open(connectionId);
    try {
      const receipt = await deadline(engine, send(opened));
      return receipt ? { kind: 'sent', receipt: receipt.summary } : { kind: 'no mail' };
    } catch (error) {
      throw opened.withoutSecrets(error);
    } finally {
      await opened.close();
    }
  } catch (error) {
    return { kind: 'failed', failure: failureIn(error) };
  }
}
