import { loopbackIo } from '#connector-kit/testing/loopback-io.ts';
import { openIam } from './api.ts';
import { type FakeIamOptions, type FakeIamUser, fakeIam, fakeKeys } from './fake.ts';
import { conformingIam } from './fake-document.ts';
import { type Settings, settings } from './settings.ts';
import spec from './spec.json' with { type: 'json' };

export const priyaId = 'AIDAPRIYAPRIYAPRIYA1';
export const virtualFactor = 'arn:aws:iam::123456789012:mfa/priyas-phone';
export const keyFactor = 'arn:aws:iam::123456789012:u2f/user/priya/key-ABC';
export const connection = (more: Partial<Settings> = {}) =>
  settings.parse({ ...fakeKeys, ...more });

/** A fresh Priya, with one of everything. */
export const priya = (): FakeIamUser => ({
  ...{ id: priyaId, name: 'priya.nair@meadow.example', password: true },
  accessKeys: [
    { id: 'AKIAPRIYAPRIYAPRIYA1', active: true },
    { id: 'AKIAPRIYAPRIYAPRIYA2', active: false },
  ],
  sshKeys: [{ id: 'APKAPRIYAPRIYAPRIYA1', active: true }],
  services: [{ id: 'ACCAPRIYAPRIYAPRIYA1', active: true, service: 'codecommit.amazonaws.com' }],
  certificates: [{ id: 'CERTPRIYAPRIYAPRIYAPRIYA', active: true }],
  factors: [virtualFactor, keyFactor],
  groups: ['Developers'],
  attached: ['arn:aws:iam::aws:policy/ReadOnlyAccess'],
  inline: { 'own-bucket': JSON.stringify(allow('s3:*', 'arn:aws:s3:::priya & sons/*')) },
});

export const allow = (Action: string | readonly string[], Resource = '*') => ({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action, Resource }],
});

export const groups = () => [
  { id: 'AGPADEVELOPERSDEVEL1', name: 'Developers' },
  { id: 'AGPACHOIRCHOIRCHOIR1', name: 'Choir' },
];

/** A new account with Priya in it, held to the service description. `permissions`: those that are declared. */
export function setUp(
  changes: Partial<FakeIamUser> = {},
  options: Partial<FakeIamOptions> = {},
  more: Partial<Settings> = {},
  permissions: readonly string[] | null = null,
) {
  const user: FakeIamUser = { ...priya(), ...changes };
  const { users = [] } = options;
  const service = fakeIam({
    ...{ groups: groups(), virtualFactors: new Set([virtualFactor]) },
    ...options,
    users: [...users, user],
  });
  const now = { at: new Date('2026-11-30T09:00:00.250Z') };
  const client = openIam(connection(more), {
    ...{ ...loopbackIo, now: () => now.at },
    fetch: conformingIam(service.fetch, spec, permissions),
  });
  return { ...service, client, user, now, data: service.users, accountId: user.id };
}
