import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { factTypes } from '#core/event.ts';

const web = path.join(import.meta.dirname, '..');

type Words = { readonly [Key in string]: string | Words };

/** Every text of a file by its whole name, such as `caseStates.running`. */
function textsOf(words: Words, within = ''): Map<string, string> {
  return new Map(
    Object.entries(words).flatMap(([name, text]) =>
      typeof text === 'string' ? [[within + name, text]] : [...textsOf(text, `${within}${name}.`)],
    ),
  );
}

const textsIn = (language: string, page: string) =>
  textsOf(
    JSON.parse(readFileSync(path.join(web, 'words', language, `${page}.json`), 'utf8')) as Words,
  );

/** What the voice of Gatehouse never says on a screen: it has a plainer word for each. */
const neverSaid =
  /\b(?:deprovision\w*|offboard\w*|terminat\w+|workflows?|DAGs?|executions?|idempotent|no-op|dry[- ]run|rollback|reinstate\w*|backoff|SLA|orphan\w*|merkle|OAuth scopes?|N\/A|null|undefined|oops|successfully|please)\b|!|\b(?:OK|Yes|No)$/i;

describe('the words of the pages', () => {
  const pages = globSync('*.json', { cwd: path.join(web, 'words/en') }).map((it) =>
    path.basename(it, '.json'),
  );

  for (const page of pages) {
    it(`of ${page} are there in both languages, with the same gaps to fill`, () => {
      const [english, german] = [textsIn('en', page), textsIn('de', page)];
      assert.deepEqual([...german.keys()].toSorted(), [...english.keys()].toSorted());
      for (const [name, text] of english) {
        const gaps = (of: string) => [...of.matchAll(/{{[^}]+}}/g)].map(([gap]) => gap).toSorted();
        assert.deepEqual(gaps(german.get(name) ?? ''), gaps(text), name);
        assert.notEqual(text.trim(), '', name);
      }
    });

    it(`of ${page} are plain`, () => {
      for (const [name, text] of textsIn('en', page)) assert.doesNotMatch(text, neverSaid, name);
    });
  }

  it('name every kind of fact, in English as the record and its exports do', () => {
    const titles = Object.entries(factTypes).map(([type, { title }]) => [type, title]);
    assert.deepEqual(Object.fromEntries(textsIn('en', 'facts')), Object.fromEntries(titles));
  });

  it('are there for every page of code, and the other way round', () => {
    const german = globSync('*.json', { cwd: path.join(web, 'words/de') });
    assert.deepEqual(german.map((it) => path.basename(it, '.json')).toSorted(), pages.toSorted());
    const code = globSync('{lib,ui,pages}/**/*.{ts,tsx}', { cwd: web })
      .map((it) => readFileSync(path.join(web, it), 'utf8'))
      .join('\n');
    for (const page of pages) assert.ok(code.includes(`words/en/${page}.json`), page);
  });

  it('stand in the words, and not in the components', () => {
    for (const file of globSync('{ui,pages}/**/*.tsx', { cwd: web })) {
      const source = readFileSync(path.join(web, file), 'utf8');
      const texts = [...source.matchAll(/>\s*([A-Z][\p{L}]+(?: [\p{L}]+)*)\s*</gu)].map(
        ([, text]) => text,
      );
      assert.deepEqual(
        texts.filter((it) => it !== 'Gatehouse' && it !== 'Ctrl K'),
        [],
        file,
      );
    }
  });
});
