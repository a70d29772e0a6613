import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { ulid } from 'ulid';
import type { PackFiles } from '#core/evidence-check.ts';
import { evidenceOf, openPress } from '#ledger/evidence.ts';
import { periodEntries } from '#ledger/period-evidence.ts';
import { opened, sealed, somebody, verified } from '#ledger/testing/ledger.ts';
import { type SignedLog, startSignedLog } from '#ledger/testing/signed-log.ts';
import { asAuthority, stampNow } from '#ledger/testing/time-stamps.ts';
import { zipped } from '#ledger/zip.ts';
import { inSnapshot } from '#store/sql.ts';
import {
  startTimeStampAuthority,
  type TimeStampAuthority,
} from '../../practice/servers/time-stamp-authority.ts';
import { verifyCommand } from './verify.ts';

describe('gatehouse verify of a pack with time stamps', () => {
  let folder: string;
  let log: SignedLog;
  let authority: TimeStampAuthority;
  let files: PackFiles;
  let period: PackFiles;
  const caseId = ulid();

  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'gatehouse-verify-'));
    authority = await startTimeStampAuthority(path.join(folder, 'authority'), { name: 'Outside' });
    log = await startSignedLog();
    const { state, keys, pools } = log.ledger;
    const sign = async () => {
      await log.state(2);
      await log.signer.sign(pools.scribe);
      await stampNow(log, [asAuthority('tsa-a', authority)]);
    };
    await sign();
    await state('worker', opened(caseId), verified(caseId, somebody()), sealed(caseId, 1));
    await sign();
    const found = await inSnapshot(pools.scribe, (db) => evidenceOf(db, keys, caseId));
    assert.ok(found.kind === 'pack');
    files = found.files;
    period = await inSnapshot(pools.scribe, async (db) => {
      const press = await openPress(db, keys, null);
      const [from, to] = [-1, 1].map((days) => new Date(Date.now() + days * 86_400_000));
      const entries: [string, Buffer][] = [];
      for await (const [name, it] of periodEntries(press!, { from: from!, to: to! }, new Set())) {
        entries.push([name, Buffer.from(it as string)]);
      }
      return new Map(entries);
    });
    await writeFile(path.join(folder, 'trust.json'), files.get('trust.json')!);
  });
  after(async () => {
    await log.stop();
    await authority.stop();
    await rm(folder, { recursive: true, force: true });
  });

  async function verify(of: PackFiles, ...more: string[]) {
    const file = path.join(folder, 'pack.zip');
    await writeFile(file, zipped(of));
    const lines: string[] = [];
    let code: number | null = null;
    const io = { out: (line: string) => lines.push(line), raw: () => {}, error: () => {} };
    await verifyCommand(io, (it) => (code = it)).parseAsync([file, ...more], { from: 'user' });
    return { code, said: lines.join('\n') };
  }
  const trusted = () => ['--trust', path.join(folder, 'trust.json')];

  it('says between which outside times each step was recorded', async () => {
    const { code, said } = await verify(files, ...trusted());
    assert.equal(code, 0, said);
    assert.match(said, /^✔ time stamps: 2 of tsa-a hold, at the moments that they state$/m);
    assert.match(
      said,
      /^Block sign-in, okta-prod: verified between \S+ \S+Z \(tsa-a\) and \S+ \S+Z \(tsa-a\); our clock \S+ \S+Z$/m,
    );
    assert.equal((await verify(files)).code, 4);
  });

  it('says the same case by case of a pack for a period', async () => {
    const { code, said } = await verify(period, ...trusted());
    assert.equal(code, 0, said);
    const lines = said.split('\n');
    const at = lines.indexOf(`Case ${caseId}:`);
    assert.ok(at > 0, said);
    assert.match(
      lines[at + 1]!,
      /^ {2}Block sign-in, okta-prod: verified between \S+ \S+Z \(tsa-a\) and \S+ \S+Z \(tsa-a\); our clock/,
    );
  });

  it('ends with 1 once a time stamp, a stamped state, or the fact about it is another or missing', async () => {
    const names = [...files.keys()].filter((name) => /^(tsa|context)\//.test(name));
    assert.equal(names.length, 11);
    for (const name of names) {
      const bytes = Buffer.from(files.get(name)!);
      const middle = Math.floor(bytes.length / 2);
      bytes[middle]! ^= 4;
      const { code, said } = await verify(new Map([...files, [name, bytes]]), ...trusted());
      assert.equal(code, 1, `${name}: ${said}`);
      assert.doesNotMatch(said, /between/);
      const less = new Map([...files].filter(([it]) => it !== name));
      assert.equal((await verify(less, ...trusted())).code, 1, `without ${name}`);
    }
  });
});
