import { connectionsToLookAt, takeLook } from '#store/connections.ts';
import { tellOfFailure } from './canary-alert.ts';
import { checkConnection } from './check.ts';
import type { Engine } from './engine.ts';

/** A failure is looked at again after so much of a day: a quarter of an hour. */
const looksWhileFailing = 96;

/** So many connections are asked at once; with hundreds, a day is long. */
const atOnce = 4;

/**
 * Asks each connection once a day, by its one harmless call, whether it still knows us and lets us do what playbooks ask for:
 * what is wrong is found before somebody leaves, not by their departure. What nobody could be asked without being
 * seen, such as a channel that would show a message, is left alone.
 */
export async function lookAtConnections(engine: Engine): Promise<void> {
  const { pool, connectors, timing, log } = engine;
  const seen = [...connectors.values()].filter((it) => it.checkIsSeen).map(({ id }) => id);
  const patience = {
    everyMs: timing.canaryMs,
    whileFailingMs: timing.canaryMs / looksWhileFailing,
  };
  const due = await connectionsToLookAt(pool, { ...patience, butOf: seen, limit: atOnce });
  await Promise.all(
    due.map(async (connection) => {
      if (!(await takeLook(pool, { connectionId: connection.id, ...patience }))) return;
      const found = await checkConnection(engine, connection.id);
      if (found.works) return;
      const { failure } = found;
      log.warn({ connectionId: connection.id, kind: failure.kind }, 'a connection is not ready');
      // A system that is being restarted will be there in a quarter of an hour.
      const mayPass = failure.kind === 'unavailable' || failure.kind === 'rate-limited';
      if (mayPass && !connection.failedBefore) return;
      await tellOfFailure(pool, connection, failure);
    }),
  );
}
