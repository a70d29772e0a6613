import assert from 'node:assert/strict';
import { readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { startTyping, type Typing } from './testing/typing.ts';

describe('gatehouse case document', () => {
  let typing: Typing;
  let id: string;

  before(async () => {
    typing = await startTyping();
    id = await typing.server.openDeparture(typing.hr.caller);
  });
  after(() => typing.stop());

  it('writes a page to standard output', async () => {
    const out = await typing.works(['case', 'document', id, 'letter'], typing.hr);
    assert.match(out, /^<!doctype html>\n<html lang="en">/);
    assert.match(out, /Dear Person \d+,/);
    assert.match(out, /<\/html>\n$/);
  });

  it('writes it in another language, and into a file for its owner alone', async () => {
    const file = path.join(typing.folder, 'duties.html');
    const argv = ['case', 'document', id, 'duties', '--language', 'de', '--out', file];
    const out = await typing.works(argv, typing.hr);

    assert.equal(out, `${file} is written. Open it in a browser to print it.\n`);
    assert.match(readFileSync(file, 'utf8'), /<html lang="de">/);
    assert.equal(statSync(file).mode & 0o777, 0o600);
  });

  it('names the four when another one is asked for', async () => {
    const err = /Allowed choices are letter, duties, equipment, revocation/;
    await typing.fails(['case', 'document', id, 'certificate'], { code: 2, err });
    const french = ['case', 'document', id, 'letter', '--language', 'fr'];
    await typing.fails(french, { code: 2, err: /Allowed choices are en, de/ });
  });

  it('says what stands in the way', async () => {
    const nobody = ['case', 'document', '01M83VKER15E4DWGJN9YVPFDBD', 'letter'];
    await typing.fails(nobody, { code: 1, err: /There is no departure/ });
    const nowhere = ['case', 'document', id, 'letter', '--out', '/nowhere/letter.html'];
    await typing.fails(nowhere, { code: 1, err: /cannot be written: ENOENT/ });
  });
});
