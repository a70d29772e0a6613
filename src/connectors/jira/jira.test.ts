import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, it } from 'node:test';
import { conforming } from '#connector-kit/testing/conforming.ts';
import { failsWell } from '#connector-kit/testing/fails-well.ts';
import { loopbackIo } from '#connector-kit/testing/loopback-io.ts';
import { sliceProblem } from '#connector-kit/testing/slice.ts';
import { ticketTransition } from '#connector-kit/tickets.ts';
import { ConnectorError, type Failure } from '#core/failure.ts';
import { openJira } from './api.ts';
import { documentOf, textOf } from './document.ts';
import { fakeJira } from './fake.ts';
import { jira } from './index.ts';
import { settings } from './settings.ts';
import spec from './spec.json' with { type: 'json' };
import { tickets } from './tickets.ts';

const reference = 'gatehouse-01M83WKA6Y76MD47WC2RGWKHY7-ticket';
const wanted = { title: 'Departure of Ada', text: 'Ada, Sales\n\nDone:\n- all', open: true };
const account = { email: 'gate@meadow.example', token: 'a token' };

function setUp({ extra = {}, project = 'IT', token = account.token, pageSize = 50 } = {}) {
  const service = fakeJira({ ...account, project: 'IT', pageSize });
  const given = { site: 'https://fake.atlassian.net', email: account.email, token, project };
  const client = openJira(settings.parse({ ...given, ...extra }), {
    ...loopbackIo,
    fetch: conforming(service.fetch, spec, tickets.scopes),
  });

  /** One whole pass: read, plan, apply, and read and plan again. */
  async function pass(content: typeof wanted, id: string | null = null) {
    const it = ticketTransition(tickets, { reference, id, takenBack: null });
    const planned = it.plan(await it.read(client, reference), content);
    if (planned.kind !== 'change') return planned;
    await it.apply(client, reference, planned.change);
    return it.plan(await it.read(client, reference), content);
  }
  return { service, client, pass, issues: () => [...service.issues.values()] };
}

const failing = (kind: Failure['kind'], says: RegExp) => (thrown: unknown) => {
  assert.ok(thrown instanceof ConnectorError, String(thrown));
  assert.equal(thrown.failure.kind, kind);
  assert.match(thrown.failure.detail, says);
  return true;
};

describe('a ticket in Jira', () => {
  it('is made once, with our reference as a label', async () => {
    const { pass, issues } = setUp();

    assert.equal((await pass(wanted)).kind, 'done');
    assert.deepEqual(await pass(wanted), {
      kind: 'done',
      because: 'IT-1 shows this, and is open for what people have to do.',
    });

    const [issue, ...more] = issues();
    assert.deepEqual(more, []);
    assert.deepEqual(issue?.fields, {
      project: { key: 'IT' },
      issuetype: { name: 'Task' },
      labels: [reference],
      summary: wanted.title,
      description: documentOf(wanted.text),
    });
  });

  it('is read back although the search index has not seen it yet', async () => {
    const { pass, service } = setUp();
    service.indexStandsStill = true;

    assert.equal((await pass(wanted)).kind, 'done');
  });

  it('is changed, resolved and opened again by moves that the workflow offers', async () => {
    const { pass, issues } = setUp();
    await pass(wanted);

    assert.equal((await pass({ ...wanted, text: 'Over', open: false })).kind, 'done');
    assert.equal(issues()[0]?.status, 'Done');
    assert.equal((await pass(wanted)).kind, 'done');
    assert.equal(issues()[0]?.status, 'To Do');
  });

  it('is made resolved where nobody has anything to do, in the status and resolution that were chosen', async () => {
    const { pass, issues } = setUp({ extra: { resolvedStatus: 'declined', resolution: 'Done' } });

    assert.equal((await pass({ ...wanted, open: false })).kind, 'done');
    assert.equal(issues()[0]?.status, 'Declined');
    assert.deepEqual(issues()[0]?.fields['resolution'], { name: 'Done' });
  });

  it('carries what the project wants filled in besides', async () => {
    const fields = { priority: { name: 'Low' }, summary: 'not this' };
    const { pass, issues } = setUp({ extra: { issueType: 'Service request', fields } });
    await pass(wanted);

    assert.deepEqual(issues()[0]?.fields['priority'], { name: 'Low' });
    assert.deepEqual(issues()[0]?.fields['issuetype'], { name: 'Service request' });
    assert.equal(issues()[0]?.fields['summary'], wanted.title);
  });

  it('is refused in plain words where the workflow offers no way', async () => {
    const { pass, service } = setUp();
    service.leadsTo = ['In Progress'];

    await assert.rejects(
      pass({ ...wanted, open: false }),
      failing('rejected', /leads from here to a status that counts as done by no single move/),
    );
    // The next pass finds it, and makes no second one.
    assert.equal((await pass(wanted)).kind, 'done');
    assert.equal(service.issues.size, 1);
  });

  it('is looked for on every page, and twice the same is no answer', async () => {
    const { pass, client, service } = setUp({ pageSize: 1 });
    await pass(wanted);
    service.issues.get('10001')!.fields['labels'] = ['other', reference];
    assert.equal((await tickets.find(client, reference))?.id, '10001');

    await tickets.create(client, reference, wanted);
    await assert.rejects(
      tickets.find(client, reference),
      failing('unexpected', /IT-1 and IT-2 have the same label/),
    );
  });

  it('is gone when Jira says so', async () => {
    const { client, pass } = setUp();

    assert.equal(await tickets.read(client, '999'), null);
    assert.equal((await pass(wanted, '999')).kind, 'blocked');
  });

  it('is not missing for whom Jira does not know, or in a project we may not see', async () => {
    const stranger = setUp({ token: 'wrong' });
    await assert.rejects(
      tickets.find(stranger.client, reference),
      failing('unauthenticated', /401/),
    );
    const elsewhere = setUp({ project: 'HR' });
    await assert.rejects(
      tickets.find(elsewhere.client, reference),
      failing('rejected', /'HR' does not exist/),
    );
  });
});

