import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';

const css = readFileSync(path.join(import.meta.dirname, 'tokens.css'), 'utf8');

/** The colours of a theme, by their names. */
function coloursOf(selector: string): ReadonlyMap<string, string> {
  const start = css.indexOf(`${selector} {`);
  const block = css.slice(start, css.indexOf('}', start));
  return new Map(
    [...block.matchAll(/--([\w-]+): (#[0-9a-f]{6});/g)].map(([, name = '', hex = '']) => [
      name,
      hex,
    ]),
  );
}

/** Relative luminance, WCAG 2.2. */
function luminance(hex: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

/** Contrast of two colours, WCAG 2.2: 1 to 21. */
function contrast(one: string, other: string): number {
  const [dark = 0, light = 0] = [luminance(one), luminance(other)].toSorted((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

const states = ['good', 'busy', 'due-soon', 'attention', 'set-aside', 'quiet'];

describe('the colours', () => {
  for (const [theme, selector] of [
    ['light', ':root'],
    ['dark', ':root[data-mantine-color-scheme="dark"]'],
  ] as const) {
    const colours = coloursOf(selector);
    const holds = (text: string, on: string, least: number) =>
      it(`${theme}: ${text} on ${on} has a contrast of ${least} at least`, () => {
        const found = contrast(colours.get(text)!, colours.get(on)!);
        assert.ok(found >= least, found.toFixed(2));
      });
    for (const state of states) {
      holds(state, `${state}-tint`, 4.5);
      holds(state, 'card', 4.5);
    }
    for (const on of ['card', 'page']) {
      holds('text', on, 7);
      holds('quiet', on, 4.5);
      holds('link', on, 4.5);
      holds('input-border', on, 3);
      holds('focus', on, 3);
    }
  }

  it('are the same names in both themes', () => {
    const names = (selector: string) => [...coloursOf(selector).keys()];
    assert.deepEqual(names(':root[data-mantine-color-scheme="dark"]'), names(':root'));
  });
});
