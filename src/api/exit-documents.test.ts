import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { before, describe, it } from 'node:test';
import type { TestUser } from '#app/testing/app.ts';
import { exitDocumentKinds } from '#core/exit-document.ts';
import { type Role, roles } from '#core/user.ts';
import type { Requested } from './contract/cases.ts';
import { problemIn, startTestApi, type TestApi } from './testing/api.ts';

const all: readonly Role[] = ['hr', 'it-admin', 'security'];
const readers: Record<(typeof exitDocumentKinds)[number], readonly Role[]> = {
  letter: all,
  duties: all,
  equipment: all,
  revocation: [...all, 'it-operator', 'auditor'],
};

describe('the documents of a departure', () => {
  let api: TestApi;
  let hr: TestUser;
  let id: string;
  const users = new Map<Role, TestUser>();

  const ask = (kind: string, user: TestUser, more: { id?: string; query?: string } = {}) =>
    api.ask(`/api/v1/cases/${more.id ?? id}/documents/${kind}${more.query ?? ''}`, user);

  async function page(kind: string, user: TestUser, more = {}): Promise<string> {
    const response = await ask(kind, user, more);
    const text = await response.text();
    assert.equal(response.status, 200, text);
    return text;
  }

  before(async () => {
    api = await startTestApi();
    for (const role of roles) users.set(role, await api.addUser(`Any ${role}`, [role]));
    hr = users.get('hr')!;
    id = await api.openDeparture(hr.caller, { reason: 'Very private' });
    await api.addStep(id, { status: 'held', title: 'Block <b>sign-in</b>' });
    await api.sequenceAll();
  });

  for (const kind of exitDocumentKinds)
    for (const role of roles) {
      const allowed = readers[kind].includes(role);
      it(`${kind} is ${allowed ? 'made' : 'refused'} for somebody with the role ${role}`, async () => {
        const response = await ask(kind, users.get(role)!);
        if (!allowed) return void (await problemIn(response, 403));
        const text = await response.text();
        assert.equal(response.status, 200, text);
        assert.match(text, /<html lang="en">/);
        assert.ok(!text.includes('Very private'));
      });
    }

  it('are pages on their own that carry no script and name nobody in the file name', async () => {
    const response = await ask('revocation', hr);
    const text = await response.text();

    assert.equal(response.headers.get('content-type'), 'text/html; charset=utf-8');
    assert.equal(
      response.headers.get('content-disposition'),
      `inline; filename="revocation-${id}.html"`,
    );
    const [, style = ''] = /<style>([^<]*)<\/style>/.exec(text) ?? [];
    const hash = createHash('sha256').update(style).digest('base64');
    const policy = response.headers.get('content-security-policy') ?? '';
    assert.ok(policy.startsWith(`default-src 'none'; style-src 'sha256-${hash}';`), policy);
    assert.doesNotMatch(text, /<script|<img|<link|style="|url\(|https?:/);
    assert.match(text, /@page/);
    assert.doesNotMatch(text, /<th>/, 'each heading of a table says what it is for');
    assert.ok(text.includes('Block &lt;b&gt;sign-in&lt;/b&gt;'));
  });

  it('are the same for the same case, byte for byte, whoever read it meanwhile', async () => {
    for (const kind of exitDocumentKinds) {
      const first = await page(kind, hr);
      await api.sequenceAll();
      assert.equal(await page(kind, users.get('security')!), first, kind);
    }
  });

  it('escape whatever a name brings along', async () => {
    const name = `<script>alert("x")</script> & 'Co'`;
    const { personId } = await api.addPerson({ name });
    const departure = { kind: 'resignation', lastWorkingDay: '2030-11-29' };
    const json = { personId, departure };
    const asked = await api.read<Requested>('/api/v1/cases', { ...hr, json, status: 201 });
    await api.sequenceAll();
    for (const kind of exitDocumentKinds) {
      const text = await page(kind, hr, { id: asked.caseId! });
      assert.ok(!text.includes('<script'), kind);
      assert.ok(text.includes('&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt; &amp; '), kind);
    }
  });

  it('speak the language of the reader, or the one that was asked for', async () => {
    assert.match(await page('letter', hr, { query: '?language=de' }), /<html lang="de">/);
    const { personId } = await api.addPerson({ country: 'AT' });
    const departure = { kind: 'resignation', lastWorkingDay: '2030-11-29' };
    const json = { personId, departure };
    const { caseId } = await api.read<Requested>('/api/v1/cases', { ...hr, json, status: 201 });
    assert.match(await page('letter', hr, { id: caseId! }), /<html lang="de">/);
    assert.match(await page('revocation', hr, { id: caseId! }), /<html lang="en">/);
    const refused = await problemIn(await ask('letter', hr, { query: '?language=fr' }), 422);
    assert.match(JSON.stringify(refused), /one of: en, de/);
  });

  it('are four, and another word is answered with their names', async () => {
    const problem = await problemIn(await ask('certificate', hr), 422);
    assert.match(JSON.stringify(problem), /letter, duties, equipment, revocation/);
  });

  it('do not exist of a confidential departure for those without need to know', async () => {
    const hidden = await api.openDeparture(hr.caller, { confidential: true });
    await api.sequenceAll();
    for (const role of ['it-operator', 'auditor'] as const)
      await problemIn(await ask('revocation', users.get(role)!, { id: hidden }), 404);
    for (const role of all) await page('revocation', users.get(role)!, { id: hidden });
  });

  it('are not made for an arrival, nor of what there is no case for', async () => {
    const { personId } = await api.addPerson();
    const json = { personId, arrival: { kind: 'arrival', startDay: '2030-12-02' } };
    const { caseId } = await api.read<Requested>('/api/v1/cases', { ...hr, json, status: 201 });
    const { detail } = await problemIn(await ask('letter', hr, { id: caseId! }), 409);
    assert.match(detail, /people who leave; this is about an arrival/);
    await problemIn(await ask('letter', hr, { id: '01M83VKER15E4DWGJN9YVPFDBD' }), 404);
  });

  it('are not made once the departure was taken back, nor a letter after a death', async () => {
    const back = await api.openDeparture(hr.caller);
    const cancel = `/api/v1/cases/${back}/cancel`;
    await api.read(cancel, { ...hr, method: 'POST' });
    const { detail } = await problemIn(await ask('revocation', hr, { id: back }), 409);
    assert.match(detail, /taken back/);

    const death = await api.openDeparture(hr.caller, { kind: 'death' });
    assert.match((await problemIn(await ask('letter', hr, { id: death }), 409)).detail, /family/);
    await page('equipment', hr, { id: death });
  });

  it('are facts of the record, each with its name', async () => {
    await page('duties', hr);
    await api.sequenceAll();
    const found = await api.entries();
    assert.ok(
      found.some(
        ({ body }) =>
          body['type'] === 'read.case' && JSON.stringify(body).includes('document:duties'),
      ),
    );
  });
});
