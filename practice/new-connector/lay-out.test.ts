import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { Problem } from '#app/problem.ts';
import { layOut } from './lay-out.ts';

const repository = path.resolve(import.meta.dirname, '../..');
const made: string[] = [];
after(() => {
  for (const it of made) rmSync(it, { recursive: true });
});

/** As much of a checkout as a connector needs. */
function checkout(): string {
  const root = mkdtempSync(path.join(tmpdir(), 'gatehouse-checkout-'));
  made.push(root);
  for (const it of ['package.json', 'tsconfig.json', 'biome.json', 'src/connectors.ts']) {
    mkdirSync(path.dirname(path.join(root, it)), { recursive: true });
    cpSync(path.join(repository, it), path.join(root, it));
  }
  for (const it of ['src/core', 'src/connector-kit', 'src/connectors', 'docs/connect'])
    cpSync(path.join(repository, it), path.join(root, it), { recursive: true });
  symlinkSync(path.join(repository, 'node_modules'), path.join(root, 'node_modules'));
  return root;
}

const run = (root: string, command: string, ...argv: readonly string[]) =>
  promisify(execFile)(command, argv, {
    cwd: root,
    // Or it would report to the test that runs it.
    env: { ...process.env, NODE_TEST_CONTEXT: undefined },
  }).catch((error: { stdout: string; stderr: string }) =>
    assert.fail(`${error.stdout}\n${error.stderr}`),
  );
const textOf = (root: string, file: string) => readFileSync(path.join(root, file), 'utf8');
const problem = (says: RegExp) => (thrown: unknown) =>
  thrown instanceof Problem && says.test(thrown.message);

describe('a new connector', () => {
  const root = checkout();
  const written = layOut(root, 'acme-crm', "Acme's CRM");

  it('is a folder, a page, and a line in the list of connectors and in both tables', () => {
    assert.deepEqual(readdirSync(path.join(root, 'src/connectors/acme-crm')).toSorted(), [
      ...['acme-crm.test.ts', 'api.ts', 'fake.ts', 'index.ts', 'settings.ts', 'setup.md'],
      ...['spec.json', 'suspend-account.ts'],
    ]);
    assert.match(
      textOf(root, 'src/connectors.ts'),
      /import \{ acmeCrm \} from '#connectors\/acme-crm\/index\.ts';\nimport \{ activeDir/,
    );
    assert.equal(textOf(root, 'docs/connect/index.md').match(/`acme-crm`/g)?.length, 2);
    assert.match(
      textOf(root, 'docs/connect/acme-crm.md'),
      /^# Acme’s CRM\n[\s\S]*connector: acme-crm\n/,
    );
  });

  it('names nothing after the sample any more', () => {
    for (const file of written.filter((it) => it.includes('acme-crm')))
      assert.doesNotMatch(textOf(root, file), /sample/i, file);
  });

  it('fits its types and its layout, and its tests pass', { timeout: 240_000 }, async () => {
    const config = {
      extends: './tsconfig.json',
      include: ['src/connectors/acme-crm'],
    };
    writeFileSync(path.join(root, 'tsconfig.new.json'), JSON.stringify(config));
    const bin = (it: string) => path.join(root, 'node_modules/.bin', it);
    await run(root, bin('tsc'), '-p', 'tsconfig.new.json');
    await run(root, bin('biome'), 'check', '--vcs-enabled=false', 'src/connectors/acme-crm');
    const { stdout } = await run(
      root,
      process.execPath,
      '--test',
      'src/connectors/acme-crm/acme-crm.test.ts',
    );
    assert.match(stdout, /\bfail 0\b/);
    assert.match(stdout, /\bpass (2[5-9]|[3-9]\d)\b/);
  });

  it('is not laid out twice, and not over a page that is there', () => {
    assert.throws(
      () => layOut(root, 'acme-crm'),
      problem(/src\/connectors\/acme-crm is there already/),
    );
    assert.throws(
      () => layOut(root, 'tickets'),
      problem(/docs\/connect\/tickets\.md is there already/),
    );
    assert.ok(!existsSync(path.join(root, 'src/connectors/tickets')));
  });

  it('has an id of small letters, digits and single hyphens', () => {
    for (const id of ['Acme', 'acme_crm', '-acme', 'acme--crm', '3com', '../acme', ''])
      assert.throws(() => layOut(root, id), problem(/is no id of a connector/), id);
  });

  it('is laid out in a source checkout only', () => {
    const elsewhere = mkdtempSync(path.join(tmpdir(), 'gatehouse-elsewhere-'));
    made.push(elsewhere);
    assert.throws(
      () => layOut(elsewhere, 'acme'),
      problem(/is no source checkout of Gatehouse: src\/connectors\.ts is missing/),
    );
  });
});
