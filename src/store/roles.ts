import path from 'node:path';
import pg from 'pg';
import { keptPassword, passwordFile, readPassword, scramVerifier } from './passwords.ts';
import { DatabaseProblem } from './problem.ts';

/** What a process may be in the database; each logs in as `gatehouse_<role>`. */
export const roles = ['web', 'worker', 'scribe'] as const;
export type Role = (typeof roles)[number];

/** The role that owns all tables and never logs in. */
export const owner = 'gatehouse_owner';

/** The name under which a role logs in. The ledger's rights and facts go by these names. */
export function roleName(role: Role): string {
  return `gatehouse_${role}`;
}

/** Where the passwords of the roles come from. */
export interface RoleSetUp {
  readonly keysDirectory: string;
  /** Roles whose address was configured, password included: theirs is not ours to make. */
  readonly configured: ReadonlySet<Role>;
  /** The server is our own, so a lost password may be replaced. */
  readonly embedded: boolean;
}

/**
 * Creates the four roles where they are missing, with random passwords kept beside the key files.
 * `admin` must be allowed to create roles unless all four exist.
 */
export async function createRoles(admin: pg.Client, setUp: RoleSetUp): Promise<void> {
  const existing = await existingRoles(admin);
  const missing = [owner, ...roles.map(roleName)].filter((name) => !existing.has(name));
  if (missing.length > 0 && !(await mayCreateRoles(admin)))
    throw handWork(admin.user ?? 'the user');

  if (!existing.has(owner)) await admin.query(`create role ${owner} nologin`);
  for (const role of roles) {
    if (!existing.has(roleName(role))) await createRole(admin, role, setUp);
    else if (!setUp.configured.has(role)) await checkPassword(admin, role, setUp);
  }
  await joinRoles(admin);
}

async function createRole(admin: pg.Client, role: Role, setUp: RoleSetUp): Promise<void> {
  if (setUp.configured.has(role)) {
    throw new DatabaseProblem(
      `DATABASE_URL_${variableOf(role)} is set, but the role ${roleName(role)} does not exist. Create it with the ` +
        'password of that address, or remove the setting and let Gatehouse create it.',
    );
  }
  const password = keptPassword(setUp.keysDirectory, `database-${role}`, true);
  await admin.query(`create role ${roleName(role)} login password '${scramVerifier(password)}'`);
}

/** The role exists already: then its password must be here too, or else be ours to replace. */
async function checkPassword(admin: pg.Client, role: Role, setUp: RoleSetUp): Promise<void> {
  const file = passwordFile(setUp.keysDirectory, `database-${role}`);
  if (readPassword(file) !== undefined) return;
  if (!setUp.embedded) {
    throw new DatabaseProblem(
      `The role ${roleName(role)} exists in the database, but its password is not in ${path.resolve(file)}. Copy ` +
        `that file from the machine that created the role, or set DATABASE_URL_${variableOf(role)}.`,
    );
  }
  const password = keptPassword(setUp.keysDirectory, `database-${role}`, true);
  await admin.query(`alter role ${roleName(role)} password '${scramVerifier(password)}'`);
}

/**
 * The owner acts for the worker where migrations hand a function over to it, and the administrator
 * acts as both while it sets up.
 */
async function joinRoles(admin: pg.Client): Promise<void> {
  const { rows } = await admin.query<{ needed: string }>(`
    select format('grant %I to %I', granted, member) as needed
      from (values ('gatehouse_worker', '${owner}'), ('${owner}', current_user), ('gatehouse_worker', current_user))
             as wanted (granted, member)
     -- Since PostgreSQL 16 whoever creates a role is a member of it that may not act as it.
     where not case when current_setting('server_version_num')::integer >= 160000
                    then pg_has_role(member, granted, 'set')
                    else pg_has_role(member, granted, 'member') end
  `);
  for (const { needed } of rows) {
    try {
      await admin.query(needed);
    } catch (error) {
      throw new DatabaseProblem(
        `Have an administrator of the database run this once, then start again: ${needed};`,
        { cause: error },
      );
    }
  }
}

async function existingRoles(admin: pg.Client): Promise<Set<string>> {
  const { rows } = await admin.query<{ rolname: string }>(
    `select rolname from pg_roles where rolname like 'gatehouse\\_%'`,
  );
  return new Set(rows.map((row) => row.rolname));
}

async function mayCreateRoles(admin: pg.Client): Promise<boolean> {
  const { rows } = await admin.query<{ may: boolean }>(
    'select rolsuper or rolcreaterole as may from pg_roles where rolname = current_user',
  );
  return rows[0]?.may ?? false;
}

function handWork(user: string): DatabaseProblem {
  return new DatabaseProblem(`The user of DATABASE_URL may not create roles in the database. Have an administrator run

  create role ${owner} nologin;
${roles.map((role) => `  create role ${roleName(role)} login password '…';`).join('\n')}
  grant gatehouse_worker to ${owner};
  grant ${owner}, gatehouse_worker to ${pg.escapeIdentifier(user)};

and set DATABASE_URL_WEB, DATABASE_URL_WORK and DATABASE_URL_SCRIBE to the addresses with these passwords.`);
}

/** The end of the `DATABASE_URL_…` setting of a role. */
export function variableOf(role: Role): 'WEB' | 'WORK' | 'SCRIBE' {
  return ({ web: 'WEB', worker: 'WORK', scribe: 'SCRIBE' } as const)[role];
}
