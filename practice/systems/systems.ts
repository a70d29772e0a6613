import { colleague, colleagues, peopleIn } from '../company.ts';
import { slapdInstalled } from '../servers/slapd.ts';
import { type SmtpTestServer, startSmtpServer } from '../servers/smtp.ts';
import { serveVendors } from '../servers/vendors.ts';
import { stopping } from '../stopping.ts';
import { type AlarmPanel, alarmPanel } from './alarm-panel.ts';
import { doorBadges } from './by-hand.ts';
import { startDirectory } from './directory.ts';
import type { MailServer } from './dovecot.ts';
import { type HttpApp, startHttpApp } from './http-app.ts';
import { startHosts } from './openssh.ts';
import { startVpn } from './openvpn.ts';
import { startWiFi } from './radius.ts';
import {
  type Bucket,
  type Log,
  type Register,
  startBucket,
  startLog,
  startRegister,
} from './record-keepers.ts';
import { type ScimApp, startScimApp } from './scim-app.ts';
import type { PracticeSystem } from './system.ts';
import type { Channel } from './teams.ts';
import { systemOf } from './vendor.ts';
import { vendorsOfCompany } from './vendors.ts';

export interface PracticeSystems {
  /** All that hold accounts. */
  readonly all: readonly PracticeSystem[];
  /** Null: there is no LDAP server on this machine, or nobody wants one. */
  readonly directory: PracticeSystem | null;
  readonly chat: ScimApp;
  readonly expenses: HttpApp;
  /** Keeps tickets, too. */
  readonly desk: HttpApp;
  readonly mailServer: MailServer;
  readonly alarmPanel: AlarmPanel;
  /** Where records are kept, beside the folder. */
  readonly keepers: { readonly bucket: Bucket; readonly log: Log; readonly register: Register };
  /** Of the chat in which IT operations is told. */
  readonly channel: Channel;
  /** What the operator sets, so that vendors are reached on this machine: GATEHOUSE_DETOURS. */
  readonly detours: string;
  /** Takes every mail and passes none on. */
  readonly mail: SmtpTestServer;
  stop(): Promise<void>;
}

/** Starts every server of Meadow & Co on 127.0.0.1; stops those it started when one fails. */
export async function startSystems({ ldap }: { ldap: boolean }): Promise<PracticeSystems> {
  const stops = stopping();
  const started = async <System extends { stop(): Promise<void> }>(starting: Promise<System>) => {
    const system = await starting;
    stops.add(() => system.stop());
    return system;
  };

  try {
    const directory = ldap && slapdInstalled() ? await started(startDirectory()) : null;
    const wiki = await started(
      startScimApp({
        id: 'wiki',
        name: 'Wiki',
        category: 'collaboration',
        people: colleagues,
        groupsOf: (it) => ['Everybody', it.department],
        makesAccounts: true,
      }),
    );
    const chat = await started(
      startScimApp({
        id: 'chat',
        name: 'Chat',
        category: 'collaboration',
        people: colleagues,
        groupsOf: (it) => ['General', it.department, it.office.city],
        endsSessions: true,
        makesAccounts: true,
      }),
    );
    const code = await started(
      startScimApp({
        id: 'code',
        name: 'Code',
        category: 'code',
        people: peopleIn('Engineering', 'IT'),
        groupsOf: (it) => (it.department === 'IT' ? ['Operations'] : ['Developers']),
        administrators: ['mateus.oliveira', 'sam.okafor'],
      }),
    );
    const crm = await started(
      startHttpApp({
        id: 'crm',
        name: 'CRM',
        category: 'other',
        people: peopleIn('Leadership', 'Sales', 'Customer care', 'Marketing'),
        roleOf: (it) => (it.department === 'Sales' ? 'seller' : 'reader'),
        administrators: ['priya.nair', 'marta.silva'],
        hasSessions: true,
      }),
    );
    const expenses = await started(
      startHttpApp({
        id: 'expenses',
        name: 'Expenses',
        category: 'finance',
        style: 'always-200',
        people: colleagues.filter((it) => it.employmentType !== 'contractor'),
        roleOf: (it) => (it.department === 'Finance' ? 'approver' : 'submitter'),
      }),
    );
    const desk = await started(
      startHttpApp({
        id: 'desk',
        name: 'Ticket desk',
        category: 'ticketing',
        people: peopleIn('Customer care', 'Engineering', 'IT', 'Facilities'),
        roleOf: (it) => (it.department === 'Customer care' ? 'agent' : 'requester'),
        hasSessions: true,
        keepsTickets: true,
      }),
    );
    const sellers = peopleIn('Leadership', 'Sales');
    const travelling = ['priya.nair', 'liam.obrien', 'aiko.mori'].map(colleague);
    const hosts = await started(startHosts([...sellers, ...peopleIn('IT')], travelling[0]!));
    const vpn = await started(startVpn(travelling));
    const wifi = await started(startWiFi(sellers));
    const alarm = alarmPanel(sellers);
    const bucket = await started(startBucket());
    const log = await started(startLog());
    const register = await started(startRegister());
    const { all: vendors, channel, mailServer } = vendorsOfCompany();
    const vendorServer = await serveVendors(vendors);
    stops.add(() => vendorServer.close());
    const mail = await startSmtpServer();
    stops.add(() => mail.close());

    const native = vendors.map((it) => systemOf(it, vendorServer.ca));
    const network = [hosts, vpn, wifi];
    const apps = [wiki, chat, code, crm, expenses, desk];
    const all = [...apps, ...native, ...network, doorBadges(), alarm, bucket, log, register];
    return {
      all: directory ? [directory, ...all] : all,
      directory,
      chat,
      expenses,
      desk,
      mailServer,
      alarmPanel: alarm,
      keepers: { bucket, log, register },
      channel,
      detours: vendorServer.detours,
      mail,
      stop: stops.all,
    };
  } catch (error) {
    await stops.all();
    throw error;
  }
}
