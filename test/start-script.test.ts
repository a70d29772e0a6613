import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, describe, it } from 'node:test';

const repository = path.join(import.meta.dirname, '..');

/** Tests inside tests are not run as such, and the run's server is not for the inner one. */
const { NODE_TEST_CONTEXT, GATEHOUSE_TEST_SERVER, ...environment } = process.env;

describe('the start script', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'gatehouse-start-'));
  const script = path.join(folder, 'start.mjs');
  after(() => rmSync(folder, { recursive: true }));

  before(() => {
    for (const name of ['start.mjs', 'package.json'])
      cpSync(path.join(repository, name), path.join(folder, name));
    symlinkSync(path.join(repository, 'node_modules'), path.join(folder, 'node_modules'));
    mkdirSync(path.join(folder, 'src/store'), { recursive: true });
    cpSync(path.join(repository, 'src/store'), path.join(folder, 'src/store'), { recursive: true });
    cpSync(path.join(repository, 'src/core'), path.join(folder, 'src/core'), { recursive: true });
    writeFileSync(
      path.join(folder, 'src/main.ts'),
      `const [word, ...rest]: readonly string[] = process.argv.slice(2);
       if (word === 'say') console.log(JSON.stringify({ rest, cwd: process.cwd() }));
       if (word === 'fail') process.exitCode = 3;
       if (word === 'wait') {
         const hold = setInterval(() => {}, 1_000);
         process.once('SIGTERM', () => { clearInterval(hold); process.exitCode = 7; });
         console.log('waiting');
       }`,
    );
    const inner = (name: string, body: string) =>
      writeFileSync(
        path.join(folder, `src/${name}.test.ts`),
        `import { it } from 'node:test'; ${body}`,
      );
    inner('good', "it('holds', () => {});");
    inner('bad', "it('does not hold', () => { throw new Error('as it should'); });");
    inner(
      'server',
      "it('has a server', () => { if (!process.env['GATEHOUSE_TEST_SERVER']) throw new Error('none'); });",
    );
  });

  const run = (...args: string[]) =>
    spawnSync(process.execPath, [script, ...args], {
      cwd: tmpdir(),
      env: environment,
      encoding: 'utf8',
    });

  it('hands commands to the program, in the folder where it was called', () => {
    const { stdout, stderr, status } = run('say', 'a b', '--c');
    assert.deepEqual(JSON.parse(stdout), { rest: ['a b', '--c'], cwd: tmpdir() });
    assert.equal(stderr, '');
    assert.equal(status, 0);
  });

  it('ends with the exit code of the program', () => {
    assert.equal(run('fail').status, 3);
  });

  it('hands signals on and waits for the program to end', async () => {
    const child = spawn(process.execPath, [script, 'wait'], {
      env: environment,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(createInterface({ input: child.stdout }), 'line');

    child.kill('SIGTERM');

    assert.deepEqual(await once(child, 'exit'), [7, null]);
  });

  it('runs the tests that are named, on one server for all', () => {
    const { stdout, status } = run('test', 'src/good.test.ts', 'src/server.test.ts');
    assert.match(stdout, /^. pass 2$/m);
    assert.equal(status, 0);
  });

  it('takes options of the test runner', () => {
    const { stdout, status } = run(
      'test',
      'src/good.test.ts',
      'src/bad.test.ts',
      '--test-name-pattern=^holds$',
    );
    assert.match(stdout, /^. fail 0$/m);
    assert.equal(status, 0);
  });

  it('fails when a test fails, and when there is no such test', () => {
    const failed = run('test', 'src/bad.test.ts');
    assert.match(failed.stdout, /^. fail 1$/m);
    assert.equal(failed.status, 1);

    const none = run('test', 'src/nothing.test.ts');
    assert.match(none.stderr, /No test matches src\/nothing\.test\.ts/);
    assert.equal(none.status, 1);
  });
});
