import { chatOf, isSameChannel } from '#connector-kit/contract.ts';
import { type AlertContact, settingsFrom } from '#core/settings.ts';
import { settingsOf } from '#engine/offers.ts';
import { type ConnectionRow, keepConnection } from '#store/connections.ts';
import { loadSettings } from '#store/settings.ts';
import type { Db } from '#store/sql.ts';
import type { App } from './app.ts';
import { Problem } from './problem.ts';

type Connectors = App['connectors'];
type Chat = NonNullable<AlertContact['chat']>;

/**
 * Why contacts cannot be told in the chats that are named for them, each with its place in the setting. Until the end
 * of the transaction nobody removes or changes the connections that they are told by.
 */
export async function problemsInChats(
  tx: Db,
  connectors: Connectors,
  contacts: readonly AlertContact[],
): Promise<readonly { readonly at: string; readonly problem: string }[]> {
  const problems: { at: string; problem: string }[] = [];
  for (const [i, { name, chat }] of contacts.entries()) {
    if (!chat) continue;
    const because = problemOf(chat, await keepConnection(tx, chat.connection), connectors);
    if (!because) continue;
    const problem = `${name} cannot be told there. ${because.text}`;
    problems.push({ at: `contacts.${i}.chat.${because.at}`, problem });
  }
  return problems;
}

interface Because {
  readonly at: keyof Chat;
  readonly text: string;
}

function problemOf(
  { connection: id, channel }: Chat,
  connection: ConnectionRow | null,
  connectors: Connectors,
): Because | null {
  if (!connection || connection.state === 'disabled') {
    const what = connection ? `The connection ${id} was removed` : `There is no connection ${id}`;
    return { at: 'connection', text: `${what}. Connect the chat first, or leave the chat out.` };
  }
  const { name } = connection;
  const connector = connectors.get(connection.connector);
  const settings = connector && settingsOf(connector, connection);
  const chat = settings?.success ? chatOf(connector!, settings.data) : null;
  if (!chat) {
    const text =
      `${name} (${id}) is not set up to carry messages to people. ` +
      'Name the connection of a chat, or set this one up for it as its page says.';
    return { at: 'connection', text };
  }
  const { onlyChannel } = chat;
  if (onlyChannel === undefined || (channel !== null && isSameChannel(channel, onlyChannel))) {
    return null;
  }
  const instead = channel === null ? 'and tells nobody alone' : `and not into “${channel}”`;
  return {
    at: 'channel',
    text: `${name} (${id}) posts into “${onlyChannel}” only, ${instead}. Name the channel “${onlyChannel}”.`,
  };
}

const where = 'In the settings, alerts, contacts: name another chat for them, or none.';

/** Throws where contacts are told of alerts by a connection, which is about to be removed. */
export async function refuseWhileAlertsUse(tx: Db, connectionId: string): Promise<void> {
  const told = await toldBy(tx, connectionId);
  if (told.length === 0) return;
  const names = told.map(({ name }) => name).join(', ');
  const message = `It is how these contacts are told of alerts: ${names}. ${where} Then remove it.`;
  throw new Problem('not possible', message);
}

/** Throws where contacts are told of alerts by a connection, and could not be once it is as it was just saved. */
export async function refuseWhereAlertsFail(
  tx: Db,
  connectors: Connectors,
  connectionId: string,
): Promise<void> {
  const told = await toldBy(tx, connectionId);
  const [first] = await problemsInChats(tx, connectors, told);
  if (!first) return;
  throw new Problem('not possible', `Contacts are told of alerts by it. ${first.problem} ${where}`);
}

const toldBy = async (tx: Db, connectionId: string): Promise<readonly AlertContact[]> =>
  settingsFrom(await loadSettings(tx)).alerts.contacts.filter(
    ({ chat }) => chat?.connection === connectionId,
  );
