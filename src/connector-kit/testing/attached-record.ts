import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { CaseRecord, Delivering, Plan, RecordFile } from '../contract.ts';
import { deliveryPromises, readable, sampleRecord } from './records.ts';

type Deliver<Client> = (record: CaseRecord) => Delivering<Client>;

/** A system of tickets to which records are attached, as its tests see it. */
interface Attaching<Client> {
  /** To the ticket of the case; when it has none, nowhere. */
  readonly deliver: Deliver<Client>;
  /** To the ticket of the case; when it has none, to the first ticket there is. */
  readonly deliverElsewhere: Deliver<Client>;
  /** The first ticket of a new system always has this id. */
  readonly firstId: string;
  /** No ticket has this id. */
  readonly missingId: string;
  /** A new system with one ticket. */
  readonly start: () => Promise<Started<Client>>;
}

interface Started<Client> {
  readonly client: Client;
  readonly ticketId: string;
  /** What hangs on tickets there, oldest first. */
  readonly attached: () => readonly Attached[];
}

interface Attached {
  readonly name: unknown;
  readonly held: { bytes: Buffer };
}

/** What delivering the record would do now. */
export async function planOf<Client>(
  deliver: Deliver<Client>,
  client: Client,
  record: CaseRecord,
): Promise<Plan<unknown>> {
  const { read, plan } = readable(deliver, record);
  return plan(await read(client, record.caseId), undefined);
}

/** Delivers a record that is not there as a whole, and says what would be left to do. */
export async function carryOut<Client>(
  deliver: Deliver<Client>,
  client: Client,
  record: CaseRecord,
): Promise<Plan<unknown>> {
  const planned = await planOf(deliver, client, record);
  assert.equal(planned.kind, 'change');
  if (planned.kind === 'change') {
    await readable(deliver, record).apply(client, record.caseId, planned.change);
  }
  return planOf(deliver, client, record);
}

/** Holds records that are attached to tickets to what a delivery promises, and to their own. */
export function attachedRecordPromises<
  Client extends { attach: (ticketId: string, file: RecordFile) => Promise<void> },
>({ deliver, deliverElsewhere, firstId, missingId, start }: Attaching<Client>): void {
  const record = { ...sampleRecord(), ticketId: firstId };

  deliveryPromises(
    (it) => deliver({ ...it, ticketId: firstId }),
    async () => {
      const { client, attached } = await start();
      return { client, data: () => attached().map(({ held }) => held) };
    },
  );

  describe('a record attached to a ticket', () => {
    it('hangs on the ticket of the case, each file once, and every byte is read back', async () => {
      const { client, ticketId, attached } = await start();
      assert.equal(ticketId, firstId);

      const done = await carryOut(deliver, client, record);
      assert.ok(done.kind === 'done');
      assert.ok(done.because.includes(`the attachments of ${firstId}: 3 files`), done.because);
      assert.ok(done.because.includes(record.manifest.sha256), done.because);
      assert.deepEqual(
        attached().map(({ held }) => held.bytes),
        record.files.map(({ bytes }) => bytes),
      );
      assert.deepEqual(
        attached().map(({ name }) => name),
        record.files.map(({ name }) => name),
      );
    });

    it('is finished where it was cut off, and nothing is attached twice', async () => {
      const { client, attached } = await start();
      await client.attach(firstId, record.files[0]!);

      assert.equal((await carryOut(deliver, client, record)).kind, 'done');
      assert.equal(attached().length, 3);
    });

    it('never takes the place of what has its name, whether of the same size or not', async () => {
      const { client, attached } = await start();
      await carryOut(deliver, client, record);
      const { held } = attached()[0]!;
      const { bytes } = held;
      for (const changed of [Buffer.from('short'), Buffer.alloc(bytes.length, 'x')]) {
        held.bytes = changed;
        const blocked = await planOf(deliver, client, record);
        assert.ok(blocked.kind === 'blocked');
        assert.match(blocked.because, /with other content: .*\.jsonl\. Nothing is overwritten/);
      }
      // Ours beside it does not make it right.
      await client.attach(firstId, record.files[0]!);
      assert.equal((await planOf(deliver, client, record)).kind, 'blocked');
      held.bytes = bytes;
      assert.equal((await planOf(deliver, client, record)).kind, 'done');
    });

    it('goes where the settings say when there is no ticket, and nowhere else', async () => {
      const { client, attached } = await start();
      const homeless = { ...record, ticketId: null };
      const nowhere = await planOf(deliver, client, homeless);
      assert.ok(nowhere.kind === 'blocked');
      assert.match(nowhere.because, /no ticket of this case/);

      assert.equal((await carryOut(deliverElsewhere, client, homeless)).kind, 'done');
      assert.equal(attached().length, 3);
    });

    it('waits for a person when the ticket was deleted, whatever the settings say', async () => {
      const { client } = await start();
      const gone = { ...record, ticketId: missingId };
      const blocked = await planOf(deliverElsewhere, client, gone);
      assert.ok(blocked.kind === 'blocked');
      assert.match(blocked.because, /was deleted there, or we may no longer see it/);
    });
  });
}
