/** The last of those who wait for their turn, by case. */
const last = new Map<string, Promise<unknown>>();

/**
 * Steps of one case take turns at its chain. Those of one process wait for each other here, where
 * it costs nothing, and not in the database, where each would keep a connection from other cases.
 */
export function inTurn<T>(caseId: string, work: () => Promise<T>): Promise<T> {
  const turn = (last.get(caseId) ?? Promise.resolve()).then(work, work);
  const over = () => {
    if (last.get(caseId) === turn) last.delete(caseId);
  };
  last.set(caseId, turn);
  turn.then(over, over);
  return turn;
}
