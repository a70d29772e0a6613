import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { routePlaybook } from './plan.ts';
import { type Playbook, readPlaybook } from './playbook.ts';
import { departure, person, playbookText } from './testing/planning.ts';

const step = '  - { id: a, layer: security, do: account.suspend, on: every account }\n';

function named(name: string, condition: string | null): Playbook {
  const text = playbookText(step).replace(
    'playbook: test\ntitle: Test',
    `playbook: ${name}\ntitle: ${name}`,
  );
  const read = readPlaybook(condition ? `applies when: ${condition}\n${text}` : text);
  assert.ok('playbook' in read, JSON.stringify(read));
  return read.playbook;
}

const facts = { person, departure, source: 'csv' };
const layoff = named('layoff', '{ field: departure.kind, is: layoff }');
const germany = named('germany', '{ field: person.country, is: DE }');
const everybody = named('everybody', null);

describe('routing', () => {
  it('takes the first that applies, in the order they are published', () => {
    assert.equal(routePlaybook([layoff, germany, everybody], facts).playbook?.playbook, 'germany');
    assert.equal(routePlaybook([everybody, germany], facts).playbook?.playbook, 'everybody');
  });

  it('says why, and why not the ones before', () => {
    const routed = routePlaybook([layoff, germany], facts);

    assert.equal(routed.why, '“germany” applies: person.country is DE: yes, it is DE.');
    assert.deepEqual(routed.explained, [
      '“layoff” does not apply:',
      '  departure.kind is layoff: no, it is resignation',
      '“germany” applies:',
      '  person.country is DE: yes, it is DE',
    ]);
    assert.equal(
      routePlaybook([everybody], facts).why,
      '“everybody” applies: it has no condition.',
    );
  });

  it('leaves the question to a person when none applies, with what was not filled in', () => {
    const unknown = { ...facts, person: { ...person, country: null } };

    assert.deepEqual(routePlaybook([layoff, germany], unknown), {
      playbook: null,
      why: 'None of “layoff”, “germany” applies. Not filled in: person.country.',
      explained: [
        '“layoff” does not apply:',
        '  departure.kind is layoff: no, it is resignation',
        '“germany” does not apply:',
        '  person.country is DE: no, it is not filled in',
      ],
      missing: ['person.country'],
    });
    assert.equal(routePlaybook([], facts).why, 'No playbook is published.');
  });
});
