import { blocksBehind } from '#store/blocks.ts';
import type { Db } from '#store/sql.ts';
import type { Work } from '#store/steps.ts';

const mostNamed = 3;

/**
 * Some systems want a step done before they are told to keep somebody out. Whoever is told that such a
 * step is stuck has to know that the block waits for it. Empty where no block does.
 */
export async function heldUpBlocks(db: Db, work: Work, wayOut: string): Promise<string> {
  const blocks = await blocksBehind(db, { caseId: work.caseId, stepId: work.id });
  if (blocks.length === 0) return '';
  const names = blocks.map(({ title, connectionId }) =>
    connectionId === null ? `“${title}”` : `“${title}” in ${connectionId}`,
  );
  const more = names.length - mostNamed;
  const shown = [...names.slice(0, mostNamed), ...(more > 0 ? [`${more} more`] : [])].join(', ');
  const wait = names.length === 1 ? 'waits' : 'wait';
  return ` ${shown} ${wait} for this, so the person can still sign in. ${wayOut}`;
}
