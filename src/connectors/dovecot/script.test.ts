import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isOurs, scriptFor, type Wanted } from './script.ts';

const nothing: Wanted = {
  ...{ reply: undefined, subject: undefined, until: undefined, forwardTo: null },
};
const textFor = (wanted: Partial<Wanted>) => scriptFor({ ...nothing, ...wanted }).text;

describe('the script for a mailbox that is handed over', () => {
  it('does nothing where nothing is wanted, and an end alone is nothing', () => {
    assert.match(textFor({}), /^#.*\nrequire .*\nset "dollar" .*\nkeep;\n$/);
    assert.equal(textFor({ until: '2026-12-31', subject: 'Gone' }), textFor({}));
  });

  it('is plain ASCII, and means by its words nothing but words', () => {
    const text = textFor({
      reply: `Grüße 🌻 "x" \\ $\{1} $\{unicode:41}`,
      forwardTo: 'jö@m.example',
    });
    assert.match(text, /^[\n -~]+$/);
    const v = (name: string) => `\${${name}}`;
    const greeting = `Gr${v('unicode:fc')}${v('unicode:df')}e ${v('unicode:1f33b')}`;
    const dollar = v('dollar');
    assert.ok(
      text.includes(`vacation "${greeting} \\"x\\" \\\\ ${dollar}{1} ${dollar}{unicode:41}";`),
    );
    assert.ok(text.includes(`redirect :copy "j${v('unicode:f6')}@m.example";`));
  });

  it('breaks lines that a mail server would cut', () => {
    const words = `${'Grüße '.repeat(300)}${'x'.repeat(300)}`;
    const text = textFor({ reply: `Short.\n\n${words}` });
    const lines = text.replaceAll(/\$\{\w+:\w+\}/g, 'ü').split('\n');
    assert.ok(
      lines.slice(0, -3).every((it) => it.length <= 220),
      text,
    );
    assert.equal(lines.join(' ').match(/Grüüe/g)?.length, 300);
    assert.ok(text.includes('x'.repeat(300)) && text.includes('Short.\n\nGr'));
  });

  it('replies until the day, and not after', () => {
    const text = textFor({ reply: 'Gone.', until: '2026-12-31' });
    assert.ok(
      text.includes('if currentdate :value "le" "date" "2026-12-31" { vacation "Gone."; }'),
    );
  });

  it('carries a name of its own for every text, so that none is written over', () => {
    const one = scriptFor({ ...nothing, reply: 'Gone.' });
    const same = scriptFor({ ...nothing, reply: 'Gone.' });
    const other = scriptFor({ ...nothing, reply: 'Gone!' });
    assert.deepEqual(one, same);
    assert.notEqual(one.name, other.name);
    assert.ok(isOurs(one.name) && !isOurs('gatehouse') && !isOurs('vacation'));
  });
});
