import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { after, before, describe, it } from 'node:test';
import { importPlaybook, publishPlaybook } from '#app/playbooks.ts';
import { fakeJira } from '#connectors/jira/fake.ts';
import { type Company, houseOf, person, startCompany } from './support/company.ts';
import { startGatehouse, type TestGatehouse } from './support/gatehouse.ts';
import { stepOf, watching } from './support/watch.ts';

const playbook = `
playbook: involuntary-departure
title: Record it
for: departure
steps:
  - { id: ticket, layer: operations, ticket: { on: { connection: jira } } }
`;
const rory = person('E-911', 'Rory Leaf');

describe('a ticket in Jira, through the whole program', () => {
  let gatehouse: TestGatehouse;
  let company: Company;
  let watch: ReturnType<typeof watching>;
  const jira = fakeJira({ email: 'gate@meadow.example', token: 'a token', project: 'IT' });
  const server = createServer(async (request, response) => {
    const { method = 'GET', url = '/', headers } = request;
    const body = method === 'GET' ? null : await buffer(request);
    const answer = await jira.fetch(`http://jira${url}`, {
      method,
      headers: { authorization: headers.authorization ?? '' },
      ...(body ? { body: new Uint8Array(body) } : {}),
    });
    response.writeHead(answer.status, { 'content-type': 'application/json' });
    response.end(Buffer.from(await answer.arrayBuffer()));
  });

  before(async () => {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    gatehouse = await startGatehouse();
    const house = houseOf(gatehouse);
    watch = watching(house);
    company = await startCompany(house);
    const settings = {
      site: `http://127.0.0.1:${port}`,
      email: 'gate@meadow.example',
      token: 'a token',
      project: 'IT',
    };
    await house.connect({ id: 'jira', connector: 'jira', settings }, [port]);
    const { app, admin } = gatehouse;
    const { playbook: draft } = await importPlaybook(app, admin, playbook);
    await publishPlaybook(app, admin, draft.id);
  });
  after(async () => {
    await gatehouse.stop();
    await company.close();
    server.close();
  });

  it('is one, though no search ever shows it, and is resolved where nobody has to do anything', async () => {
    jira.indexStandsStill = true;
    await company.tell('departure.confirmed', rory, {
      id: 'S-911',
      kind: 'involuntary',
      urgent: true,
      last_working_day: '2026-12-01',
    });
    const found = await watch.become('complete', rory, (it) => it.case.state === 'complete');

    assert.deepEqual(
      found.steps.map(({ key, grade, because }) => `${key} ${grade}: ${because}`).toSorted(),
      ['ticket:access-removed@jira', 'ticket:end@jira', 'ticket@jira'].map(
        (key) => `${key} verified: IT-1 shows this, and is resolved.`,
      ),
    );
    const [issue, ...more] = [...jira.issues.values()];
    assert.deepEqual(more, []);
    assert.equal(issue?.status, 'Done');
    assert.deepEqual(issue.fields['labels'], [`gatehouse-${found.case.id}-ticket`]);
    assert.equal(stepOf(found, 'ticket@jira')?.summary, 'Make a ticket.');
  });
});
