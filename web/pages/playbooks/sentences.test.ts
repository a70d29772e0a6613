import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { createInstance } from 'i18next';
import { languages } from '#core/language.ts';
import { parseMoment } from '#core/moment.ts';
import { type Playbook, readPlaybook } from '#core/playbook.ts';
import {
  conditionWords,
  differenceOf,
  momentWords,
  outlineOf,
  stepWords,
  underName,
  type Words,
} from './sentences.ts';
import { aspectChanges, aspectsOf } from './step-aspects.ts';

const root = new URL('../../../', import.meta.url);
const missing: string[] = [];

async function wordsIn(language: string): Promise<Words> {
  const words = createInstance();
  const of = JSON.parse(
    readFileSync(new URL(`web/words/${language}/playbooks.json`, root), 'utf8'),
  );
  await words.init({
    lng: language,
    resources: { [language]: { playbooks: of } },
    defaultNS: 'playbooks',
    interpolation: { escapeValue: false },
    parseMissingKeyHandler: (key, fallback) => {
      if (fallback === undefined || fallback === key) missing.push(key);
      return fallback ?? key;
    },
  });
  return words.t;
}

const read = (text: string): Playbook => {
  const found = readPlaybook(text);
  assert.ok('playbook' in found, JSON.stringify(found));
  return found.playbook;
};

const example = read(`
playbook: ours
title: Ours
for: departure
applies when:
  all:
    - { field: departure.kind, is one of: [involuntary, layoff] }
    - any:
        - { field: person.country, is: DE }
        - not: { field: person.is manager, is: yes }
steps:
  - id: block
    layer: security
    do: account.suspend
    on: { category: identity, privileged: yes }
    at: confirmed
  - id: out
    layer: security
    do: sessions.revoke
    on: every account
    after: [block]
`);

describe('a playbook in words', () => {
  it('says for whom it is', async () => {
    const t = await wordsIn('en');
    assert.equal(
      conditionWords(t, example.appliesWhen),
      'the kind is involuntary or layoff and (the country is DE or not (leads people))',
    );
    assert.equal(conditionWords(t, null), 'everybody');
  });

  it('says when a step begins', async () => {
    const t = await wordsIn('en');
    const when = (text: string) => {
      const parsed = parseMoment(text);
      assert.ok('moment' in parsed);
      return momentWords(t, parsed.moment);
    };
    assert.equal(when('access ends - 14 days 09:00'), '14 days before access ends, 09:00');
    assert.equal(when('last working day + 1 week'), '1 week after the last working day');
    assert.equal(when('confirmed'), 'confirmation');
  });

  it('is outlined by layer and moment', async () => {
    const t = await wordsIn('en');
    const outline = outlineOf(t, example).map(({ layer, groups }) => [
      layer,
      groups.map(({ when, steps }) => [when, steps.map((it) => stepWords(t, it))]),
    ]);
    assert.deepEqual(outline, [
      [
        'security',
        [
          [
            'confirmation',
            [
              'Block sign-in in every system of the kind “Sign-in”, only accounts that may administer',
            ],
          ],
          ['As soon as what it waits for is done', ['Sign out everywhere in every system']],
        ],
      ],
    ]);
  });

  it('lacks no word for what comes along, in any language', async () => {
    for (const language of languages) {
      const t = await wordsIn(language);
      for (const file of globSync('src/app/starters/*.yaml', { cwd: root })) {
        const playbook = read(readFileSync(new URL(file, root), 'utf8'));
        outlineOf(t, playbook);
        conditionWords(t, playbook.appliesWhen);
        for (const step of playbook.steps) {
          stepWords(t, step);
          conditionWords(t, step.when);
        }
      }
    }
    assert.deepEqual(missing, []);
  });
});

describe('two versions', () => {
  it('differ by steps, wherever those stand', async () => {
    const t = await wordsIn('en');
    const [block, out] = example.steps;
    const later = { ...out!, id: 'later' };
    const found = differenceOf(example, {
      ...example,
      appliesWhen: null,
      steps: [later, { ...block!, title: 'Block' }],
    });
    assert.deepEqual(
      [found.added, found.removed, found.changed.map(({ now }) => now)].map((it) =>
        it.map(({ id }) => id),
      ),
      [['later'], ['out'], ['block']],
    );
    assert.equal(found.isForOthers, true);
    const [change] = found.changed;
    const told = (only: boolean) => {
      const [before, now] = [change!.before, change!.now].map((it) => aspectsOf(t, it, (id) => id));
      return aspectChanges(before!, now!, only).map((it) => it.name);
    };
    assert.deepEqual(told(true), ['title']);
    assert.ok(told(false).includes('does'));
    const turned = { ...example, steps: example.steps.toReversed() };
    assert.deepEqual(differenceOf(example, turned).changed, []);
  });

  it('begin from one that comes along, under a name of its own', () => {
    assert.equal(
      underName('# x\nplaybook: layoff\ntitle: A', 'ours', 'Ours: $1'),
      '# x\nplaybook: ours\ntitle: "Ours: $1"',
    );
  });
});
