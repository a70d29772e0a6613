import { type AlertContact, settingsFrom } from '#core/settings.ts';
import { sameAddress } from '#core/task.ts';
import {
  type AlertRow,
  alertMessageSent,
  climb,
  noteAlertMessage,
  takeAlert,
} from '#store/alerts.ts';
import { loadCase } from '#store/cases.ts';
import { databaseNow } from '#store/clock.ts';
import { loadConnection } from '#store/connections.ts';
import { heldCases } from '#store/holds.ts';
import { loadSettings } from '#store/settings.ts';
import { standingsOf } from '#store/standing.ts';
import { trialId, tryAlertPath } from './alert-path.ts';
import type { Engine } from './engine.ts';
import { postInChat, postMessage, type Sent, sendLetter, tellInChat } from './messages.ts';

/**
 * Tells people about one open alert, rung by rung: the connection's owner and the
 * designated contact at once, the next contact later, and the last one again and again, until it is over or
 * somebody says that they see to it.
 *
 * Runs when an alert opens and at each rung's moment. What could not be delivered is tried
 * again; a rung counts as told when at least one message of it went out.
 */
export async function climbLadder(engine: Engine, alertId: string): Promise<void> {
  if (alertId === trialId) return tryAlertPath(engine);
  // A worker that dies meanwhile is followed by another.
  const alert = await takeAlert(engine.pool, { alertId, forMs: 2 * engine.timing.callMs });
  if (!alert) return;

  // What is held is told to nobody. What waits in it is told as soon as it is released.
  const { stepId, caseId } = alert;
  if (stepId && caseId && (await heldCases(engine.pool, [caseId])).length > 0) {
    const now = await databaseNow(engine.pool);
    const nextAt = new Date(now.getTime() + engine.timing.alertRetryMs);
    return climb(engine.pool, { alertId, level: alert.level, nextAt });
  }

  const rungs = await rungsOf(engine, alert);
  // Where everybody of a rung has left, the next one is told in their place.
  const next = rungs.findIndex((it, i) => i >= alert.level && it.length > 0);
  const at = next === -1 ? rungs.findLastIndex((it) => it.length > 0) : next;
  const rung = rungs[at];
  const told = await Promise.all((rung ?? []).map((contact) => tell(engine, alert, contact)));
  if (!told.includes(true)) {
    const because = rung ? 'no message went out' : 'no alert contact is set';
    engine.log.error({ alertId, kind: alert.kind }, `nobody could be told of an alert: ${because}`);
    const now = await databaseNow(engine.pool);
    const nextAt = new Date(now.getTime() + engine.timing.alertRetryMs);
    return climb(engine.pool, { alertId, level: alert.level, nextAt });
  }

  // What the last contact is told once more is a message of its own.
  const level = Math.max(at, alert.level) + 1;
  const { escalateAfterMs, repeatAlertMs } = engine.timing;
  const afterMs = escalateAfterMs[Math.min(level, escalateAfterMs.length) - 1];
  const isLast = afterMs === undefined || rungs.slice(level).every((it) => it.length === 0);
  const now = await databaseNow(engine.pool);
  const nextAt = isLast
    ? new Date(now.getTime() + repeatAlertMs)
    : new Date(alert.openedAt.getTime() + afterMs);
  await climb(engine.pool, { alertId, level, nextAt });
}

/**
 * Who is told when: the connection's owner and the first contact, then each next contact. Not whoever
 * has left, nor whom a confidential departure is about: an alert would be how they learn of it.
 */
async function rungsOf(engine: Engine, alert: AlertRow): Promise<AlertContact[][]> {
  const { contacts } = settingsFrom(await loadSettings(engine.pool)).alerts;
  const connection = alert.connectionId
    ? await loadConnection(engine.pool, alert.connectionId)
    : null;
  const [designated, ...others] = contacts;
  const first: AlertContact[] = [];
  if (connection?.owner) first.push({ ...connection.owner, webhook: null, chat: null });
  if (designated && !first.some((it) => it.email === designated.email)) first.push(designated);
  const rungs = first.length === 0 ? [] : [first, ...others.map((it) => [it])];

  const standings = await standingsOf(
    engine.pool,
    rungs.flat().map((it) => it.email),
  );
  const about =
    alert.confidential && alert.caseId ? await loadCase(engine.pool, alert.caseId) : null;
  const mayKnow = ({ email }: AlertContact) =>
    !standings.get(email.toLowerCase())?.left && !(about && sameAddress(about.email, email));
  return rungs.map((rung) => rung.filter(mayKnow));
}

