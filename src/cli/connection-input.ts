import { parse } from 'yaml';
import { z } from 'zod';
import { ConnectionInput, ConnectionPage } from '#api/contract/connections.ts';
import { type FormField, fieldsOf } from './connector-form.ts';
import { allConnectors, connectorNamed } from './connectors.ts';
import type { Cli } from './context.ts';
import { everything } from './everything.ts';
import { bytesOf } from './import.ts';
import { CliProblem, type Io, readAll, wrongUsage } from './io.ts';
import { ask, askHidden } from './prompt.ts';

const NamedInput = ConnectionInput.extend({ id: z.string().min(1) });
/** A connection as the API takes it, secrets included. */
export type NamedInput = z.output<typeof NamedInput>;

/** Reads a connection from YAML, which holds no secret, and asks for those that are missing. */
export async function connectionFromFile(cli: Cli, file: string): Promise<NamedInput> {
  const text = Buffer.from(await bytesOf(cli.io, file)).toString('utf8');
  const input = readInput(file, text);
  const fields = fieldsOf(await connectorNamed(cli, input.connector));
  const secrets = fields.filter((it) => it.kind === 'secret');

  const written = secrets.find((it) => typeof input.settings[it.name] === 'string');
  if (written) {
    throw new CliProblem(
      `${file} holds the secret ${written.name}. Take it out of the file and leave ` +
        `"${written.name}:" empty; it is asked for. ` +
        'Replace the secret itself if others could read the file.',
    );
  }
  const known = await everything(cli, '/connections', ConnectionPage);
  const kept = known.find((it) => it.id === input.id)?.secrets ?? [];
  const wanted = secrets.filter(
    (it) => input.settings[it.name] === null || (it.required && !kept.includes(it.name)),
  );
  const settings = Object.fromEntries(
    Object.entries(input.settings).filter(([name]) => !secrets.some((it) => it.name === name)),
  );
  // An empty line asks for a secret, so another word ends one.
  const ended = secrets.filter((it) => input.settings[it.name] === false);
  const without = Object.fromEntries(ended.map((it) => [it.name, null]));
  const entered = await secretsFor(cli.io, wanted);
  return { ...input, settings: { ...settings, ...without, ...entered } };
}

function readInput(file: string, text: string): NamedInput {
  let content: unknown;
  try {
    content = parse(text);
  } catch (error) {
    const reason = error instanceof Error ? error.message.split('\n')[0] : String(error);
    throw new CliProblem(`${file} is not readable as YAML: ${reason}`);
  }
  const read = NamedInput.safeParse(content);
  if (read.success) return read.data;
  throw new CliProblem(
    [
      `${file} does not describe a connection:`,
      ...read.error.issues.map((it) => `  ${it.path.join('.') || 'file'}: ${it.message}`),
    ].join('\n'),
  );
}

/** Secrets come from a hidden prompt or standard input; arguments could be seen by others. */
async function secretsFor(io: Io, wanted: readonly FormField[]): Promise<Record<string, string>> {
  if (wanted.length === 0) return {};
  if (io.stdin.isTTY) {
    const secrets: Record<string, string> = {};
    for (const field of wanted) {
      const secret = await askHidden(io, `${questionOf(field)}: `);
      if (secret === '') throw new CliProblem(`${field.title} is needed; nothing was sent.`);
      secrets[field.name] = secret;
    }
    return secrets;
  }

  const text = await readAll(io.stdin);
  const [only, ...more] = wanted;
  if (only && more.length === 0) {
    const secret = text.replace(/\r?\n$/, '');
    if (secret !== '') return { [only.name]: secret };
  }
  const names = wanted.map((it) => it.name);
  const shape = z.strictObject(
    Object.fromEntries(names.map((it) => [it, z.coerce.string().min(1)])),
  );
  const read = shape.safeParse(parsedOrNothing(text));
  if (read.success) return read.data;
  throw new CliProblem(
    `Secrets are missing: ${names.join(', ')}. ` +
      (more.length === 0
        ? 'Give it by standard input.'
        : 'Give them by standard input, each on a line such as "name: secret".'),
  );
}

/** What cannot be parsed is not repeated: it may be a secret. */
function parsedOrNothing(text: string): unknown {
  try {
    return parse(text);
  } catch {
    return null;
  }
}

const questionOf = ({ title, description }: FormField): string =>
  description === '' ? title : `${title} (${description})`;

/** Asks for everything, field by field of the connector’s form. */
export async function connectionFromQuestions(cli: Cli): Promise<NamedInput> {
  const { io } = cli;
  if (!io.stdin.isTTY) throw wrongUsage('Nobody can be asked here. Name a YAML file.');
  const connectors = await allConnectors(cli);
  io.stderr.write(`Kinds of systems: ${connectors.map((it) => it.id).join(', ')}\n`);
  const connector = await connectorNamed(cli, await ask(io, 'Which one? '));
  const id = await ask(io, `A short id for it, such as ${connector.id}-1: `);
  const name = await ask(io, `A name for people (Enter: ${connector.name}): `);

  const settings: Record<string, unknown> = {};
  for (const field of fieldsOf(connector)) {
    const value = await valueFor(io, field);
    if (value !== undefined) settings[field.name] = value;
  }
  return { id, connector: connector.id, settings, ...(name === '' ? {} : { name }) };
}

/** Asks until the answer fits; undefined: left out. */
async function valueFor(io: Io, field: FormField): Promise<unknown> {
  const notes = [
    field.choices.length > 0 && field.choices.join(' | '),
    field.kind === 'yes or no' && 'yes or no',
    field.kind === 'list' && 'with commas between',
    field.fallback !== undefined && `Enter: ${JSON.stringify(field.fallback)}`,
    field.fallback === undefined && !field.required && 'Enter: leave out',
  ].filter(Boolean);
  const question = `${questionOf(field)}${notes.length > 0 ? ` [${notes.join('; ')}]` : ''}: `;
  for (;;) {
    const answer = await (field.kind === 'secret' ? askHidden(io, question) : ask(io, question));
    if (answer === '' && (!field.required || field.fallback !== undefined)) return undefined;
    const value = answer === '' ? undefined : valueFrom(field, answer);
    if (value !== undefined) return value;
    io.stderr.write(`That does not fit. ${field.description}\n`);
  }
}

/** What was typed, as the field wants it; undefined: it does not fit. */
function valueFrom({ kind, choices }: FormField, answer: string): unknown {
  switch (kind) {
    case 'text':
    case 'secret':
      return answer;
    case 'choice':
      return choices.find((it) => it === answer);
    case 'yes or no':
      return { yes: true, y: true, no: false, n: false }[answer.toLowerCase()];
    case 'number':
      return Number.isFinite(Number(answer)) ? Number(answer) : undefined;
    case 'list':
      return answer
        .split(',')
        .map((it) => it.trim())
        .filter(Boolean);
    case 'other':
      return parsedOrNothing(answer) ?? undefined;
  }
}
