import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Problem } from '#app/problem.ts';

/** A connector that works, of a system that does not exist. Its tests run with all others. */
const template = path.join(import.meta.dirname, 'template');

/** What to put in place of the sample's names. */
interface Names {
  /** `acme-crm` */
  readonly id: string;
  /** `acmeCrm` */
  readonly variable: string;
  /** `AcmeCrm` */
  readonly type: string;
  /** `Acme CRM` */
  readonly name: string;
}

/**
 * Lays out the folder of a new connector in this source checkout, its page and its lines, and says what was
 * written. Refuses before it writes anything.
 */
export function layOut(root: string, id: string, name?: string): readonly string[] {
  const names = namesFor(id, name);
  const at = (...parts: readonly string[]) => path.join(root, ...parts);
  const folder = at('src/connectors', id);
  const list = at('src/connectors.ts');
  const index = at('docs/connect/index.md');
  for (const needed of [list, index]) {
    if (existsSync(needed)) continue;
    throw new Problem(
      'not found',
      `${root} is no source checkout of Gatehouse: ${path.relative(root, needed)} is missing. ` +
        'Clone the repository and run this command there.',
    );
  }
  const page = at('docs/connect', `${id}.md`);
  for (const taken of [folder, page]) {
    if (!existsSync(taken)) continue;
    const what = path.relative(root, taken);
    throw new Problem('not possible', `${what} is there already. Take another id, or remove it.`);
  }

  cpSync(template, folder, { recursive: true });
  const written: string[] = [];
  for (const file of readdirSync(folder).toSorted()) {
    const text = renamed(file, readFileSync(path.join(folder, file), 'utf8'), names);
    const isPage = file === 'sample.md';
    const target = isPage ? page : path.join(folder, file.replace('sample', id));
    if (file.startsWith('sample')) rmSync(path.join(folder, file));
    writeFileSync(target, text);
    written.push(path.relative(root, target));
  }
  edit(list, (text) => enlisted(text, names));
  edit(index, (text) => indexed(text, names));
  // Other names are longer or shorter, and stand elsewhere in the alphabet.
  const biome = at('node_modules/.bin/biome');
  spawnSync(biome, ['check', '--write', '--vcs-enabled=false', folder, list], { cwd: root });
  return [...written, path.relative(root, list), path.relative(root, index)];
}

function namesFor(id: string, name?: string): Names {
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(id)) {
    throw new Problem(
      'not readable',
      `"${id}" is no id of a connector. Take small letters and digits, with single hyphens between: acme-crm.`,
    );
  }
  const words = id.split('-');
  const large = (word: string) => `${word[0]!.toUpperCase()}${word.slice(1)}`;
  const type = words.map(large).join('');
  return {
    id,
    type,
    variable: `${type[0]!.toLowerCase()}${type.slice(1)}`,
    name: name ?? words.map(large).join(' '),
  };
}

/**
 * `Sample` as a word is what people read, as a part of a word a name in code. `sample` is the id after a quote
 * or a stroke, and everywhere outside of code; elsewhere in code the variable.
 */
function renamed(file: string, text: string, { id, variable, type, name }: Names): string {
  const isCode = file.endsWith('.ts');
  return text
    .replaceAll(/\bSample\b/g, name.replaceAll("'", '’'))
    .replaceAll('Sample', type)
    .replaceAll(/(?<=['/])sample\b/g, id)
    .replaceAll(/\bsample\b/g, isCode ? variable : id);
}

/** One import and one entry, in the order of the alphabet. */
function enlisted(text: string, { id, variable }: Names): string {
  const line = `import { ${variable} } from '#connectors/${id}/index.ts';`;
  const imports = text.split('\n').filter((it) => it.includes("from '#connectors/"));
  const next = imports.find((it) => folderIn(it) > id);
  const last = imports.at(-1) ?? '';
  const withImport = next
    ? text.replace(next, `${line}\n${next}`)
    : text.replace(last, `${last}\n${line}`);
  return withImport.replace('\n  ].map(', `\n    ${variable},\n  ].map(`);
}

const folderIn = (line: string) => /#connectors\/([^/]+)\//.exec(line)?.[1] ?? '';

/** A row in both tables of the overview. */
function indexed(text: string, { id, name }: Names): string {
  const which = '| BambooHR | `bamboohr` |';
  const can = '| `person` | from your list |';
  for (const row of [which, can]) {
    if (text.includes(row)) continue;
    throw new Problem('not possible', `docs/connect/index.md has no row that begins “${row}”.`);
  }
  return text
    .replace(which, `| ${name} | \`${id}\` | [${name}](${id}.md) |\n${which}`)
    .replace(can, `| \`${id}\` | yes | \`account.suspend\` | verified |\n${can}`);
}

function edit(file: string, change: (text: string) => string): void {
  writeFileSync(file, change(readFileSync(file, 'utf8')));
}
