import { ConnectorError } from '#core/failure.ts';
import { deadline } from './deadline.ts';
import type { Engine } from './engine.ts';

/**
 * Whether a system answers at all, asked by its one harmless call. It tells an outage, which
 * stops everything there, from a failure that concerns one account or one kind of request.
 */
export async function answersAtAll(engine: Engine, connectionId: string): Promise<boolean> {
  try {
    const opened = await engine.clients.open(connectionId);
    try {
      await deadline(engine, opened.connector.check(opened.client));
      return true;
    } finally {
      await opened.close();
    }
  } catch (error) {
    // Also a refusal is an answer; what it means is for the steps to find out.
    return error instanceof ConnectorError && error.failure.kind !== 'unavailable';
  }
}
