#!/usr/bin/env node
// Starts everything: installs what is missing, finds a Node that is new enough, and goes on under it.
// Plain JavaScript without dependencies, since on a fresh clone there is nothing else yet; runs on
// Node 18 and newer. Its own lines go to standard error, so that the output of commands stays clean.
//
//   node start.mjs test [files or options of node --test]    every test, or those named
//   node start.mjs nightly [names] [--share 0.1]             the faults as often as every night, for hours
//   node start.mjs bench [names] [their arguments]           the measurements in bench/
//   node start.mjs simulate [options]                        histories of the engine, from seeds; --help says more
//   node start.mjs build                                     the pages of the browser, into web/dist
//   node start.mjs <anything else>                           the program: src/main.ts

import { spawn, spawnSync } from 'node:child_process';
import fs, { existsSync, readFileSync, statSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = path.dirname(fileURLToPath(import.meta.url));
const modules = path.join(root, 'node_modules');
const broughtNode = path.join(modules, `node-${process.platform}-${process.arch}`, 'bin', 'node');

/** What the tests run real servers from, on Debian; elsewhere the programs that must be there. */
const testPackages = [
  'slapd',
  'slapd-contrib',
  'ldap-utils',
  'samba',
  'samba-ad-dc',
  'samba-ad-provision',
  'samba-dsdb-modules',
  'samba-vfs-modules',
  'winbind',
  'python3-samba',
  'ldb-tools',
  'krb5-user',
  'smbclient',
  'openssl',
  'openssh-server',
  'openvpn',
  'sudo',
  'faketime',
  'libfaketime',
  'iproute2',
  'poppler-utils',
  'dovecot-imapd',
  'dovecot-lmtpd',
  'dovecot-managesieved',
  'postfix',
  'golang-go',
  'golang-golang-x-mod-dev',
  'chromium',
  'chromium-headless-shell',
  'ejabberd',
  'curl',
  'freeradius',
  'freeradius-ldap',
  'freeradius-postgresql',
  'freeradius-utils',
];
const testPrograms = [
  'slapd',
  'ldapsearch',
  'samba',
  'kinit',
  'smbclient',
  'dovecot',
  'postfix',
  'openssl',
  'sshd',
  'sudo',
  'openvpn',
  'faketime',
  'go',
  'chromium',
  'ejabberdctl',
  'freeradius',
  'radclient',
];

/** What the nightly run starts besides; its package is told to make no database of its own. */
const nightlyPackages = ['iproute2', 'postgresql'];
const noCluster = '/etc/postgresql-common/createcluster.d/none-by-itself.conf';

/** What packages ask while they are installed, and what they are answered. */
const answers = 'postfix postfix/main_mailer_type select No configuration\n';

/** What Node has compiled, so that the next start need not; ours alone, as a folder for everybody would not be. */
const compiled = path.join(modules, '.cache', 'compiled');

const testFiles = ['{src,web,test,practice}/**/*.test.ts'];
const testLimitMs = 300_000;

/** How many files share a process at most; of those that kill processes, which take long, not so many. */
const largestShare = 24;
const largestShareOfFaults = 5;
const faults = path.join('test', 'faults', path.sep);

/** Those that have a process for themselves: the longest, and those that leave the server that all others share. */
const alone = ['practice/demo', 'test/faults/database-lost', 'test/faults/disk-full'].map((it) =>
  path.normalize(`${it}.test.ts`),
);

/**
 * How a file begins that loads several: one after the other and each as part of its suite, or one would register
 * what another has loaded; and all of them before the first test.
 */
const beginning = `import { AsyncResource } from 'node:async_hooks';
import { describe } from 'node:test';
import ${addressOf('src/core/testing/at-the-end.ts')};

let loaded = Promise.resolve();
const suite = (name, load) =>
  describe(name, () => {
    const here = new AsyncResource('suite');
    const loading = loaded.then(() => here.runInAsyncScope(load));
    loaded = loading.catch(() => {});
    return loading.then(() => loaded);
  });
`;

const [command = '', ...rest] = process.argv.slice(2);
install();
const node = findNode();
const self = fileURLToPath(import.meta.url);
if (['build', 'test', 'nightly', 'bench', 'simulate'].includes(command)) {
  // Done in this very process, so it has to be a Node that can load TypeScript.
  if (node !== process.execPath) await run(node, [self, command, ...rest]);
  else {
    if (command !== 'simulate') build();
    if (command === 'simulate') await simulate(rest);
    if (command === 'test') await test(rest);
    if (command === 'nightly') {
      installTestServers(nightlyPackages);
      await run(process.execPath, ['test/nightly.ts', ...rest], {}, root);
    }
    if (command === 'bench') await bench(rest);
  }
} else {
  if (['serve', 'web', 'demo'].includes(command)) await run(node, [self, 'build']);
  // Loading the program makes much that is soon forgotten; a third of the memory would stay reserved for it.
  const flags = ['--max-semi-space-size=8'];
  if (!process.exitCode)
    await become(node, [...flags, path.join(root, 'src/main.ts'), ...process.argv.slice(2)]);
}

/** Runs `npm ci` when there is no node_modules, or one from before the lockfile last changed. */
function install() {
  const installedAt = modifiedAtMs(path.join(modules, '.package-lock.json'));
  const wantedAt = modifiedAtMs(path.join(root, 'package-lock.json'));
  // npm writes both files in one go, in either order.
  const slackMs = 5_000;
  if (wantedAt === undefined || (installedAt !== undefined && wantedAt <= installedAt + slackMs))
    return;

  say('Installing the packages that Gatehouse needs (npm ci) …');
  // The packages ask for a newer Node than this one may be; they bring it along.
  const args = ['ci', '--no-engine-strict', '--no-audit', '--no-fund', '--loglevel=error'];
  const npm = process.env.npm_execpath ?? '';
  const { status, error } = npm.endsWith('npm-cli.js')
    ? spawnSync(process.execPath, [npm, ...args], { cwd: root, stdio: ['ignore', 2, 2] })
    : spawnSync('npm', args, { cwd: root, stdio: ['ignore', 2, 2] });
  if (error) fail(`npm could not be started (${error.message}). Install npm and try again.`);
  if (status !== 0) fail('npm ci failed; its messages above say why.');

  // npm 10 does not link the Node that comes along, and then scripts such as "check" would miss it.
  const link = path.join(modules, '.bin', 'node');
  if (existsSync(broughtNode) && !existsSync(link)) {
    fs.symlinkSync(path.relative(path.dirname(link), broughtNode), link);
  }
}

/** Bundles the pages when there are none, or only those from before a change. */
function build() {
  const pages = path.join(root, 'web/dist');
  const bundler = path.join(modules, 'vite/bin/vite.js');
  if (!existsSync(path.join(root, 'web/index.html'))) return;
  const builtAt = modifiedAtMs(path.join(pages, 'index.html'));
  const sources = [
    'web/*.*',
    'web/{lib,pages,ui,words}/**',
    'src/core/**/*.ts',
    'package-lock.json',
  ];
  const changedAt = Math.max(
    ...fs.globSync(sources, { cwd: root }).map((it) => modifiedAtMs(path.join(root, it))),
  );
  if (builtAt !== undefined && (changedAt <= builtAt || !existsSync(bundler))) return;

  say('Building the pages …');
  // Beside the ones in use, which stay until the new ones are whole.
  const fresh = fs.mkdtempSync(path.join(root, 'web/dist-'));
  const { status, stdout, stderr, error } = spawnSync(
    node,
    [bundler, 'build', '--config', 'web/vite.config.ts', '--outDir', fresh, '--logLevel', 'warn'],
    { cwd: root, encoding: 'utf8' },
  );
  if (status !== 0) {
    fs.rmSync(fresh, { recursive: true });
    fail(`The pages could not be built:\n${error ?? ''}${stdout}${stderr}`);
  }
  fs.chmodSync(fresh, 0o755);
  fs.rmSync(pages, { recursive: true, force: true });
  fs.renameSync(fresh, pages);
}

/** This Node if it is new enough, otherwise the one that npm brought. */
function findNode() {
  const wanted = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')).engines.node;
  if (isAtLeast(process.versions.node, wanted.replace('>=', ''))) return process.execPath;
  if (existsSync(broughtNode)) return broughtNode;
  return fail(
    `Gatehouse needs Node ${wanted}; this is ${process.versions.node}, and npm has none for ` +
      `${process.platform}-${process.arch}. Install a newer Node and try again.`,
  );
}

function isAtLeast(found, wanted) {
  const parts = (version) => version.split('.').map(Number);
  const [major, minor] = parts(found);
  const [wantedMajor, wantedMinor] = parts(wanted);
  return major > wantedMajor || (major === wantedMajor && minor >= wantedMinor);
}

/** Runs the tests on one database server that all files share; exits as `node --test` does. */
async function test(args) {
  installTestServers();
  const options = args.filter((it) => it.startsWith('-'));
  const wanted = args.filter((it) => !it.startsWith('-'));
  const files = wanted.length > 0 ? chosen(wanted) : inProcesses(chosen(testFiles));
  if (files.length === 0) fail(`No test matches ${wanted.join(' ')}.`);

  const { startTestServer } = await import('./src/store/testing/server.ts');
  const server = await startTestServer();
  await run(
    process.execPath,
    [
      '--test',
      `--test-concurrency=${Math.max(2, availableParallelism())}`,
      `--test-timeout=${testLimitMs}`,
      ...options,
      ...files,
    ],
    { GATEHOUSE_TEST_SERVER: server.directory },
    root,
  );
}

/**
 * Every test, in files that load several of one folder: loading the program takes longer than most tests,
 * and what shares a process loads it once. What takes longest comes first: `node --test` goes by the alphabet.
 *
 * Each file is a suite, so that what it starts before its tests and ends after them runs for no longer than
 * they do: at the root, the hooks of all files run before the first test, and after the last.
 */
function inProcesses(files) {
  const entries = fs.mkdtempSync(path.join(tmpdir(), 'gatehouse-tests-'));
  process.once('exit', () => fs.rmSync(entries, { recursive: true }));
  const groups = new Map();
  for (const file of files) {
    const name = groupOf(file);
    groups.set(name, [...(groups.get(name) ?? []), file]);
  }
  return [...groups].flatMap(([name, all]) => {
    const count = Math.ceil(
      all.length / (name === '1-faults' ? largestShareOfFaults : largestShare),
    );
    return Array.from({ length: count }, (_, nth) => {
      const entry = path.join(entries, `${name}-${nth + 1}.mjs`);
      const part = all.filter((_, i) => i % count === nth);
      const suites = part.map(
        (it) => `suite(${JSON.stringify(it)}, () => import(${addressOf(it)}));\n`,
      );
      fs.writeFileSync(entry, [beginning, ...suites].join(''));
      return entry;
    });
  });
}

/** Files of one name may share a process; those of the first come first. */
function groupOf(file) {
  if (alone.includes(file)) return `1-${path.basename(file)}`;
  const [first, second = ''] = path.dirname(file).split(path.sep);
  if (file.startsWith(faults)) return '1-faults';
  return first === 'test' || first === 'src'
    ? `${first === 'test' ? 2 : 3}-${first}-${second}`
    : `3-${first}`;
}

function addressOf(file) {
  return JSON.stringify(pathToFileURL(path.join(root, file)));
}

/** Files, folders and patterns, as paths below the repository. */
function chosen(wanted) {
  const patterns = wanted.flatMap((it) => {
    const isFolder = existsSync(path.join(root, it)) && statSync(path.join(root, it)).isDirectory();
    return isFolder ? [`${it}/**/*.test.ts`] : [it];
  });
  return [...new Set(fs.globSync(patterns, { cwd: root }))].sort();
}

/**
 * Runs each measurement by itself, one after the other, so that none disturbs another. Words that name
 * one choose it; the rest is for the measurements.
 */
async function bench(words) {
  const files = fs.globSync('bench/*.bench.ts', { cwd: root }).sort();
  const nameOf = (file) => path.basename(file, '.bench.ts');
  const named = files.filter((file) => words.includes(nameOf(file)));
  const others = words.filter((word) => !named.some((file) => nameOf(file) === word));
  for (const file of named.length > 0 ? named : files) {
    await run(process.execPath, [file, ...others], {}, root);
    if (process.exitCode !== 0) return;
  }
}

/** Lives through histories of the engine, on one database server for all their processes. */
async function simulate(options) {
  const { startTestServer } = await import('./src/store/testing/server.ts');
  const server = await startTestServer();
  const environment = { GATEHOUSE_TEST_SERVER: server.directory };
  await run(process.execPath, ['test/simulation/simulate.ts', ...options], environment, root);
}

function installTestServers(more = []) {
  if (!existsSync('/etc/debian_version')) {
    const missing = testPrograms.filter((it) => spawnSync('which', [it]).status !== 0);
    if (missing.length > 0) {
      fail(
        `The tests run real servers. Install what provides these programs and try again: ${missing.join(', ')}.`,
      );
    }
    return;
  }
  const missing = missingPackages([...testPackages, ...more]);
  if (missing.length === 0) return;
  const line = `apt-get install --no-install-recommends ${missing.join(' ')}`;
  if (process.getuid() !== 0)
    fail(`The tests run real servers. Install them and try again:\n  sudo ${line}`);

  say(`Installing the servers that the tests run (${missing.join(' ')}) …`);
  const apt = (...args) =>
    spawnSync(
      'apt-get',
      ['-qq', '-o', 'Dpkg::Use-Pty=0', '-o', 'DPkg::Lock::Timeout=120', ...args],
      {
        // Nothing is to be asked, and no server to be started by its package: systemctl stays away.
        env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive', SYSTEMD_OFFLINE: '1' },
        encoding: 'utf8',
      },
    );
  if (missing.includes('postgresql') && !existsSync(noCluster)) {
    fs.mkdirSync(path.dirname(noCluster), { recursive: true });
    fs.writeFileSync(noCluster, 'create_main_cluster = false\n');
  }
  const steps = [
    () => spawnSync('debconf-set-selections', { input: answers, encoding: 'utf8' }),
    () => apt('update'),
    // A mail server that is there already is not to be replaced by ours.
    () => apt('install', '-y', '--no-install-recommends', '--no-remove', ...missing),
  ];
  for (const step of steps) {
    const { status, stdout, stderr, error } = step();
    if (status !== 0) fail(`${line} failed:\n${error ?? ''}${stdout}${stderr}`);
  }
}

function missingPackages(wanted) {
  const { stdout } = spawnSync('dpkg', ['--get-selections', ...wanted], { encoding: 'utf8' });
  const lines = stdout.split('\n').map((line) => line.split(/[\s:]+/));
  const installed = new Set(lines.filter((it) => it.at(-1) === 'install').map(([name]) => name));
  return wanted.filter((it) => !installed.has(it));
}

/** Goes on as this program, where this Node can: to stay beside it as one more process takes 40 MB. Else {@link run}. */
async function become(program, args) {
  if (!process.execve) return run(program, args);
  process.execve(program, [program, ...args], environmentOf(program));
}

/** What a program finds: the packages' own commands, and itself as the Node of what it starts. */
function environmentOf(program, extra = {}) {
  const binaries = [path.dirname(program), path.join(modules, '.bin'), process.env.PATH];
  return {
    NODE_COMPILE_CACHE: compiled,
    ...process.env,
    ...extra,
    PATH: binaries.join(path.delimiter),
  };
}

/** Runs a program in the foreground, hands signals on to it, and takes over its exit code. */
async function run(program, args, extra = {}, cwd = process.cwd()) {
  const env = environmentOf(program, extra);
  const child = spawn(program, args, { cwd, env, stdio: 'inherit' });
  const handOn = (signal) => {
    // A terminal sends Ctrl-C to both of us.
    if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal);
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, handOn);
  process.exitCode = await new Promise((resolve) => {
    child.once('error', (error) => fail(`${program} could not be started: ${error.message}`));
    child.once('exit', (code, signal) => resolve(code ?? (signal === 'SIGINT' ? 130 : 143)));
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.off(signal, handOn);
}

function modifiedAtMs(file) {
  return existsSync(file) ? statSync(file).mtimeMs : undefined;
}

function say(line) {
  process.stderr.write(`${line}\n`);
}

function fail(line) {
  say(line);
  process.exit(1);
}
