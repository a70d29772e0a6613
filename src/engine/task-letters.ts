import { deadlineText } from '#core/dates.ts';
import type { Failure } from '#core/failure.ts';
import {
  type TaskFacts,
  type TaskNote,
  type TaskWord,
  taskLetter,
  taskWord,
  type Wrote,
} from '#core/letters.ts';
import { settingsFrom } from '#core/settings.ts';
import { type Addressee, type Assignment, isAmong, taskLinkDays } from '#core/task.ts';
import { newLinkToken } from '#store/link-tokens.ts';
import { loadSettings } from '#store/settings.ts';
import type { Work } from '#store/steps.ts';
import { keepTaskLink } from '#store/task-links.ts';
import type { Engine } from './engine.ts';
import { sendLetter } from './messages.ts';

/** A task as it is put to people now. */
export interface Asking extends Assignment {
  readonly title: string;
  /** The deadline differs from what was said before. */
  readonly isMoved: boolean;
}

/** Writes to everybody who is asked. Returns why each letter that did not go out did not. */
export async function askThem(engine: Engine, work: Work, it: Asking): Promise<readonly Failure[]> {
  const { handOver, sentBack, timeRefused, submission } = it;
  const said = { 'sent-back': sentBack, 'time-refused': timeRefused } as const;
  const by = (it.news === 'sent-back' || it.news === 'time-refused') && said[it.news];
  const because = by || handOver;
  const done = submission && { ...submission, name: submission.byName };
  return writeAll(engine, work, it, it.people, async (language, facts, person) =>
    taskLetter(language, noteFor(person, work, it), {
      ...facts,
      link: facts.quiet ? null : await linkTo(engine, work.id, person),
      instructions: it.instructions,
      proof: it.proof,
      because: because && { name: because.byName, reason: because.reason },
      done,
    }),
  );
}

/** A way to answer for somebody who may be no user. A quiet letter has none: the page would tell what it is. */
async function linkTo(engine: Engine, stepId: string, to: Addressee): Promise<string> {
  const { token, hash } = newLinkToken();
  await keepTaskLink(engine.pool, { stepId, to, tokenHash: hash, days: taskLinkDays });
  return `${engine.publicUrl}/task/${token}`;
}

function noteFor(person: Addressee, work: Work, it: Asking): TaskNote {
  if (it.news) return it.news;
  // A letter that reached nobody was none, so the next one is no reminder.
  const isNew = it.reminders === 0 || !isAmong(work.assignment?.people ?? [], person.email);
  if (isNew) return it.submission ? 'to-accept' : 'new';
  return it.isMoved ? 'moved' : 'reminder';
}

/** Tells people of a task that is not theirs, or no longer; what cannot be sent is only logged. */
export async function tellThem(
  engine: Engine,
  work: About,
  it: Pick<Asking, 'title' | 'deadline' | 'reminders'>,
  word: TaskWord,
  to: readonly Addressee[],
  others: readonly Addressee[] = [],
): Promise<void> {
  const names = others.map(({ name }) => name);
  const write = (language: Language, facts: TaskFacts) =>
    taskWord(language, word, { ...facts, others: names });
  await writeAll(engine, work, it, to, write, word);
}

/** What a letter has to know of the step and its case. */
interface About extends Pick<Work, 'id' | 'version' | 'personFacts'> {
  readonly departure: { readonly confidential: boolean };
}

type Language = Parameters<typeof taskLetter>[0];

async function writeAll(
  engine: Engine,
  work: About,
  it: Pick<Asking, 'title' | 'deadline' | 'reminders'>,
  to: readonly Addressee[],
  write: (language: Language, facts: TaskFacts, person: Addressee) => Wrote | Promise<Wrote>,
  kind = 'task',
): Promise<readonly Failure[]> {
  const { company } = settingsFrom(await loadSettings(engine.pool));
  const zone = work.personFacts.zone ?? company.zone;
  const failures: Failure[] = [];
  for (const [i, person] of to.entries()) {
    const letter = await write(
      company.language,
      {
        name: person.name,
        title: it.title,
        stepId: work.id,
        publicUrl: engine.publicUrl,
        quiet: work.departure.confidential,
        due: it.deadline === null ? null : deadlineText(new Date(it.deadline), zone),
      },
      person,
    );
    const sent = await sendLetter(engine, {
      to: person.email,
      ...letter,
      id: `${kind}-${work.id}-${work.version}-${it.reminders}-${i}`,
    });
    if (sent.kind !== 'failed') continue;
    failures.push(sent.failure);
    engine.log.warn({ stepId: work.id, kind: sent.failure.kind }, 'a task could not be mailed');
  }
  return failures;
}
