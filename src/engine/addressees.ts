import type { Assignee } from '#core/playbook.ts';
import { settingsFrom } from '#core/settings.ts';
import { loadConnection } from '#store/connections.ts';
import { employmentsOf } from '#store/people.ts';
import { loadSettings } from '#store/settings.ts';
import type { Work } from '#store/steps.ts';
import { listUsers } from '#store/users.ts';
import { receiversOf } from './continuity.ts';
import type { Engine } from './engine.ts';

/** An addressee in words, for whoever has to find out why nobody was asked. */
export function whom(it: Assignee): string {
  if ('role' in it) return `the role ${it.role}`;
  if ('email' in it) return it.email;
  if ('systemOwner' in it) return `the owner of ${it.systemOwner}`;
  return 'successor' in it ? 'who takes over' : 'the manager';
}

/** The people behind an addressee; none where nobody is known. */
export async function peopleFor(
  engine: Engine,
  work: Work,
  to: Assignee,
): Promise<{ name: string; email: string }[]> {
  if ('email' in to) return [{ name: to.email, email: to.email }];
  if ('role' in to) return usersWith(engine, to.role);
  if ('systemOwner' in to) {
    const connection = await loadConnection(engine.pool, to.systemOwner);
    return connection?.owner ? [connection.owner] : [];
  }
  if ('successor' in to) {
    const { successor } = await receiversOf(engine.pool, work.caseId, work.personFacts);
    return successor ? [{ name: successor.name, email: successor.email }] : [];
  }
  const { managerId } = work.personFacts;
  const [manager] = managerId ? await employmentsOf(engine.pool, managerId) : [];
  return manager ? [{ name: manager.name, email: manager.email }] : [];
}

/** Who is asked where nobody else can be: the designated contact, else whoever administers this. */
export async function designated(engine: Engine): Promise<{ name: string; email: string }[]> {
  const [first] = settingsFrom(await loadSettings(engine.pool)).alerts.contacts;
  if (first) return [{ name: first.name, email: first.email }];
  return usersWith(engine, 'it-admin');
}

async function usersWith(engine: Engine, role: string) {
  const users = await listUsers(engine.pool);
  return users
    .filter((it) => it.disabledAt === null && it.roles.includes(role))
    .map(({ name, email }) => ({ name, email }));
}
