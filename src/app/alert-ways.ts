import { type AnyConnector, chatOf, isSameChannel } from '#connector-kit/contract.ts';
import { type AlertContact, type Settings, settingsFrom } from '#core/settings.ts';
import { settingsOf } from '#engine/offers.ts';
import { type ConnectionRow, keepConnection } from '#store/connections.ts';
import { loadSettings } from '#store/settings.ts';
import type { Db } from '#store/sql.ts';
import type { App } from './app.ts';
import { Problem } from './problem.ts';

type Connectors = App['connectors'];
type Chat = NonNullable<AlertContact['chat']>;
type Ways = Partial<Pick<Settings['alerts'], 'contacts' | 'mailConnection'>>;

interface Found {
  readonly at: string;
  readonly problem: string;
}

/**
 * Why alerts cannot go by the connections that are named for them, each with its place in the setting. Until the end
 * of the transaction nobody removes or changes these connections.
 */
export async function problemsInWays(
  tx: Db,
  connectors: Connectors,
  { contacts = [], mailConnection = null }: Ways,
): Promise<readonly Found[]> {
  const problems: Found[] = [];
  if (mailConnection !== null) {
    const connection = await keepConnection(tx, mailConnection);
    const because = whyNot(mailConnection, connection, connectors, mail);
    if (because) problems.push({ at: 'mailConnection', problem: because });
  }
  for (const [i, { name, webhook, chat }] of contacts.entries()) {
    const at = `contacts.${i}`;
    const untold = `${name} cannot be told there.`;
    if (webhook !== null) {
      const connection = await keepConnection(tx, webhook);
      const because = whyNot(webhook, connection, connectors, webhooks);
      if (because) problems.push({ at: `${at}.webhook`, problem: `${untold} ${because}` });
    }
    const because =
      chat && problemInChat(chat, await keepConnection(tx, chat.connection), connectors);
    if (because) {
      problems.push({ at: `${at}.chat.${because.at}`, problem: `${untold} ${because.text}` });
    }
  }
  return problems;
}

/** A way by which alerts go, and what carries it. */
interface Way {
  readonly what: string;
  readonly carries: (it: AnyConnector) => boolean;
  /** What to name instead. */
  readonly instead: string;
}
const mail: Way = {
  what: 'mail',
  carries: (it) => it.mail !== undefined,
  instead: 'is no mail connection. Name one of the connector mail.',
};
const webhooks: Way = {
  what: 'webhook',
  carries: (it) => it.messages !== undefined,
  instead: 'is no receiver of webhooks. Name one of the connector webhook.',
};

/** Null: it carries alerts. */
function whyNot(
  id: string,
  connection: ConnectionRow | null,
  connectors: Connectors,
  { what, carries, instead }: Way,
): string | null {
  if (!connection || connection.state === 'disabled') return missing(id, connection, what);
  const connector = connectors.get(connection.connector);
  return connector && carries(connector) ? null : `${connection.name} (${id}) ${instead}`;
}

const missing = (id: string, connection: ConnectionRow | null, what: string): string =>
  `${connection ? `The connection ${id} was removed` : `There is no connection ${id}`}. ` +
  `Connect the ${what} first, or leave the ${what} out.`;

function problemInChat(
  { connection: id, channel }: Chat,
  connection: ConnectionRow | null,
  connectors: Connectors,
): { readonly at: keyof Chat; readonly text: string } | null {
  if (!connection || connection.state === 'disabled') {
    return { at: 'connection', text: missing(id, connection, 'chat') };
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

/** Throws where alerts go by a connection, which is about to be removed. */
export async function refuseWhileAlertsUse(
  tx: Db,
  connectionId: string,
  /** What is about to be done with it. */
  act: 'remove' | 'pause' = 'remove',
): Promise<void> {
  const { contacts, mailConnection } = settingsFrom(await loadSettings(tx)).alerts;
  if (mailConnection === connectionId) {
    const message = `It carries alerts, tasks and notices. In the settings, alerts, mailConnection: name another, or null. Then ${act} it.`;
    throw new Problem('not possible', message);
  }
  const told = contacts.filter(
    ({ webhook, chat }) => webhook === connectionId || chat?.connection === connectionId,
  );
  if (told.length === 0) return;
  const names = told.map(({ name }) => name).join(', ');
  const message = `It is how these contacts are told of alerts: ${names}. ${where} Then ${act} it.`;
  throw new Problem('not possible', message);
}

/** Throws where contacts are told of alerts by a connection, and could not be once it is as it was just saved. */
export async function refuseWhereAlertsFail(
  tx: Db,
  connectors: Connectors,
  connectionId: string,
): Promise<void> {
  const { contacts } = settingsFrom(await loadSettings(tx)).alerts;
  // Only what a chat can do depends on how it is set up.
  const told = contacts
    .filter(({ chat }) => chat?.connection === connectionId)
    .map((it) => ({ ...it, webhook: null }));
  const [first] = await problemsInWays(tx, connectors, { contacts: told });
  if (!first) return;
  throw new Problem('not possible', `Contacts are told of alerts by it. ${first.problem} ${where}`);
}

const where = 'In the settings, alerts, contacts: name another connection for them, or none.';
