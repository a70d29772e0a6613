import { Answers } from '#core/survey-answers.ts';
import { seal, unseal } from '#ledger/disclosure.ts';
import type { Db } from '#store/sql.ts';
import type { App } from './app.ts';

/** Where answers belong: sealed, they can be moved to no other invitation. */
const placeOf = (invitation: string): string => `gatehouse:survey-answers:v1|${invitation}`;

interface Owner {
  /** Of the invitation. */
  readonly id: string;
  readonly subject: string;
}

/** Seals answers under the key of the person who gave them, so that erasing it erases them. */
export async function sealAnswers(
  db: Db,
  { keys }: Pick<App, 'keys'>,
  { id, subject }: Owner,
  answers: Answers,
): Promise<Buffer> {
  const key = await keys.keyOf(db, subject);
  return seal(key, placeOf(id), Buffer.from(JSON.stringify(answers), 'utf8'));
}

/** Opens what `sealAnswers` made. Throws when it was tampered with. */
export async function openAnswers(
  db: Db,
  { keys }: Pick<App, 'keys'>,
  { id, subject }: Owner,
  sealed: Buffer,
): Promise<Answers> {
  const bytes = unseal(await keys.keyOf(db, subject), placeOf(id), sealed);
  if (bytes) return Answers.parse(JSON.parse(bytes.toString('utf8')));
  throw new Error(`The answers of invitation ${id} are not what was stored: they were changed.`);
}
