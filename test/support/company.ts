import { randomBytes } from 'node:crypto';
import { type CaseWithSteps, showCase } from '#app/cases.ts';
import type { ConnectionInput } from '#app/connections.ts';
import { type HookAnswer, receiveHook } from '#app/hooks.ts';
import { changeSetting } from '#app/settings.ts';
import { signStandardWebhook } from '#connector-kit/testing/sign.ts';
import {
  type NewScimGroup,
  type NewScimUser,
  startScimServer,
} from '../../practice/servers/scim.ts';
import { startSmtpServer } from '../../practice/servers/smtp.ts';
import type { TestGatehouse } from './gatehouse.ts';
import type { MovedClock } from './moved-clock.ts';

/** A Gatehouse as the systems of a company know it, in this process or in one with a moved clock. */
export interface House {
  connect(it: ConnectionInput, ports?: readonly number[]): Promise<unknown>;
  set(name: string, change: Readonly<Record<string, unknown>>): Promise<unknown>;
  hear(it: Parameters<typeof receiveHook>[1]): Promise<HookAnswer>;
  show(caseId: string): Promise<CaseWithSteps>;
  rows<Row>(text: string, ...values: unknown[]): Promise<Row[]>;
  now(): Date;
}

export const houseOf = (it: TestGatehouse): House => ({
  connect: (input, ports) => it.connect(input, ports),
  set: (name, change) => changeSetting(it.app, it.admin, name, change),
  hear: (delivery) => receiveHook(it.app, delivery),
  show: (id) => showCase(it.app, it.admin, id),
  rows: (text, ...values) => it.rows(text, ...values),
  now: () => new Date(),
});

export const movedHouseOf = (it: MovedClock): House => ({
  connect: (input, ports) => it.ask('connect', input, ports),
  set: (name, change) => it.ask('set', name, change),
  hear: (delivery) => it.ask('hear', delivery),
  show: (id) => it.ask('show', id),
  rows: async <Row>(text: string, ...values: unknown[]) =>
    (await it.ask('rows', text, ...values)) as Row[],
  now: () => it.now(),
});

export type Company = Awaited<ReturnType<typeof startCompany>>;
export type ScimSystem = Awaited<ReturnType<Company['addSystem']>>;

/** Somebody of the company, as its HR system spells it. */
export const person = (id: string, name: string, more: object = {}) => ({
  id,
  employment_id: '1',
  name,
  email: emailOf(name),
  personal_email: emailOf(name).replace('meadow', 'home'),
  manager_id: 'E-7',
  zone: 'Europe/Berlin',
  ...more,
});
export const emailOf = (name: string) => `${name.split(' ')[0]!.toLowerCase()}@meadow.example`;

/**
 * What surrounds a Gatehouse: a mail server, an HR system that signs what it tells, and as
 * many SCIM systems as wanted. Everybody who has to be asked can be asked.
 */
export async function startCompany(house: House) {
  const secret = `whsec_${randomBytes(24).toString('base64')}`;
  const mail = await startSmtpServer();
  const systems: { close(): Promise<void> }[] = [mail];
  let told = 0;

  /** Tells of somebody, with the HR system's signature. */
  const tell = (type: string, about: object, departure: object | null, more: object = {}) => {
    const body = JSON.stringify({
      type,
      occurred_at: house.now().toISOString(),
      person: about,
      ...(departure ? { departure } : {}),
      ...more,
    });
    const headers = signStandardWebhook(secret, `msg-${++told}`, house.now(), body);
    return house.hear({ source: 'meadow-hr', headers, body: Buffer.from(body) });
  };

  /** Starts a SCIM server and connects it. */
  async function addSystem(
    id: string,
    category: ConnectionInput['category'],
    {
      users = [],
      groups = [],
      settings: more = {},
      ratePerSecond = null,
      rehearse = false,
    }: {
      users?: NewScimUser[];
      groups?: NewScimGroup[];
      settings?: object;
      ratePerSecond?: number | null;
      rehearse?: boolean;
    } = {},
  ) {
    const token = randomBytes(9).toString('hex');
    const server = await startScimServer({ token, users, groups });
    systems.push(server);
    const settings = { baseUrl: server.url, token, ...more };
    const { port } = new URL(server.url);
    const paced = { ratePerSecond, rehearse };
    await house.connect({ id, name: id, connector: 'scim', category, settings, ...paced }, [
      Number(port),
    ]);
    return Object.assign(server, {
      /** What was done to accounts and groups, in its order. */
      done: () => server.effects.map(({ id: whom, what }) => `${whom} ${what}`),
      isActive: (user: string) => server.users.get(user)?.active,
      groupsOf: (user: string) =>
        [...server.groups.values()].filter((it) => it.members.includes(user)).map((it) => it.id),
    });
  }

  const settings = { host: '127.0.0.1', port: mail.port, tls: 'none', from: 'gate@meadow.example' };
  await house.connect({ id: 'post', connector: 'mail', settings }, [mail.port]);
  await house.connect({
    id: 'meadow-hr',
    connector: 'signed-events',
    settings: { signingSecret: secret },
  });
  await house.set('alerts', {
    mailConnection: 'post',
    contacts: [{ name: 'Dana Designated', email: 'dana@meadow.example' }],
  });
  await tell('role.changed', person('E-7', 'Mona Manager'), null);

  return {
    mail,
    tell,
    addSystem,
    async close() {
      await Promise.all(systems.map((it) => it.close()));
    },
  };
}

/** An account in a SCIM system: its id is that of its owner's login. */
export const account = (name: string): NewScimUser => {
  const email = emailOf(name);
  return { id: email.split('@')[0]!, userName: email, emails: [{ value: email }] };
};
