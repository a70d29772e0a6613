import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { cancelCase } from '#app/cases.ts';
import { changeSetting } from '#app/settings.ts';
import type { EmploymentRecord } from '#core/lifecycle.ts';
import type { Intake } from '#intake/intake.ts';
import { type Heard, receive } from '#intake/receive.ts';
import { inTransaction } from '#store/sql.ts';
import { startGatehouse, type TestGatehouse } from './support/gatehouse.ts';

/** One thing the source said; `day` is the last working day, null where the departure is taken back. */
interface Said {
  /** Grows with each change, and tells when it was said. */
  readonly version: number;
  readonly day: string | null;
}

const confirmed: Said = { version: 1, day: '2031-03-10' };
const changed: Said = { version: 2, day: '2031-03-20' };
const rescinded: Said = { version: 3, day: null };
const confirmedAgain: Said = { version: 4, day: '2031-04-30' };
const changedAgain: Said = { version: 5, day: '2031-05-31' };
const rescindedAgain: Said = { version: 6, day: null };

/** Every order in which these can arrive; equal ones count as the same. */
function ordersOf(said: readonly Said[]): readonly (readonly Said[])[] {
  if (said.length === 0) return [[]];
  return [...new Set(said)].flatMap((first) => {
    const rest = said.toSpliced(said.indexOf(first), 1);
    return ordersOf(rest).map((others) => [first, ...others]);
  });
}

describe('what a source says, in whatever order it arrives', () => {
  let gatehouse: TestGatehouse;
  let intake: Intake;
  let people = 0;

  before(async () => {
    gatehouse = await startGatehouse();
    await changeSetting(gatehouse.app, gatehouse.admin, 'guardrails', {
      departuresPerHour: 100_000,
      departuresPerDay: 100_000,
      groupAtLeast: 100_000,
      suspensionsPerHour: 100_000,
    });
    await gatehouse.stopWorker(); // only intake is asked
    intake = {
      pool: gatehouse.database.pools.worker,
      keys: gatehouse.app.keys,
      log: { info() {}, warn() {}, error() {} },
      open: () => Promise.reject(new Error('nothing is read here')),
      firstRetryMs: 100,
    };
  });
  after(() => gatehouse.stop());

  const hear = (it: Heard) => inTransaction(intake.pool, (tx) => receive(tx, intake, it));

  function heard(personId: string, { version, day }: Said, numbered: boolean): Heard {
    const nothing = { department: null, title: null, managerId: null, location: null };
    const occurredAt = new Date(Date.parse('2031-01-01T09:00:00Z') + version * 60_000);
    const record: EmploymentRecord = {
      person: {
        ...nothing,
        ...{ personId, employmentId: '1', name: 'Priya Nair', email: `${personId}@meadow.example` },
        ...{ personalEmail: null, country: null, region: null, zone: 'Europe/Berlin' },
        ...{ employmentType: null, tags: [], startDate: null },
      },
      departure: {
        ...{ id: 'S-1', kind: 'resignation', urgent: false, confidential: false, reason: null },
        ...{ accessEnds: null, lastWorkingDay: day, employmentEnds: null, payEnds: null },
      },
      changedAt: null,
    };
    return {
      ...{ source: 'meadow-hr', record, from: 'event', occurredAt, askedBy: null },
      says: day === null ? 'no departure' : 'departure',
      version: numbered ? version : null,
      actor: { kind: 'source', id: 'meadow-hr', auth: 'none' },
    };
  }

  /** The departure that is open for somebody who was heard of in this order; null: none. */
  async function endOf(said: readonly Said[], numbered: boolean): Promise<string | null> {
    const personId = `E-${++people}`;
    for (const it of said) await hear(heard(personId, it, numbered));
    const open = await gatehouse.rows<{ state: string; day: string; version: number | null }>(
      `select state, "lastWorkingDay" as day, "sourceVersion" as version
         from case_view
        where "personId" = $1 and state not in ('complete', 'cancelled', 'brought-back')`,
      personId,
    );
    assert.ok(open.length <= 1);
    return open[0] ? JSON.stringify(open[0]) : null;
  }

  async function agree(history: readonly Said[], repeats: readonly Said[]): Promise<number> {
    for (const numbered of [true, false]) {
      const truth = await endOf(history, numbered);
      const orders = ordersOf([...history, ...repeats]);
      for (let i = 0; i < orders.length; i += 8) {
        const some = orders.slice(i, i + 8);
        const ends = await Promise.all(some.map((order) => endOf(order, numbered)));
        for (const [j, end] of ends.entries()) {
          const order = some[j]!.map((it) => it.version).join(' ');
          assert.equal(end, truth, `${numbered ? 'numbered' : 'by time'}: ${order}`);
        }
      }
    }
    return people;
  }

  it('leaves nothing open that was taken back', async () => {
    await agree([confirmed, rescinded], [confirmed]);
    await agree([confirmed, changed, rescinded], [rescinded]);
  });

  it('leaves open what was confirmed again, with the newest dates', async () => {
    await agree([confirmed, changed], [confirmed, changed]);
    await agree([confirmed, changed, rescinded, confirmedAgain], [changed]);
  });

  it('ends with the last word of a long quarrel', async () => {
    await agree([confirmed, rescinded, confirmedAgain, changedAgain, rescindedAgain], []);
  });

  it('takes the newest reading of a record, though an older one is taken in after it', async () => {
    const nobody = heard('E-gone', { version: 7, day: null }, false);
    const leaves = heard('E-gone', { version: 5, day: '2031-05-31' }, false);
    const read = (it: Heard, departure: EmploymentRecord['departure']): Heard => ({
      ...it,
      from: 'record',
      record: { ...it.record, departure },
    });
    await hear(read(nobody, null));
    const late = await hear(read(leaves, leaves.record.departure));

    assert.deepEqual(late, {
      outcome: 'older',
      detail: 'older than what we have',
      caseId: null,
    });
  });

  it('does not open again what a person cancelled here, as long as the record says the same', async () => {
    const { departure } = heard('E-kept', confirmed, false).record;
    const reading = (version: number): Heard => {
      const it = heard('E-kept', { version, day: '2031-03-10' }, false);
      return { ...it, from: 'record', record: { ...it.record, departure } };
    };
    const opened = await hear(reading(1));
    assert.equal(opened.outcome, 'opened');
    await cancelCase(gatehouse.app, gatehouse.admin, opened.caseId!);

    // The cancellation is of today, and the source was read after it.
    const again = await hear(reading(2_000));
    assert.equal(again.outcome, 'nothing new');
  });
});
