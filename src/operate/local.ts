import { Command } from 'commander';
import { forgetPasskeys } from '#app/passkeys.ts';
import { makeSignInLink } from '#app/sign-in-links.ts';
import {
  createToken,
  createUser,
  disableUser,
  enableUser,
  localActor,
  longestTokenDays,
  revokeStored,
  setAuditorWindow,
  userWithEmail,
} from '#app/users.ts';
import { publicUrlOf } from '#core/public-url.ts';
import type { SubjectKeys } from '#ledger/record.ts';
import { databaseNow } from '#store/clock.ts';
import { openKeyring } from '#store/keys.ts';
import type { Pool } from '#store/sql.ts';
import { openSubjectKeys } from '#store/subject-keys.ts';
import { listUsers } from '#store/users.ts';
import { backupCommand } from './backup.ts';
import type { Configuration } from './configuration.ts';
import { withDatabase } from './database.ts';
import { doctorCommand } from './doctor.ts';
import { evidenceCommand } from './evidence.ts';
import { keysCommand } from './keys.ts';
import { ledgerCommand } from './ledger.ts';
import { restoreCommand } from './restore.ts';

interface Days {
  readonly from?: string;
  readonly to?: string;
}

/** One day alone is a mistake, which is said where days are read. */
const windowIn = ({ from, to }: Days) =>
  from === undefined && to === undefined ? null : { from: from ?? '', to: to ?? '' };

/** Where a local command writes; handed in so that tests can read it. */
export interface Output {
  readonly out: (line: string) => void;
  /** Text as it is, with its own ends of lines. */
  readonly raw: (text: string) => void;
  readonly error: (line: string) => void;
}

interface Opened {
  readonly pool: Pool;
  readonly keys: SubjectKeys;
}

/**
 * The commands that work on the server itself, for whoever may read its data directory:
 * users, tokens and the record as a whole. They need no token.
 */
export function localCommands(
  configuration: Configuration,
  output: Output,
  /** Told the exit code of a command that has one of its own. */
  end: (code: number) => void = () => {},
): Command[] {
  const { out } = output;
  const asWeb = (work: (it: Opened) => Promise<void>) =>
    withDatabase(configuration, 'web', async ({ pools }) => {
      const keyring = await openKeyring(configuration.keysDirectory, ['web', 'subject']);
      await work({ pool: pools.web, keys: openSubjectKeys(keyring) });
    });

  const user = new Command('user').description('people who may use Gatehouse (on the server)');
  user
    .command('add')
    .description('add a user')
    .requiredOption('--name <name>', 'the person’s name')
    .requiredOption('--email <address>', 'the person’s address')
    .requiredOption('--role <role...>', 'one or more roles, such as hr or it-admin')
    .option('--from <day>', 'an auditor sees the record from this day on, in UTC')
    .option('--to <day>', 'up to the end of this day')
    .action((it: { name: string; email: string; role: string[] } & Days) =>
      asWeb(async (app) => {
        const { name, email, role: roles } = it;
        const added = await createUser(app, { name, email, roles, window: windowIn(it) });
        out(`${added.name} may act as ${added.roles.join(', ')}.`);
        out(`Make a key for the command line: gatehouse token create --user ${added.email}`);
      }),
    );
  user
    .command('list')
    .description('list users')
    .action(() =>
      asWeb(async (app) => {
        for (const it of await listUsers(app.pool)) {
          out(
            `${it.email}\t${it.name}\t${it.roles.join(', ')}${it.window ? ` (${it.window.from} to ${it.window.to})` : ''}${it.disabledAt ? '\tdisabled' : ''}`,
          );
        }
      }),
    );
  user
    .command('window')
    .description('let an auditor see one period and nothing else; without days: the whole record')
    .argument('<email>')
    .option('--from <day>', 'the first day, in UTC')
    .option('--to <day>', 'the last one')
    .action((email: string, it: Days) =>
      asWeb(async (app) => {
        const { name, window } = await setAuditorWindow(app, { email, window: windowIn(it) });
        out(
          window === null
            ? `${name} may see the whole record.`
            : `${name} may see ${window.from} to ${window.to}, and nothing else.`,
        );
      }),
    );
  user
    .command('disable')
    .description('end a user’s access to Gatehouse at once, tokens included')
    .argument('<email>')
    .action((email: string) =>
      asWeb(async (app) => {
        await disableUser(app, email);
        out(`${email} may do nothing here any more.`);
      }),
    );

  user
    .command('enable')
    .description('let a user in again who was disabled')
    .argument('<email>')
    .action((email: string) =>
      asWeb(async (app) => {
        await enableUser(app, email);
        out(`${email} may sign in again: gatehouse user sign-in-link ${email}`);
      }),
    );
  user
    .command('forget-passkeys')
    .description('end every passkey of somebody who lost theirs; they register a new one')
    .argument('<email>')
    .action((email: string) =>
      asWeb(async (app) => {
        const count = await forgetPasskeys(app, email);
        out(`${count} ${count === 1 ? 'passkey is' : 'passkeys are'} good no longer.`);
      }),
    );

  user
    .command('sign-in-link')
    .description('make a link that signs a user in, once, within an hour')
    .argument('<email>')
    .action((email: string) =>
      asWeb(async (app) => {
        const publicUrl = publicUrlOf(configuration);
        const made = await makeSignInLink(app, { email, method: 'link', publicUrl });
        out(made.url);
      }),
    );

  const token = new Command('token').description('keys for the API (create: on the server)');
  token
    .command('create')
    .description('make a key for the API; it is shown once')
    .requiredOption('--user <email>', 'whom it speaks for')
    .option('--name <name>', 'what it is for', 'command line')
    .option('--days <days>', `how long it is good, up to ${longestTokenDays}`, '90')
    .action((it: { user: string; name: string; days: string }) =>
      asWeb(async (app) => {
        const owner = await userWithEmail(app.pool, it.user);
        const now = await databaseNow(app.pool);
        const days = Number(it.days);
        const made = await createToken(app, { userId: owner.id, name: it.name, days, now });
        out(made.token);
      }),
    );
  token
    .command('destroy')
    .description('end a key, by its first 13 characters or its id, without the API')
    .argument('<id>')
    .action((id: string) =>
      asWeb(async (app) => {
        await revokeStored(app, id.replace(/^gate_/, '').slice(0, 8), localActor);
        out('The key is good no longer.');
      }),
    );
  return [
    user,
    token,
    keysCommand(configuration, output),
    ledgerCommand(configuration, output, end),
    evidenceCommand(configuration, output),
    doctorCommand(configuration, output, end),
    backupCommand(configuration, output),
    restoreCommand(configuration, output, end),
  ];
}
