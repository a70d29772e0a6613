import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { z } from 'zod';
import { languages } from '#core/language.ts';
import { settingShapes } from '#core/settings.ts';
import { type FormField, fieldsOf, type Schema } from '../../ui/form-fields.ts';
import { changesBetween, shownValue } from './changes.ts';
import { settingsParts } from './search.ts';

const fieldsIn = (group: keyof typeof settingShapes): readonly FormField[] =>
  fieldsOf(z.toJSONSchema(settingShapes[group], { io: 'input', unrepresentable: 'any' }) as Schema);
const words = { yes: 'yes', no: 'no', nothing: 'not set' };

describe('a change of settings', () => {
  it('names what would be different, and nothing else', () => {
    const before = {
      name: 'Meadow',
      zone: 'UTC',
      language: 'en',
      headcount: null,
      accessEnds: null,
    };
    assert.deepEqual(
      changesBetween(fieldsIn('company'), before, {
        ...before,
        zone: 'Europe/Berlin',
        headcount: 41,
      }),
      [
        { name: 'zone', before: 'UTC', after: 'Europe/Berlin' },
        { name: 'headcount', before: null, after: 41 },
      ],
    );
    assert.deepEqual(changesBetween(fieldsIn('company'), before, before), []);
  });

  it('sees that a value is taken out, and that the order of names says nothing', () => {
    const fields = fieldsIn('onPremises');
    const target = { host: 'a', port: 1, network: '10.0.0.0/8', http: false };
    const turned = { http: false, network: '10.0.0.0/8', port: 1, host: 'a' };
    assert.deepEqual(changesBetween(fields, { targets: [target] }, { targets: [turned] }), []);
    const [change] = changesBetween(fields, { targets: [target] }, { targets: [] });
    assert.deepEqual(change?.after, []);
    const none = changesBetween(fieldsIn('guardrails'), { departuresPerHour: 9 }, {});
    assert.deepEqual(none[0], { name: 'departuresPerHour', before: 9, after: null });
  });

  it('is shown as people read it', () => {
    assert.deepEqual(shownValue(null, words), ['not set']);
    assert.deepEqual(shownValue(true, words), ['yes']);
    assert.deepEqual(shownValue([{ name: 'Ada', email: 'a@b.c', chat: null }, 'x'], words), [
      'Ada, a@b.c',
      'x',
    ]);
    assert.deepEqual(shownValue([], words), ['not set']);
  });
});

describe('the settings', () => {
  it('all have a part and words of their own, in each language', () => {
    const groups = Object.keys(settingShapes) as (keyof typeof settingShapes)[];
    assert.deepEqual(
      groups.filter((it) => !(settingsParts as readonly string[]).includes(it)),
      [],
    );
    for (const language of languages) {
      const file = new URL(`../../words/${language}/settings.json`, import.meta.url);
      const { fields } = JSON.parse(readFileSync(file, 'utf8'));
      for (const group of groups)
        assert.deepEqual(
          Object.keys(fields[group]),
          fieldsIn(group).map((it) => it.name),
          `${language} ${group}`,
        );
    }
  });
});
