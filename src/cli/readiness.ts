import type { Command } from 'commander';
import { Readiness } from '#api/contract/readiness.ts';
import { answering, type Cli } from './context.ts';
import { table } from './table.ts';

/** `gatehouse readiness`: how many arrivals were ready on their first day. */
export function addReadiness(program: Command, cli: Cli): void {
  answering(program, 'readiness', 'how many arrivals were ready on their first day')
    .requiredOption('--from <day>', 'the earliest first day, such as 2026-12-01')
    .requiredOption('--to <day>', 'the latest')
    .action(async ({ from, to, ...options }: { from: string; to: string; json?: boolean }) => {
      const found = await cli.client().get('/readiness', Readiness, { from, to });
      cli.answer(options, found, () => [
        `${found.ready} of ${found.arrivals} ready on day one` +
          (found.ahead > 0 ? `; ${found.ahead} still to come` : ''),
        ...(found.notReady.length > 0
          ? table(
              cli.paint,
              ['Case', 'First day', 'Open then'],
              found.notReady.map((it) => [it.caseId, it.startDay, `${it.lacking} of ${it.wanted}`]),
              '',
            )
          : []),
      ]);
    });
}
