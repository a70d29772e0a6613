import type { Command } from 'commander';
import { stringify } from 'yaml';
import { TrialResult } from '#api/contract/descriptions.ts';
import { diffLines } from '#core/line-diff.ts';
import { answering, type Cli } from './context.ts';
import { clean } from './paint.ts';

interface TryOptions {
  readonly json?: boolean;
  readonly account: string;
  readonly do: string;
  readonly to?: string;
  readonly change?: boolean;
}

/** `gatehouse connection try`: one action on one account, to see what it would do, or does. */
export function addConnectionTry(parent: Command, cli: Cli): void {
  answering(parent, 'try <id>', 'one action on one account: what is sent and answered')
    .requiredOption('--account <account>', 'the system’s own id of the account')
    .requiredOption('--do <capability>', 'for example account.suspend')
    .option('--to <email>', 'who receives, where something is handed over')
    .option('--change', 'make the change as well, and read the account again')
    .addHelpText(
      'after',
      '\nWithout --change nothing is changed: the account is read, and what would be sent is shown.',
    )
    .action(
      async (id: string, { json, account, do: capability, to, change = false }: TryOptions) => {
        const params = to === undefined ? {} : { to };
        const tried = await cli
          .client()
          .send(
            'POST',
            `/connections/${encodeURIComponent(id)}/try`,
            { account, capability, params, change },
            TrialResult,
          );
        const isShort =
          change &&
          tried.failure === null &&
          !['done', 'acknowledged'].includes(tried.plan?.kind ?? '');
        if (tried.failure || isShort) cli.fail();
        cli.answer({ json: json ?? false }, tried, () => linesOf(tried, cli));
      },
    );
}

function linesOf(it: TrialResult, { paint }: Cli): string[] {
  const sent = it.exchanges.flatMap(({ request, response }) => [
    `→ ${request.method} ${request.url}`,
    ...indented(request.body),
    response ? `← ${response.status}` : '← no answer',
    ...indented(response?.body),
  ]);
  const wouldSend = (it.changed ? [] : (it.requests ?? [])).flatMap((request) => [
    `would send ${request.method} ${request.url}`,
    ...indented(request.body),
  ]);
  return [
    ...sent,
    ...wouldSend,
    ...stateLines(it),
    ...(it.plan ? [`${it.plan.kind}: ${it.plan.says}`] : []),
    ...(it.failure ? [paint('attention', `${it.failure.kind}: ${it.failure.detail}`)] : []),
    it.changed ? 'The change was sent.' : 'Nothing was changed.',
  ].map(clean);
}

/** The account before, or before and after as a comparison. */
function stateLines({ before, after }: TrialResult): string[] {
  if (before === null) return [];
  if (after === null) return ['before:', ...indented(before)];
  const lines = diffLines(yamlOf(before), yamlOf(after));
  return ['before and after:', ...lines.map(({ sign, text }) => `${sign} ${text}`)];
}

function indented(value: unknown): string[] {
  if (value === null || value === undefined || value === '') return [];
  const text = typeof value === 'string' ? value : yamlOf(value);
  return text
    .trimEnd()
    .split('\n')
    .map((line) => `    ${line}`);
}

/** In one order, so that before and after can be compared. */
const yamlOf = (value: unknown): string => stringify(value, { sortMapEntries: true });
