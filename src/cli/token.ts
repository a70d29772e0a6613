import type { Command } from 'commander';
import { z } from 'zod';
import { TokenPage } from '#api/contract/users.ts';
import { answering, type Cli, group } from './context.ts';
import { everything } from './everything.ts';
import { table } from './table.ts';
import { momentText } from './times.ts';

/** `gatehouse token …`: keys of the API. They are made on the server itself. */
export function addToken(program: Command, cli: Cli): void {
  const parent = group(program, 'token', 'keys of the API: list, revoke');

  answering(parent, 'list', 'my keys, or everybody’s for those who may see users')
    .option('--all', 'also those that were revoked or have run out')
    .action(async ({ all, ...options }: { all?: boolean; json?: boolean }) => {
      const now = cli.now();
      const found = await everything(cli, '/tokens', TokenPage);
      const items = all
        ? found
        : found.filter((it) => it.revokedAt === null && new Date(it.expiresAt) > now);
      const at = (moment: string | null) => (moment ? momentText(moment, cli.zone, now) : 'never');
      cli.answer(options, items, () =>
        table(
          cli.paint,
          ['Key', 'Name', 'User', 'Good until', 'Last used'],
          items.map((it) => [
            it.id,
            it.name,
            it.user,
            it.revokedAt ? `revoked ${at(it.revokedAt)}` : at(it.expiresAt),
            at(it.lastUsedAt),
          ]),
          'There is no such key.',
        ),
      );
    });

  answering(parent, 'revoke <id>', 'revoke a key; it stops working at once').action(
    async (id: string, options: { json?: boolean }) => {
      const path = `/tokens/${encodeURIComponent(id)}`;
      await cli.client().send('DELETE', path, undefined, z.undefined());
      cli.answer(options, { id, revoked: true }, () => [`The key ${id} no longer works.`]);
    },
  );
}
