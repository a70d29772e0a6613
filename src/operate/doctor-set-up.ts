import { type Settings, settingsFrom } from '#core/settings.ts';
import { databaseNow } from '#store/clock.ts';
import { listConnections } from '#store/connections.ts';
import type { DatabaseSeen } from '#store/database.ts';
import { publishedPlaybooks } from '#store/playbooks.ts';
import { secretsRunningOut } from '#store/secret-days.ts';
import { loadSettings } from '#store/settings.ts';
import type { Pool } from '#store/sql.ts';
import { readSwitch } from '#store/switches.ts';
import { listUsers } from '#store/users.ts';
import { ageText, type Check, type Finding, look, well, wrong } from './doctor-checks.ts';

const checkedWithinMs = 2 * 24 * 3_600_000;

/** What people have set up, or have not. */
export function setUpChecks({ pools: { web } }: DatabaseSeen): Readonly<Record<string, Check>> {
  return {
    'who is told': async () => toldAbout(settingsFrom(await loadSettings(web)).alerts),
    connections: () => connections(web),
    secrets: () => secrets(web),
    people: () => people(web),
    playbooks: () => playbooks(web),
    'kill switch': () => killSwitch(web),
  };
}

function toldAbout({
  contacts,
  mailConnection,
  deadManUrl,
}: Settings['alerts']): readonly Finding[] {
  const about = 'who is told';
  const found: Finding[] = [];
  if (contacts.length === 0) {
    found.push(
      wrong(
        about,
        'No alert contact is set: nobody would be told when a step fails.',
        'gatehouse settings set alerts contacts=…',
      ),
    );
  }
  if (mailConnection === null) {
    found.push(
      wrong(
        about,
        'No mail connection is set: alerts, tasks and notices stay here.',
        'gatehouse settings set alerts mailConnection=mail',
      ),
    );
  }
  const otherWay = contacts.some(({ webhook, chat }) => webhook !== null || chat !== null);
  if (contacts.length > 0 && !otherWay) {
    found.push(
      look(
        about,
        'There is one kind of way alone: when mail fails, nobody is told of it.',
        'Give a contact a webhook or a chat (docs/operate/alerts.md).',
      ),
    );
  }
  if (contacts.length === 1) {
    found.push(
      look(
        about,
        'There is one contact alone: nobody is next when they do not act.',
        'gatehouse settings set alerts contacts=…',
      ),
    );
  }
  if (deadManUrl === null) {
    found.push(
      look(
        about,
        'Nothing outside notices when Gatehouse stops.',
        'gatehouse settings set alerts deadManUrl=… (docs/operate/alerts.md)',
      ),
    );
  }
  if (found.length > 0) return found;
  return [
    well(about, `${contacts.length} contacts, by mail and another way, and a watcher outside.`),
  ];
}

async function connections(db: Pool): Promise<readonly Finding[]> {
  const now = (await databaseNow(db)).getTime();
  const used = (await listConnections(db)).filter(({ state }) => state !== 'disabled');
  const found = used.flatMap((it) => {
    const about = `connection ${it.id}`;
    const test = `gatehouse connection test ${it.id}`;
    if (it.state === 'paused')
      return [wrong(about, `It is paused. ${it.stateBecause ?? ''}`.trim(), test)];
    if (it.downSince) {
      return [
        wrong(about, `It does not answer, for ${ageText(now - it.downSince.getTime())}.`, test),
      ];
    }
    if (it.checkFailure)
      return [wrong(about, `Its last check failed: ${it.checkFailure.detail}`, test)];
    if (it.checkedAt === null) return [look(about, 'It was never checked.', test)];
    const age = now - it.checkedAt.getTime();
    return age > checkedWithinMs
      ? [look(about, `Its last check was ${ageText(age)} ago.`, test)]
      : [];
  });
  if (used.length === 0)
    return [look('connections', 'No system is connected yet.', 'gatehouse connection add')];
  const rest = used.length - found.length;
  return rest === 0
    ? found
    : [well('connections', `${rest} of ${used.length} answer and know our keys.`), ...found];
}

async function secrets(db: Pool): Promise<readonly Finding[]> {
  const soon = await secretsRunningOut(db);
  if (soon.length === 0)
    return [well('secrets', 'None whose day is known runs out within 30 days.')];
  return soon.map(({ connectionId, secret, day, daysLeft }) => {
    const remedy = `Get a new one and enter it: gatehouse connection add (${connectionId}).`;
    return daysLeft < 0
      ? wrong('secrets', `${secret} of ${connectionId} ran out on ${day}.`, remedy)
      : look('secrets', `${secret} of ${connectionId} runs out on ${day}.`, remedy);
  });
}

async function people(db: Pool): Promise<readonly Finding[]> {
  const deciding = (await listUsers(db)).filter(
    ({ roles, disabledAt }) =>
      disabledAt === null && roles.some((it) => it === 'it-admin' || it === 'security'),
  );
  if (deciding.length > 1) return [well('people', `${deciding.length} may set up and approve.`)];
  const text =
    'Only one person may set up: what takes a second person is done alone, and nothing destructive can be approved.';
  return [look('people', text, 'gatehouse user add --name … --email … --role security')];
}

async function playbooks(db: Pool): Promise<readonly Finding[]> {
  const published = await publishedPlaybooks(db);
  return published.length > 0
    ? [well('playbooks', `${published.length} are published.`)]
    : [
        wrong(
          'playbooks',
          'None is published: every departure waits for an answer.',
          'gatehouse playbook publish planned-departure',
        ),
      ];
}

async function killSwitch(db: Pool): Promise<readonly Finding[]> {
  const { stoppedAt } = await readSwitch(db);
  if (stoppedAt === null) return [];
  return [
    wrong(
      'kill switch',
      `It is on since ${stoppedAt.toISOString()}: nothing is changed anywhere.`,
      'gatehouse kill-switch off',
    ),
  ];
}
