import assert from 'node:assert/strict';
import { randomBytes, randomUUID } from 'node:crypto';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, beforeEach, describe, it } from 'node:test';
import { createKeyFiles, KeyProblem, openKeyring, purposes, registerKeys } from './keys.ts';
import { startDatabase, type TestDatabase } from './testing/database.ts';

const top = mkdtempSync(path.join(tmpdir(), 'gatehouse-keys-'));
after(() => rmSync(top, { recursive: true }));

let folder = '';
beforeEach(() => {
  folder = path.join(top, randomUUID());
});

const file = (name: string) => path.join(folder, name);

/** A folder with good keys, but for what is put into web.key. */
async function withWebKey(text: string, mode = 0o600): Promise<string> {
  await createKeyFiles(folder);
  rmSync(file('web.key'));
  writeFileSync(file('web.key'), text, { mode });
  chmodSync(file('web.key'), mode);
  return folder;
}

const isProblem = (pattern: RegExp) => (error: unknown) => {
  assert.ok(error instanceof KeyProblem, String(error));
  assert.match(error.message, pattern);
  return true;
};

describe('key files', () => {
  it('are made at the first start, each with another key, for nobody else to read', async () => {
    assert.deepEqual(await createKeyFiles(path.join(folder, 'deep')), purposes);
    folder = path.join(folder, 'deep');

    assert.equal(statSync(folder).mode & 0o777, 0o700);
    const keys = purposes.map((purpose) => {
      assert.equal(statSync(file(`${purpose}.key`)).mode & 0o777, 0o600);
      return readFileSync(file(`${purpose}.key`), 'utf8');
    });
    assert.equal(new Set(keys).size, 4);
    for (const key of keys) assert.match(key, /^[A-Za-z0-9+/]{43}=\n$/);
  });

  it('stay as they are at every later start, and of two first starts both get the same', async () => {
    const made = await Promise.all([createKeyFiles(folder), createKeyFiles(folder)]);
    assert.deepEqual(made.flat().sort(), [...purposes].sort());
    const before = purposes.map((purpose) => readFileSync(file(`${purpose}.key`), 'utf8'));

    assert.deepEqual(await createKeyFiles(folder), []);
    assert.deepEqual(
      purposes.map((purpose) => readFileSync(file(`${purpose}.key`), 'utf8')),
      before,
    );
  });

  it('may be read-only', async () => {
    await withWebKey(randomBytes(32).toString('base64'), 0o400);
    assert.equal((await openKeyring(folder, ['web'])).keys.length, 1);
  });

  it('are refused when other users can read them', async () => {
    for (const mode of [0o644, 0o640, 0o604, 0o660]) {
      await withWebKey(randomBytes(32).toString('base64'), mode);
      await assert.rejects(openKeyring(folder, purposes), isProblem(/web\.key is open.*chmod 600/));
    }
  });

  it('are refused in a folder that is open to other users, missing, or not where it should be', async () => {
    await createKeyFiles(folder);
    chmodSync(folder, 0o750);
    await assert.rejects(openKeyring(folder, ['web']), isProblem(/open to other users.*chmod 700/));
    chmodSync(folder, 0o700);

    rmSync(file('web.key'));
    await assert.rejects(openKeyring(folder, ['web']), isProblem(/web\.key is missing/));
    await assert.rejects(openKeyring(`${folder}x`, ['web']), isProblem(/GATEHOUSE_KEYS/));
    mkdirSync(file('web.key'));
    await assert.rejects(openKeyring(folder, ['web']), KeyProblem);
  });

  it('are refused when too short, too long, or not base64', async () => {
    for (const [text, pattern] of [
      ['', /holds 0 bytes.*32 random bytes/],
      [randomBytes(16).toString('base64'), /holds 16 bytes/],
      [randomBytes(31).toString('base64'), /holds 31 bytes/],
      [randomBytes(33).toString('base64'), /holds 33 bytes/],
      [randomBytes(32).toString('hex'), /holds 48 bytes/],
      [randomBytes(32).toString('base64url').replace(/^./, '-'), /not base64/],
      [randomBytes(32).toString('base64').slice(0, 43), /not base64/],
      ['correct horse battery staple', /not base64/],
    ] as const) {
      await withWebKey(text);
      await assert.rejects(openKeyring(folder, ['web']), isProblem(pattern), text);
    }
  });

  it('are refused when the key can be guessed, and the message does not tell it', async () => {
    const guessable = [
      Buffer.alloc(32),
      Buffer.alloc(32, 0xa5),
      Buffer.from(Array.from({ length: 32 }, (_, at) => at)),
      Buffer.from(Array.from({ length: 32 }, (_, at) => 255 - 3 * at)),
      Buffer.alloc(32, randomBytes(8)),
      Buffer.from('correct horse battery staple 123'),
    ];
    for (const key of guessable) {
      const text = key.toString('base64');
      await withWebKey(text);
      await assert.rejects(openKeyring(folder, ['web']), (error) => {
        assert.ok(error instanceof Error && !error.message.includes(text));
        return isProblem(/not random/)(error);
      });
    }
  });

  it('are refused when two purposes share a key', async () => {
    await createKeyFiles(folder);
    await withWebKey(readFileSync(file('connection.key'), 'utf8'));
    await assert.rejects(
      openKeyring(folder, purposes),
      isProblem(/web\.key and connection\.key .* hold the same key/),
    );
  });

  it('are good when they are random', async () => {
    for (let round = 0; round < 20; round += 1) {
      await withWebKey(randomBytes(32).toString('base64'));
      await openKeyring(folder, ['web']);
    }
  });
});

