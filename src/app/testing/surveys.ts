import type { Language } from '#core/language.ts';
import { newLinkToken } from '#store/link-tokens.ts';
import { inviteOnce, noteInvited } from '#store/survey-invitations.ts';
import { newestSurvey } from '#store/surveys.ts';
import { publishStarterSurveys } from '../surveys.ts';
import type { TestApp, TestUser } from './app.ts';

export interface Invited {
  readonly caseId: string;
  readonly token: string;
}

/** Invites somebody new, as the engine would have. Returns what only the letter holds. */
export async function inviteSomebody(
  test: TestApp,
  by: TestUser,
  it: { department?: string; location?: string; language?: Language; days?: number } = {},
): Promise<Invited> {
  await publishStarterSurveys(test.app);
  const caseId = await test.openDeparture(by.caller);
  await test.pools.admin.query(
    `update people set facts = facts || $2::jsonb where id = (select person from cases where id = $1)`,
    [
      caseId,
      JSON.stringify({
        name: 'Nair, Priya <b>Kim</b>',
        department: it.department ?? null,
        location: it.location ?? null,
      }),
    ],
  );
  const stepId = await test.addStep(caseId, {
    kind: 'survey',
    layer: 'compliance',
    title: 'Send the exit survey',
    status: 'settled',
    grade: 'acknowledged',
  });
  const survey = await newestSurvey(test.pools.worker, 'exit');
  const { token, hash } = newLinkToken();
  await inviteOnce(test.pools.worker, {
    stepId,
    caseId,
    surveyId: survey!.id,
    language: it.language ?? 'en',
    days: it.days ?? 30,
    tokenHash: hash,
  });
  await noteInvited(test.pools.worker, stepId);
  return { caseId, token };
}
