import { type Db, inTransaction } from '#store/sql.ts';
import type { Intake } from './intake.ts';
import { type Reading, receiveReading } from './reading.ts';
import { refusalIn } from './refusal.ts';

/** Takes in what was read of one person, with what belongs into the same transaction. Returns how many departures in it are history. */
export async function takeIn(
  intake: Intake,
  reading: Reading,
  andThen: (tx: Db) => Promise<void>,
): Promise<number> {
  const take = (it: Reading) =>
    inTransaction(intake.pool, async (tx) => {
      const received = await receiveReading(tx, intake, it);
      await andThen(tx);
      return received.filter(({ outcome }) => outcome === 'passed over').length;
    });
  try {
    return await take(reading);
  } catch (error) {
    const refused = refusalIn(error);
    if (!refused) throw error;
    const { source, personId, readAt, isFirst, isNews } = reading;
    return take({ source, personId, readAt, isFirst, isNews, refused });
  }
}
