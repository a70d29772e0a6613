import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { PersonFacts } from '#core/person.ts';
import { until } from '#core/testing/until.ts';
import { startTyping, type Typing } from './testing/typing.ts';

const playbook = `playbook: layoff
title: Layoff
for: departure
steps:
  - id: laptop
    layer: operations
    task: { title: "Collect the laptop", assign to: { email: desk@meadow.example }, due: last working day }
`;
const header =
  'person_id,employment_id,name,email,department,zone,departure_kind,last_working_day,hold';

describe('bulk starts on the command line', () => {
  let typing: Typing;
  let people: readonly [PersonFacts, PersonFacts];
  before(async () => {
    typing = await startTyping();
    const { addPerson } = typing.server;
    await typing.works(['playbook', 'import', typing.file('layoff.yaml', playbook)]);
    await typing.works(['playbook', 'publish', 'layoff']);
    people = [await addPerson({ name: 'Priya Nair' }), await addPerson({ name: 'Tom Okafor' })];
  });
  after(() => typing.stop());

  const row = ({ personId, name, email }: PersonFacts, day = '2030-11-29', hold = '') =>
    `${personId},1,${name},${email},Sales,Europe/Berlin,layoff,${day},${hold}`;
  const listOf = (...rows: readonly string[]) =>
    typing.file('layoff.csv', [header, ...rows].join('\n'));
  const idIn = (out: string) => /^Bulk start (\w+): Waiting for approval$/m.exec(out)?.[1] ?? '';
  const digestIn = (out: string) => /--digest (\S+)/.exec(out)?.[1] ?? '';

  it('previews a file, and fails when a row of it cannot be used', async () => {
    const file = listOf(row(people[0]), row(people[1], 'tomorrow'));
    const { code, out } = await typing.type(['bulk', 'preview', file], typing.hr);

    assert.equal(code, 1);
    assert.match(out, /^1 person would leave by it$/m);
    assert.match(out, /^ +Kind +layoff 1$/m);
    assert.match(out, /^ +Playbook +Layoff \(layoff 1\) 1$/m);
    assert.match(out, /^ +people +task +1 step for 1 person$/m);
    assert.match(out, /^ +line 3 +last_working_day +found "tomorrow" +expected /m);
    assert.match(out, /^Another person approves it: gatehouse bulk approve \w+ --digest \S+$/m);
    const id = idIn(out);
    assert.match(
      await typing.works(['bulk', 'withdraw', id], typing.hr),
      /^Withdrawn\. Nobody leaves by it\.$/m,
    );
    assert.match(await typing.works(['bulk', 'show', id]), /: Withdrawn$/m);
    const late = { code: 1, err: /There is nothing to approve: this bulk start is withdrawn/ };
    await typing.fails(['bulk', 'approve', id], late);
  });

  it('takes the list from standing input, shows everybody in it, and lists it', async () => {
    const input = [header, row(people[0], undefined, 'yes'), row(people[1])].join('\n');
    const out = await typing.works(['bulk', 'preview', '-'], typing.hr, { input });
    const id = idIn(out);
    assert.match(out, /^2 people would leave by it\n +Of them +1 held until released$/m);
    const shown = await typing.works(['bulk', 'show', id, '--people']);
    assert.match(shown, new RegExp(`^ +line 2 +${people[0].personId} +Priya Nair +starts`, 'm'));
    assert.match(
      await typing.works(['bulk', 'list']),
      new RegExp(`^${id} +Waiting for approval +2 .* Hanna HR$`, 'm'),
    );
    const { digest } = JSON.parse(await typing.works(['bulk', 'show', id, '--json']));
    assert.equal(digest, digestIn(out));
    await typing.works(['bulk', 'withdraw', id], typing.hr);
  });

  it('has the number of people typed before anybody leaves, or the digest named', async () => {
    const file = listOf(...people.map((one) => row(one, '2030-11-29', 'yes')));
    const id = idIn(await typing.works(['bulk', 'preview', file], typing.hr));
    const approve = ['bulk', 'approve', id];

    await typing.fails(approve, { code: 2, err: /Nobody can be asked here\. .* --digest \S+/ });
    const wrong = { code: 1, err: /Nothing was started\./ };
    await typing.fails(approve, wrong, { answers: ['20'] });
    const other = { code: 1, err: /changed while you were deciding/ };
    await typing.fails([...approve, '--digest', 'another'], other);
    const own = { code: 1, err: /Who asked for a bulk start cannot approve it/ };
    await typing.fails(approve, own, { answers: ['2'] }, typing.hr);

    const out = await typing.works(approve, typing.admin, { answers: ['2'] });
    assert.match(out, /^Approved\. 2 departures begin\.$/m);
    assert.match(out, new RegExp(`^Follow it: gatehouse bulk show ${id}$`, 'm'));
  });

  it('starts nobody by the same list again, and says so', async () => {
    const file = listOf(...people.map((one) => row(one)));
    const out = await typing.works(['bulk', 'preview', file], typing.hr);
    assert.match(out, /^Nobody would leave by it$/m);
    assert.match(out, /^It would start nobody\.$/m);
    assert.match(out, /^ +line 2 +\S+ +Priya Nair +(is leaving already|stands in another)/m);
  });

  it('releases all that is held of one', async () => {
    const { items } = JSON.parse(await typing.works(['bulk', 'list', '--json']));
    const { id } = items.find((it: { state: string }) => it.state === 'approved');
    const held = async () =>
      JSON.parse(await typing.works(['bulk', 'show', id, '--json'])).list.every(
        (it: { outcome: string | null }) => it.outcome === 'started',
      );
    await until('both to be opened', held);
    assert.match(
      await typing.works(['bulk', 'show', id]),
      new RegExp(`^Once people have been told: gatehouse bulk release ${id}$`, 'm'),
    );
    const reason = { code: 1, err: /Say why access ends before the person has been told/ };
    await typing.fails(['bulk', 'release', id, '--untold'], reason);
    assert.match(await typing.works(['bulk', 'release', id]), /^2 departures released\.$/m);
  });
});
