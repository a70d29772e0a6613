import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { AnyConnector } from '#connector-kit/contract.ts';
import { type Guard, openGuard } from '#connector-kit/guard.ts';
import { connectors } from '../src/connectors.ts';
import { detours } from '../src/operate/configuration-detours.ts';
import { colleague } from './company.ts';
import { serveVendors, type VendorServer } from './servers/vendors.ts';
import { systemOf } from './systems/vendor.ts';
import { vendorsOfCompany } from './systems/vendors.ts';

const leaver = colleague('priya.nair');

describe('the vendors of the practice company', () => {
  const { all: vendors } = vendorsOfCompany();
  let server: VendorServer;
  let guard: Guard;
  before(async () => {
    server = await serveVendors(vendors);
    const read = detours(server.detours);
    assert.ok(!('problem' in read));
    guard = openGuard({ onPremises: () => [], detours: read });
  });
  after(async () => {
    await guard.close();
    await server.close();
  });

  /** The connector as the worker opens it, over TLS and by the vendor's own name. */
  function open({ connection }: (typeof vendors)[number], ca: string | null = server.ca) {
    const connector = connectors.get(connection.connector) as AnyConnector;
    const settings = connector.settings.parse(connection.settings);
    const io = guard.ioFor({ hosts: connector.hosts(settings), ca, now: () => new Date() });
    return { connector, client: connector.open(settings, io) };
  }

  for (const vendor of vendors) {
    const { name } = vendor.connection;

    it(`answers as ${name}, at its own name, whoever believes the company’s authority`, async () => {
      const { connector, client } = open(vendor);

      assert.ok(await connector.check(client));

      const stranger = open(vendor, null);
      await assert.rejects(stranger.connector.check(stranger.client), /not to be trusted/);
    });

    if (vendor.look(leaver).length === 0) continue;
    it(`holds the accounts of ${leaver.name} in ${name} that it shows, and they are open`, async () => {
      const { connector, client } = open(vendor);
      const system = systemOf(vendor, server.ca);
      const { email, personId: employeeNumber, name } = leaver;

      const found = await connector.accounts?.find(client, { email, employeeNumber, name });

      const seen = await system.look(leaver);
      assert.deepEqual(
        found?.map((it) => it.login.toLowerCase()).toSorted(),
        seen.map(({ login }) => login.toLowerCase()).toSorted(),
      );
      assert.ok(seen.length > 0 && seen.every((it) => it.open));
      assert.deepEqual([...(await system.changed())], []);
    });
  }
});
