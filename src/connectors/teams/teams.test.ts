import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { chatOf } from '#connector-kit/contract.ts';
import { conforming } from '#connector-kit/testing/conforming.ts';
import { failsAs } from '#connector-kit/testing/fails-as.ts';
import { failsWell } from '#connector-kit/testing/fails-well.ts';
import { loopbackIo } from '#connector-kit/testing/loopback-io.ts';
import { fakeTeams } from './fake.ts';
import { teams } from './index.ts';
import { settings } from './settings.ts';
import spec from './spec.json' with { type: 'json' };

const signature = 'api-version=1&sp=%2Ftriggers%2Fmanual%2Frun&sv=1.0&sig=secret-signature';
const address =
  'https://default1.a7.environment.api.powerplatform.com:443/powerautomate/automations/direct/workflows/w1/triggers/manual/paths/invoke';
const channel = 'IT operations';
const given = settings.parse({ channel, address, signature });
const words = { subject: 'A colleague leaves', text: 'Priya leaves.\n\nOn Friday.' };
const chat = chatOf(teams, given)!;

function setUp(options: { isOff?: boolean; signature?: string } = {}) {
  const workflow = fakeTeams({ signature, ...options });
  const fetch = conforming(workflow.fetch, spec, null);
  return { ...workflow, client: teams.open(given, { ...loopbackIo, fetch }) };
}

failsWell(teams, { settings: given, channel, system: () => fakeTeams({ signature }) });

describe('a channel of Teams', () => {
  it('gets a message as a card of plain text', async () => {
    const { client, posted } = setUp();
    const { summary } = await chat.post(client, 'it Operations', words);

    assert.deepEqual(posted, ['A colleague leaves\nPriya leaves.\nOn Friday.']);
    assert.equal(summary, 'The workflow of the channel IT operations took the message (202).');
  });

  it('shows whatever a name contains as it is: runs of text know no Markdown and no mentions', async () => {
    const { client, posted } = setUp();
    const name = '<at>everyone</at> **[Payroll](https://evil.example)** ]}"';

    await chat.post(client, channel, { subject: name, text: name });

    assert.deepEqual(posted, [`${name}\n${name}`]);
  });

  it('is the only one of its connection, and nobody is told alone', async () => {
    const { client, posted } = setUp();

    await assert.rejects(
      chat.post(client, 'Sales', words),
      failsAs('rejected', /“IT operations” only/),
    );
    assert.equal(await chat.tell(client, 'mona@meadow.example', words), null);
    assert.deepEqual(posted, []);
  });

  it('gets nothing that Teams would drop after the workflow said yes', async () => {
    const { client, posted } = setUp();
    const text = 'ä'.repeat(10_001);

    await assert.rejects(
      chat.post(client, channel, { ...words, text }),
      failsAs('rejected', /longer/),
    );
    assert.deepEqual(posted, []);
  });

  it('says what is wrong with its workflow, and never its signature', async () => {
    const off = chat.post(setUp({ isOff: true }).client, channel, words);
    await assert.rejects(off, failsAs('rejected', /WorkflowTriggerIsNotEnabled/));
    const changed = chat.post(setUp({ signature: 'another' }).client, channel, words);
    await assert.rejects(changed, (error: Error) => {
      assert.ok(failsAs('unauthenticated')(error));
      assert.doesNotMatch(error.message, /secret-signature/);
      return true;
    });
  });
});

describe('the settings of Teams', () => {
  it('keep the secret part of the address apart, and bind it to its host', () => {
    assert.deepEqual(teams.hosts(given), ['default1.a7.environment.api.powerplatform.com:443']);
    const refused: [object, RegExp][] = [
      [{ address: `${address}?${signature}` }, /what follows it is secret/],
      [{ address: 'https://meadow.webhook.office.com/webhookb2/1' }, /address of a workflow/],
      [{ address: 'https://logic.azure.com.evil.example/x' }, /address of a workflow/],
      [{ signature: `?${signature}` }, /what follows the question mark/],
    ];
    for (const [change, says] of refused) {
      const { error } = settings.safeParse({ ...given, ...change });
      assert.match(error?.issues[0]?.message ?? '', says);
    }
  });
});
