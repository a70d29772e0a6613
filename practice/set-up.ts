import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { ConnectionSaved } from '../src/api/contract/connections.ts';
import { ImportReport } from '../src/api/contract/people.ts';
import { PlaybookChecked } from '../src/api/contract/playbooks.ts';
import { colleague, colleagues, companyName, peopleCsv } from './company.ts';
import type { RunningGatehouse } from './gatehouse.ts';
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

/** Company, the addresses that may be called, and who is told when something is wrong. */
export async function enterSettings(
  { staff: { sam } }: RunningGatehouse,
  { all, mail }: PracticeSystems,
): Promise<void> {
  const set = (name: string, change: unknown) =>
    sam.send('PATCH', `/settings/${name}`, change, anything);
  await set('company', {
    name: companyName,
    zone: 'Europe/Berlin',
    headcount: colleagues.length,
    accessEnds: '17:00',
  });
  const targets = [...all.flatMap((it) => it.targets), { port: mail.port, http: true }];
  await set('onPremises', {
    targets: targets.map((it) => ({ ...it, host: '127.0.0.1', network: '127.0.0.1/32' })),
  });
  await set('alerts', {
    contacts: ['sam.okafor', 'mei.tanaka'].map((login) => {
      const { name, email } = colleague(login);
      return { name, email };
    }),
  });
}

/** Connects one system as an administrator does, secrets included; it has to answer. */
export async function connect(
  { staff: { sam } }: RunningGatehouse,
  { connection: { id, ...rest } }: Pick<PracticeSystem, 'connection'>,
): Promise<void> {
  const { check } = await sam.send('PUT', `/connections/${id}`, rest, ConnectionSaved);
  expectThat(check.works, `${rest.name} to work`, () => (check.works ? '' : check.failure.detail));
}

/** The mail server that takes alerts, tasks and notices to people. */
export async function connectMail(
  gatehouse: RunningGatehouse,
  { mail }: PracticeSystems,
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
  const change = { mailConnection: 'mail' };
  await gatehouse.staff.sam.send('PATCH', '/settings/alerts', change, anything);
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
export async function publishPlaybooks({
  administrator,
  staff,
}: RunningGatehouse): Promise<readonly string[]> {
  const published: string[] = [];
  for (const file of playbookFiles) {
    const text = { bytes: await readFile(file), type: 'application/yaml' };
    const { playbook } = await administrator.sendFile('/playbooks/import', text, PlaybookChecked);
    await staff.sam.send('POST', `/playbooks/${playbook.id}/publish`, undefined, PlaybookChecked);
    published.push(`“${playbook.title}”, version ${playbook.number}`);
  }
  return published;
}
