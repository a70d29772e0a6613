import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { before, describe, it } from 'node:test';
import { acceptStep } from '#app/acceptance.ts';
import { attestStep } from '#app/steps.ts';
import type { TestUser } from '#app/testing/app.ts';
import { type Asked, askForTask, fay, linkTo } from '#app/testing/tasks.ts';
import { startTestApi, type TestApi } from './testing/api.ts';

const ownPage = { 'sec-fetch-site': 'same-origin' };
const noToken = 'A'.repeat(43);
const kim = { name: 'Kim Colleague', email: 'Kim@meadow.example' };
const filled = { act: 'done', 'p-0': 'C02XK1', 'p-1': 'scratched' };

describe('the page behind the link of a letter about a task', () => {
  let api: TestApi;
  let hr: TestUser;
  let admin: TestUser;
  let addresses = 0;

  before(async () => {
    api = await startTestApi();
    hr = await api.addUser('Hanna HR', ['hr']);
    admin = await api.addUser('Ada Admin', ['it-admin']);
  });

  /** Each asks from an address of its own, so that nobody is in the way of another. */
  const someAddress = () => `198.51.100.${++addresses}`;
  const open = (token: string, more = '', address = someAddress()) =>
    api.api.request(`/task/${token}${more}`, {}, { address });
  const press = (
    token: string,
    fields: Record<string, string>,
    headers: Record<string, string> = ownPage,
    address = someAddress(),
  ) =>
    api.api.request(
      `/task/${token}`,
      { method: 'POST', body: new URLSearchParams(fields), headers },
      { address },
    );
  const textOf = async (response: Response | Promise<Response>, status: number) => {
    const text = await (await response).text();
    assert.equal((await response).status, status, text);
    return text;
  };
  const stepOf = async ({ stepId }: Asked) => {
    const { rows } = await api.pools.admin.query(
      'select status, grade, decision, assignment from steps where id = $1',
      [stepId],
    );
    return rows[0];
  };
  const factsOf = async ({ caseId }: Asked) => {
    const { rows } = await api.pools.admin.query<{ leaf: string }>(
      "select convert_from(leaf, 'UTF8') as leaf from ledger.staged where case_id = $1 order by case_seq",
      [caseId],
    );
    return rows.map(({ leaf }) => JSON.parse(leaf)).filter(({ type }) => type.startsWith('step.'));
  };
  /** Puts a case into another state, as the engine would have, without its facts. */
  const force = (text: string, ...values: unknown[]) =>
    api.pools.admin.query(
      `with off as (select set_config('session_replication_role', 'replica', true)) ${text}`,
      values,
    );

  describe('shows', () => {
    it('one page without script, in a frame of nobody, kept by nobody', async () => {
      const { token } = await askForTask(api, hr);
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
      assert.equal(headers.get('set-cookie'), null, 'it never yields a session');
      assert.ok(text.length < 15_000, `${text.length} characters`);
    });

    it('a first name and the task’s own text, escaped, and nothing else of the case', async () => {
      const asked = await askForTask(api, hr);
      const text = await textOf(open(asked.token), 200);
      assert.match(text, /Hello Fay,/);
      assert.match(text, /<h1>Collect the laptop &amp; bag<\/h1>/);
      assert.match(text, /Ask at the desk\.\nBring the charger &lt;too&gt;\./);
      assert.match(text, /Due: 2030-12-31/);
      assert.doesNotMatch(text, /Facilities|Kim|Person \d|E-1\d|resignation|@meadow|facilities/);
      assert.ok(!text.includes(asked.caseId) && !text.includes(asked.stepId));
    });

    it('a field for each thing to be written down and for a note, and one button', async () => {
      const { token } = await askForTask(api, hr);
      const text = await textOf(open(token), 200);
      for (const [id, label] of [
        ['p-0', 'serial number'],
        ['p-1', 'condition'],
        ['note', 'What you did'],
      ]) {
        assert.ok(text.includes(`<label for="${id}">${label} <span`), id);
        assert.match(text, new RegExp(`id="${id}" name="${id}"`));
      }
      assert.equal(text.match(/<button/g)?.length, 1);
    });

    it('the language of the company, or another one that is wanted', async () => {
      const { token } = await askForTask(api, hr);
      const german = await textOf(open(token, '?language=de'), 200);
      assert.match(german, /<html lang="de">/);
      assert.match(german, /Guten Tag Fay,/);
      assert.match(german, /<a href="\?language=en" lang="en"/);
      const refused = await textOf(press(token, { ...filled, 'p-0': '', language: 'de' }), 422);
      assert.match(refused, /serial number<\/a>: Diese Angabe ist nötig\./);
      assert.match(await textOf(open(token, '?language=tlh'), 200), /Hello Fay,/);
    });

    it('where a file is attached, which it does not take', async () => {
      const asked = await askForTask(api, hr, { assignment: { proof: ['file: receipt'] } });
      const text = await textOf(open(asked.token), 200);
      assert.match(text, /asks for a file \(receipt\), which cannot be sent here/);
      assert.doesNotMatch(text, /<button|<form/);
      await textOf(press(asked.token, filled), 409);
      assert.equal((await stepOf(asked)).status, 'running');
    });
  });

  describe('takes', () => {
    it('what was done, once, by name: attested, with the proof, and the fact says by a link', async () => {
      const asked = await askForTask(api, hr);
      const done = press(asked.token, { ...filled, note: 'Taken\r\nover.' });
      assert.match(await textOf(done, 200), /<h1>Thank you<\/h1>/);

      const step = await stepOf(asked);
      assert.equal(step.grade, 'attested');
      const [fact] = await factsOf(asked);
      assert.deepEqual(step.decision, {
        kind: 'attested',
        by: fact.actor.id,
        byName: fay.name,
        reason: 'Taken\nover.',
        proof: 'serial number: C02XK1; condition: scratched',
        expiresAt: null,
      });
      assert.equal(fact.type, 'step.attested');
      assert.equal(fact.grade, 'attested');
      assert.deepEqual({ ...fact.actor, id: '' }, { kind: 'link', id: '', auth: 'link' });
      assert.doesNotMatch(JSON.stringify(fact), /Fay|fay@|C02XK1|Taken/, 'names lie sealed');
    });

    it('nothing more after that, and says so', async () => {
      const asked = await askForTask(api, hr);
      await textOf(press(asked.token, filled), 200);
      const before = await stepOf(asked);
      assert.match(await textOf(open(asked.token), 200), /Already done, thank you/);
      for (const act of ['done', 'accept', 'send-back']) {
        const again = press(asked.token, { ...filled, act, 'p-0': 'C02XK2', note: 'Again.' });
        assert.match(await textOf(again, 200), /Already done, thank you/);
      }
      assert.deepEqual(await stepOf(asked), before);
      assert.equal((await factsOf(asked)).length, 1);
    });

    it('two at once as one', async () => {
      const asked = await askForTask(api, hr);
      const both = [press(asked.token, filled), press(asked.token, filled)];
      const texts = await Promise.all(both.map((it) => textOf(it, 200)));
      assert.equal(texts.filter((it) => it.includes('<h1>Thank you</h1>')).length, 1);
      assert.equal((await factsOf(asked)).length, 1);
    });

    it('no proof that lacks something, and keeps what was written', async () => {
      const asked = await askForTask(api, hr);
      const note = '<script>alert(1)</script>';
      const text = await textOf(press(asked.token, { ...filled, 'p-0': ' ', note }), 422);
      assert.match(text, /role="alert"/);
      assert.match(text, /<a href="#p-0">serial number<\/a>: This is needed\./);
      assert.match(text, /id="p-0".* aria-invalid="true" aria-describedby="p-0-wrong"/);
      assert.match(text, /id="p-1" name="p-1" value="scratched"/);
      assert.match(text, /&lt;script&gt;alert\(1\)&lt;\/script&gt;<\/textarea>/);
      const long = await textOf(press(asked.token, { ...filled, note: 'x'.repeat(2_001) }), 422);
      assert.match(long, /at most 2,000 characters/);
      assert.equal((await stepOf(asked)).status, 'running');
      assert.deepEqual(await factsOf(asked), []);
    });

    it('a word of what was done where nothing else shows it', async () => {
      const asked = await askForTask(api, hr, { assignment: { proof: [] } });
      assert.match(
        await textOf(press(asked.token, { act: 'done' }), 422),
        /<a href="#note">What you did<\/a>: This is needed\./,
      );
      await textOf(press(asked.token, { act: 'done', note: 'Ticket 4711.' }), 200);
      assert.equal((await stepOf(asked)).decision.proof, 'Ticket 4711.');
    });

    it('the acknowledgement of a newcomer as it is', async () => {
      const asked = await askForTask(api, hr, {
        assignTo: { newcomer: true },
        assignment: { proof: [] },
      });
      await textOf(press(asked.token, { act: 'done' }), 200);
      const { grade, decision } = await stepOf(asked);
      assert.equal(grade, 'attested');
      assert.equal(decision.proof, 'Confirmed by the link in the letter.');
    });

    it('only the thing itself, where its number is known', async () => {
      const assignment = { proof: ['serial number'], mustName: 'C02-XK1', readBack: true as const };
      const asked = await askForTask(api, hr, { assignment });
      const wrong = await textOf(press(asked.token, { act: 'done', 'p-0': 'C03' }), 422);
      assert.match(wrong, /The number on the thing itself is not in it/);
      assert.doesNotMatch(wrong, /C02-XK1/);

      await textOf(press(asked.token, { act: 'done', 'p-0': 'c02 xk1' }), 200);
      const { status, assignment: now } = await stepOf(asked);
      assert.equal(status, 'running', 'only what is read back settles it');
      assert.equal(now.confirmed.byName, fay.name);
      assert.match(await textOf(open(asked.token), 200), /Already done/);
      assert.deepEqual(
        (await factsOf(asked)).map(({ type }) => type),
        ['step.confirmed'],
      );
    });
  });

  describe('lets the receiver', () => {
    /** Done by Fay, and now asked of Kim. */
    async function submitted(): Promise<{ asked: Asked; receiver: string }> {
      const asked = await askForTask(api, hr, { acceptedBy: { email: kim.email } });
      await textOf(press(asked.token, { ...filled, note: 'Taken over.' }), 200);
      await api.pools.admin.query(
        `update steps set assignment = assignment || jsonb_build_object('people', $2::jsonb) where id = $1`,
        [asked.stepId, JSON.stringify([kim])],
      );
      return { asked, receiver: await linkTo(api, asked.stepId, kim) };
    }

    it('see what was done and by whom, and accept it, with both names', async () => {
      const { asked, receiver } = await submitted();
      assert.match(await textOf(open(asked.token), 200), /Already done/, 'for who did it');
      const text = await textOf(open(receiver), 200);
      assert.match(text, /Hello Kim,/);
      assert.match(text, /Facilities, Fay &lt;b&gt;Kim&lt;\/b&gt; says it is done: Taken over\./);
      assert.match(text, /What shows it: serial number: C02XK1; condition: scratched/);
      assert.match(text, /value="accept".*\n.*value="send-back"/);

      assert.match(await textOf(press(receiver, { act: 'accept' }), 200), /Accepted, thank you/);
      const { grade, decision } = await stepOf(asked);
      assert.equal(grade, 'attested');
      assert.equal(decision.byName, fay.name);
      assert.equal(decision.acceptedByName, kim.name);
      const [sent, accepted] = await factsOf(asked);
      assert.equal(accepted.type, 'step.accepted');
      assert.equal(accepted.data.confirmed_by, sent.actor.id);
      assert.notEqual(accepted.actor.id, sent.actor.id);
      assert.match(await textOf(press(receiver, { act: 'accept' }), 200), /Already done/);
    });

    it('send it back with a reason, which is needed', async () => {
      const { asked, receiver } = await submitted();
      const text = await textOf(press(receiver, { act: 'send-back' }), 422);
      assert.match(text, /<a href="#note">What is missing<\/a>: This is needed\./);
      const note = 'The lid is broken.';
      assert.match(
        await textOf(press(receiver, { act: 'send-back', note }), 200),
        /<h1>Sent back<\/h1>/,
      );
      const { assignment } = await stepOf(asked);
      assert.deepEqual(assignment.sentBack, { byName: kim.name, reason: note });
      assert.deepEqual(assignment.people, [fay]);
      assert.match(await textOf(open(receiver), 410), /no longer yours/);
      assert.match(await textOf(open(asked.token), 200), /id="p-0"/, 'Fay is asked again');
    });

    it('be somebody else than who did it, whatever way they said so', async () => {
      const asked = await askForTask(api, hr, {
        acceptedBy: { role: 'it-admin' },
        assignment: { people: [{ name: 'Ada Admin', email: admin.caller.user.email }] },
      });
      const reason = 'Got it.';
      await textOf(press(asked.token, { ...filled, note: reason }), 200);
      await assert.rejects(
        acceptStep(api.app, admin.caller, asked.stepId),
        /Who did it does not accept it as well/,
      );
      const byKey = await askForTask(api, hr, {
        acceptedBy: { role: 'it-admin' },
        assignment: { people: [{ name: 'Ada Admin', email: admin.caller.user.email }] },
      });
      const proofs = { 'serial number': 'C02', condition: 'good' };
      await attestStep(api.app, admin.caller, byKey.stepId, { reason, proofs });
      assert.match(await textOf(press(byKey.token, { act: 'accept' }), 200), /Already done/);
      assert.equal((await stepOf(byKey)).grade, null);
    });

    it('accept nothing that nobody has done, and what was written stays', async () => {
      const asked = await askForTask(api, hr);
      const text = await textOf(press(asked.token, { ...filled, act: 'accept' }), 409);
      assert.match(text, /The task changed while you were writing/);
      assert.match(text, /value="scratched"/);
      assert.equal((await stepOf(asked)).status, 'running');
    });
  });

  describe('ends', () => {
    it('after its days', async () => {
      const asked = await askForTask(api, hr, { days: -1 });
      assert.match(await textOf(open(asked.token), 410), /This link has ended/);
      assert.match(await textOf(press(asked.token, filled), 410), /This link has ended/);
      assert.equal((await stepOf(asked)).status, 'running');
    });

    it('for whoever is not asked any more, whatever their link once opened', async () => {
      const asked = await askForTask(api, hr);
      await api.pools.admin.query(
        `update steps set assignment = assignment || jsonb_build_object('people', $2::jsonb) where id = $1`,
        [asked.stepId, JSON.stringify([kim])],
      );
      const text = await textOf(open(asked.token), 410);
      assert.match(text, /This task is no longer yours/);
      assert.doesNotMatch(text, /laptop|Kim/);
      await textOf(press(asked.token, filled), 410);
      assert.equal((await stepOf(asked)).status, 'running');
    });

    it('for nobody, while those who are asked are still being written to', async () => {
      const asked = await askForTask(api, hr, { assignment: { people: [] }, to: fay });
      assert.match(await textOf(open(asked.token), 503), /Just a moment/);
      await textOf(press(asked.token, filled), 503);
      assert.equal((await stepOf(asked)).status, 'running');
    });

    it('when what it was for was cancelled, taken back, planned anew or skipped', async () => {
      const ways: readonly ((it: Asked) => Promise<unknown>)[] = [
        (it) => force(`update cases set state = 'cancelled' from off where id = $1`, it.caseId),
        (it) => force(`update cases set direction = 'back' from off where id = $1`, it.caseId),
        (it) => force('update steps set dropped_at = now() from off where id = $1', it.stepId),
        (it) =>
          force(
            `update steps set status = 'settled', grade = 'waived', settled_at = now() from off where id = $1`,
            it.stepId,
          ),
      ];
      for (const end of ways) {
        const asked = await askForTask(api, hr);
        await end(asked);
        assert.match(await textOf(open(asked.token), 410), /no longer needed/);
        assert.match(await textOf(press(asked.token, filled), 410), /no longer needed/);
      }
    });

    it('when the departure has become confidential', async () => {
      const asked = await askForTask(api, hr, { departure: { confidential: true } });
      const text = await textOf(open(asked.token), 410);
      assert.match(text, /cannot be answered here/);
      assert.doesNotMatch(text, /laptop|desk|Fay/);
      await textOf(press(asked.token, filled), 410);
      assert.equal((await stepOf(asked)).status, 'running');
    });
  });

  describe('refuses', () => {
    it('a guessed link and a broken one alike', async () => {
      const clean = (text: string) => text.replaceAll(/nonce="[^"]+"/g, '');
      const guessed = clean(await textOf(open(noToken), 404));
      for (const token of ['x', `${noToken}A`, '%00', 'a%2Fb', `${'A'.repeat(42)}=`, 'ä']) {
        assert.equal(clean(await textOf(open(token), 404)), guessed, token);
      }
      assert.equal(clean(await textOf(press(noToken, filled), 404)), guessed);
      assert.match(guessed, /There is nothing behind this link/);
    });

    it('every page but its own, and everything but a form', async () => {
      const asked = await askForTask(api, hr);
      await textOf(press(asked.token, filled, { 'sec-fetch-site': 'cross-site' }), 403);
      await textOf(press(asked.token, filled, { 'sec-fetch-site': 'none' }), 403);
      await textOf(press(asked.token, filled, { origin: 'https://elsewhere.example' }), 403);
      await textOf(press(asked.token, filled, {}), 403);
      const json = {
        method: 'POST',
        body: '{}',
        headers: { ...ownPage, 'content-type': 'application/json' },
      };
      await textOf(api.api.request(`/task/${asked.token}`, json, { address: someAddress() }), 415);
      await textOf(open(`${asked.token}?act=done&p-0=x&p-1=x`), 200);
      assert.equal((await stepOf(asked)).status, 'running', 'looking settles nothing');
      await textOf(press(asked.token, filled, { origin: 'null' }), 200);
    });

    it('more than 4 MB', async () => {
      const { token } = await askForTask(api, hr);
      await textOf(press(token, { ...filled, note: 'x'.repeat(4 * 1024 * 1024) }), 413);
    });

    it('more than twenty requests an hour of one address, guesses too', async () => {
      const { token } = await askForTask(api, hr);
      const address = '2001:db8:9:2::1';
      for (let i = 0; i < 20; i++) await textOf(open(noToken, '', address), 404);
      const refused = await open(token, '', '2001:db8:9:2:ffff::9');
      assert.ok(Number(refused.headers.get('retry-after')) > 3_500);
      assert.match(await textOf(refused, 429), /Too many requests/);
      await textOf(press(token, filled, ownPage, address), 429);
      await textOf(open(token), 200);
    });
  });

  it('never shows its link in the log, and keeps it hashed', async () => {
    const { token } = await askForTask(api, hr);
    await textOf(open(token), 200);
    await textOf(open(`${token}/more`), 404);
    const lines = JSON.stringify(api.log);
    assert.ok(lines.includes('/task/…'));
    assert.ok(!lines.includes(token));
    const { rows } = await api.pools.admin.query('select l::text as whole from task_links l');
    assert.ok(rows.length > 0 && !JSON.stringify(rows).includes(token));
  });

  it('lets web make no link, and a worker follow none', async () => {
    const { stepId } = await askForTask(api, hr);
    await assert.rejects(
      api.pools.web.query(
        `insert into task_links values (decode(repeat('00', 32), 'hex'), 'x', $1, 'n', 'e', now(), now())`,
        [stepId],
      ),
      /permission denied/,
    );
    await assert.rejects(api.pools.worker.query('select from task_links'), /permission denied/);
  });
});
