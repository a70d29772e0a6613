import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { parse } from 'yaml';
import { rulePacks } from '#app/rule-packs.ts';
import { type AnyAction, actionsOf } from '#connector-kit/contract.ts';
import { standInSecret } from '#connector-kit/fields.ts';
import { erasureBasisNames, erasureObstacles } from '#core/erasure.ts';
import { factTypes } from '#core/event.ts';
import { results } from '#core/result.ts';
import { settingsFrom } from '#core/settings.ts';
import { grades, stepStatuses } from '#core/step.ts';
import { type Role, rights, roles } from '#core/user.ts';
import { startDatabase } from '#store/testing/database.ts';
import { Failure } from '../src/api/contract/steps.ts';
import { startTestApi } from '../src/api/testing/api.ts';
import { connectors } from '../src/connectors.ts';
import { ways } from '../web/ui/ways.ts';
import words from '../web/words/en/common.json' with { type: 'json' };
import { page, quoted, repository, rowsIn, section } from './support/pages.ts';

/** The first word in backquotes of each row, and the row. */
const namedRows = (text: string) =>
  rowsIn(text).map((cells) => ({ name: quoted(cells[0] ?? '')[0] ?? '', cells }));

/** The program without its tests. */
const sources = globSync('src/**/*.ts', { cwd: repository })
  .filter((file) => !/\.test\.ts$|\/testing\//.test(file))
  .map((file) => ({ file, text: readFileSync(path.join(repository, file), 'utf8') }));

describe('docs/operate/settings.md', () => {
  it('lists every setting with its default', () => {
    const listed = namedRows(page('docs/operate/settings.md').prose).map(({ name, cells }) => [
      name,
      JSON.parse(quoted(cells[1] ?? '')[0] ?? ''),
    ]);
    const known = Object.entries(settingsFrom({})).flatMap(([group, values]) =>
      Object.entries(values).map(([name, value]) => [`${group}.${name}`, value]),
    );
    assert.deepEqual(listed, known);
  });
});

describe('docs/operate/users-and-keys.md', () => {
  const rows = namedRows(section(page('docs/operate/users-and-keys.md'), 'Roles'));

  it('lists every right with the roles that have it', () => {
    const listed = rows.map(({ name, cells }) => [name, quoted(cells[2] ?? '')]);
    assert.deepEqual(listed, Object.entries(rights));
  });

  it('names every role', () => {
    const named = new Set(rows.flatMap(({ cells }) => quoted(cells[2] ?? '')));
    assert.deepEqual([...named].toSorted(), roles.toSorted());
  });
});

describe('docs/operate/pages.md', () => {
  it('lists every page of the bar with its key and who may see it', () => {
    const listed = rowsIn(page('docs/operate/pages.md').prose).map(([name, key, , who = '']) => [
      name,
      quoted(key ?? '')[0],
      who.startsWith('all but')
        ? roles.filter((it) => !quoted(who).includes(it))
        : roles.filter((it) => quoted(who).includes(it)),
    ]);
    const shown = Object.values(ways)
      .flat()
      .map(({ name, key, rights: of }) => [
        (words.pages as Readonly<Record<string, string>>)[name],
        key,
        roles.filter((it) => of.some((right) => (rights[right] as readonly Role[]).includes(it))),
      ]);
    assert.deepEqual(listed, shown);
  });
});

describe('docs/operate/erasing-a-person.md', () => {
  const text = page('docs/operate/erasing-a-person.md');

  it('says of every table what becomes of it', async () => {
    const { pools } = await startDatabase();
    const { rows } = await pools.admin.query<{ name: string }>(`
      select case schemaname when 'public' then tablename else schemaname || '.' || tablename end as name
        from pg_tables
       where schemaname = 'public'
          or schemaname = 'ledger'
         and exists (select from pg_attribute
                      where attrelid = format('ledger.%I', tablename)::regclass
                        and attname = any (array['subject', 'person_ref', 'leaf', 'case_id']))
    `);
    const listed = rowsIn(section(text, 'What becomes of what'))
      .flatMap(([cell = '']) => quoted(cell))
      .filter((it) => it !== 'ledger');
    assert.deepEqual(listed.toSorted(), rows.map((it) => it.name).toSorted());
  });

  it('lists every basis, and everything that stands in the way', () => {
    const bases = namedRows(section(text, 'Why')).map((it) => it.name);
    assert.deepEqual(bases, erasureBasisNames);
    const obstacles = namedRows(section(text, 'What stands in its way')).map((it) => it.name);
    assert.deepEqual(obstacles, erasureObstacles);
  });
});

describe('docs/operate/when-something-fails.md', () => {
  it('lists every kind of failure', () => {
    const text = section(
      page('docs/operate/when-something-fails.md'),
      'What happens after a failed call',
    );
    const listed = namedRows(text).map((it) => it.name);
    assert.deepEqual(listed.toSorted(), Failure.shape.kind.options.toSorted());
  });
});

describe('docs/operate/alerts.md', () => {
  it('lists every kind of alert', () => {
    const raised = sources.flatMap(({ text }) =>
      [...text.matchAll(/\b(?:raiseAlert|finding)\([^;]*?\bkind: '([a-z.-]+)'/g)].map(
        ([, kind]) => kind,
      ),
    );
    const listed = namedRows(section(page('docs/operate/alerts.md'), 'By webhook'));
    assert.deepEqual(listed.map((it) => it.name).toSorted(), [...new Set(raised)].toSorted());
  });
});

describe('docs/operate/api.md', () => {
  const api = page('docs/operate/api.md');

  it('lists every request that there is', async () => {
    const { api: program } = await startTestApi();
    const response = await program.request('/openapi.json');
    const { paths } = (await response.json()) as { paths: Record<string, object> };
    const known = Object.entries(paths).flatMap(([address, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${address}`),
    );
    const listed = rowsIn(section(api, 'What there is')).flatMap(([cell = '']) => quoted(cell));
    assert.deepEqual(listed.toSorted(), known.toSorted());
  });

  it('lists every type of problem with its status', () => {
    const { text = '' } = sources.find((it) => it.file === 'src/api/problems.ts') ?? {};
    const known = [...text.matchAll(/^ {2}'?([a-z-]+)'?: \{ status: (\d+)/gm)];
    const listed = rowsIn(section(api, 'Errors')).flatMap(([status, types = '']) =>
      quoted(types).map((type) => `${type} ${status}`),
    );
    assert.deepEqual(
      listed.toSorted(),
      known.map(([, type, status]) => `${type} ${status}`).toSorted(),
    );
  });
});

describe('docs/operate/obligations.md', () => {
  const text = page('docs/operate/obligations.md');
  const packs = rulePacks();

  it('lists every rule pack', () => {
    const listed = rowsIn(section(text, 'What there is')).flatMap(([cell = '']) => quoted(cell));
    assert.deepEqual(listed.toSorted(), packs.map(({ pack }) => pack).toSorted());
  });

  it('lists every rule that starts off', () => {
    const off = packs.flatMap(({ rules }) => rules.filter((it) => it.startsOff));
    const listed = namedRows(section(text, 'Rules that start off')).map((it) => it.name);
    assert.deepEqual(listed.toSorted(), off.map((it) => it.id).toSorted());
  });
});

describe('docs/audit/grades.md', () => {
  const text = page('docs/audit/grades.md').prose;

  it('lists every grade and every status', () => {
    const listed = namedRows(text).map((it) => it.name);
    assert.deepEqual(listed.toSorted(), [...grades, ...stepStatuses].toSorted());
  });
});

describe('docs/audit/the-record.md', () => {
  const record = page('docs/audit/the-record.md');
  const [written = '', unwritten = ''] = section(record, 'What is written, and when').split(
    'nothing writes them yet',
  );
  const factsIn = (text: string) =>
    namedRows(text).map(({ name, cells: [, title, result, by] }) => ({ name, title, result, by }));

  it('lists every type of fact, with what it says and who states it', () => {
    const known = Object.entries(factTypes).map(([name, { title, result, by }]) => ({
      name,
      title,
      result,
      by: by.join(', '),
    }));
    const listed = [...factsIn(written), ...factsIn(unwritten)];
    const byName = (a: { name: string }, b: { name: string }) => (a.name < b.name ? -1 : 1);
    assert.deepEqual(listed.toSorted(byName), known.toSorted(byName));
  });

  it('says of each whether anything writes it', () => {
    const writers = sources.filter((it) =>
      /^src\/(app|engine|intake|ledger|store|wiring)/.test(it.file),
    );
    const stated = Object.keys(factTypes).filter((type) =>
      writers.some(({ text }) => text.includes(`'${type}'`)),
    );
    assert.deepEqual(
      factsIn(written)
        .map((it) => it.name)
        .toSorted(),
      stated.toSorted(),
    );
  });

  it('names every result', () => {
    const [, line = ''] = /\*\*Results\*\*([^.]*)\./s.exec(record.prose) ?? [];
    assert.deepEqual(quoted(line), results);
  });
});

describe('docs/connect/http-without-code.md', () => {
  it('lists every description that comes along, with what it does', () => {
    const rows = rowsIn(
      section(page('docs/connect/http-without-code.md'), 'Descriptions that come along'),
    );
    const listed = rows.map(([, id = '', does]) => [quoted(id)[0], does]);
    const ready = [...connectors.values()].flatMap((it) => it.descriptions?.ready() ?? []);
    assert.deepEqual(
      listed,
      ready.map((it) => [it.id, it.does]),
    );
  });
});

describe('docs/connect/index.md', () => {
  const overview = page('docs/connect/index.md');

  it('lists every connector, twice', () => {
    const ids = [...connectors.keys()].toSorted();
    const which = rowsIn(section(overview, 'Which connector for which system?'));
    const chosen = which.flatMap(([, connector = '']) => quoted(connector));
    const can = namedRows(section(overview, 'What each can do, and what it proves'));
    assert.deepEqual(chosen.toSorted(), ids);
    assert.deepEqual(can.flatMap(({ name }) => name || []).toSorted(), ids);
  });

  it('promises the proof that each action gives', () => {
    const samples: Readonly<Record<string, object>> = {
      'active-directory': {
        ...settingsOn('docs/connect/ldap-and-active-directory.md', 'active-directory'),
        newAccountsIn: 'OU=Staff,DC=meadow,DC=example',
      },
      ldap: {
        ...settingsOn('docs/connect/ldap-and-active-directory.md', 'ldap'),
        newAccountsIn: 'ou=people,dc=meadow,dc=example',
      },
      dovecot: settingsOn('docs/connect/dovecot.md', 'dovecot'),
      google: { ...settingsOn('docs/connect/google.md', 'google'), vault: true },
      gitlab: settingsOn('docs/connect/gitlab.md', 'gitlab'),
      github: { ...settingsOn('docs/connect/github.md', 'github'), copilot: true },
      okta: settingsOn('docs/connect/okta.md', 'okta'),
      scim: {
        ...settingsOn('docs/connect/scim.md', 'scim'),
        canCreate: true,
        managers: 'search',
        canDelete: true,
        suspendingEndsSessions: true,
      },
    };
    const rows = rowsIn(section(overview, 'What each can do, and what it proves'));
    for (const [id, sample] of Object.entries(samples)) {
      const from = rows.findIndex(([first = '']) => quoted(first)[0] === id);
      const next = rows.findIndex(([first = ''], i) => i > from && first !== '');
      const own = rows.slice(from, next < 0 ? rows.length : next);
      const promised = own.flatMap(([, , what = '', proof = '']) =>
        quoted(what).map((capability) => `${capability} ${proof.split(',')[0]}`),
      );
      const connector = connectors.get(id)!;
      const offered = actionsOf(connector, connector.settings.parse(sample));
      assert.deepEqual(promised.toSorted(), offered.map(proofOf).toSorted(), id);
    }
  });
});

const proofOf = ({ kind, capability }: AnyAction): string =>
  `${capability} ${{ transition: 'verified', command: 'acknowledged', 'by-hand': 'attested' }[kind]}`;

/** The settings that a page shows for a connector, with stand-ins for its secrets. */
function settingsOn(file: string, connector: string): object {
  const block = page(file).blocks.find(
    (it) => it.language === 'yaml' && it.text.includes(`\nconnector: ${connector}\n`),
  );
  const { settings } = parse(block?.text ?? '');
  return Object.fromEntries(
    Object.entries(settings).map(([name, value]) => [name, value ?? standInSecret]),
  );
}
