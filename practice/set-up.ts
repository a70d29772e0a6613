import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { CheckResult, ConnectionSaved } from '../src/api/contract/connections.ts';
import { ListUploaded } from '../src/api/contract/lists.ts';
import { ImportReport } from '../src/api/contract/people.ts';
import { PlaybookChecked } from '../src/api/contract/playbooks.ts';
import { type Colleague, colleague, colleagues, companyName, peopleCsv } from './company.ts';
import type { Member, RunningGatehouse } from './gatehouse.ts';
import type { PracticeSystem } from './systems/system.ts';
import type { PracticeSystems } from './systems/systems.ts';
import { expectThat } from './wait.ts';

/** The HR system that sends signed events. */
export const hrSource = 'meadow-hr';

const anything = z.unknown();
const playbookFiles = ['urgent-departure', 'arrival'].map(
  (name) => new URL(`playbooks/${name}.yaml`, import.meta.url),
);

/** Takes the forty people in from the CSV of their HR system. */
export async function importPeople({ staff }: RunningGatehouse): Promise<ImportReport> {
  const file = { bytes: Buffer.from(peopleCsv()), type: 'text/csv' };
  const report = await staff.noor.sendFile('/people/import', file, ImportReport);
  expectThat(
    report.people === colleagues.length && report.refused.length === 0,
    `${colleagues.length} people taken in, and no row refused`,
    () => `${report.people} people, ${report.refused.length} rows refused`,
  );
  return report;
}

/** Company, and the addresses that may be called. */
export async function enterSettings(
  { staff: { sam, mei } }: RunningGatehouse,
  { all, mail }: PracticeSystems,
): Promise<void> {
  const set = (name: string, change: unknown, by = sam) =>
    by.send('PATCH', `/settings/${name}`, change, anything);
  await set('company', {
    name: companyName,
    zone: 'Europe/Berlin',
    headcount: colleagues.length,
    accessEnds: '17:00',
  });
  const targets = [...all.flatMap((it) => it.targets), { port: mail.port, http: true }];
  const inside = {
    targets: targets.map((it) => ({ ...it, host: '127.0.0.1', network: '127.0.0.1/32' })),
  };
  // What may be called inside the house takes two people.
  for (const by of [sam, mei]) await set('onPremises', inside, by);
}

/** Connects one system as an administrator does, secrets included; it has to answer. */
export async function connect(
  { staff: { sam } }: RunningGatehouse,
  { connection: { id, ...rest }, list }: Pick<PracticeSystem, 'connection' | 'list'>,
): Promise<void> {
  const saved = await sam.send('PUT', `/connections/${id}`, rest, ConnectionSaved);
  let { check } = saved;
  if (list) {
    // There was none to be looked at before.
    await uploadList(sam, id, list());
    check = await sam.send('POST', `/connections/${id}/test`, undefined, CheckResult);
  }
  expectThat(check.works, `${rest.name} to work`, () => (check.works ? '' : check.failure.detail));
}

/** Puts a new list in the place of the last one; no row of it is refused. */
export async function uploadList(by: Member, id: string, csv: string): Promise<void> {
  const file = { bytes: Buffer.from(csv), type: 'text/csv' };
  const { refused } = await by.sendFile(`/connections/${id}/list`, file, ListUploaded, 'PUT');
  expectThat(refused.length === 0, 'no row of the list refused', () => JSON.stringify(refused));
}

/** The mail server that takes alerts, tasks and notices to people; and who is told of alerts, the first in chat as well. */
export async function connectMail(
  gatehouse: RunningGatehouse,
  { mail, channel }: PracticeSystems,
): Promise<void> {
  await connect(gatehouse, {
    connection: {
      id: 'mail',
      connector: 'mail',
      name: 'Mail',
      settings: {
        host: mail.host,
        port: mail.port,
        tls: 'none',
        from: 'gatehouse@meadow.example',
        fromName: companyName,
      },
    },
  });
  const chat = { connection: 'teams', channel: channel.name };
  const contacts = ['sam.okafor', 'mei.tanaka'].map((login, i) => {
    const { name, email } = colleague(login);
    return { name, email, chat: i === 0 ? chat : null };
  });
  const change = { mailConnection: 'mail', contacts };
  await gatehouse.staff.sam.send('PATCH', '/settings/alerts', change, anything);
}

/** Whatever cannot be undone about this person takes two people from now on. */
export async function protect({ staff }: RunningGatehouse, it: Colleague): Promise<void> {
  const protection = { personId: it.personId, reason: 'Our largest contracts hang on her.' };
  await staff.sam.send('POST', '/protections', protection, anything);
}

/** Where the record of every departure is delivered: a folder of this machine. */
export const archive = { id: 'archive', name: 'Archive', folder: 'departures' } as const;

export const connectArchive = (gatehouse: RunningGatehouse): Promise<void> =>
  connect(gatehouse, {
    connection: {
      id: archive.id,
      connector: 'folder',
      name: archive.name,
      settings: { folder: archive.folder },
    },
  });

export const connectHr = (gatehouse: RunningGatehouse, signingSecret: string): Promise<void> =>
  connect(gatehouse, {
    connection: {
      id: hrSource,
      connector: 'signed-events',
      name: 'HR',
      settings: { signingSecret },
    },
  });

/** The company's own playbooks: one person writes them, another publishes them. */
export async function publishPlaybooks(
  { administrator, staff }: RunningGatehouse,
  { directory }: PracticeSystems,
): Promise<readonly string[]> {
  const published: string[] = [];
  for (const file of playbookFiles) {
    const written = await readFile(file, 'utf8');
    const fitting = directory
      ? written
      : written.replaceAll('connection: directory', 'connection: keycloak');
    const text = { bytes: Buffer.from(fitting), type: 'application/yaml' };
    const { playbook } = await administrator.sendFile('/playbooks/import', text, PlaybookChecked);
    await staff.sam.send('POST', `/playbooks/${playbook.id}/publish`, undefined, PlaybookChecked);
    published.push(`“${playbook.title}”, version ${playbook.number}`);
  }
  return published;
}
