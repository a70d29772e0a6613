import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { parse } from 'yaml';
import { type AnyTransition, actionsOf } from '#connector-kit/contract.ts';
import { openGuard } from '#connector-kit/guard.ts';
import { failsAs } from '#connector-kit/testing/fails-as.ts';
import { http } from '#connectors/http/index.ts';
import { type Settings, settings } from '#connectors/http/settings.ts';
import { freePort, mustRun } from '../../practice/servers/program.ts';
import { page } from '../support/pages.ts';
import { type Dovecot, startDovecot } from './dovecot.ts';

const ada = 'ada@meadow.example';
const us = 'gatehouse@meadow.example';
const { blocks } = page('docs/connect/describe-a-system.md');
const shown = parse(blocks.find((it) => it.language === 'yaml')!.text).settings;

let mail: Dovecot;
const folder = mkdtempSync(path.join(tmpdir(), 'gatehouse-describe-'));
const guard = openGuard({
  onPremises: () => [
    { host: 'localhost', port: mail.httpsPort, network: '127.0.0.0/8', http: false },
  ],
  lookup: async () => [{ address: '127.0.0.1', family: 4 }],
});
before(async () => {
  const people = { [ada]: 'password of ada', [us]: 'password of us' };
  mail = await startDovecot({ people, submissionPort: await freePort() });
});
after(async () => {
  await guard.close();
  await mail.stop();
  rmSync(folder, { recursive: true });
});

const key = () => Buffer.from(mail.apiKey).toString('base64');

/** What the handbook describes, aimed at the real server. */
function connect(change: (it: Settings['description']) => void = () => {}) {
  const address = `${mail.httpsUrl}/doveadm`;
  const known = settings.parse({ ...structuredClone(shown), address, secret: key() });
  change(known.description);
  const binding = { hosts: http.hosts(known), ca: mail.caPem, now: () => new Date() };
  const client = http.open(known, guard.ioFor(binding));
  const [revoke] = actionsOf(http, known) as [AnyTransition];
  return { client, revoke };
}

describe('a real mail server, as the handbook describes it', () => {
  it('is reached, and looked through', async () => {
    const { client } = connect();
    assert.equal((await http.check(client)).actingAs, 'doveadmResponse');
    const keys = { email: ada, employeeNumber: null, name: 'Ada' };
    assert.deepEqual(
      (await http.accounts!.find(client, keys)).map((it) => it.id),
      [ada],
    );
    const nobody = { ...keys, email: 'nobody@meadow.example' };
    assert.deepEqual(await http.accounts!.find(client, nobody), []);
  });

  it('answers the commands of the handbook as it says, the mistake with 200', async () => {
    const certificate = path.join(folder, 'ca.pem');
    writeFileSync(certificate, mail.caPem);
    const env = { API: `${mail.httpsUrl}/doveadm`, KEY: key(), CURL_CA_BUNDLE: certificate };
    const [who = '', typo = ''] = await Promise.all(
      blocks
        .filter((it) => it.purpose === 'run dovecot')
        .map(({ text }) => mustRun('sh', ['-c', text], { env })),
    );
    assert.equal(who, '[["doveadmResponse",[],"gatehouse"]]');
    assert.match(typo, /^\[\["error",\{"type":"unknownMethod".*\]\]200$/);
  });

  it('ends what is open, and that is read back', async () => {
    const session = await mail.imap(ada);
    const { client, revoke } = connect();
    const planned = revoke.plan(await revoke.read(client, ada), {});
    assert.ok(planned.kind === 'change');

    await revoke.apply(client, ada, planned.change);

    await session.ended();
    assert.equal(revoke.plan(await revoke.read(client, ada), {}).kind, 'done');
    // Nobody is there to be thrown out any more: looked at again, not given up.
    await assert.rejects(
      async () => revoke.apply(client, ada, planned.change),
      failsAs('unavailable', /answered 200/),
    );
  });

  it('says with 200 that it does not know a command, and is understood', async () => {
    const { client } = connect((it) => {
      it.check.request.json = [['whoo', {}, 'gatehouse']];
    });
    await assert.rejects(http.check(client), failsAs('rejected', /answered 200: unknownMethod/));
  });
});
