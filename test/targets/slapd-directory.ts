import { after } from 'node:test';
import { loopbackIo } from '#connector-kit/testing/loopback-io.ts';
import { type Directory, openDirectory } from '#connectors/ldap/api.ts';
import { settings } from '#connectors/ldap/settings.ts';
import type { Slapd } from '../../practice/servers/slapd.ts';

/** What an administrator would fill in for this server; `changes` are laid over it. */
export const settingsFor = (slapd: Slapd, changes: Record<string, unknown> = {}) =>
  settings.parse({
    servers: [slapd.ldapsUrl],
    bindDn: slapd.bindDn,
    password: slapd.password,
    peopleBases: [slapd.peopleDn],
    groupBases: [slapd.groupsDn],
    passwordPolicy: slapd.policyDn,
    ...changes,
  });

/** Our connector's client for this server. Closed when the tests of the file are over. */
export function openFor(
  slapd: Slapd,
  changes: Record<string, unknown> = {},
  { deadlineMs, ca = slapd.caPem }: { deadlineMs?: number; ca?: string | null } = {},
): Directory {
  const directory = openDirectory(settingsFor(slapd, changes), { ...loopbackIo, ca }, deadlineMs);
  after(() => directory.close());
  return directory;
}