describe('Jira', () => {
  it('says who we are there, and whether the project is there for us', async () => {
    assert.deepEqual(await jira.check(setUp().client), {
      actingAs: 'Gatehouse at fake.atlassian.net',
      scopes: null,
    });
    await assert.rejects(jira.check(setUp({ project: 'HR' }).client), failing('rejected', /HR/));
  });

  it('is called at its own address only', () => {
    const given = settings.parse({ site: 'https://a.atlassian.net', ...account, project: 'IT' });
    assert.deepEqual(jira.hosts(given), ['a.atlassian.net:443']);
    assert.ok(!settings.safeParse({ ...given, project: 'IT" or 1=1' }).success);
  });
});

failsWell(jira, {
  settings: settings.parse({ site: 'https://a.atlassian.net', ...account, project: 'IT' }),
  system: () => fakeJira({ ...account, project: 'IT' }),
});

describe('the document of a ticket', () => {
  it('is read back as the text it was made of', () => {
    for (const text of [
      'One line',
      'A\nB\n\nC\n- d\n- e',
      'See https://gate.example/cases/1 and http://x.example\n\nEnd',
      'Odd\n\n\n\nblanks',
    ]) {
      assert.equal(textOf(JSON.parse(JSON.stringify(documentOf(text)))), text);
    }
    assert.equal(textOf(null), '');
  });

  it('makes addresses that can be clicked', () => {
    assert.match(JSON.stringify(documentOf('At https://a.example/1')), /"href":"https:\/\/a/);
  });
});

describe('the slice of the document that Jira publishes', () => {
  it('refuses what Jira would not know', async () => {
    const { client } = setUp();
    await assert.rejects(
      conforming(
        async () => Response.json({ issues: [{ name: 'x' }] }),
        spec,
        null,
      )('https://fake.atlassian.net/rest/api/3/search/jql?jql=x'),
      failing('unexpected', /off the document/),
    );
    assert.ok(client);
  });

  const whole = resolve(
    import.meta.dirname,
    '../../../../shared/specs/jira-platform-v3-subset.json',
  );
  if (existsSync(whole)) {
    it('is a faithful one, but for the search and the attachments read back, which came later', () => {
      const {
        '/rest/api/3/search/jql': later,
        '/rest/api/3/attachment/content/{id}': content,
        ...paths
      } = spec.paths;
      assert.ok(later && content);
      const document = JSON.parse(readFileSync(whole, 'utf8'));
      assert.equal(sliceProblem({ ...spec, paths }, document), null);
    });
  }
});
