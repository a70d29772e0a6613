import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { starters } from '#app/playbooks.ts';
import type { TestUser } from '#app/testing/app.ts';
import type {
  PlaybookChecked,
  PlaybookDraft,
  PlaybookDraftPage,
  PlaybookParts,
} from './contract/playbooks.ts';
import { problemIn, startTestApi, type TestApi } from './testing/api.ts';

const text = `playbook: ours
title: Ours
for: departure
steps:
  # nobody stays signed in
  - { id: sign-out, layer: security, do: sessions.revoke, on: every account }
  - { id: wipe, layer: operations, do: device.wipe, on: every account, after: [sign-owt] }
`;

describe('drafts of playbooks', () => {
  let api: TestApi;
  let ada: TestUser;
  let ben: TestUser;
  const previewed: unknown[] = [];

  before(async () => {
    api = await startTestApi((kind, input) => {
      if (kind !== 'preview') return { works: true, actingAs: 'bot', scopes: null };
      previewed.push(input);
      return { question: 'When?' };
    });
    ada = await api.addUser('Ada Admin', ['it-admin']);
    ben = await api.addUser('Ben Second', ['it-admin']);
  });

  const at = (name = 'ours') => `/api/v1/playbook-drafts/${name}`;
  const put = ({ token }: TestUser, json: object, name?: string) =>
    api.ask(at(name), { method: 'PUT', token, json });
  const kept = async (answer: Response | Promise<Response>): Promise<PlaybookDraft> => {
    const response = await answer;
    const said = await response.text();
    assert.equal(response.status, 200, said);
    return JSON.parse(said);
  };
  const edit = ({ token }: TestUser, version: number, ...edits: readonly object[]) =>
    api.ask(`${at()}/edit`, { token, json: { version, edits } });

  it('belong to whoever writes them, and keep even what cannot be read', async () => {
    const begun = await kept(put(ada, { text: 'playbook: [', version: null }));
    assert.deepEqual([begun.version, begun.document, begun.basedOn], [1, null, null]);
    assert.equal(begun.findings[0]?.line, 1);
    await problemIn(await api.ask(at(), ben), 404);
    const { items } = await api.read<PlaybookDraftPage>('/api/v1/playbook-drafts', ben);
    assert.deepEqual(items, []);
    await problemIn(await put(ada, { text, version: null }), 409);

    const saved = await kept(put(ada, { text, version: 1 }));
    assert.equal(saved.document?.['title'], 'Ours');
    const late = await problemIn(await put(ada, { text: 'x', version: 1 }), 409);
    assert.match(late.detail, /changed while/);
    assert.equal((await api.read<PlaybookDraft>(at(), ada)).text, text);
    const hr = await api.addUser('Hanna HR', ['hr']);
    await problemIn(await put(hr, { text, version: null }), 403);
    await problemIn(await put(ada, { text, version: null }, 'Not a name'), 422);
  });

  it('are mended by what comes with each finding, and keep their comments', async () => {
    let draft = await api.read<PlaybookDraft>(at(), ada);
    const errors = (of: PlaybookDraft) => of.findings.filter((it) => it.severity === 'error');
    assert.deepEqual(
      errors(draft).map(({ step, remedy }) => [step, remedy?.verb, remedy?.other]),
      [
        ['wipe', 'wait for', 'sign-out'],
        ['wipe', 'ask', null],
      ],
    );
    for (const { remedy } of errors(draft))
      draft = await kept(edit(ada, draft.version, ...(remedy?.edits ?? [])));
    assert.deepEqual(errors(draft), []);
    assert.match(draft.text, /# nobody stays signed in\n.*\n.*approval: yes, after: \[sign-out\]/);

    const change = { do: 'change', step: 'wipe', set: { at: 'someday' } };
    const refused = await problemIn(await edit(ada, draft.version, change), 422);
    assert.match(refused.errors[0]?.problem ?? '', /“someday” is not a moment/);
    await problemIn(await edit(ada, draft.version, { do: 'remove', step: 'nobody' }), 409);
    await problemIn(await edit(ada, 1, { do: 'remove', step: 'wipe' }), 409);
    assert.equal((await api.read<PlaybookDraft>(at(), ada)).text, draft.text);
  });

  it('are tried on a person before anybody else sees them', async () => {
    const json = { person: 'E-1', departure: { kind: 'resignation' }, draft: 'ours' };
    assert.deepEqual(await api.read('/api/v1/plans', { token: ada.token, json }), {
      question: 'When?',
    });
    const { id } = await api.read<PlaybookDraft>(at(), ada);
    assert.equal((previewed.at(-1) as { draft: string }).draft, id);
    await problemIn(await api.ask('/api/v1/plans', { token: ben.token, json }), 404);
    const both = { ...json, playbook: 'x' };
    await problemIn(await api.ask('/api/v1/plans', { token: ada.token, json: both }), 422);
  });

  const forward = ({ token }: TestUser, version: number, note = 'More is signed out') =>
    api.ask(`${at()}/put-forward`, { token, json: { version, note } });
  const publish = ({ token }: TestUser, id: string, over?: string | null) =>
    api.ask(`/api/v1/playbooks/${id}/publish`, { method: 'POST', token, json: { over } });

  it('are put forward with a note, and published by somebody else over what they have seen', async () => {
    const { version } = await api.read<PlaybookDraft>(at(), ada);
    const answer = await forward(ada, version);
    const { playbook }: PlaybookChecked = JSON.parse(await answer.text());
    assert.deepEqual(
      [playbook.number, playbook.status, playbook.note],
      [1, 'draft', 'More is signed out'],
    );
    await problemIn(await api.ask(at(), ada), 404);
    await problemIn(await publish(ada, playbook.id, null), 409);
    await problemIn(await publish(ben, playbook.id, 'another'), 409);
    assert.equal((await publish(ben, playbook.id, null)).status, 200);
  });

  it('never overrun what went live meanwhile', async () => {
    const changed = `${text.replace(', after: [sign-owt]', ', approval: yes')}`;
    const [of, second] = [
      await kept(put(ada, { text: changed, version: null })),
      await kept(put(ben, { text: `${changed}# more\n`, version: null })),
    ];
    assert.equal(of.basedOn?.number, 1);
    const forwarded = await forward(ben, second.version);
    const { playbook }: PlaybookChecked = JSON.parse(await forwarded.text());
    assert.equal((await publish(ada, playbook.id, of.basedOn?.id)).status, 200);

    const stale = await api.read<PlaybookDraft>(at(), ada);
    assert.deepEqual([stale.basedOn?.number, stale.live?.number], [1, 2]);
    assert.match(
      (await problemIn(await forward(ada, stale.version), 409)).detail,
      /Version 2 went live after you began/,
    );
    const looked = await kept(put(ada, { text: changed, version: 1, basedOn: stale.live?.id }));
    assert.equal((await forward(ada, looked.version)).status, 200);
    const other = { text: 'x', version: null, basedOn: playbook.id };
    await problemIn(await put(ada, other, 'others'), 409);
  });

  it('end when they are not wanted, and say so when they are of something else', async () => {
    const { version } = await kept(put(ada, { text: starters()[0], version: null }));
    assert.match(
      (await problemIn(await forward(ada, version), 409)).detail,
      /Write “playbook: ours”/,
    );
    const gone = (of: number) =>
      api.ask(`${at()}?version=${of}`, { method: 'DELETE', token: ada.token });
    await problemIn(await gone(9), 409);
    assert.equal((await gone(version)).status, 200);
    await problemIn(await api.ask(at(), ada), 404);
  });

  it('are made of what is connected', async () => {
    const saved = await api.ask('/api/v1/connections/wiki-1', {
      method: 'PUT',
      token: ada.token,
      json: {
        connector: 'wiki',
        name: 'Our wiki',
        settings: { address: 'https://wiki.example', token: 'hidden' },
      },
    });
    assert.equal(saved.status, 200);
    const parts = await api.read<PlaybookParts>('/api/v1/playbook-parts', ada);
    assert.deepEqual(
      parts.systems.map(({ id, name }) => [id, name]),
      [['wiki-1', 'Our wiki']],
    );
    assert.ok(parts.rulePacks.includes('us'));
  });
});
