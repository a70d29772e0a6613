// For whoever writes a connector, in a source checkout: `connector new` lays out a folder that works,
// `connector slice` cuts what it uses out of the vendor's API document. Nothing of a running Gatehouse is touched.

import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Command } from 'commander';
import { parse } from 'yaml';
import { Problem } from '#app/problem.ts';
import type { ApiSpec } from '#connector-kit/testing/document-operations.ts';
import { layOut } from './lay-out.ts';
import { sliceDocument } from './slice-document.ts';
import { isServiceDescription, type ServiceDescription, sliceService } from './slice-service.ts';
import { tableOf } from './variants.ts';

interface SliceOptions {
  readonly out: string;
  readonly source: string;
  readonly operation: string[];
  readonly property?: string[];
  readonly query?: string[];
}

/** `root`: the source checkout. */
export function connectorCommand(root: string, out: (line: string) => void): Command {
  const command = new Command('connector')
    .exitOverride()
    .description('for whoever writes a connector');
  command
    .command('new')
    .description('lay out a connector that works, to be made yours file by file')
    .argument('<id>', 'such as acme-crm')
    .option('--name <name>', 'what people call the system, such as "Acme CRM"')
    .action((id: string, { name }: { name?: string }) => {
      for (const file of layOut(root, id, name)) out(file);
      out('');
      out(`npm test -- src/connectors/${id}   its tests pass as they are`);
      out('docs/connect/write-a-connector.md  what to change, and in which order');
    });
  command
    .command('slice')
    .description(
      'cut the part of a vendor’s OpenAPI document, or of a service description of AWS, that a connector uses',
    )
    .argument('<document>', 'the whole document, JSON or YAML')
    .requiredOption('--out <file>', 'where the slice goes, spec.json of the connector')
    .requiredOption('--source <words>', 'where the document comes from, its version, its licence')
    .requiredOption(
      '--operation <operation...>',
      'such as "GET /api/v1/users/{id}", or an action of AWS',
    )
    .option('--property <name...>', 'properties to keep beside the required ones')
    .option('--query <name...>', 'query parameters to keep beside the required ones')
    .action((document: string, it: SliceOptions) => {
      const cut = {
        operations: it.operation,
        properties: it.property ?? [],
        query: it.query ?? [],
        source: it.source,
      };
      const whole = documentIn(document);
      const slice = isServiceDescription(whole)
        ? sliceService(whole, cut)
        : sliceDocument(whole, cut);
      writeFileSync(it.out, `${JSON.stringify(slice, null, 2)}\n`);
      out(`${path.relative(root, path.resolve(it.out))}: ${it.operation.length} operations`);
    });
  command
    .command('table')
    .description('write docs/connect/table.md anew, as the code says it')
    .action(async () => {
      const { connectors } = await import('../../src/connectors.ts');
      writeFileSync(path.join(root, tableFile), tableOf(connectors.values()));
      out(tableFile);
    });
  return command;
}

/** Where the table of all connectors stands. */
const tableFile = 'docs/connect/table.md';

function documentIn(file: string): ApiSpec | ServiceDescription {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    throw new Problem('not found', `${file} cannot be read.`);
  }
  const document: unknown = file.endsWith('.json')
    ? JSON.parse(text)
    : parse(text, { maxAliasCount: -1 });
  if (typeof document === 'object' && document !== null) {
    if ('paths' in document) return document as ApiSpec;
    if (isServiceDescription(document)) return document;
  }
  throw new Problem('not readable', `${file} is no OpenAPI document: it has no "paths".`);
}