describe('a keyring', () => {
  const id = '00000000-0000-0000-0000-0000000000aa';
  const other = '00000000-0000-0000-0000-0000000000ab';
  const dataKey = randomBytes(32);

  it('wraps and unwraps, bound to what is wrapped', async () => {
    await createKeyFiles(folder);
    const keyring = await openKeyring(folder, ['web', 'subject']);
    const { kekId, wrapped } = await keyring.wrap('web', id, dataKey);

    assert.equal(kekId, keyring.keys.find((it) => it.purpose === 'web')?.kekId);
    assert.deepEqual(await keyring.unwrap('web', id, wrapped), dataKey);
    await assert.rejects(keyring.unwrap('web', other, wrapped), /was changed in the database/);
    await assert.rejects(keyring.unwrap('subject', id, wrapped), isProblem(/under the key/));
  });

  it('holds no key but those it was opened for', async () => {
    await createKeyFiles(folder);
    rmSync(file('connection.key'));
    const keyring = await openKeyring(folder, ['web']);
    await assert.rejects(
      keyring.wrap('connection', id, dataKey),
      isProblem(/was not given connection\.key/),
    );
  });

  it('shows no key when it is printed', async () => {
    await createKeyFiles(folder);
    const keyring = await openKeyring(folder, purposes);
    const { inspect } = await import('node:util');
    const shown = inspect(keyring, { depth: null, showHidden: true }) + JSON.stringify(keyring);
    for (const purpose of purposes) {
      const key = Buffer.from(readFileSync(file(`${purpose}.key`), 'utf8'), 'base64');
      assert.ok(!shown.includes(key.toString('base64')) && !shown.includes(key.toString('hex')));
    }
  });
});

describe('a database', () => {
  let database: TestDatabase;
  before(async () => {
    database = await startDatabase();
  });

  it('remembers which keys it was set up with, and refuses others', async () => {
    const { owner, web } = database.pools;
    await createKeyFiles(folder);
    const keyring = await openKeyring(folder, purposes);

    await Promise.all([registerKeys(owner, keyring), registerKeys(owner, keyring)]);
    await registerKeys(web, keyring);
    const { rows } = await owner.query('select purpose, provider, ref, state from secret.kek');
    assert.deepEqual(
      rows.sort((a, b) => a.purpose.localeCompare(b.purpose)),
      [...purposes].sort().map((purpose) => ({
        purpose,
        provider: 'file',
        ref: `${purpose}.key`,
        state: 'active',
      })),
    );

    rmSync(file('subject.key'));
    assert.deepEqual(await createKeyFiles(folder), ['subject']);
    await assert.rejects(
      registerKeys(web, await openKeyring(folder, purposes)),
      isProblem(/subject\.key is not the key this database was set up with/),
    );
  });
});
