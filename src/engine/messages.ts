import type { Chat, ChatWords } from '#connector-kit/contract.ts';
import { ConnectorError, type Failure } from '#core/failure.ts';
import { settingsFrom } from '#core/settings.ts';
import { loadSettings } from '#store/settings.ts';
import { standingsOf } from '#store/standing.ts';
import type { Opened } from './clients.ts';
import { deadline } from './deadline.ts';
import type { Engine } from './engine.ts';
import { failureIn, namingScopes } from './fail.ts';

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
  | Failed;

interface Failed {
  readonly kind: 'failed';
  readonly failure: Failure;
}
type Answered<T> = { readonly kind: 'answered'; readonly answer: T } | Failed;

/** Posts one signed message through a webhook connection. Never throws. */
export async function postMessage(
  engine: Engine,
  connectionId: string,
  message: { id: string; body: unknown },
): Promise<Sent> {
  const posted = await through(engine, connectionId, async ({ connector, client }) =>
    connector.messages?.post(client, message),
  );
  return posted.kind === 'failed' ? posted : sentBy(posted.answer);
}

/**
 * Sends one letter through the mail connection that the settings name; never to the mailbox of
 * somebody who has left, whoever asks for it. Never throws.
 */
export async function sendLetter(engine: Engine, letter: Letter): Promise<Sent> {
  const { mailConnection } = settingsFrom(await loadSettings(engine.pool)).alerts;
  if (mailConnection === null) return { kind: 'no mail' };
  const closed = await closedTo(engine, letter.to);
  if (closed) return closed;
  const sent = await through(engine, mailConnection, async ({ connector, client }) =>
    connector.mail?.send(client, {
      to: letter.to,
      subject: letter.subject,
      text: letter.text,
      messageId: `${letter.id}@gatehouse`,
    }),
  );
  return sent.kind === 'failed' ? sent : sentBy(sent.answer);
}

/**
 * Tells somebody in a chat; never somebody who has left. `stranger`: the chat knows nobody of that
 * address. Never throws.
 */
export async function tellInChat(
  engine: Engine,
  connectionId: string,
  address: string,
  words: ChatWords,
): Promise<Sent | { readonly kind: 'stranger'; readonly chat: string }> {
  const closed = await closedTo(engine, address);
  if (closed) return closed;
  const told = await throughChat(engine, connectionId, async (chat, { client, name }) => ({
    name,
    receipt: await chat.tell(client, address, words),
  }));
  if (told.kind === 'failed') return told;
  const { name, receipt } = told.answer;
  return receipt ? sentBy(receipt) : { kind: 'stranger', chat: name };
}

/** Posts into a channel of a chat. Never throws. */
export async function postInChat(
  engine: Engine,
  connectionId: string,
  channel: string,
  words: ChatWords,
): Promise<Sent> {
  const posted = await throughChat(engine, connectionId, (chat, { client }) =>
    chat.post(client, channel, words),
  );
  return posted.kind === 'failed' ? posted : sentBy(posted.answer);
}

async function throughChat<T>(
  engine: Engine,
  connectionId: string,
  send: (chat: Chat<unknown>, opened: Opened) => Promise<T>,
): Promise<Answered<T>> {
  const answered = await through(engine, connectionId, async (opened) => {
    const { chat, name } = opened;
    if (!chat) {
      const detail = `${name} is not set up to carry messages to people`;
      throw new ConnectorError({ kind: 'rejected', detail });
    }
    return send(chat, opened).catch((error: unknown) => {
      throw namingScopes(error, chat);
    });
  });
  if (answered.kind !== 'failed' || answered.failure.kind !== 'not-found') return answered;
  // What is not there is a channel: no account that could be gone.
  return { kind: 'failed', failure: { ...answered.failure, kind: 'rejected' } };
}

/** Nobody is written to at work once they have left. Null: nothing stands against it. */
async function closedTo(engine: Engine, address: string): Promise<Failed | null> {
  const standing = (await standingsOf(engine.pool, [address])).get(address.toLowerCase());
  if (!standing?.left) return null;
  const detail = `the mailbox of ${standing.name} is closed, since they have left`;
  return { kind: 'failed', failure: { kind: 'rejected', detail } };
}

const sentBy = (receipt: { readonly summary: string } | undefined): Sent =>
  receipt ? { kind: 'sent', receipt: receipt.summary } : { kind: 'no mail' };

async function through<T>(
  engine: Engine,
  connectionId: string,
  send: (opened: Opened) => Promise<T>,
): Promise<Answered<T>> {
  try {
    const opened = await engine.clients.open(connectionId);
    try {
      return { kind: 'answered', answer: await deadline(engine, send(opened)) };
    } catch (error) {
      throw opened.withoutSecrets(error);
    } finally {
      await opened.close();
    }
  } catch (error) {
    return { kind: 'failed', failure: failureIn(error) };
  }
}
