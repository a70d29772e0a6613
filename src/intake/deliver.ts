import type { Heard as HeardFromSource } from '#connector-kit/contract.ts';
import { ConnectorError, type Failure } from '#core/failure.ts';
import { LifecycleEvent, saidBy } from '#core/lifecycle.ts';
import { record } from '#ledger/record.ts';
import { resolveAlerts } from '#store/alerts.ts';
import { databaseNow } from '#store/clock.ts';
import {
  closeDelivery,
  type DeliveryRow,
  loadDelivery,
  postponeDelivery,
  takeDelivery,
  wakeDelivery,
} from '#store/deliveries.ts';
import { inTransaction } from '#store/sql.ts';
import { type HeardAccount, receiveAccount } from './account.ts';
import { askPerson } from './ask.ts';
import type { Intake } from './intake.ts';
import { type Reading, readPerson, receiveReading } from './reading.ts';
import { type Heard, type Received, receive } from './receive.ts';
import { unstorableIn } from './refusal.ts';

const longestRetryMs = 15 * 60_000;

/**
 * Handles one delivery that intake has kept: reads the person again where the source can
 * be read, and takes in what is true now. Runs as a job; leaves the delivery handled,
 * rejected with a person told, or waiting for the source to answer.
 */
export async function deliver(intake: Intake, deliveryId: string): Promise<void> {
  const found = await loadDelivery(intake.pool, deliveryId);
  if (!found || (found.outcome !== 'received' && found.outcome !== 'waiting')) return;
  try {
    const heard = await understand(intake, found);
    await inTransaction(intake.pool, async (tx) => {
      const taken = await takeDelivery(tx, deliveryId);
      if (!taken) return;
      // Told once more since we looked: what we read may be older than that.
      if (taken.receivedAt.getTime() !== found.receivedAt.getTime()) {
        return wakeDelivery(tx, deliveryId);
      }
      const received: Received[] = [];
      for (const it of heard) {
        if ('account' in it) received.push(await receiveAccount(tx, intake, it));
        else if ('personId' in it) received.push(...(await receiveReading(tx, intake, it)));
        else received.push(await receive(tx, intake, it));
      }
      await closeDelivery(tx, {
        id: deliveryId,
        outcome: 'handled',
        detail: received.map((it) => it.detail).join('; ') || 'nothing in it concerns us',
        caseId: received.find((it) => it.caseId !== null)?.caseId ?? null,
      });
      await resolveAlerts(tx, `delivery:${deliveryId}`);
      await resolveAlerts(tx, `source:${found.source}`);
    });
  } catch (error) {
    const failure = error instanceof ConnectorError ? error.failure : unstorableIn(error);
    if (failure) return notUnderstood(intake, found, failure);
    await tellStuck(intake, found);
    throw error; // the sweep tries again
  }
}

/** A fault of our own must not swallow somebody's last day. */
async function tellStuck(intake: Intake, { id, source }: DeliveryRow): Promise<void> {
  await askPerson(intake.pool, {
    condition: `delivery:${id}`,
    title: 'An event from the HR system is stuck',
    body:
      `Gatehouse itself fails at what ${source} sent, and goes on trying. Check in the HR system whether ` +
      'somebody leaves, and start the departure by hand if it is urgent.',
    caseId: null,
    confidential: false,
  });
}

