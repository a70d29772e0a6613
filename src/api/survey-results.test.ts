import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import type { TestUser } from '#app/testing/app.ts';
import { inviteSomebody } from '#app/testing/surveys.ts';
import type { Survey, SurveyResults } from './contract/surveys.ts';
import { problemIn, startTestApi, type TestApi } from './testing/api.ts';

describe('surveys through the API', () => {
  let api: TestApi;
  let hr: TestUser;
  let admin: TestUser;
  let addresses = 0;

  before(async () => {
    api = await startTestApi();
    hr = await api.addUser('Hanna HR', ['hr']);
    admin = await api.addUser('Ada Admin', ['it-admin', 'security']);
  });

  const answer = async (department: string, fields: Record<string, string>) => {
    const invited = await inviteSomebody(api, hr, { department });
    const body = new URLSearchParams({ act: 'send', 'q-reason': 'pay', ...fields });
    const headers = { 'sec-fetch-site': 'same-origin' };
    const address = `198.51.100.${++addresses}`;
    const path = `/survey/${invited.token}`;
    const { status } = await api.api.request(path, { method: 'POST', body, headers }, { address });
    assert.equal(status, 200);
    return invited;
  };
  const results = (query = '') =>
    api.read<SurveyResults>(`/api/v1/surveys/exit/results${query}`, { token: hr.token });
  const put = (text: string, by = hr, name = 'exit') =>
    api.ask(`/api/v1/surveys/${name}`, {
      method: 'PUT',
      token: by.token,
      text,
      headers: { 'content-type': 'application/yaml' },
    });

  it('count who took part, and show nothing of fewer than five', async () => {
    for (const work of ['1', '2', '3', '4']) await answer('Sales', { 'q-work': work });
    await inviteSomebody(api, hr, { department: 'Sales' });
    const found = await results();
    assert.deepEqual(found.participation, {
      sent: 5,
      answered: 4,
      declined: 0,
      open: 1,
      expired: 0,
    });
    assert.deepEqual([found.shown, found.questions], [0, []]);
    assert.match(found.withheld ?? '', /too few answers in this group/);
  });

  it('show figures and texts of five or more, without names', async () => {
    await answer('Sales', { 'q-work': '5', 'q-keep': 'Zeit' });
    const found = await results('?department=Sales');
    assert.equal(found.shown, 5);
    assert.equal(found.withheld, null);
    const work = found.questions.find(({ id }) => id === 'work');
    assert.equal(work?.average, 3);
    assert.deepEqual(found.questions.find(({ id }) => id === 'keep')?.texts, ['Zeit']);
    assert.doesNotMatch(JSON.stringify(found), /Priya|Nair|E-10/);
  });

  it('do not give away the one who is new, nor a small group by the difference', async () => {
    await answer('Lab', { 'q-keep': 'Nur ich' });
    const everybody = await results();
    assert.equal(everybody.shown, 5);
    assert.match(everybody.withheld ?? '', /^1 answer is left out/);
    assert.doesNotMatch(JSON.stringify(everybody), /Nur ich/);
    const lab = await results('?department=Lab');
    assert.deepEqual([lab.shown, lab.participation.answered], [0, 1]);
  });

  it('are for HR alone; that somebody looked is a fact', async () => {
    const roles = ['it-admin', 'security', 'it-operator', 'manager', 'auditor'] as const;
    for (const role of roles) {
      const { token } = await api.addUser(`Somebody ${role}`, [role]);
      await problemIn(await api.ask('/api/v1/surveys/exit/results', { token }), 403);
    }
    const { rows } = await api.pools.admin.query(
      `select convert_from(leaf, 'UTF8')::jsonb as leaf from ledger.staged
        where convert_from(leaf, 'UTF8')::jsonb ->> 'type' = 'disclosure.opened'`,
    );
    assert.deepEqual(rows[0]?.leaf.data, { object: 'survey-results', values: 5 });
    assert.equal(rows[0]?.leaf.actor.id, hr.caller.user.id);
  });

  it('lose the answers of a person whose key is destroyed, and then the whole group of five', async () => {
    await api.pools.admin.query(
      `update ledger.subject_key set wrapped = null, destroyed_at = now()
        where subject = (select p.subject from survey_answers a
                           join survey_invitations i on i.id = a.invitation
                           join cases c on c.id = i.case_id join people p on p.id = c.person
                          where a.part is not null limit 1)`,
    );
    const found = await results('?department=Sales');
    assert.deepEqual([found.shown, found.questions], [0, []]);
  });

  it('are changed as a document, each change a version with its fact', async () => {
    const shown = await api.read<Survey>('/api/v1/surveys/exit', { token: admin.token });
    assert.equal(shown.number, 1);
    const text = shown.text.replace('How was it here?', 'How was it?');
    const saved = (await (await put(text)).json()) as Survey;
    assert.deepEqual([saved.number, saved.title], [2, 'How was it?']);
    assert.equal(((await (await put(text)).json()) as Survey).number, 2, 'the same adds none');
    const { rows } = await api.pools.admin.query(
      `select convert_from(leaf, 'UTF8')::jsonb -> 'data' ->> 'version' as version from ledger.staged
        where convert_from(leaf, 'UTF8')::jsonb ->> 'type' = 'survey.published' order by 1`,
    );
    assert.deepEqual(
      rows.map((it) => it.version),
      ['1', '2'],
    );
  });

  it('are refused with the question, the line, and what to do', async () => {
    const { text } = await api.read<Survey>('/api/v1/surveys/exit', { token: hr.token });
    const broken = await problemIn(await put(text.replace('kind: yes-no', 'kind: essay')), 422);
    assert.match(broken.errors[0]?.at ?? '', /^question recommend, line \d+$/);
    const changed = await problemIn(
      await put(text.replace(/(id: recommend\n {4}kind: )yes-no/, '$1text')),
      422,
    );
    assert.match(changed.errors[0]?.problem ?? '', /in an earlier version it was one by yes-no/);
    await problemIn(await put(text, hr, 'pulse'), 422);
    const { token } = await api.addUser('Sam Security', ['security']);
    await problemIn(await put(text, { ...admin, token }), 403);
  });
});
