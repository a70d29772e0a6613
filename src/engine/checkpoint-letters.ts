import { settingsFrom } from '#core/settings.ts';
import { shortNote } from '#core/short-note.ts';
import { cosignedCheckpoint } from '#ledger/cosignatures.ts';
import { foundFork } from '#ledger/fork-guard.ts';
import { base64url, sha256 } from '#ledger/hash.ts';
import { headOf } from '#ledger/head.ts';
import { aboutNobody, record } from '#ledger/record.ts';
import { witnessPolicy } from '#ledger/witnesses.ts';
import { alertsOpen, raiseAlert, resolveAlerts } from '#store/alerts.ts';
import {
  checkpointLetterFailed,
  checkpointLetterSent,
  checkpointLetters,
  keepRecipients,
  takeCheckpointLetter,
  unsentCheckpointLetters,
} from '#store/checkpoint-letters.ts';
import { answered } from '#store/questions.ts';
import { loadSettings } from '#store/settings.ts';
import { inTransaction } from '#store/sql.ts';
import { type Engine, engineActor } from './engine.ts';
import { sendLetter } from './messages.ts';

const dayMs = 24 * 60 * 60_000;
const condition = 'record:checkpoint-letters';

/**
 * Mails the newest checkpoint of the record to each auditor in the settings, every so many days. In their hands it
 * proves that nothing was rewritten since, also by somebody who holds database and keys. Each letter is a fact.
 */
export async function mailCheckpoints(engine: Engine): Promise<void> {
  const { pool } = engine;
  const asked = await answered(pool, { letters: [checkpointLetters, alertsOpen(condition)] });
  if (asked.size === 0) return;
  const { auditors, days } = settingsFrom(await loadSettings(pool)).checkpoints;
  await keepRecipients(
    pool,
    auditors.map(({ email }) => email),
  );
  if (auditors.length > 0 && !(await foundFork(pool))) {
    for (const auditor of auditors) await mailTo(engine, auditor, days * dayMs);
  }
  await tellOfUnsent(engine);
}

async function mailTo(
  engine: Engine,
  { name, email }: { readonly name: string; readonly email: string },
  everyMs: number,
): Promise<void> {
  const { pool } = engine;
  const { origin } = await headOf(pool);
  const newest = await cosignedCheckpoint(pool, origin, {
    ...(await witnessPolicy(pool)),
    quorum: 0,
  });
  if (!newest) return;
  const retryMs = engine.timing.longestRetryMs;
  const id = await takeCheckpointLetter(pool, email, { everyMs, retryMs });
  if (id === null) return;

  const { size } = newest;
  const checkpoint = shortNote(newest.note);
  const sent = await sendLetter(engine, {
    to: email,
    subject: `Gatehouse: the signed state of the record, ${size} facts`,
    text: textOf(name, checkpoint, engine.publicUrl),
    id: `checkpoint-${id}-${size}`,
  });
  if (sent.kind !== 'sent') {
    const problem = sent.kind === 'no mail' ? 'nothing is set up to carry it' : sent.failure.detail;
    return checkpointLetterFailed(pool, id, problem);
  }
  await inTransaction(pool, async (tx) => {
    await checkpointLetterSent(tx, id);
    const digest = base64url(sha256(Buffer.from(checkpoint)));
    const data = { recipient: id, size, digest };
    await record(tx, aboutNobody, [{ type: 'checkpoint.sent', actor: engineActor, data }]);
  });
}

const textOf = (name: string, checkpoint: string, publicUrl: string): string => `${name},

this is how the record stood when it was signed last: its name, how many facts it holds, and the root of the tree over
them, with the signature of Gatehouse below.

${checkpoint}
Keep it where the company cannot reach it. Saved as a file (from the line with the name to the end of the signatures), it
shows later that nothing was rewritten since:

  gatehouse verify PACK.zip --trust trust.json --prev THIS-FILE

The pack has to have been made with gatehouse evidence --since THIS-FILE.

${publicUrl}
`;

/** Without them only the log and the mirror hold what was signed. */
async function tellOfUnsent({ pool }: Engine): Promise<void> {
  const unsent = await unsentCheckpointLetters(pool, dayMs);
  if (!unsent) return resolveAlerts(pool, condition);
  await raiseAlert(pool, {
    condition,
    kind: 'record.checkpoint-unsent',
    title: 'Auditors were not mailed the state of the record',
    body:
      `${unsent.count} of the letters with the newest checkpoint have not gone out for a day: ${unsent.problem}. They ` +
      'are tried again. Look after the mail connection, or change the addresses (gatehouse settings set checkpoints).',
    caseId: null,
    stepId: null,
    connectionId: null,
    confidential: false,
  });
}
