import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { migrationNames } from './migrate.ts';

/** From here on two versions run side by side while processes are replaced one after the other. */
const sideBySide = '0081_oldest_program';

const takesAway: readonly (readonly [what: string, pattern: RegExp])[] = [
  ['drops what the version before may use', /\bdrop\s+(table|column|view|schema|type|sequence)\b/],
  ['drops a function', /\bdrop\s+function\b/],
  ['renames', /\brename\b/],
  ['changes a type', /\balter\s+column\s+\S+\s+(set\s+data\s+)?type\b/],
  ['demands what the version before does not write', /\balter\s+column\s+\S+\s+set\s+not\s+null\b/],
  ['takes a default away', /\balter\s+column\s+\S+\s+drop\s+default\b/],
  [
    'narrows what may be written',
    /\badd\s+(constraint\s+\S+\s+)?(check|unique|foreign\s+key|primary\s+key|exclude)\b/,
  ],
  ['takes a right away', /\brevoke\b(?!\s+all\s+on\s+function\s+[^;]+\s+from\s+public)/],
];

/** What of a migration the version before could stumble over. */
function troubles(text: string): readonly string[] {
  const statements = text.replaceAll(/--.*$/gm, '').toLowerCase();
  const found = takesAway.filter(([, pattern]) => pattern.test(statements)).map(([what]) => what);
  const demanding = statements
    .split(';')
    .filter((it) => /\balter\s+table\b/.test(it))
    .flatMap((it) => it.split(/,(?![^()]*\))/))
    .some(
      (it) =>
        /\badd\s+(column\s+)?(?!constraint|check|unique|foreign|primary|exclude)\w+\s.*\bnot\s+null\b/s.test(
          it,
        ) && !/\b(default|generated)\b/.test(it),
    );
  return demanding ? [...found, 'adds a column that the version before does not fill'] : found;
}

/** The migration that a program must know from here on, where this one says so. */
const raisesTo = (text: string): string | null =>
  /^update oldest_program set migration = '(\w+)';$/m.exec(text)?.[1] ?? null;

describe('a migration', () => {
  const names = migrationNames();
  const textOf = (name: string) =>
    readFileSync(path.join(import.meta.dirname, 'migrations', `${name}.sql`), 'utf8');

  it('takes nothing away from the version before, or says which version no longer uses it', () => {
    for (const name of names.filter((it) => it > sideBySide)) {
      const text = textOf(name);
      const oldest = raisesTo(text);
      if (troubles(text).length > 0) assert.ok(oldest !== null, `${name}: ${troubles(text)}`);
      // Of its own, or a later one, nobody can have known before.
      if (oldest !== null) assert.ok(names.includes(oldest) && oldest < name, name);
    }
  });

  it('is seen through', () => {
    for (const text of [
      'drop table cases;',
      'alter table cases\n  drop column state;',
      'drop function settle(text);',
      'alter table cases rename column state to standing;',
      'alter table cases alter column state type integer;',
      'alter table cases alter column state set not null;',
      'alter table cases add column more text not null;',
      `alter table cases add column one text, add more numeric(3, 1) not null;`,
      'alter table cases add constraint known check (state is not null);',
      'revoke select on cases from gatehouse_web;',
    ]) {
      assert.equal(troubles(text).length, 1, text);
    }
  });

  it('may add', () => {
    for (const text of [
      '-- drop table cases;\ncreate table more (id text primary key, what text not null check (what <> $$x$$));',
      `alter table cases add column more text not null default '', add column other text;`,
      'create or replace view step_view as select 1;',
      'create index by_state on cases (state) where state is not null;',
      'revoke all on function wake_step(text) from public;',
      'grant select on more to gatehouse_web;',
    ]) {
      assert.deepEqual(troubles(text), [], text);
    }
    assert.equal(raisesTo(`update oldest_program set migration = '0082_more';`), '0082_more');
  });
});
