import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { posix as path } from 'node:path';
import { describe, it } from 'node:test';

/**
 * Each floor of the house and the floors below that it may stand on. `main.ts`, `practice/`, `test/`
 * and `bench/` lie outside of the house and may use all of it.
 */
const floors: Readonly<Record<string, readonly string[]>> = {
  core: [],
  store: ['core'],
  ledger: ['core', 'store'],
  'connector-kit': ['core'],
  connectors: ['core', 'connector-kit'],
  engine: ['core', 'store', 'ledger', 'connector-kit'],
  intake: ['core', 'store', 'ledger', 'connector-kit'],
  discovery: ['core', 'store', 'ledger', 'connector-kit'],
  app: ['core', 'store', 'ledger', 'connector-kit', 'engine', 'intake', 'discovery'],
  api: ['core', 'app'],
  cli: ['core', 'api/contract'],
  operate: ['core', 'store', 'ledger', 'app'],
  web: ['core', 'api/contract'],
};

/** What `core` may use beside its own words: it reads no file, no clock and no chance. */
const pure = ['zod', 'temporal-polyfill', 'yaml', 'canonicalize', 'fflate', '@levischuck'];

const root = path.resolve(import.meta.dirname, '..');
const files = globSync(['src/*/**/*.ts', 'web/**/*.{ts,tsx}'], { cwd: root }).sort();

/** Imports, re-exports and `import('…')`, also over several lines. */
function importsOf(source: string): readonly string[] {
  const clauses = source.matchAll(/^(?:import|export)\s[\w*\s{},]*?\bfrom '([^']+)'/gm);
  const plain = source.matchAll(/^import '([^']+)'/gm);
  const calls = source.matchAll(/\bimport\('([^']+)'\)/g);
  return [...clauses, ...plain, ...calls].map(([, target = '']) => target);
}

/** Says what is wrong with an import, or nothing. */
function complaint(file: string, target: string): string | undefined {
  const [, floor = ''] = /^(?:src\/)?([^/]+)\//.exec(file) ?? [];
  const [home = ''] = /^(?:src\/connectors\/[^/]+|src\/[^/]+|web)\//.exec(file) ?? [];
  if (target.startsWith('.')) {
    const reached = path.join(path.dirname(file), target);
    const good = reached.startsWith(home) || (isForTests(file) && reached.startsWith('practice/'));
    return good ? undefined : `${target} leaves ${home}; cross a floor with #`;
  }
  if (target.startsWith('#')) {
    const below = floors[floor]?.some((it) => target.startsWith(`#${it}/`));
    // What a floor offers for testing is for tests, and for tests on any floor.
    const forTesting = /^#[\w-]+\/testing\//.test(target);
    return (forTesting ? isForTests(file) : below)
      ? undefined
      : `${floor} may not import ${target}`;
  }
  if (floor !== 'core' || isForTests(file)) return undefined;
  const name = target.split('/')[0] ?? '';
  const isBuiltin = target.startsWith('node:') || builtinModules.includes(name);
  return isBuiltin || !pure.includes(name) ? `core may not import ${target}` : undefined;
}

/** Tests and what only they use; these may also use the practice company's servers. */
function isForTests(file: string): boolean {
  return /\.test\.ts$|\/testing\/|\/(fake|test)(-[\w-]+)?\.ts$/.test(file);
}

describe('floors', () => {
  it('knows every folder of the house', () => {
    const folders = new Set(files.map((file) => file.replace(/^src\//, '').split('/')[0] ?? ''));
    assert.deepEqual(
      [...folders].filter((folder) => !(folder in floors)),
      [],
    );
  });

  for (const file of files) {
    it(file, () => {
      const targets = importsOf(readFileSync(path.join(root, file), 'utf8'));
      assert.deepEqual(
        targets.map((target) => complaint(file, target)).filter((it) => it !== undefined),
        [],
      );
    });
  }
});

describe('the test of the floors', () => {
  it('sees imports of every form', () => {
    const source = [
      "import fs from 'node:fs';",
      "import type {\n  A,\n  B,\n} from '#core/a.ts';",
      "export { c } from './c.ts';",
      "export * from '#store/d.ts';",
      "import './e.ts';",
      "const f = await import('#app/f.ts');",
      "export const g = 'not an import';",
    ].join('\n');
    assert.deepEqual(importsOf(source).toSorted(), [
      '#app/f.ts',
      '#core/a.ts',
      '#store/d.ts',
      './c.ts',
      './e.ts',
      'node:fs',
    ]);
  });

  const refused = [
    ['src/core/case.ts', '#store/cases.ts'],
    ['src/core/case.ts', 'node:fs'],
    ['src/core/case.ts', 'pg'],
    ['src/connectors/okta/api.ts', '../github/api.ts'],
    ['src/connectors/okta/api.ts', '#connectors/github/api.ts'],
    ['src/engine/pass.ts', '#intake/csv.ts'],
    ['src/engine/pass.ts', '#connectors/okta/index.ts'],
    ['src/engine/pass.ts', '../store/steps.ts'],
    ['src/engine/pass.ts', '#store/testing/database.ts'],
    ['src/api/routes/cases.ts', '#store/cases.ts'],
    ['src/cli/case.ts', '#api/routes/cases.ts'],
    ['src/connectors/scim/api.ts', '../../../practice/servers/scim.ts'],
  ] as const;
  for (const [file, target] of refused) {
    it(`refuses ${target} in ${file}`, () => {
      assert.ok(complaint(file, target));
    });
  }

  const allowed = [
    ['src/core/case.ts', 'zod'],
    ['src/engine/pass.ts', '#store/steps.ts'],
    ['src/connectors/okta/api.ts', './client.ts'],
    ['src/cli/case.ts', '#api/contract/cases.ts'],
    ['src/api/routes/cases.test.ts', '#store/testing/database.ts'],
    ['src/connectors/scim/api.test.ts', '../../../practice/servers/scim.ts'],
  ] as const;
  for (const [file, target] of allowed) {
    it(`allows ${target} in ${file}`, () => {
      assert.equal(complaint(file, target), undefined);
    });
  }
});
