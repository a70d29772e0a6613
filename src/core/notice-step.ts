import { inLanguage, languages, textsOf, type Wording } from './language.ts';
import type { NoticePlan } from './plan.ts';
import type { Expansion, Planning } from './plan-steps.ts';
import type { ConnectionOffer, NoticeStep, PlaybookStep, Recipient } from './playbook.ts';
import type { StepProblem } from './playbook-check.ts';
import { fillIn, onOneLine } from './template.ts';

/* The step that tells people something: as it is planned and checked. */

type Step = Extract<PlaybookStep, NoticeStep>;

/** Whom a notice may be for: many read a channel, so nothing of a confidential case is said there. */
const toldOf = (to: readonly Recipient[], confidential: boolean): readonly Recipient[] =>
  confidential ? to.filter((it) => !('channel' in it)) : to;

/** One step, or none where nobody but a channel would be told of a confidential case. */
export function planNotice(
  step: Step,
  { input, values, notes }: Planning,
  frame: Expansion['planned'][number],
): Expansion {
  const to = toldOf(step.notice.to, input.departure.confidential);
  const leftOut = to.length === 0;
  if (to.length < step.notice.to.length) {
    const rest = leftOut ? 'is left out' : 'is not told in its channel';
    notes.push(`“${step.id}” ${rest}: many read a channel, and this is confidential.`);
  }
  if (leftOut) return { step, leftOut, planned: [], lookups: [] };
  const notice = filledIn({ ...step.notice, to }, input.language ?? 'en', values);
  return { step, leftOut, planned: [{ ...frame, notice }], lookups: [] };
}

/** Filled in for each language that the playbook has it in. */
function filledIn(
  { to, by, subject, text }: Step['notice'],
  ofCompany: (typeof languages)[number],
  values: Planning['values'],
): NoticePlan {
  const wordsIn = (language: typeof ofCompany) => {
    const inSubject = fillIn(inLanguage(subject, language), values);
    const inText = fillIn(inLanguage(text, language), values);
    return { subject: onOneLine(inSubject.text), text: inText.text };
  };
  const has = (language: typeof ofCompany) =>
    [subject, text].some((it) => typeof it !== 'string' && it[language] !== undefined);
  const others = languages.filter((it) => it !== ofCompany && has(it));
  const unfilled = (it: Wording) => [
    ...new Set(textsOf(it).flatMap((one) => fillIn(one, values).unknown)),
  ];
  const blanks = { subject: unfilled(subject), text: unfilled(text) };
  return {
    to,
    ...(by !== null && { by }),
    ...wordsIn(ofCompany),
    ...(others.length > 0 && {
      others: Object.fromEntries(others.map((it) => [it, wordsIn(it)])),
    }),
    ...(blanks.subject.length + blanks.text.length > 0 && { blanks }),
  };
}

/**
 * What is wrong with a notice, given what is connected. What reaches the private address tells the leaver; it
 * goes out when access has ended. The one at work does not.
 */
export function noticeProblems(
  { id, notice, after }: Step,
  connections: readonly ConnectionOffer[],
): StepProblem[] {
  const { to, by } = notice;
  const isAfter = after.includes('layer security');
  const problems: StepProblem[] = [];
  if (to.some((it) => 'personalEmail' in it) && !isAfter) {
    problems.push({
      severity: 'warning',
      step: id,
      problem: `“${id}” writes to the private address before access has ended.`,
      mend: 'Add “layer security” to its “after”, if it should wait.',
    });
  }
  if (to.some((it) => 'leaver' in it) && isAfter) {
    problems.push({
      severity: 'error',
      step: id,
      problem: `“${id}” writes to the leaver’s mailbox at work after access has ended.`,
      mend: 'Write “personal address” instead of “leaver”.',
    });
  }
  // A connection that is not there is told of elsewhere.
  const chat = connections.find((it) => it.id === by);
  if (chat && !chat.carriesNotices) {
    const chats = connections.filter((it) => it.carriesNotices).map((it) => it.id);
    problems.push({
      severity: 'error',
      step: id,
      problem: `“${id}” is to go by ${chat.name}, which carries no notices.`,
      mend:
        chats.length > 0
          ? `Write ${chats.join(' or ')}, or leave “by” out: it then goes by mail.`
          : 'Leave “by” out: it then goes by mail. Slack carries notices once it has a bot token.',
    });
  }
  return problems;
}
