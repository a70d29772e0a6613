import { endStates } from '#core/case.ts';
import { deadlineText } from '#core/dates.ts';
import type { Language } from '#core/language.ts';
import { firstNameIn } from '#core/person.ts';
import { type Settings, settingsFrom } from '#core/settings.ts';
import { fileName, isFileProof } from '#core/task-proof.ts';
import { type CaseRow, lockCase } from '#store/cases.ts';
import { linkHashOf } from '#store/link-tokens.ts';
import { loadSettings } from '#store/settings.ts';
import { type Db, inTransaction } from '#store/sql.ts';
import { loadStep, type StepRow } from '#store/steps.ts';
import { type TaskLink, taskLinkBehind } from '#store/task-links.ts';
import { accept, sendBack } from './acceptance.ts';
import type { App } from './app.ts';
import { atLabel, atThing, attest } from './attestation.ts';
import { type Decider, linkDecides } from './decider.ts';
import { Problem } from './problem.ts';
import { assignmentOf, didIt, isAsked, type ToDecide } from './step-decision.ts';

/** What somebody with the link of a task does, and the language they do it in. */
export type TaskAct = { readonly language: Language | null } & (
  | { readonly kind: 'open' }
  | ({ readonly kind: 'done' | 'accept' | 'send-back' } & Entered)
);

/** What they wrote. */
export interface Entered {
  readonly note: string;
  /** In the order in which the task asks for them. */
  readonly proofs: readonly string[];
}

/** Why a link opens nothing, or nothing any more. */
export type Closed =
  | 'unknown'
  | 'expired'
  | 'done'
  | 'not yours'
  /** The letter was faster than we are: others are still being written to. */
  | 'not yet'
  | 'not needed'
  /** It has become confidential, so that no page without a key may tell of it. */
  | 'not here';

/** What was recorded just now. */
export type Recorded = 'done' | 'accepted' | 'sent back';

/** What they see then. */
export type TaskFormView =
  | (Frame & { readonly kind: 'closed'; readonly because: Closed })
  | (Frame & { readonly kind: 'recorded'; readonly what: Recorded })
  | OpenTask;

interface Frame {
  readonly company: string;
  readonly language: Language;
}

/** All that the page shows: the first name of whoever is asked, and the task's own text. */
export interface OpenTask extends Frame {
  readonly kind: 'open';
  readonly firstName: string;
  readonly title: string;
  readonly instructions: string;
  /** A day, or a day and a time; null: none. */
  readonly due: string | null;
  /** What has to be written down. */
  readonly labels: readonly string[];
  /** What has to be attached, which a page cannot take. */
  readonly files: readonly string[];
  /** Whether a word of what was done is needed, since nothing else shows it. */
  readonly needsNote: boolean;
  /** What was done, where it only has to be accepted. */
  readonly done: Done | null;
  readonly entered: Entered;
  readonly problems: readonly FormProblem[];
}

interface Done {
  readonly name: string;
  readonly reason: string;
  readonly proof: string | null;
  readonly files: readonly string[];
}

export interface FormProblem {
  /** The number of what has to be written down, from 0; null: what is asked has changed meanwhile. */
  readonly field: 'note' | number | null;
  readonly problem: 'missing' | 'too long' | 'another thing' | 'refused';
}

/** The API takes no more either. */
export const longestEntry = 2_000;

const nothing: Entered = { note: '', proofs: [] };

/**
 * The one way in for whoever is asked and has no key: one task, by the link in its letter. What it
 * asks for and who may answer is judged where it is for users.
 */
export async function useTaskLink(app: App, token: string, act: TaskAct): Promise<TaskFormView> {
  const settings = settingsFrom(await loadSettings(app.pool));
  const { company } = settings;
  const frame = { company: company.name, language: act.language ?? company.language };
  try {
    return await inTransaction(app.pool, async (tx) => {
      const behind = await taskBehind(tx, token);
      if (typeof behind === 'string') return { kind: 'closed', because: behind, ...frame };
      const { who, found } = behind;
      const task = { ...taskOf(who, found, settings), ...frame };
      if (act.kind === 'open') return task;
      const problems = problemsBefore(task, act);
      if (problems.length > 0) return { ...task, entered: act, problems };
      return { kind: 'recorded', what: await answer(tx, app, who, found, act), ...frame };
    });
  } catch (error) {
    if (!(error instanceof Problem) || act.kind === 'open') throw error;
    const seen = await useTaskLink(app, token, { kind: 'open', language: act.language });
    if (seen.kind !== 'open') return seen;
    return { ...seen, entered: act, problems: problemsIn(error, seen) };
  }
}

