import { ConnectorError } from '#core/failure.ts';
import { languageOf } from '#core/language.ts';
import { type NoPrivateAddress, privateAddressOf } from '#core/private-address.ts';
import { type Settings, settingsFrom } from '#core/settings.ts';
import { readSurvey, type Survey } from '#core/survey.ts';
import { newLinkToken } from '#store/link-tokens.ts';
import { keepReceipt, receiptsOf } from '#store/notices.ts';
import { loadSettings } from '#store/settings.ts';
import { postponeStep, type Work } from '#store/steps.ts';
import { inviteOnce, noteInvited, openSecuritySteps } from '#store/survey-invitations.ts';
import { newestSurvey, type SurveyRow } from '#store/surveys.ts';
import { beginCall, type Claimed, later, makeCall } from './call.ts';
import type { Engine } from './engine.ts';
import { acknowledgeLetters, noMailSet } from './letter-receipts.ts';
import { sendLetter } from './messages.ts';
import { hold } from './settle.ts';
import { invitationLetter } from './survey-letter.ts';

interface Asking {
  readonly address: string;
  readonly row: SurveyRow;
  readonly survey: Survey;
  readonly settings: Settings;
}

/**
 * Sends the link to a survey to the private address, once nothing of the security layer is open:
 * whoever is asked how they liked it here must not be able to get in any more. Like every letter that
 * must not go out twice it is marked before, and remembered once the mail server has taken it.
 */
export async function invite(engine: Engine, work: Work): Promise<void> {
  const told = await receiptsOf(engine.pool, work.id);
  if (told.size > 0) return acknowledge(engine, work, [...told.values()], null);

  const asking = await askingFor(engine, work);
  if ('because' in asking) return hold(engine, work, { failure: null, ...asking });
  if ((await openSecuritySteps(engine.pool, work.caseId)) > 0) return waitForSecurity(engine, work);

  const claim = await beginCall(engine, work, null, {
    state: null,
    planned: {
      summary: `Send the survey “${asking.row.name}” to the private address.`,
      change: { survey: asking.row.name },
    },
    settleMs: 0,
    windowMs: engine.timing.windowMs,
    repeatable: false,
    params: work.params,
  });
  if (!claim) return;
  const noSecrets = { withoutSecrets: (error: unknown) => error };
  await makeCall(engine, work, noSecrets, claim.fence, () => send(engine, work, asking));
  const receipts = await receiptsOf(engine.pool, work.id);
  engine.failpoint('before the settlement commits');
  await acknowledge(engine, work, [...receipts.values()], claim);
  engine.failpoint('after the settlement');
}

/** Whom to ask what; else why nobody can be asked, and what helps. */
async function askingFor(
  engine: Engine,
  work: Work,
): Promise<Asking | { because: string; reason: string }> {
  if (work.departure.kind === 'death') {
    const because = 'After a death no survey is sent. Skip this step with a reason.';
    return { because, reason: 'death' };
  }
  const found = privateAddressOf(work.personFacts);
  if ('not' in found) return { because: noAddressText[found.not], reason: 'no private address' };

  const name = String(work.params['survey']);
  const row = await newestSurvey(engine.pool, name);
  if (!row) {
    const because =
      `There is no survey “${name}”. Bring it in (gatehouse survey import), then try again; ` +
      'or skip this step with a reason.';
    return { because, reason: 'no such survey' };
  }
  const read = readSurvey(row.text);
  if ('problems' in read) throw new Error(`the stored survey ${name} cannot be read`);
  const settings = settingsFrom(await loadSettings(engine.pool));
  return { address: found.address, row, survey: read.survey, settings };
}

const remedies =
  'Enter another private address in the HR system and try again; ask by other means and confirm it; ' +
  'or skip this step with a reason.';
const noAddressText: Readonly<Record<NoPrivateAddress, string>> = {
  none: `The survey was not sent: no private address is known. ${remedies}`,
  'the work address':
    'The survey was not sent: the private address is the one at work, which is closed by now and ' +
    `others may read. ${remedies}`,
  'at the company':
    'The survey was not sent: the private address is a mailbox of the company, which others may ' +
    `read. ${remedies}`,
};

/** A step may have opened again since: a waiver ran out, or an account was found. */
async function waitForSecurity(engine: Engine, work: Work): Promise<void> {
  await postponeStep(engine.pool, {
    stepId: work.id,
    version: work.version,
    wakeAt: later(work.now, engine.timing.probeMs),
    because: 'Waits until every step of the security layer is settled.',
    failure: null,
    attempts: work.attempts,
  });
}

async function send(
  engine: Engine,
  work: Work,
  { address, row, survey, settings }: Asking,
): Promise<void> {
  const spoken = languageOf(work.personFacts.country, settings.company.language);
  const language = survey.languages.find((it) => it === spoken) ?? survey.languages[0]!;
  const { days } = settings.surveys;
  const { token, hash } = newLinkToken();
  await inviteOnce(engine.pool, {
    stepId: work.id,
    caseId: work.caseId,
    surveyId: row.id,
    language,
    days,
    tokenHash: hash,
  });
  // Once more, and last: what opened while we were preparing must not be overlooked.
  if ((await openSecuritySteps(engine.pool, work.caseId)) > 0) {
    throw new ConnectorError({
      kind: 'rate-limited', // not now: nothing was sent
      detail: 'A step of the security layer has opened again.',
      retryAfterMs: engine.timing.probeMs,
    });
  }
  engine.failpoint('during the call');
  const sent = await sendLetter(engine, {
    to: address,
    ...invitationLetter({
      language,
      survey,
      name: work.personFacts.name,
      company: settings.company.name,
      days,
      link: `${engine.publicUrl}/survey/${token}`,
    }),
    id: `survey-${work.id}`,
  });
  switch (sent.kind) {
    case 'sent':
      await keepReceipt(engine.pool, {
        stepId: work.id,
        recipient: address,
        receipt: sent.receipt,
      });
      return;
    case 'no mail':
      throw new ConnectorError(noMailSet);
    case 'failed':
      throw new ConnectorError(sent.failure);
  }
}

async function acknowledge(
  engine: Engine,
  work: Work,
  receipts: readonly string[],
  claim: Claimed | null,
): Promise<void> {
  await noteInvited(engine.pool, work.id);
  await acknowledgeLetters(engine, work, {
    receipts,
    because: 'The mail server took the invitation.',
    claim,
  });
}
