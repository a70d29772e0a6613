import { raiseAlert } from '#store/alerts.ts';
import type { Db } from '#store/sql.ts';

/** Puts a question about people or dates to the designated contact. Repeats are folded. */
export async function askPerson(
  tx: Db,
  it: {
    condition: string;
    title: string;
    body: string;
    caseId: string | null;
    confidential: boolean;
  },
): Promise<void> {
  await raiseAlert(tx, { ...it, kind: 'intake.question', stepId: null, connectionId: null });
}
