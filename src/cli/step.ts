import { basename } from 'node:path';
import type { Command } from 'commander';
import { Done } from '#api/contract/page.ts';
import { ProofFile } from '#api/contract/steps.ts';
import type { Client } from './client.ts';
import { answering, type Cli, group } from './context.ts';
import { bytesOf } from './import.ts';
import { momentFrom } from './moments.ts';
import { clean } from './paint.ts';

interface Json {
  readonly json?: boolean;
}

interface Attested {
  readonly reason: string;
  readonly proof?: string[];
  readonly file?: string[];
}

/** `gatehouse step …`: what a person decides about one step. */
export function addStep(program: Command, cli: Cli): void {
  const parent = group(
    program,
    'step',
    'steps that wait for a person: hold, retry, attest, accept, hand over, ask for time, waive, write off',
  );

  answering(
    parent,
    'hold <id>',
    'try a step no more whose system does not answer; then do it by hand, skip it or retry',
  ).action(async (id: string, options: Json) => decide(cli, id, 'hold', undefined, options));

  answering(parent, 'retry <id>', 'try a held step again').action(
    async (id: string, options: Json) => decide(cli, id, 'retry', undefined, options),
  );

  answering(parent, 'attest <id>', 'confirm that it was done by hand')
    .requiredOption('--reason <text>', 'what was done, in a sentence')
    .option(
      '--proof <text>',
      'what proves it: a ticket, a serial number, a link; "label=…" for each thing the task asks for',
      (text: string, before: string[] = []) => [...before, text],
    )
    .option('--file <path...>', 'files that prove it, at most 25 MB each')
    .action(async (id: string, { json, file = [], proof, reason }: Json & Attested) => {
      const files: string[] = [];
      for (const path of file) {
        const proof = { name: basename(path), bytes: await bytesOf(cli.io, path) };
        files.push(await addProof(cli.client(), id, proof));
      }
      const body = {
        reason,
        ...(proof ? { proof: proof.join('\n') } : {}),
        ...(files.length > 0 ? { files } : {}),
      };
      return decide(cli, id, 'attest', body, { ...(json ? { json } : {}) });
    });

  answering(parent, 'accept <id>', 'accept what somebody else has done').action(
    async (id: string, options: Json) => decide(cli, id, 'accept', undefined, options),
  );

  answering(parent, 'send-back <id>', 'do not accept it; who did it is asked again')
    .requiredOption('--reason <text>', 'what is missing')
    .action(async (id: string, { reason, ...options }: Json & { reason: string }) =>
      decide(cli, id, 'send-back', { reason }, options),
    );

  answering(parent, 'hand-over <id>', 'give a task to another person')
    .requiredOption('--to <address>', 'their address at work, or the id of a user')
    .requiredOption('--reason <text>', 'why; they are told')
    .action(async (id: string, { to, reason, ...options }: Json & { to: string; reason: string }) =>
      decide(cli, id, 'hand-over', { to, reason }, options),
    );

  answering(parent, 'ask-time <id>', 'ask for more time for a task of yours')
    .requiredOption('--until <day>', 'when it will be done, such as 2026-12-31')
    .requiredOption('--reason <text>', 'why it takes longer')
    .action(
      async (
        id: string,
        { reason, until, ...options }: Json & { reason: string; until: string },
      ) => {
        const moment = momentFrom(until, cli.zone, 'end').toISOString();
        return decide(cli, id, 'ask-time', { until: moment, reason }, options);
      },
    );

  answering(parent, 'give-time <id>', 'give the time that somebody asks for').action(
    async (id: string, options: Json) => decide(cli, id, 'give-time', undefined, options),
  );

  answering(parent, 'refuse-time <id>', 'do not give it; they are told why')
    .requiredOption('--reason <text>', 'why not')
    .action(async (id: string, { reason, ...options }: Json & { reason: string }) =>
      decide(cli, id, 'refuse-time', { reason }, options),
    );

  answering(parent, 'waive <id>', 'skip a step until a day, and answer for it')
    .requiredOption('--reason <text>', 'why it is not done')
    .requiredOption('--until <day>', 'until when, such as 2026-12-31; then it opens again')
    .action(
      async (
        id: string,
        { reason, until, ...options }: Json & { reason: string; until: string },
      ) => {
        const expiresAt = momentFrom(until, cli.zone, 'end').toISOString();
        return decide(cli, id, 'waive', { reason, expiresAt }, options);
      },
    );

  answering(parent, 'write-off <id>', 'say that equipment will not come back, and answer for it')
    .requiredOption('--reason <text>', 'why it will not come back')
    .action(async (id: string, { reason, ...options }: Json & { reason: string }) =>
      decide(cli, id, 'write-off', { reason }, options),
    );
}

/** Adds a file to a step and returns its digest, by which the step is confirmed with it. */
export async function addProof(
  client: Client,
  stepId: string,
  { name, bytes }: { readonly name: string; readonly bytes: Uint8Array },
): Promise<string> {
  const path = `/steps/${encodeURIComponent(stepId)}/proofs?${new URLSearchParams({ name })}`;
  const sent = { bytes, type: 'application/octet-stream' };
  return (await client.sendFile(path, sent, ProofFile)).sha256;
}

async function decide(
  cli: Cli,
  id: string,
  name: string,
  body: unknown,
  options: Json,
): Promise<void> {
  const path = `/steps/${encodeURIComponent(id)}/${name}`;
  const done = await cli.client().send('POST', path, body, Done);
  cli.answer(options, done, () => [clean(done.detail)]);
}
