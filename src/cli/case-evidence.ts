import { type Command, Option } from 'commander';
import { languages } from '#core/language.ts';
import type { Cli } from './context.ts';
import { fetchEvidence } from './evidence-file.ts';

/** `gatehouse case evidence CASE --out FILE`: what proves a complete case, for people who are not on the server. */
export function addCaseEvidence(parent: Command, cli: Cli): void {
  parent
    .command('evidence <id>')
    .description('fetch what proves a complete departure, in one file')
    .requiredOption('-o, --out <file>', 'where to, such as case.zip')
    .addOption(new Option('--language <language>', 'of the report').choices(languages))
    .action(async (id: string, { out, language }: { out: string; language?: string }) => {
      const path = `/cases/${encodeURIComponent(id)}/evidence`;
      await fetchEvidence(cli, { path, body: { language }, out });
    });
}