async function tell(engine: Engine, alert: AlertRow, contact: AlertContact): Promise<boolean> {
  const key = { alertId: alert.id, level: alert.level, recipient: contact.email } as const;
  const { webhook, chat } = contact;
  const byMail = { ...key, channel: 'mail' } as const;
  const told = [await once(engine, byMail, () => mail(engine, alert, contact))];
  if (webhook) {
    const byWebhook = { ...key, recipient: webhook, channel: 'webhook' } as const;
    told.push(await once(engine, byWebhook, () => post(engine, alert, webhook)));
  }
  // Many read a channel: a confidential departure does not exist for them, and the mail has gone to the contact.
  if (chat && !(alert.confidential && chat.channel !== null)) {
    const { connection, channel } = chat;
    const recipient = channel === null ? contact.email : `${connection} ${channel}`;
    const byChat = { ...key, recipient, channel: 'chat' } as const;
    told.push(await once(engine, byChat, () => inChat(engine, alert, { ...contact, chat })));
  }
  return told.includes(true);
}

type Told = Awaited<ReturnType<typeof tellInChat>>;

/** Sends what was not sent yet, and keeps whether it went out. */
async function once(
  engine: Engine,
  key: Parameters<typeof alertMessageSent>[1],
  send: () => Promise<Told>,
): Promise<boolean> {
  if (await alertMessageSent(engine.pool, key)) return true;
  const told = await send();
  await noteAlertMessage(engine.pool, { ...key, error: errorOf(told) });
  return told.kind === 'sent';
}

/** A contact is an address, and whoever reads its mail need not know of a confidential departure. */
const wordsOf = ({ confidential, body }: AlertRow): string =>
  confidential
    ? 'It is about a confidential departure. Whoever may see it finds there what to do.'
    : body;

function mail(engine: Engine, alert: AlertRow, contact: AlertContact): Promise<Sent> {
  const repeats = alert.times > 1 ? `\n\nSeen ${alert.times} times so far.` : '';
  return sendLetter(engine, {
    to: contact.email,
    // Never a name in a subject: subjects are read on lock screens.
    subject: `Gatehouse: ${alert.title}`,
    text: `${contact.name},\n\n${wordsOf(alert)}${repeats}${linkTo(alert)}${seeTo(alert)}\n\n${engine.publicUrl}\n`,
    id: `alert-${alert.id}-${alert.level}`,
  });
}

function post(engine: Engine, alert: AlertRow, webhook: string): Promise<Sent> {
  return postMessage(engine, webhook, {
    id: `alert-${alert.id}-${alert.level}`,
    // Ids and kinds only: what is personal stays here.
    body: {
      type: 'alert.opened',
      alert: alert.id,
      kind: alert.kind,
      title: alert.title,
      case: alert.caseId,
      step: alert.stepId,
      connection: alert.connectionId,
      times: alert.times,
      opened_at: alert.openedAt.toISOString(),
    },
  });
}

/** Many read a channel: they learn that there is something, and where to look. */
function inChat(
  engine: Engine,
  alert: AlertRow,
  { name, email, chat }: AlertContact & { readonly chat: NonNullable<AlertContact['chat']> },
): Promise<Told> {
  const subject = `Gatehouse: ${alert.title}`;
  const where = `${linkTo(alert)}\n\n${engine.publicUrl}`.trim();
  return chat.channel === null
    ? tellInChat(engine, chat.connection, email, {
        subject,
        text: `${name},\n\n${wordsOf(alert)}${seeTo(alert)}\n\n${where}`,
      })
    : postInChat(engine, chat.connection, chat.channel, { subject, text: where });
}

/** What shows the case to whoever may see it. */
const linkTo = ({ caseId }: AlertRow): string =>
  caseId ? `\n\ngatehouse case show ${caseId}` : '';

/** What keeps everybody from being told again. */
const seeTo = ({ id }: AlertRow): string =>
  '\n\nIt is told again until it is over, or until somebody sees to it: ' +
  `gatehouse alerts acknowledge ${id}`;

function errorOf(told: Told): string | null {
  switch (told.kind) {
    case 'sent':
      return null;
    case 'no mail':
      return 'nothing is set up to carry it';
    case 'stranger':
      return `${told.chat} knows nobody of this address`;
    case 'failed':
      return told.failure.detail;
  }
}
