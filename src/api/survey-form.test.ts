import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { before, describe, it } from 'node:test';
import type { TestUser } from '#app/testing/app.ts';
import { type Invited, inviteSomebody } from '#app/testing/surveys.ts';
import { startTestApi, type TestApi } from './testing/api.ts';

const ownPage = { 'sec-fetch-site': 'same-origin' };
const noToken = 'A'.repeat(43);

describe('the form behind the link of an invitation', () => {
  let api: TestApi;
  let hr: TestUser;
  let addresses = 0;

  before(async () => {
    api = await startTestApi();
    hr = await api.addUser('Hanna HR', ['hr']);
  });

  /** Each asks from an address of its own, so that nobody is in the way of another. */
  const someAddress = () => `198.51.100.${++addresses}`;
  const open = (token: string, more = '', address = someAddress()) =>
    api.api.request(`/survey/${token}${more}`, {}, { address });
  const press = (
    token: string,
    fields: Record<string, string>,
    headers: Record<string, string> = ownPage,
    address = someAddress(),
  ) =>
    api.api.request(
      `/survey/${token}`,
      { method: 'POST', body: new URLSearchParams(fields), headers },
      { address },
    );
  const textOf = async (response: Response | Promise<Response>, status: number) => {
    const text = await (await response).text();
    assert.equal((await response).status, status, text);
    return text;
  };
  const outcomeOf = async ({ caseId }: Invited) => {
    const { rows } = await api.pools.admin.query(
      'select outcome from survey_invitations where case_id = $1',
      [caseId],
    );
    return rows[0].outcome;
  };
  const factsOf = async ({ caseId }: Invited) => {
    const { rows } = await api.pools.admin.query<{ leaf: string }>(
      "select convert_from(leaf, 'UTF8') as leaf from ledger.staged where case_id = $1 order by case_seq",
      [caseId],
    );
    return rows
      .map(({ leaf }) => JSON.parse(leaf))
      .filter(({ type }) => type.startsWith('survey.'));
  };

  it('is one page without script, in a frame of nobody, kept by nobody', async () => {
    const { token } = await inviteSomebody(api, hr);
    const response = await open(token);
    const { headers } = response;
    const text = await textOf(response, 200);
    const policy = headers.get('content-security-policy') ?? '';
    const [, style = ''] = /<style>([^<]*)<\/style>/.exec(text) ?? [];
    const hash = createHash('sha256').update(style).digest('base64');
    assert.equal(
      policy,
      `default-src 'none'; style-src 'sha256-${hash}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'`,
    );
    assert.doesNotMatch(text, /<script|<img|<link|style="|javascript:/);
    assert.equal(headers.get('cache-control'), 'no-store');
    assert.equal(headers.get('referrer-policy'), 'no-referrer');
    assert.match(headers.get('x-robots-tag') ?? '', /noindex/);
    assert.equal(headers.get('set-cookie'), null);
    assert.ok(text.length < 15_000, `${text.length} characters`);
  });

  it('shows the first name and the company, escaped, and nothing else of the case', async () => {
    const { token, caseId } = await inviteSomebody(api, hr, { department: 'Secret Lab' });
    const text = await textOf(open(token), 200);
    assert.match(text, /Hello Priya,/);
    assert.match(text, /Our company/);
    assert.doesNotMatch(text, /Nair|<b>|Secret Lab|E-10|resignation|@meadow/);
    assert.ok(!text.includes(caseId));
  });

  it('can be read by everybody: labels, groups, language', async () => {
    const { token } = await inviteSomebody(api, hr, { language: 'de' });
    const text = await textOf(open(token), 200);
    assert.match(text, /<html lang="de">/);
    assert.match(text, /Guten Tag Priya,/);
    const ids = [...text.matchAll(/<(?:input type="radio"|textarea)[^>]* id="([^"]+)"/g)];
    assert.ok(ids.length > 20);
    for (const [, id] of ids) assert.ok(text.includes(`<label for="${id}">`), id);
    assert.equal(new Set(ids.map(([, id]) => id)).size, ids.length);
    const groups = text.match(/<fieldset/g)?.length;
    assert.equal(text.match(/<legend>/g)?.length, groups);
  });

  it('changes its language and keeps what was entered', async () => {
    const { token } = await inviteSomebody(api, hr);
    const german = await textOf(press(token, { act: 'de', 'q-keep': 'The bicycles' }), 200);
    assert.match(german, /<html lang="de">/);
    assert.match(german, />\s*The bicycles<\/textarea>/);
    assert.match(await textOf(open(token), 200), /Guten Tag Priya,/, 'it stays so');
    assert.match(await textOf(open(token, '?language=en'), 200), /Hello Priya,/);
    assert.match(await textOf(open(token, '?language=tlh'), 200), /Hello Priya,/);
  });

  it('is saved and gone on with by the same link', async () => {
    const invited = await inviteSomebody(api, hr);
    const fields = { act: 'save', 'q-work': '4', 'q-change': 'Less\r\n<script>alert(1)</script>' };
    assert.match(await textOf(press(invited.token, fields), 200), /Nothing is sent yet/);
    const again = await textOf(open(invited.token), 200);
    assert.match(again, /name="q-work" value="4" checked/);
    assert.match(again, /Less\n&lt;script&gt;alert\(1\)&lt;\/script&gt;<\/textarea>/);
    assert.equal(await outcomeOf(invited), null);
    assert.deepEqual(await factsOf(invited), []);
  });

  it('says what is missing, and loses nothing', async () => {
    const invited = await inviteSomebody(api, hr);
    const fields = { act: 'send', 'q-keep': 'The garden', 'q-reason': 'no-such-choice' };
    const text = await textOf(press(invited.token, fields), 422);
    assert.match(text, /role="alert"/);
    assert.match(text, /<a href="#q-reason">/);
    assert.match(text, /aria-invalid="true" aria-describedby="q-reason-wrong"/);
    assert.match(text, /The garden/);
    assert.match(await textOf(open(invited.token), 200), /The garden/);
    assert.equal(await outcomeOf(invited), null);
  });

  it('takes the answers once: the same link then says thank you, and keeps the first ones', async () => {
    const invited = await inviteSomebody(api, hr);
    const fields = { act: 'send', 'q-reason': 'pay', 'q-keep': 'Freitagskuchen' };
    assert.match(await textOf(press(invited.token, fields), 200), /Thank you/);
    assert.match(await textOf(open(invited.token), 200), /Already answered, thank you/);
    const { rows: before } = await api.pools.admin.query(
      'select sealed from survey_answers order by saved_at desc limit 1',
    );
    for (const act of ['send', 'save', 'decline']) {
      const text = await textOf(press(invited.token, { ...fields, act, 'q-reason': 'team' }), 200);
      assert.match(text, /Already answered, thank you/);
    }
    const { rows: after } = await api.pools.admin.query(
      'select sealed from survey_answers order by saved_at desc limit 1',
    );
    assert.deepEqual(after, before);
    assert.equal(await outcomeOf(invited), 'answered');
  });

  it('sent twice at once counts once', async () => {
    const invited = await inviteSomebody(api, hr);
    const send = () => press(invited.token, { act: 'send', 'q-reason': 'pay' });
    const texts = await Promise.all([send(), send()].map((it) => textOf(it, 200)));
    assert.equal(texts.filter((it) => it.includes('<h1>Thank you</h1>')).length, 1);
    assert.equal((await factsOf(invited)).length, 1);
  });

  it('may be declined, which deletes what was saved', async () => {
    const invited = await inviteSomebody(api, hr);
    await textOf(press(invited.token, { act: 'save', 'q-keep': 'Nothing' }), 200);
    assert.match(
      await textOf(press(invited.token, { act: 'decline' }), 200),
      /Thank you for telling us/,
    );
    assert.match(await textOf(open(invited.token), 200), /You chose not to take part/);
    const { rowCount } = await api.pools.admin.query(
      'select from survey_answers a join survey_invitations i on i.id = a.invitation where i.case_id = $1',
      [invited.caseId],
    );
    assert.equal(rowCount, 0);
  });

  it('leaves a fact of who took part, and never what was said', async () => {
    const invited = await inviteSomebody(api, hr);
    await textOf(
      press(invited.token, { act: 'send', 'q-reason': 'pay', 'q-keep': 'Zebrastreifen' }),
      200,
    );
    const [fact] = await factsOf(invited);
    assert.equal(fact.type, 'survey.answered');
    assert.deepEqual(fact.data, { survey: 'exit', version: 1 });
    assert.deepEqual(
      { kind: fact.actor.kind, auth: fact.actor.auth },
      { kind: 'link', auth: 'link' },
    );
    const everything = await dump(api);
    assert.ok(!everything.includes('Zebrastreifen'), 'answers lie sealed');
    assert.ok(!everything.includes(invited.token), 'tokens lie hashed');
  });

  it('is for its own page only, and only as a form', async () => {
    const { token } = await inviteSomebody(api, hr);
    const fields = { act: 'decline' };
    await textOf(press(token, fields, { 'sec-fetch-site': 'cross-site' }), 403);
    await textOf(press(token, fields, { 'sec-fetch-site': 'none' }), 403);
    await textOf(press(token, fields, { origin: 'https://elsewhere.example' }), 403);
    await textOf(press(token, fields, {}), 403);
    const json = {
      method: 'POST',
      body: '{}',
      headers: { ...ownPage, 'content-type': 'application/json' },
    };
    await textOf(api.api.request(`/survey/${token}`, json, { address: someAddress() }), 415);
    await textOf(open(token), 200);
    await textOf(press(token, { act: 'save' }, { origin: 'null' }), 200);
    await textOf(
      press(token, { act: 'save' }, { origin: 'https://gatehouse.meadow.example' }),
      200,
    );
  });

  it('answers a guessed link and a broken one alike', async () => {
    const guessed = await textOf(open(noToken), 404);
    for (const token of ['x', `${noToken}A`, '%00', 'a%2Fb', `${'A'.repeat(42)}=`, 'ä']) {
      assert.equal(await textOf(open(token), 404), guessed, token);
    }
    assert.equal(await textOf(press(noToken, { act: 'send' }), 404), guessed);
    assert.match(guessed, /There is nothing behind this link/);
  });

  it('ends after its days, but takes what was open on a screen for a day more', async () => {
    const invited = await inviteSomebody(api, hr);
    const expire = (hours: number) =>
      api.pools.admin.query(
        `update survey_invitations set expires_at = now() - make_interval(hours => $2) where case_id = $1`,
        [invited.caseId, hours],
      );
    await expire(1);
    assert.match(await textOf(open(invited.token), 410), /This link has ended/);
    await textOf(press(invited.token, { act: 'save', 'q-keep': 'x' }), 200);
    await expire(25);
    assert.match(
      await textOf(press(invited.token, { act: 'send', 'q-reason': 'pay' }), 410),
      /This link has ended/,
    );
    assert.equal(await outcomeOf(invited), null);
  });

  it('ends when the departure was taken back, or the data of the person was erased', async () => {
    const back = await inviteSomebody(api, hr);
    await api.pools.admin.query(
      `with off as (select set_config('session_replication_role', 'replica', true))
       update cases set direction = 'back' from off where id = $1`,
      [back.caseId],
    );
    await textOf(open(back.token), 410);
    const erased = await inviteSomebody(api, hr);
    await api.pools.admin.query(
      `update ledger.subject_key set wrapped = null, destroyed_at = now()
        where subject = (select p.subject from cases c join people p on p.id = c.person where c.id = $1)`,
      [erased.caseId],
    );
    await textOf(open(erased.token), 410);
    await textOf(press(erased.token, { act: 'send', 'q-reason': 'pay' }), 410);
  });

  it('is opened twenty times an hour by one address, whoever it is; others are not in its way', async () => {
    const { token } = await inviteSomebody(api, hr);
    const address = '2001:db8:1:2::1';
    for (let i = 0; i < 20; i++) await textOf(open(token, '', address), 200);
    const refused = await open(token, '', '2001:db8:1:2:ffff::9');
    assert.ok(Number(refused.headers.get('retry-after')) > 3_500);
    assert.match(await textOf(refused, 429), /Too many requests/);
    await textOf(press(token, { act: 'save' }, ownPage, address), 429);
    await textOf(open(token, '', '2001:db8:1:3::1'), 200);
    await api.pools.admin.query("update public_requests set ends_at = now() - interval '1 second'");
    await textOf(open(token, '', address), 200);
  });

  it('never shows its link in the log', async () => {
    const { token } = await inviteSomebody(api, hr);
    await textOf(open(token), 200);
    await textOf(open(`${token}/more`), 404);
    const lines = JSON.stringify(api.log);
    assert.ok(lines.includes('/survey/…'));
    assert.ok(!lines.includes(token));
  });
});

/** All that lies in the database, as text. */
async function dump(api: TestApi): Promise<string> {
  const { rows } = await api.pools.admin.query<{ name: string }>(
    `select format('%I.%I', schemaname, tablename) as name from pg_tables
      where schemaname in ('public', 'ledger')`,
  );
  const texts = [];
  for (const { name } of rows) {
    const { rows: found } = await api.pools.admin.query(
      `select t.*, t::text as whole from ${name} t`,
    );
    for (const row of found) {
      texts.push(row.whole);
      for (const value of Object.values(row))
        if (Buffer.isBuffer(value)) texts.push(value.toString('latin1'));
    }
  }
  return texts.join('\n');
}
