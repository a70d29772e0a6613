import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Plugin } from 'esbuild';

const folder = new URL('../../web/verify/', import.meta.url);

/**
 * `verify.html`: the check of a pack as one file that runs in a browser, from disk, without a network.
 * Bundled when the first pack is made, from the same sources that `gatehouse verify` runs; the same
 * sources give the same bytes.
 */
export function verifyPage(): Promise<string> {
  made ??= makePage();
  return made;
}

let made: Promise<string> | null = null;

async function makePage(): Promise<string> {
  const [page, css, script] = await Promise.all([
    readFile(new URL('page.html', folder), 'utf8'),
    readFile(new URL('style.css', folder), 'utf8'),
    scriptOf(),
  ]);
  const policy = [
    "default-src 'none'",
    `script-src '${sourceHash(script)}'`,
    `style-src '${sourceHash(css)}'`,
    "base-uri 'none'",
    "form-action 'none'",
    "require-trusted-types-for 'script'",
  ];
  return page
    .replace('POLICY', policy.join('; '))
    .replace(/\s*\/\* STYLE \*\/\s*/, () => css)
    .replace(/\s*\/\* SCRIPT \*\/\s*/, () => script);
}

/** How a policy names what stands in the page itself. */
const sourceHash = (text: string): string =>
  `sha256-${createHash('sha256').update(text).digest('base64')}`;

async function scriptOf(): Promise<string> {
  // Not before it is needed: it costs every start what only packs need.
  const { build } = await import('esbuild');
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL('main.ts', folder))],
    absWorkingDir: fileURLToPath(folder),
    bundle: true,
    minify: true,
    write: false,
    format: 'iife',
    platform: 'browser',
    target: 'es2024',
    charset: 'ascii',
    legalComments: 'inline',
    plugins: [onlyUsedPartsOfZod],
  });
  return outputFiles[0]!.text;
}

/** By its name, zod comes whole and in forty languages (360 kB); as a namespace, only what is used. */
const onlyUsedPartsOfZod: Plugin = {
  name: 'only used parts of zod',
  setup({ onLoad }) {
    onLoad({ filter: /\/(src\/core|web)\/.*\.ts$/ }, async ({ path }) => ({
      contents: (await readFile(path, 'utf8')).replace(
        "import { z } from 'zod';",
        "import * as z from 'zod';",
      ),
      loader: 'ts',
    }));
  },
};
