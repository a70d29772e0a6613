import type { App, Caller } from '#app/app.ts';
import { bringBack, cancelCase, changeDates, pauseCase, resumeCase, showCase } from '#app/cases.ts';
import { pauseConnection } from '#app/connection-page.ts';
import { type ConnectionInput, removeConnection } from '#app/connections.ts';
import { requestEvidence, showEvidence, takeEvidence } from '#app/evidence.ts';
import { receiveHook } from '#app/hooks.ts';
import { importPlaybook, publishPlaybook } from '#app/playbooks.ts';
import { Problem } from '#app/problem.ts';
import { requestPruning } from '#app/prunings.ts';
import { changeSetting } from '#app/settings.ts';
import { attestStep, retryStep, waiveStep, writeOffStep } from '#app/steps.ts';
import type { PackFiles } from '#core/evidence-check.ts';
import { until } from '#core/testing/until.ts';
import { unpack } from '#core/unpack.ts';
import { startEvidenceOrders } from '#ledger/evidence-orders.ts';
import { startGatehouse, type TestGatehouse } from './gatehouse.ts';
import { checkInvariants } from './invariants.ts';
import { fillRecord, hirePruners } from './pruners.ts';

// The program of `moved-clock.ts`: a whole Gatehouse in a process whose clock is moved from outside.

const asAdmin =
  <Rest extends unknown[], T>(act: (app: App, caller: Caller, ...rest: Rest) => Promise<T>) =>
  (it: TestGatehouse, ...rest: Rest) =>
    act(it.app, it.admin, ...rest);

const acts = {
  ready: async (_: TestGatehouse) => true,
  connect: (it: TestGatehouse, input: ConnectionInput, ports?: readonly number[]) =>
    it.connect(input, ports),
  hear: (it: TestGatehouse, delivery: Parameters<typeof receiveHook>[1]) =>
    receiveHook(it.app, delivery),
  rows: (it: TestGatehouse, text: string, ...values: unknown[]) =>
    it.rows<Record<string, unknown>>(text, ...values),
  flush: (it: TestGatehouse) => it.scribe.flush(),
  checkInvariants: (it: TestGatehouse) => checkInvariants(it),
  set: asAdmin(changeSetting),
  show: asAdmin(showCase),
  pause: asAdmin(pauseCase),
  resume: asAdmin(resumeCase),
  cancel: asAdmin(cancelCase),
  changeDates: asAdmin(changeDates),
  bringBack: asAdmin(bringBack),
  retry: asAdmin(retryStep),
  attest: asAdmin(attestStep),
  waive: asAdmin(waiveStep),
  writeOff: asAdmin(writeOffStep),
  publish: asAdmin(publishText),
  hirePruners: async (it: TestGatehouse) => {
    pruners = await hirePruners(it);
  },
  fill: fillRecord,
  prune: pruneBelow,
  evidence: evidencePack,
  pauseConnection: asAdmin(pauseConnection),
  removeConnection: asAdmin(removeConnection),
};

/** Asks for the pack of a complete case, has it made, and takes it: its files by their names. */
async function evidencePack(it: TestGatehouse, caseId: string): Promise<PackFiles> {
  const { id } = await requestEvidence(it.app, it.admin, caseId, null);
  const { pool, keys } = { pool: it.database.pools.scribe, keys: it.app.keys };
  const making = startEvidenceOrders({ pool, keys, onError: console.error }, 50);
  await until('the evidence', async () => {
    const { status, because } = await showEvidence(it.app, it.admin, id);
    if (because !== null) throw new Error(because);
    return status === 'made';
  });
  await making.stop();
  const pack = unpack((await takeEvidence(it.app, it.admin, id)).bytes);
  if (pack.kind !== 'files') throw new Error('the pack cannot be opened');
  return pack.files;
}

let pruners: Awaited<ReturnType<typeof hirePruners>>;

/** Asks for it as soon as all is signed, has it approved and carries it out. Answers how many facts went, or why none did. */
async function pruneBelow(it: TestGatehouse, size: number): Promise<string> {
  return until('a clear answer', async () => {
    try {
      const { id } = await requestPruning(it.app, it.admin, size);
      await pruners.approveLater(id, pruners.sam);
      await pruners.approveLater(id, pruners.ivy);
      return `${(await pruners.carryOut(size)).facts} facts`;
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      const [first] = error.details;
      if (!first) throw error;
      return ['not-signed', 'mirror'].includes(first.at) ? null : `${first.at}: ${first.problem}`;
    }
  });
}

/** Imports a playbook and publishes it. */
async function publishText(app: App, caller: Caller, text: string) {
  const { playbook } = await importPlaybook(app, caller, text);
  return publishPlaybook(app, caller, playbook.id);
}

/** What the program can be asked to do, each as whoever may do everything but audit. */
export type Acts = typeof acts;

export interface Question {
  readonly id: number;
  readonly act: string;
  readonly rest: readonly unknown[];
}

export type Answer =
  | { readonly id: number; readonly value: unknown }
  | { readonly id: number; readonly error: string };

/**
 * Now and then libfaketime takes a process of the database server along, and the server starts again by
 * itself. What only reads is then asked again; the program has to bear it as it would anywhere.
 */
const reading: ReadonlySet<string> = new Set(['rows', 'show', 'flush', 'checkInvariants']);
const isLost = /ECONN|EPIPE|Connection terminated|recovery mode|not yet accepting|starting up/;

async function carryOut({ act, rest }: Question): Promise<unknown> {
  const gatehouse = await starting;
  const run = Reflect.get(acts, act) as (it: TestGatehouse, ...rest: unknown[]) => unknown;
  if (!reading.has(act)) return run(gatehouse, ...rest);
  const { value } = await until(`an answer to ${act}`, async () => {
    try {
      return { value: await run(gatehouse, ...rest) };
    } catch (error) {
      if (!isLost.test(String(error))) throw error;
      return null;
    }
  });
  return value;
}

const starting = startGatehouse(JSON.parse(process.env['GATEHOUSE_TEST_TIMING'] ?? '{}'));

process.on('message', async (question: Question) => {
  const { id } = question;
  const answer = (it: { value: unknown } | { error: string }) => process.send?.({ id, ...it });
  try {
    answer({ value: await carryOut(question) });
  } catch (error) {
    answer({ error: error instanceof Error ? error.message : String(error) });
  }
});
// Whoever started us is done, or gone.
process.on('disconnect', async () => {
  await (await starting).stop();
  process.exit(0);
});
