import type { Case } from '../src/api/contract/cases.ts';
import { Done } from '../src/api/contract/page.ts';
import type { Step } from '../src/api/contract/steps.ts';
import { addProof } from '../src/cli/step.ts';
import type { Member } from './gatehouse.ts';
import { expectThat } from './wait.ts';

/** What somebody who was asked did, and what shows it. */
export interface Answer {
  readonly by: Member;
  readonly reason: string;
  /** Where it has to name the account: made for the step at hand. */
  readonly proof: string | ((step: Step) => string);
  readonly file?: { readonly name: string; readonly bytes: Uint8Array };
}

/**
 * Confirms every task that somebody was asked for; `answers` by connection, else by the step's key.
 * Those in `others` are done in another way.
 */
export async function doTasks(
  found: Case,
  answers: Readonly<Record<string, Answer>>,
  others: readonly string[] = [],
): Promise<void> {
  for (const step of found.steps) {
    const isAsked = step.status === 'running' && step.assignment !== null;
    // What was confirmed already is being read back.
    if (!isAsked || step.assignment?.confirmed || others.includes(step.key)) continue;
    const answer = answers[step.connection ?? step.key];
    expectThat(answer !== undefined, 'only tasks that somebody does', () => step.title);
    const { by, reason, proof, file } = answer!;
    const files = file ? [await addProof(by, step.id, file)] : [];
    const shown = typeof proof === 'string' ? proof : proof(step);
    await by.send('POST', `/steps/${step.id}/attest`, { reason, proof: shown, files }, Done);
  }
}
