import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { readCheckpoint, readNote, readVkey, signersOf } from '#core/note.ts';
import { until } from '#core/testing/until.ts';
import { newestCheckpoint } from '#ledger/fork-guard.ts';
import { base64url, sha256 } from '#ledger/hash.ts';
import { logKeysOf, verifySignature } from '#ledger/log-keys.ts';
import { rootAt } from '#ledger/tiles.ts';
import { type Company, type House, houseOf, startCompany } from './support/company.ts';
import { startGatehouse, type TestGatehouse } from './support/gatehouse.ts';

const auditor = { name: 'Ida Auditor', email: 'Ida@Firm.example' };
const second = { name: 'Otto Other', email: 'otto@firm.example' };

describe('checkpoints that are mailed to auditors', { timeout: 90_000 }, () => {
  let gatehouse: TestGatehouse;
  let house: House;
  let company: Company;

  before(async () => {
    gatehouse = await startGatehouse();
    house = houseOf(gatehouse);
    company = await startCompany(house);
  });
  after(async () => {
    await company?.close();
    await gatehouse?.stop();
  });

  const lettersTo = ({ email }: { readonly email: string }) =>
    company.mail.messages.filter(
      ({ to, subject }) =>
        /signed state/.test(subject) && to.some((it) => it.toLowerCase() === email.toLowerCase()),
    );
  /** As they would save it. */
  const noteIn = (text: string) =>
    /^log-\S+\n\d+\n\S+\n\n(?:— .*\n)+/m.exec(text.replaceAll('\r\n', '\n'))![0];
  const sentFacts = async () => {
    await gatehouse.scribe.flush();
    const rows = await house.rows<{ data: { recipient: string; size: number; digest: string } }>(
      "select body -> 'data' as data from ledger.event_ix where type = 'checkpoint.sent' order by idx",
    );
    return rows.map(({ data }) => data);
  };
  const openAlerts = () =>
    house.rows<{ kind: string; body: string }>(
      "select kind, body from alerts where resolved_at is null and kind = 'record.checkpoint-unsent'",
    );

  it('go out once somebody is named, signed, and with a fact that says which', async () => {
    await house.set('checkpoints', { auditors: [auditor] });
    const letter = await until('a letter', () => lettersTo(auditor)[0]);

    const note = noteIn(letter.text);
    const { worker } = gatehouse.database.pools;
    const checkpoint = readCheckpoint(readNote(note).body);
    const keys = (await logKeysOf(worker, checkpoint.origin)).map(({ vkey }) =>
      readVkey(sha256, vkey),
    );
    const crypto = { sha256, verify: verifySignature };
    const signers = await signersOf(readNote(note), keys, crypto);
    assert.deepEqual(
      signers.map(({ key }) => key.type),
      ['ed25519'],
    );
    assert.deepEqual(await rootAt(worker, checkpoint.size), Buffer.from(checkpoint.root));
    const [fact, ...more] = await until('its fact', async () => {
      const facts = await sentFacts();
      return facts.length > 0 && facts;
    });
    assert.deepEqual(more, []);
    const { recipient, ...rest } = fact!;
    assert.deepEqual(rest, { size: checkpoint.size, digest: base64url(sha256(Buffer.from(note))) });
    assert.doesNotMatch(recipient, /ida/i, 'an address has no place in the record');
  });

  it('go out again after a week, and not before', async () => {
    await house.set('checkpoints', { auditors: [auditor, second] });
    await until('the other letter', async () => (await sentFacts()).length === 2);
    assert.equal(lettersTo(auditor).length, 1);
    const first = readCheckpoint(readNote(noteIn(lettersTo(auditor)[0]!.text)).body);
    await until('a newer signed state', async () => {
      const newest = await newestCheckpoint(gatehouse.database.pools.worker, first.origin);
      return (newest?.size ?? 0) > first.size;
    });

    await house.rows(
      `update checkpoint_letters set sent_at = sent_at - interval '7 days' where recipient = 'ida@firm.example'`,
    );
    await until('the next one', () => lettersTo(auditor).length === 2);
    await until('its fact', async () => (await sentFacts()).length === 3);
    const [before = '', now = ''] = lettersTo(auditor).map(({ text }) => noteIn(text));
    const sizeOf = (note: string) => readCheckpoint(readNote(note).body).size;
    assert.ok(sizeOf(now) > sizeOf(before));
    assert.equal(lettersTo(second).length, 1);
  });

  it('are missed by somebody where they do not go out for a day, and forgotten with the address', async () => {
    await house.set('alerts', { mailConnection: null });
    await house.rows(`update checkpoint_letters set sent_at = sent_at - interval '8 days'`);
    await until('both to fail', async () => {
      const rows = await house.rows(
        'select from checkpoint_letters where failing_since is not null',
      );
      return rows.length === 2;
    });
    assert.deepEqual(await openAlerts(), []);

    await house.rows(
      `update checkpoint_letters set failing_since = failing_since - interval '1 day'`,
    );
    const [alert] = await until('an alert', async () => {
      const found = await openAlerts();
      return found.length > 0 && found;
    });
    assert.match(alert!.body, /^2 of the letters .* nothing is set up to carry it\./);

    await house.set('checkpoints', { auditors: [second] });
    await house.set('alerts', { mailConnection: 'post' });
    await until('it to be over', async () => (await openAlerts()).length === 0);
    assert.equal(lettersTo(second).length, 2);
    await until('the other address to be forgotten', async () => {
      const left = await house.rows<{ recipient: string }>(
        'select recipient from checkpoint_letters',
      );
      return left.length === 1 && left[0]!.recipient === 'otto@firm.example';
    });
  });
});