async function taskBehind(
  tx: Db,
  token: string,
): Promise<{ who: Decider; found: ToDecide } | Closed> {
  const hash = linkHashOf(token);
  const link = hash ? await taskLinkBehind(tx, hash) : null;
  if (!link) return 'unknown';
  const seen = await loadStep(tx, link.stepId);
  const it = seen ? await lockCase(tx, seen.caseId) : null;
  const step = it ? await loadStep(tx, link.stepId) : null;
  if (!it || !step) return 'not needed';
  const who = linkDecides(link);
  return closedBecause(link, who, step, it) ?? { who, found: { step, case: it } };
}

/** Why nothing can be answered; null: it can. */
function closedBecause(link: TaskLink, who: Decider, step: StepRow, it: CaseRow): Closed | null {
  if (link.isExpired) return 'expired';
  if (it.departure.confidential) return 'not here';
  if (step.status === 'settled') return step.grade === 'waived' ? 'not needed' : 'done';
  const isOtherWay = (step.undoOf !== null) !== (it.direction === 'back');
  if (endStates.includes(it.state) || isOtherWay) return 'not needed';
  const { confirmed, submission, people = [] } = step.assignment ?? {};
  if (confirmed || didIt(who, submission)) return 'done';
  if (people.length === 0) return 'not yet';
  return isAsked(who, step) ? null : 'not yours';
}

function taskOf(
  { name }: Decider,
  { step, case: it }: ToDecide,
  { company }: Settings,
): Omit<OpenTask, keyof Frame> {
  const { instructions, proof, deadline, submission } = assignmentOf(step);
  const labels = proof.filter((label) => !isFileProof(label));
  const files = proof.filter(isFileProof).map(fileName);
  const zone = it.personFacts.zone ?? company.zone;
  return {
    kind: 'open',
    firstName: firstNameIn(name),
    title: step.task?.title ?? (step.account ? `${step.title}: ${step.account.login}` : step.title),
    instructions,
    due: deadline === null ? null : deadlineText(new Date(deadline), zone),
    labels,
    files,
    needsNote: proof.length === 0 && !isAcknowledged(step),
    done: submission
      ? {
          name: submission.byName,
          reason: submission.reason,
          proof: submission.proof,
          files: submission.files.map((file) => file.name),
        }
      : null,
    entered: nothing,
    problems: [],
  };
}

/** That somebody who arrives says so by their own link is what proves that they know of it. */
const isAcknowledged = ({ task }: StepRow): boolean => task !== null && 'newcomer' in task.assignTo;

/** What can be seen from the form alone. */
function problemsBefore(
  { needsNote, done }: OpenTask,
  { kind, note, proofs }: TaskAct & Entered,
): readonly FormProblem[] {
  const problems: FormProblem[] = proofs.flatMap((it, field) =>
    it.length > longestEntry ? [{ field, problem: 'too long' }] : [],
  );
  if (note.length > longestEntry) problems.push({ field: 'note', problem: 'too long' });
  const isNoteNeeded = kind === 'send-back' || (kind === 'done' && needsNote && done === null);
  if (isNoteNeeded && note === '') problems.push({ field: 'note', problem: 'missing' });
  return problems;
}

/** What the same rules as for users have against it, by the fields of the form. */
function problemsIn({ details }: Problem, { labels }: OpenTask): readonly FormProblem[] {
  const problems = details.flatMap(({ at }): FormProblem[] => {
    if (at === atThing)
      return [{ field: labels.length > 0 ? 0 : 'note', problem: 'another thing' }];
    const field = labels.findIndex((label) => atLabel(label) === at);
    return field < 0 ? [] : [{ field, problem: 'missing' }];
  });
  return problems.length > 0 ? problems : [{ field: null, problem: 'refused' }];
}

async function answer(
  tx: Db,
  app: App,
  who: Decider,
  found: ToDecide,
  { kind, note, proofs }: Exclude<TaskAct, { kind: 'open' }>,
): Promise<Recorded> {
  switch (kind) {
    case 'accept':
      await accept(tx, app, who, found);
      return 'accepted';
    case 'send-back':
      await sendBack(tx, app, who, found, { reason: note });
      return 'sent back';
    case 'done': {
      const { proof: asked } = assignmentOf(found.step);
      const labels = asked.filter((label) => !isFileProof(label));
      const given = labels.flatMap((label, i) => (proofs[i] ? [[label, proofs[i]] as const] : []));
      const reason = note === '' ? 'Confirmed by the link in the letter.' : note;
      await attest(tx, app, who, found, {
        reason,
        ...(asked.length === 0 ? { proof: reason } : { proofs: Object.fromEntries(given) }),
      });
      return 'done';
    }
  }
}
