import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import { Command } from 'commander';
import { parse } from 'yaml';
import { standInSecret } from '#connector-kit/fields.ts';
import { runDemo } from '../practice/demo.ts';
import { connectorCommand } from '../practice/new-connector/command.ts';
import { run, sink } from '../src/cli/testing/run.ts';
import { connectors } from '../src/connectors.ts';
import { readConfiguration } from '../src/operate/configuration.ts';
import { localCommands } from '../src/operate/local.ts';
import { verifyCommand } from '../src/operate/verify.ts';
import { anchorOf, page, pages, quoted, repository } from './support/pages.ts';
import { commandsIn } from './support/shell.ts';

const nowhere = mkdtempSync(path.join(tmpdir(), 'gatehouse-docs-'));
after(() => rmSync(nowhere, { recursive: true }));

/** Where something stands, for whoever has to mend it. */
const at = (file: string, line: number) => `${file}:${line}`;

describe('links between pages', () => {
  const links = pages.flatMap(({ file, prose }) =>
    [...prose.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => ({ file, target })),
  );

  it('lead to files that are there', () => {
    const broken = links
      .filter(({ target }) => !/^([a-z]+:|#)/.test(target))
      .filter(({ file, target }) => {
        const [name = ''] = target.split('#');
        return !existsSync(path.join(repository, path.dirname(file), name));
      });
    assert.deepEqual(broken, []);
  });

  it('lead to headings that are there', () => {
    const broken = links.filter(({ file, target }) => {
      if (/^[a-z]+:/.test(target) || !target.includes('#')) return false;
      const [name = '', anchor = ''] = target.split('#');
      const where = name === '' ? file : path.join(path.dirname(file), name);
      const headings = page(where).prose.matchAll(/^#+ (.*)$/gm);
      return ![...headings].some(([, heading = '']) => anchorOf(heading) === anchor);
    });
    assert.deepEqual(broken, []);
  });

  it('reach every page below docs from the README', () => {
    const reached = new Set<string>();
    const visit = (file: string) => {
      if (reached.has(file)) return;
      reached.add(file);
      for (const it of links) {
        const target = path.join(path.dirname(file), it.target.split('#')[0] ?? '');
        if (it.file === file && pages.some((other) => other.file === target)) visit(target);
      }
    };
    visit('README.md');
    const missed = pages.filter(({ file }) => file.startsWith('docs/') && !reached.has(file));
    assert.deepEqual(
      missed.map((it) => it.file),
      [],
    );
  });
});

describe('blocks', () => {
  const blocks = pages.flatMap(({ file, blocks }) => blocks.map((it) => ({ file, ...it })));

  it('of JSON and YAML can be read', () => {
    const readers: Readonly<Record<string, (text: string) => unknown>> = {
      json: (text) => JSON.parse(text),
      yaml: (text) => parse(text),
    };
    for (const { file, line, language, text } of blocks) {
      const read = readers[language];
      if (read) assert.doesNotThrow(() => read(text), at(file, line));
    }
  });

  it('that describe a connection fit its connector', () => {
    const described = blocks.filter(
      (it) => it.language === 'yaml' && /^connector: /m.test(it.text),
    );
    assert.ok(described.length > 8);
    for (const { file, line, text } of described) {
      const { connector, settings } = parse(text);
      const secrets = Object.entries(settings).filter(([, value]) => value === null);
      const filled = secrets.map(([name]) => [name, standInSecret]);
      const shape = connectors.get(connector)?.settings;
      const result = shape?.safeParse({ ...settings, ...Object.fromEntries(filled) });
      assert.ok(result?.success, `${at(file, line)}: ${result?.error?.message}`);
    }
  });

  it('of code stand so in the file that they name', () => {
    for (const { file, line, language, purpose, text } of blocks) {
      if (language !== 'ts' || purpose === '') continue;
      const source = readFileSync(path.join(repository, purpose), 'utf8');
      assert.ok(source.includes(text), `${at(file, line)}: not so in ${purpose}`);
    }
  });
});

const shellBlocks = pages.flatMap(({ file, blocks }) =>
  blocks.filter((it) => it.language === 'sh').map((it) => ({ file, ...it })),
);

/** The words behind `gatehouse` in every shell block. */
const shown = shellBlocks.flatMap(({ file, line, text }) =>
  commandsIn(text).flatMap((words) => {
    const program = words[0] === 'npx' ? words.slice(1) : words;
    const isOurs = program[0] === 'gatehouse' || program[0] === './gatehouse';
    return isOurs ? [{ where: at(file, line), argv: program.slice(1) }] : [];
  }),
);

const processes = ['serve', 'web', 'work', 'scribe'];
const isLocal = ([word, second]: readonly string[]) =>
  [
    'user',
    'keys',
    'ledger',
    'evidence',
    'doctor',
    'backup',
    'restore',
    'verify',
    'connector',
  ].includes(word ?? '') ||
  (word === 'token' && ['create', 'destroy'].includes(second ?? ''));

/** The commands that need the data directory, ready to be parsed and not to be carried out. */
function localProgram(): Command {
  const read = readConfiguration({ environment: {}, workingDirectory: nowhere });
  assert.ok(read.ok);
  const silent = { writeOut() {}, writeErr() {} };
  const program = new Command('gatehouse').exitOverride().configureOutput(silent);
  const output = { out() {}, raw() {}, error() {} };
  const commands = [
    ...localCommands(read.configuration, output),
    verifyCommand(output, () => {}),
    connectorCommand(nowhere, output.out),
  ];
  for (const group of commands) {
    program.addCommand(group.exitOverride().configureOutput(silent));
    for (const it of group.commands.length > 0 ? group.commands : [group])
      it.exitOverride()
        .configureOutput(silent)
        .action(() => {});
  }
  return program;
}

/** Fails when there is no such command, or none with these options. Carries nothing out. */
async function expectKnown(argv: readonly string[], where: string): Promise<void> {
  const typed = `${where}: gatehouse ${argv.join(' ')}`;
  const [word = ''] = argv;
  if (processes.includes(word)) return assert.equal(argv.length, 1, typed);
  if (word === 'demo') {
    const help = sink();
    await runDemo(['--help'], { stdout: help.stream, env: {} });
    for (const it of argv) if (it.startsWith('--')) assert.ok(help.text().includes(it), typed);
    return;
  }
  if (isLocal(argv)) {
    await assert.doesNotReject(localProgram().parseAsync([...argv], { from: 'user' }), typed);
    return;
  }
  // Without a key nothing is sent; what is typed wrongly ends with 2 before that.
  const { code, err } = await run(argv, { env: { GATEHOUSE_DATA: nowhere } });
  assert.notEqual(code, 2, `${typed}\n${err}`);
}

/** Every command of the client, by its words. */
async function commandsBelow(words: readonly string[]): Promise<readonly string[]> {
  const { out } = await run([...words, '--help']);
  const [list = ''] = out.split('\nCommands:\n')[1]?.split('\n\n') ?? [];
  const found = [...list.matchAll(/^ {2}([a-z-]+)/gm)].map(([, word = '']) => word);
  const below = found.filter((it) => it !== 'help').map((it) => commandsBelow([...words, it]));
  return below.length === 0 ? [words.join(' ')] : (await Promise.all(below)).flat();
}

const localCommandNames = () =>
  localProgram().commands.flatMap((group) =>
    group.commands.length > 0
      ? group.commands.map((it) => `${group.name()} ${it.name()}`)
      : [group.name()],
  );

describe('commands', () => {
  it('in shell blocks exist, with these options', async () => {
    assert.ok(shown.length > 80);
    for (const { where, argv } of shown) await expectKnown(argv, where);
  });

  it('are all shown in docs/operate/commands.md', async () => {
    const known = [...(await commandsBelow([])), ...localCommandNames(), ...processes, 'demo'];
    const here = shown.filter(({ where }) => where.startsWith('docs/operate/commands.md'));
    const missing = known.filter((name) => {
      const words = name.split(' ');
      return !here.some(({ argv }) => words.every((word, i) => argv[i] === word));
    });
    assert.deepEqual(missing, []);
  });

  it('that the text names exist', async () => {
    const known = [...(await commandsBelow([])), ...localCommandNames(), ...processes, 'demo'];
    const begins = known.flatMap((name) => {
      const words = name.split(' ');
      return words.map((_, i) => words.slice(0, i + 1).join(' '));
    });
    for (const { file, prose } of pages) {
      const named = quoted(prose).filter((it) => it.startsWith('gatehouse '));
      for (const it of named) {
        const words = it
          .split(' ')
          .slice(1)
          .filter((word) => /^[a-z-]+$/.test(word));
        const name = words.slice(0, 2).join(' ');
        assert.ok(begins.includes(name) || begins.includes(words[0] ?? ''), `${file}: ${it}`);
      }
    }
  });

  it('of npm are scripts of this repository', () => {
    const { scripts } = JSON.parse(readFileSync(path.join(repository, 'package.json'), 'utf8'));
    for (const { file, line, text } of shellBlocks) {
      for (const [program, word = '', name = ''] of commandsIn(text)) {
        if (program !== 'npm') continue;
        const script = word === 'run' ? name : ['start', 'test'].includes(word) ? word : null;
        if (script) assert.ok(script in scripts, `${at(file, line)}: npm ${word} ${name}`);
      }
    }
  });
});

describe('the README', () => {
  it('maps every folder of the house', () => {
    const map = page('README.md').blocks.find((it) => it.purpose === 'map')?.text ?? '';
    const named = [...map.matchAll(/^\s*([\w.-]+\/)/gm)].map(([, it = '']) => it);
    assert.ok(named.length > 8);
    for (const folder of named) {
      const places = [folder, `src/${folder}`].map((it) => path.join(repository, it));
      assert.ok(
        places.some((it) => existsSync(it) && statSync(it).isDirectory()),
        folder,
      );
    }
  });
});
