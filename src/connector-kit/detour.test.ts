import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Detour } from '#core/detour.ts';
import { makeAuthority } from './testing/certificate.ts';
import { failureOf, guard, serve } from './testing/office.ts';

const host = 'graph.vendor.example';
const relayed = (addressPort: number, more: Partial<Detour> = {}): Detour => ({
  ...{ host, port: 443, address: '127.0.0.1', addressPort },
  ...more,
});

describe('a detour', () => {
  const authority = makeAuthority('Office CA');

  /** A relay that shows a certificate for these names, and a call by the vendor’s name that trusts `ca`. */
  async function relay(names: readonly string[], ca: string | null = authority.ca) {
    const server = await serve(
      (request, response) => response.end(`${request.headers.host} ${request.url}`),
      authority.issue(names),
    );
    const machine = guard({ detours: [relayed(server.port)] });
    return { server, fetch: machine.fetchFor({ hosts: [host], ca }) };
  }

  it('reaches a host by its own name at another address and port, and asks no DNS', async () => {
    const { fetch } = await relay([host]);

    const answer = await fetch(`https://${host}/v1.0/users?top=1`);

    assert.equal(await answer.text(), `${host} /v1.0/users?top=1`);
  });

  it('changes the way only: who answers has to prove that it is the host', async () => {
    const other = await relay(['127.0.0.1', 'other.vendor.example']);
    assert.match((await failureOf(other.fetch(`https://${host}/`))).detail, /not to be trusted/);

    const publicOnly = await relay([host], null);
    const failure = await failureOf(publicOnly.fetch(`https://${host}/`));
    assert.match(failure.detail, /not to be trusted/);
    assert.equal(failure.kind, 'unavailable');
  });

  it('leads no connection to a host that its credential was not entered for', async () => {
    const { server } = await relay([host]);
    const machine = guard({ detours: [relayed(server.port)] });
    const fetch = machine.fetchFor({ hosts: ['acme.example'], ca: authority.ca });

    assert.equal((await failureOf(fetch(`https://${host}/`))).kind, 'forbidden');
    assert.equal(server.sockets(), 0);
  });

  it('is for one host and port: neighbours are judged as ever', async () => {
    const { server } = await relay([host]);
    const machine = guard({ detours: [relayed(server.port)] });
    const hosts = [`${host}:8443`, `login.${host}`];
    const fetch = machine.fetchFor({ hosts, ca: authority.ca });

    for (const it of hosts) {
      assert.match((await failureOf(fetch(`https://${it}/`))).detail, /not known to DNS/);
    }
    assert.equal(server.sockets(), 0);
  });

  it('is never taken without encryption', async () => {
    const { server } = await relay([host]);
    const machine = guard({ detours: [relayed(server.port, { port: 80 })] });
    const fetch = machine.fetchFor({ hosts: [`${host}:80`], ca: null });

    assert.match((await failureOf(fetch(`http://${host}/`))).detail, /without encryption/);
    assert.equal(server.sockets(), 0);
  });

  it('never ends where machines hand out credentials', async () => {
    const machine = guard({ detours: [relayed(443, { address: '169.254.169.254' })] });
    const failure = await failureOf(
      machine.fetchFor({ hosts: [host], ca: null })(`https://${host}/`),
    );

    assert.equal(failure.kind, 'forbidden');
    assert.match(failure.detail, /GATEHOUSE_DETOURS/);
  });
});
