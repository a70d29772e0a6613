import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { capabilities, isCapability } from './capability.ts';
import type { Condition } from './condition.ts';
import { categories } from './connection.ts';
import type { Moment } from './moment.ts';
import {
  type ActionStep,
  type Assignee,
  type NoticeStep,
  type Playbook,
  type PlaybookStep,
  readPlaybook,
  type TaskStep,
  writePlaybook,
} from './playbook.ts';
import { layers } from './step.ts';
import { playbook } from './testing/planning.ts';

/** Numbers from a seed, the same in every run. */
function dice(seed: number) {
  let state = seed;
  const below = (limit: number): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
  const oneOf = <T>(of: readonly T[]): T => of[below(of.length)]!;
  return { below, oneOf, maybe: <T>(make: () => T): T | null => (below(2) ? make() : null) };
}

/** Texts that YAML would like to read as something else. */
const awkward = [
  'yes',
  'no',
  'null',
  '~',
  '007',
  '1e3',
  'a: b',
  '- a',
  '# a',
  '"',
  "'",
  '{person.name}',
  '*a',
  '&a',
  '!a',
  '@a',
  '%a',
  'ünïcödé 🙂',
  'true',
  '2026-12-31',
  '[a]',
  'a # b',
  '|',
  '>',
  'x'.repeat(150),
  '09:00',
  '.inf',
  '=',
  '<<',
];

function randomPlaybook(seed: number): Playbook {
  const { below, oneOf, maybe } = dice(seed);
  const text = () => oneOf(awkward);
  const moment = (): Moment => ({
    anchor: oneOf(['confirmed', 'access ends', 'last working day', 'pay ends'] as const),
    offset: maybe(() => ({
      amount: below(60) - 30 || 0,
      unit: oneOf(['days', 'working days', 'weeks', 'months'] as const),
    })),
    time: maybe(() => '09:30'),
  });
  const condition = (depth: number): Condition => {
    if (depth > 0 && below(2))
      return oneOf([
        { all: [condition(depth - 1), condition(depth - 1)] },
        { any: [condition(depth - 1)] },
        { not: condition(depth - 1) },
      ]);
    return oneOf<Condition>([
      { field: 'person.country', operator: 'is', value: text() },
      { field: 'departure.urgent', operator: 'is not', value: below(2) === 1 },
      { field: 'person.tags', operator: 'includes', value: text() },
      { field: 'person.title', operator: 'is set', value: below(2) === 1 },
      { field: 'person.location', operator: 'is none of', value: [text(), text()] },
    ]);
  };
  const assignee = (): Assignee =>
    oneOf<Assignee>([
      { role: 'facilities' },
      { manager: true },
      { email: 'a@b.example' },
      { systemOwner: 'okta' },
    ]);
  const content = (): ActionStep | TaskStep | NoticeStep => {
    if (below(3) === 0)
      return {
        kind: 'task',
        task: {
          title: below(2) ? 'no' : { de: 'nein' },
          instructions: maybe(() => 'Line one: yes\n\n  - two # three\nfour'),
          assignTo: assignee(),
          due: moment(),
          acceptedBy: below(2) ? { role: 'hr' } : null,
          proof: below(2) ? [text(), 'file: receipt'] : [],
        },
      };
    if (below(2))
      return {
        kind: 'notice',
        notice: {
          to: [
            ...[assignee(), { personalEmail: true as const }, { leaver: true as const }],
            { reports: true },
            { channel: '#it: ops' },
          ],
          by: below(2) ? 'slack' : '007',
          subject: below(2) ? 'off' : { en: 'off', de: '{person.name}: aus' },
          text: '{access ends}',
        },
      };
    return {
      kind: 'action',
      do: oneOf(Object.keys(capabilities).filter(isCapability)),
      on: {
        category: maybe(() => oneOf(categories)),
        connection: maybe(() => oneOf(['okta', 'yes', '007'])),
        privileged: maybe(() => below(2) === 1),
      },
      with: below(2) ? { keep: awkward, 'a b': { c: [null, 1.5, -1, true] } } : {},
      approval: below(2) === 1,
    };
  };
  const stepAt = (i: number): PlaybookStep => ({
    id: `step-${i}`,
    layer: oneOf(layers),
    title: maybe(() => 'A title: with a colon'),
    why: maybe(() => 'Because\nof two lines'),
    at: maybe(moment),
    after: i > 0 ? [`step-${i - 1}`, 'layer security'] : [],
    when: maybe(() => condition(3)),
    ...content(),
  });
  return {
    playbook: 'random',
    title: 'null',
    for: 'departure',
    appliesWhen: maybe(() => condition(3)),
    steps: Array.from({ length: 1 + below(6) }, (_, i) => stepAt(i)),
  };
}

describe('a playbook that is written and read again', () => {
  it('is the same', () => {
    for (let seed = 1; seed <= 400; seed++) {
      const before = randomPlaybook(seed);
      const read = readPlaybook(writePlaybook(before));

      assert.ok('playbook' in read, `seed ${seed}: ${JSON.stringify(read)}`);
      assert.deepEqual(read.playbook, before, `seed ${seed}`);
    }
  });

  it('keeps where its ticket goes', () => {
    const before = playbook(
      '  - { id: t, layer: operations, ticket: { on: { category: ticketing, connection: "007" } } }\n',
    );
    const read = readPlaybook(writePlaybook(before));

    assert.ok('playbook' in read);
    assert.deepEqual(read.playbook, before);
  });

  it('is written the same again', () => {
    const written = writePlaybook(randomPlaybook(7));
    const read = readPlaybook(written);

    assert.ok('playbook' in read);
    assert.equal(writePlaybook(read.playbook), written);
  });

  it('reads like something a person wrote', () => {
    const written = writePlaybook(
      playbook(`
  - id: block
    layer: security
    do: account.suspend
    on: every account
    at: access ends - 14 days 09:00
    when: { field: account.privileged, is: yes }`),
    );

    assert.equal(
      written,
      `playbook: test
title: Test
for: departure
steps:
  - id: block
    layer: security
    do: account.suspend
    on: every account
    at: access ends - 14 days 09:00
    when:
      field: account.privileged
      is: yes
`,
    );
  });
});