/** Whatever cannot be read now is tried again; what never can be is kept, and a person is told. */
async function notUnderstood(intake: Intake, it: DeliveryRow, failure: Failure): Promise<void> {
  const passing = failure.kind === 'unavailable' || failure.kind === 'rate-limited';
  const unmended = failure.kind === 'unauthenticated' || failure.kind === 'forbidden';
  intake.log.warn({ deliveryId: it.id, source: it.source, kind: failure.kind }, 'not taken in');
  await inTransaction(intake.pool, async (tx) => {
    if (!(await takeDelivery(tx, it.id))) return;
    if (passing || unmended) {
      const now = await databaseNow(tx);
      const waitMs = Math.min(longestRetryMs, intake.firstRetryMs * 2 ** it.attempts);
      const nextAt = new Date(now.getTime() + waitMs);
      await postponeDelivery(tx, { id: it.id, detail: failure.detail, nextAt });
      if (it.attempts + 1 >= 3 || unmended) {
        await askPerson(tx, {
          condition: `source:${it.source}`,
          title: 'An HR system cannot be read',
          body:
            `${it.source} told us of a change, and reading it again fails: ${failure.detail} ` +
            'We go on trying. Until it works, departures from there are not seen.',
          caseId: null,
          confidential: false,
        });
      }
      return;
    }
    await record(tx, intake.keys, [
      {
        type: 'source.rejected',
        actor: { kind: 'source', id: it.source, auth: 'none' },
        data: { source: it.source, reason: failure.kind },
      },
    ]);
    await closeDelivery(tx, {
      id: it.id,
      outcome: 'rejected',
      detail: failure.detail,
      caseId: null,
    });
    await askPerson(tx, {
      condition: `unreadable:${it.id}`,
      title: 'An event from the HR system could not be read',
      body:
        `${it.source} sent something genuine that does not make sense: ${failure.detail} ` +
        'It is kept; check the person in the HR system, and start the departure by hand if there is one.',
      caseId: null,
      confidential: false,
    });
  });
}

type Taken = Heard | Reading | HeardAccount;

/** Requests through the API come as one event that stands for itself, or as a row of a file. */
const ownSources = ['api', 'csv', 'form'];

async function understand(intake: Intake, it: DeliveryRow): Promise<readonly Taken[]> {
  if (ownSources.includes(it.source)) {
    const parsed = LifecycleEvent.safeParse(JSON.parse(it.body.toString('utf8')));
    if (!parsed.success) {
      const { path, message } = parsed.error.issues[0]!;
      throw new ConnectorError({
        kind: 'rejected',
        detail: `${path.join('.')}: ${message}`,
      });
    }
    return [fromEvent(it, parsed.data)];
  }
  const opened = await intake.open(it.source);
  try {
    const { people } = opened.connector;
    if (!people) {
      throw new ConnectorError({ kind: 'rejected', detail: `${it.source} is no HR system` });
    }
    const heard: Taken[] = [];
    for (const said of people.hear(it.body)) heard.push(await resolve(intake, opened, it, said));
    return heard;
  } catch (error) {
    throw opened.withoutSecrets(error);
  } finally {
    await opened.close();
  }
}

/** A hint only says where to look: the person is read again, and that is what counts. */
async function resolve(
  intake: Intake,
  opened: Awaited<ReturnType<Intake['open']>>,
  it: DeliveryRow,
  said: HeardFromSource,
): Promise<Taken> {
  if (said.kind === 'account') return { source: it.source, account: said.account };
  if (said.kind === 'event') return fromEvent(it, said.event);
  const { personId } = said;
  const whose = { source: it.source, personId, isFirst: false, isNews: true };
  const reading = await readPerson(intake, opened, whose);
  return said.urgent ? atOnce(reading) : reading;
}

/** The event alone says that access is to end at once; without a departure a person has to say what is true. */
function atOnce(reading: Reading): Reading {
  if ('refused' in reading) throw new ConnectorError(reading.refused);
  const { found } = reading;
  if (found?.departure) {
    return { ...reading, found: { ...found, departure: { ...found.departure, urgent: true } } };
  }
  throw new ConnectorError({
    kind: 'rejected',
    detail: 'It says that access ends at once, and the record shows nobody who leaves.',
  });
}

function fromEvent(it: DeliveryRow, event: LifecycleEvent): Heard {
  const { person, departure, arrival, version, occurredAt, type, successor = null } = event;
  return {
    source: it.source,
    record: { person, departure, arrival, changedAt: occurredAt },
    from: 'event',
    says: saidBy[type],
    occurredAt: new Date(occurredAt),
    version,
    actor: it.askedBy
      ? { kind: 'person', id: it.askedBy, auth: 'token' }
      : { kind: 'source', id: it.source, auth: 'none' },
    askedBy: it.askedBy,
    successor,
  };
}
