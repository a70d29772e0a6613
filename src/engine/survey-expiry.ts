import { record } from '#ledger/record.ts';
import { inTransaction } from '#store/sql.ts';
import { forgetSavedAnswers } from '#store/survey-answers.ts';
import { endInvitation, expiredInvitations } from '#store/survey-invitations.ts';
import { type Engine, engineActor } from './engine.ts';

/**
 * Ends the invitations that nobody answered in time, each with its fact. What was saved and not
 * sent is deleted: whoever did not send it has told nobody anything.
 */
export async function expireInvitations(engine: Engine): Promise<void> {
  await inTransaction(engine.pool, async (tx) => {
    for (const { id, version, caseId, ref, survey, number } of await expiredInvitations(tx)) {
      await record(tx, engine.keys, [
        {
          type: 'survey.expired',
          actor: engineActor,
          caseId,
          row: { table: 'survey_invitations', id, version: version + 1 },
          target: { ref },
          data: { survey, version: number },
        },
      ]);
      await forgetSavedAnswers(tx, id);
      await endInvitation(tx, { id, outcome: 'expired' });
    }
  });
}
