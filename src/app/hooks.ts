import { ConnectorError } from '#core/failure.ts';
import { raiseAlert } from '#store/alerts.ts';
import { databaseNow } from '#store/clock.ts';
import { loadConnection } from '#store/connections.ts';
import { closeDelivery, keepDelivery, repeatHint } from '#store/deliveries.ts';
import { newId } from '#store/random.ts';
import { inTransaction } from '#store/sql.ts';
import type { App } from './app.ts';

export type HookAnswer =
  | { readonly kind: 'taken' }
  | { readonly kind: 'refused'; readonly because: string }
  | { readonly kind: 'unreadable'; readonly because: string }
  | { readonly kind: 'unknown source' };

/**
 * Takes what an HR system sends: verified over the raw bytes before anything is parsed,
 * kept, and answered at once. What it means is found out by a worker.
 */
export async function receiveHook(
  app: App,
  it: {
    source: string;
    headers: Readonly<Record<string, string | undefined>>;
    body: Uint8Array;
  },
): Promise<HookAnswer> {
  const connection = await loadConnection(app.pool, it.source);
  const people = connection ? app.connectors.get(connection.connector)?.people : undefined;
  // What provisions writes accounts, each checked as it comes, and sends no hooks.
  const isHeard = people && !people.provisions;
  if (!connection || !isHeard || connection.state === 'disabled') return { kind: 'unknown source' };

  const secrets = await app.secrets.inbound(connection.uuid, connection.inboundFields);
  const now = await databaseNow(app.pool);
  const verdict = people.verify({ headers: it.headers, body: it.body }, secrets, now);
  if (verdict.kind === 'refused') return { kind: 'refused', because: verdict.because };
  if (verdict.kind === 'greeting') return { kind: 'taken' };

  const id = newId();
  const unreadable = whyUnreadable(() => people.hear(it.body));
  if (unreadable === null) {
    const messageId = verdict.id;
    const delivery = { id, source: it.source, messageId, body: it.body, askedBy: null };
    const isNew = await keepDelivery(app.pool, delivery);
    // What stands for itself says nothing new; a hint says where to look, and there may be more to see.
    const isHint = !isNew && people.hear(it.body).some(({ kind }) => kind === 'hint');
    if (isHint) await repeatHint(app.pool, { source: it.source, messageId });
    return { kind: 'taken' };
  }

  // Genuine and yet not to be understood: kept, and a person is told; it may be somebody's last day.
  await inTransaction(app.pool, async (tx) => {
    const kept = await keepDelivery(tx, {
      id,
      source: it.source,
      messageId: verdict.id,
      body: it.body,
      askedBy: null,
    });
    if (!kept) return;
    await closeDelivery(tx, { id, outcome: 'rejected', detail: unreadable, caseId: null });
    await raiseAlert(tx, {
      condition: `unreadable:${id}`,
      kind: 'source.rejected',
      title: 'An event from the HR system could not be read',
      body:
        `${it.source} sent something genuine that does not make sense: ${unreadable} ` +
        'It is kept; check in the HR system whether somebody leaves, and start the departure by hand.',
      caseId: null,
      stepId: null,
      connectionId: null,
      confidential: false,
    });
  });
  return { kind: 'unreadable', because: unreadable };
}

function whyUnreadable(hear: () => unknown): string | null {
  try {
    hear();
    return null;
  } catch (error) {
    if (error instanceof ConnectorError) return error.failure.detail;
    throw error;
  }
}
