import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { largestBytes, readYaml } from './playbook-yaml.ts';

const firstProblem = (text: string) => {
  const read = readYaml(text);
  assert.ok('problems' in read, `was read: ${text.slice(0, 40)}`);
  return read.problems[0]!;
};

describe('YAML', () => {
  it('is read as maps, lists, texts, numbers, true and false', () => {
    const read = readYaml('---\n# comment\na: [x, 1, true]\nb:\n  c: "007"\n  d: yes\n  e: NO\n');

    assert.ok('value' in read);
    assert.deepEqual(read.value, { a: ['x', 1, true], b: { c: '007', d: 'yes', e: 'NO' } });
  });

  it('tells the line of any part, and of the nearest where a part is missing', () => {
    const read = readYaml('title: x\nsteps:\n  - id: a\n    at: b\n  - id: c\n');

    assert.ok('value' in read);
    assert.equal(read.lineOf(['title']), 1);
    assert.equal(read.lineOf(['steps', 0, 'at']), 4);
    assert.equal(read.lineOf(['steps', 1]), 5);
    assert.equal(read.lineOf(['steps', 1, 'layer']), 5);
    assert.equal(read.lineOf(['nowhere']), 1);
  });

  const refused: [string, string, number | null, string][] = [
    ['an alias', 'a: &x 1\nb: *x', 1, 'Anchors (&name) are not read.'],
    ['an alias bomb', 'a: *lol', 1, 'Aliases (*name) are not read.'],
    ['a tag', 'a: 1\nb: !!js/function x', 2, 'Tags (!name) are not read.'],
    ['binary', 'a: !!binary aGk=', 1, 'Tags (!name) are not read.'],
    ['a directive', '%YAML 1.1\n---\na: yes', 1, 'Directives (%NAME) are not read.'],
    ['a second document', 'a: 1\n---\nb: 1', 2, 'A second document begins here with “---”.'],
    ['an end mark', 'a: 1\n...\n', 2, 'The document ends here with “...”.'],
    ['a computed key', '? [a]\n: 1', 1, 'Keys with “?” are not read.'],
    ['a key given twice', 'a: 1\nb: 2\na: 3', 3, '“a” is there twice.'],
    ['a key given twice inside', 'x: { a: 1, a: 2 }', 1, '“a” is there twice.'],
    ['the prototype', 'a: 1\n__proto__: { x: 1 }', 2, '“__proto__” is not read.'],
    ['leading zeros', 'serial: 007', 1, '“007” would be read as the number 7.'],
    ['hexadecimal', 'a: 0x1F', 1, '“0x1F” would be read as the number 31.'],
    [
      'numbers too long to keep',
      'a: 12345678901234567890',
      1,
      '“12345678901234567890” would be read as the number 12345678901234567000.',
    ],
    ['infinity', 'a: .inf', 1, '“.inf” would be read as the number Infinity.'],
    ['nothing', '# only a comment\n', null, 'There is nothing in it.'],
    ['deep brackets', '['.repeat(30), 1, 'This is nested too deep.'],
    ['a stray bracket', 'a: 1\n]', 2, '“]” closes what was never opened.'],
    ['a missing quote', 'a: "x\n', 2, 'This is not readable as YAML: Missing closing "quote.'],
    [
      'a tab',
      'a:\n\tb: 1',
      2,
      'This is not readable as YAML: Tabs are not allowed as indentation.',
    ],
  ];
  for (const [what, text, line, problem] of refused) {
    it(`is refused for ${what}`, () => {
      const found = firstProblem(text);
      assert.equal(found.problem, problem);
      assert.equal(found.line, line);
      assert.ok(found.mend.length > 0);
    });
  }

  it('is refused when it is large, counted in bytes', () => {
    const { problem, line } = firstProblem(`a: ${'é'.repeat(largestBytes / 2)}`);

    assert.equal(
      problem,
      `The text has ${largestBytes + 3} bytes, at most ${largestBytes} are read.`,
    );
    assert.equal(line, null);
  });

  // A parser that is handed these as they are takes minutes, or overflows the stack.
  const hostile = [
    '[',
    '{',
    '? ',
    '- ',
    '{a: ',
    '[\n',
    '&a ',
    '!a ',
    '*a ',
    ']',
    'k: 1\n',
    '{},',
    '? - ',
  ];
  for (const part of hostile) {
    it(`answers in time to ${JSON.stringify(part)} over and over`, () => {
      const startedAt = process.cpuUsage();
      const read = readYaml(part.repeat(Math.floor(largestBytes / part.length)));
      const usedMs = process.cpuUsage(startedAt).user / 1_000;

      assert.ok('problems' in read && read.problems.length <= 20);
      assert.ok(usedMs < 10_000, `${usedMs} ms`);
    });
  }

  it('answers in time to tens of thousands of different keys', () => {
    const read = readYaml(Array.from({ length: 20_000 }, (_, i) => `k${i}: 1`).join('\n'));

    assert.ok('value' in read);
  });
});
