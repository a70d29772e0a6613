import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { starters } from '#app/playbooks.ts';
import type { TestUser } from '#app/testing/app.ts';
import type { Connection, ConnectionDetail, ConnectorGuide } from './contract/connections.ts';
import type { PersonWithAccounts } from './contract/people.ts';
import type {
  Playbook,
  PlaybookChecked,
  PlaybookFindings,
  PlaybookPage,
  StarterPage,
} from './contract/playbooks.ts';
import type { SettingForms } from './contract/settings.ts';
import { problemIn, startTestApi, type TestApi } from './testing/api.ts';

const settings = { address: 'https://wiki.example', token: 'hidden-token' };
const yaml = { 'content-type': 'application/yaml' };

describe('what the pages for setting up read', () => {
  let api: TestApi;
  let admin: TestUser;
  let operator: TestUser;
  const previewed: unknown[] = [];

  before(async () => {
    api = await startTestApi((kind, input) => {
      if (kind !== 'preview') return { works: true, actingAs: 'bot', scopes: ['read', 'more'] };
      previewed.push(input);
      return { question: 'Which playbook?' };
    });
    admin = await api.addUser('Ada Admin', ['it-admin']);
    operator = await api.addUser('Oda Operator', ['it-operator']);
    const saved = await api.ask('/api/v1/connections/wiki-1', {
      method: 'PUT',
      token: admin.token,
      json: { connector: 'wiki', name: 'Our wiki', settings },
    });
    assert.equal(saved.status, 200);
  });

  it('a connection, with what it can do and what rests on it, and without its secrets', async () => {
    const response = await api.ask('/api/v1/connections/wiki-1', admin);
    const text = await response.text();
    assert.equal(response.status, 200, text);
    assert.doesNotMatch(text, /hidden-token/);
    const found: ConnectionDetail = JSON.parse(text);
    assert.equal(found.name, 'Our wiki');
    assert.deepEqual(
      [found.abilities, found.otherUses, found.playbooks, found.holdsAccounts],
      [[], [], [], false],
    );
    assert.deepEqual(found.steps, { open: 0, held: 0 });
    await problemIn(await api.ask('/api/v1/connections/nothing', admin), 404);
    const hr = await api.addUser('Hanna HR', ['hr']);
    await problemIn(await api.ask('/api/v1/connections/wiki-1', hr), 403);
  });

  it('a kind of system, with its form; no other file of the server', async () => {
    const guide = await api.read<ConnectorGuide>('/api/v1/connectors/wiki', admin);
    assert.equal(guide.name, 'Wiki');
    assert.equal(guide.setup, '');
    for (const id of ['nothing', '..', '%2e%2e%2fokta'])
      await problemIn(await api.ask(`/api/v1/connectors/${id}`, admin), 404);
  });

  it('a connection that somebody pauses, with the reason; whoever only tests may not', async () => {
    const path = '/api/v1/connections/wiki-1/pause';
    const json = { reason: 'The vendor works on it' };
    await problemIn(await api.ask(path, { token: operator.token, json }), 403);
    assert.equal((await api.ask(path, { token: admin.token, json })).status, 200);
    const { items } = await api.read<{ items: Connection[] }>('/api/v1/connections', admin);
    assert.equal(items[0]?.state, 'paused');
    assert.equal(items[0]?.because, 'Paused by Ada Admin: The vendor works on it');
    await problemIn(await api.ask(path, { token: admin.token, json }), 409);
    const nowhere = '/api/v1/connections/nothing/pause';
    await problemIn(await api.ask(nowhere, { token: admin.token, json }), 404);
  });

  it('a form for every group of settings', async () => {
    const forms = await api.read<SettingForms>('/api/v1/settings/forms', operator);
    assert.deepEqual(Object.keys(forms['guardrails']?.['properties'] ?? {}), [
      'departuresPerHour',
      'departuresPerDay',
      'groupPercent',
      'groupAtLeast',
      'feedShrinkPercent',
      'feedChangePercent',
      'feedRowsAtLeast',
      'feedYearsAway',
      'wipesPerHour',
      'deletionsPerHour',
      'suspensionsPerHour',
      'sweepHours',
      'rehearsalDays',
    ]);
    const manager = await api.addUser('Mia Manager', ['manager']);
    await problemIn(await api.ask('/api/v1/settings/forms', manager), 403);
  });

  it('a person with what their accounts own', async () => {
    const { personId } = await api.addPerson({ name: 'Olga Owner' });
    const { rows } = await api.pools.admin.query<{ id: string }>(
      'select id from people where person_id = $1',
      [personId],
    );
    const id = rows[0]!.id;
    await api.pools.admin.query(
      `insert into accounts (connection_id, account_id, login, status, privileged, person, found_at)
       values ('wiki-1', 'a1', 'olga', 'active', false, $1, now())`,
      [id],
    );
    const thing = { id: 'g1', kind: 'group', name: 'Sales', soleOwner: true };
    await api.pools.admin.query(
      `insert into ownerships (connection_id, account_id, things, read_at) values ('wiki-1', 'a1', $1, now())`,
      [JSON.stringify([thing])],
    );
    const found = await api.read<PersonWithAccounts>(`/api/v1/people/${id}`, operator);
    assert.deepEqual(found.owned, [{ connection: 'wiki-1', account: 'a1', things: [thing] }]);
  });

  describe('playbooks', () => {
    const [text = ''] = starters();

    it('that come along, to begin from', async () => {
      const { items } = await api.read<StarterPage>(
        '/api/v1/playbook-starters?limit=200',
        operator,
      );
      assert.equal(items.length, starters().length);
      assert.equal(items[0]?.text, text);
    });

    it('are looked at without being kept, with line and mend', async () => {
      const look = (body: string) =>
        api.read<PlaybookFindings>('/api/v1/playbooks/check', {
          method: 'POST',
          token: admin.token,
          text: body,
          headers: yaml,
        });
      const { findings } = await look(text.replace('layer: operations', 'layer: nowhere'));
      const [first] = findings;
      assert.equal(first?.severity, 'error');
      assert.ok((first?.line ?? 0) > 1);
      assert.notEqual(first?.mend, '');
      assert.ok((await look('playbook: [')).findings.length > 0);
      const kept = await api.read<PlaybookPage>('/api/v1/playbooks', admin);
      assert.deepEqual(kept.items, []);
      const refused = await api.ask('/api/v1/playbooks/check', {
        token: operator.token,
        text,
        headers: yaml,
      });
      await problemIn(refused, 403);
    });

    it('say for whom they are, and are tried while they are drafts', async () => {
      const { playbook } = await api.read<PlaybookChecked>('/api/v1/playbooks/import', {
        method: 'POST',
        token: admin.token,
        text,
        headers: yaml,
      });
      const { items } = await api.read<PlaybookPage>('/api/v1/playbooks', operator);
      assert.equal(items[0]?.about?.for, 'arrival');
      assert.ok((items[0]?.about?.steps ?? 0) > 3);
      const shown = await api.read<Playbook>(`/api/v1/playbooks/${playbook.id}`, operator);
      assert.equal(shown.document?.['playbook'], 'arrival');

      const { personId: person } = await api.addPerson();
      const ask = (json: object) => api.ask('/api/v1/plans', { token: operator.token, json });
      const arrival = { kind: 'arrival', startDay: '2027-01-04' };
      const answer = await ask({ person, arrival, playbook: playbook.id });
      assert.equal(answer.status, 200);
      assert.equal((previewed.at(-1) as { playbook?: string }).playbook, playbook.id);
      const departure = { kind: 'layoff', urgent: true };
      await problemIn(await ask({ person, departure, playbook: playbook.id }), 409);
      await problemIn(await ask({ person, arrival, playbook: 'nothing' }), 404);
    });
  });
});
