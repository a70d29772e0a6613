import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';

/** What `node start.mjs build` made; `npm test` builds first. */
const built = path.join(import.meta.dirname, 'dist');

interface Piece {
  readonly file: string;
  readonly isEntry?: boolean;
  readonly isDynamicEntry?: boolean;
  readonly imports?: readonly string[];
  readonly css?: readonly string[];
}

const pieces = JSON.parse(
  readFileSync(path.join(built, '.vite/manifest.json'), 'utf8'),
) as Readonly<Record<string, Piece>>;

/** A piece and all that it loads before it can run. */
function withImports(name: string, seen = new Set<string>()): ReadonlySet<string> {
  if (seen.has(name)) return seen;
  seen.add(name);
  for (const it of pieces[name]?.imports ?? []) withImports(it, seen);
  return seen;
}

const read = (file: string) => readFileSync(path.join(built, file));
const zippedKb = (files: Iterable<string>) =>
  [...files].reduce((sum, file) => sum + gzipSync(read(file), { level: 9 }).length / 1_000, 0);

const [entry = ''] = Object.entries(pieces).find(([, it]) => it.isEntry) ?? [];
const first = withImports(entry);
const pages = Object.entries(pieces)
  .filter(([name, it]) => it.isDynamicEntry && name.startsWith('pages/'))
  .map(([name]) => name);

/** Kilobytes of scripts, zipped, that a page needs before it shows; or a page with a part that it loads later. */
const sizeOf = (...parts: readonly string[]) =>
  zippedKb(
    [...new Set([...first, ...parts.flatMap((it) => [...withImports(it)])])].map(
      (it) => pieces[it]!.file,
    ),
  );

const overviewLimitKb = 210;
const otherLimitKb = overviewLimitKb + 95;

describe('the pages are light', () => {
  it(`overview, which comes with what every page begins with, needs no more than ${overviewLimitKb} kB of scripts`, () => {
    assert.ok(sizeOf() <= overviewLimitKb, `${sizeOf().toFixed(1)} kB`);
  });
  for (const page of pages) {
    it(`${page} needs no more than ${otherLimitKb} kB of scripts`, () => {
      assert.ok(sizeOf(page) <= otherLimitKb, `${sizeOf(page).toFixed(1)} kB`);
    });
  }

  it(`a departure with its map needs no more than ${otherLimitKb} kB of scripts`, () => {
    const size = sizeOf('pages/cases/departure-page.tsx', 'pages/cases/map-tab.tsx');
    assert.ok(size <= otherLimitKb, `${size.toFixed(1)} kB`);
  });

  it('with no more than 28 kB of styles to begin with, and a font of 50 kB', () => {
    const styles = new Set([...first].flatMap((it) => pieces[it]?.css ?? []));
    assert.ok(zippedKb(styles) <= 28, `${zippedKb(styles).toFixed(1)} kB`);
    const font = Object.values(pieces).find(({ file }) => /inter-latin-wght/.test(file));
    assert.ok(read(font!.file).length <= 50_000);
  });

  it('with what checks a package apart, in a worker that comes with the first package', () => {
    const [worker = ''] = globSync('assets/check-worker-*.js', { cwd: built });
    assert.ok(zippedKb([worker]) <= 95, `${zippedKb([worker]).toFixed(1)} kB`);
  });

  it('without the shapes that only the server checks', () => {
    for (const { file } of Object.values(pieces)) {
      if (file.endsWith('.js')) assert.doesNotMatch(read(file).toString(), /ZodError/, file);
    }
  });
});
