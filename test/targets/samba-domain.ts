import { after } from 'node:test';
import { loopbackIo } from '#connector-kit/testing/loopback-io.ts';
import { type Domain, openDomain } from '#connectors/active-directory/api.ts';
import { settings } from '#connectors/active-directory/settings.ts';
import type { Samba } from './samba.ts';

/** Our connector's client for these controllers. Closed when the tests of the file are over. */
export function openFor(
  [samba, ...others]: readonly [Samba, ...Samba[]],
  changes: Record<string, unknown> = {},
  deadlineMs?: number,
): Domain {
  const all = [samba, ...others];
  const filled = settings.parse({
    controllers: all.map(({ ldapsUrl }) => ldapsUrl),
    bindName: samba.administrator,
    password: samba.password,
    baseDn: samba.baseDn,
    ...changes,
  });
  const ca = all.map(({ caPem }) => caPem).join('');
  const domain = openDomain(filled, { ...loopbackIo, ca }, deadlineMs);
  after(() => domain.close());
  return domain;
}
