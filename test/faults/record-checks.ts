import assert from 'node:assert/strict';
import type pg from 'pg';
import { newestCheckpoint } from '#ledger/fork-guard.ts';
import { checkLog } from '#ledger/fsck.ts';
import { headOf } from '#ledger/head.ts';
import { markIn } from '#ledger/mark.ts';
import { mirrorFolder } from '#ledger/mirror-folder.ts';
import { rootAt } from '#ledger/tiles.ts';
import { checkDatabase } from '#ledger/upkeep.ts';
import { inSnapshot, sql } from '#store/sql.ts';

/** Where a record and all that was signed of it lies. */
export interface RecordPlaces {
  readonly pools: Readonly<Record<'admin' | 'scribe', pg.Pool>>;
  readonly mark: string;
  readonly mirror: string;
}

/** Looks at a record whenever its scribe is dead. */
export interface RecordChecks {
  /** What was ever seen published, by size. */
  readonly published: ReadonlyMap<number, string>;
  /** Whole in itself, and nothing published before mark and mirror had it. */
  checkNow(when: string): Promise<void>;
  /** Every checkpoint, and all that was ever published, is a beginning of what there is. */
  checkInTheEnd(): Promise<void>;
}

export function recordChecks({ pools, mark, mirror }: RecordPlaces): RecordChecks {
  const published = new Map<number, string>();
  return {
    published,

    async checkNow(when) {
      const { rows } = await pools.admin.query<{ count: number; last: number; size: number }>(sql`
        select count(*)::integer as count, max(idx)::integer as last, (select size::integer from ledger.head) as size
          from ledger.entry
      `);
      assert.equal(rows[0]?.count, rows[0]?.size, `${when}: as many facts as the head says`);
      assert.equal(rows[0]?.last, rows[0]!.size - 1, `${when}: without a gap`);
      const head = await headOf(pools.scribe);
      const { origin } = head;
      const newest = await newestCheckpoint(pools.scribe, origin);
      const marked = await markIn(mark).read();
      if (marked) {
        assert.ok(marked.size <= head.size, `${when}: the mark is not beyond the head`);
        assert.deepEqual(await rootAt(pools.scribe, marked.size), Buffer.from(marked.root), when);
      }
      if (!newest) return;
      published.set(newest.size, newest.note);
      assert.ok(marked && marked.size >= newest.size, `${when}: marked before it was published`);
      const there = (await checkLog({
        read: (name) => mirrorFolder(mirror).read(`${origin}/${name}`),
      }))!;
      assert.deepEqual(there.problems, [], `${when}: the mirror is whole`);
      assert.ok(there.checkpoint.size >= newest.size, `${when}: mirrored before it was published`);
    },

    async checkInTheEnd() {
      for (const [size, note] of published) {
        const { rows } = await pools.admin.query<{ note: string }>(
          sql`select note from ledger.checkpoint where size = ${size}`,
        );
        assert.equal(rows[0]?.note, note, `what was published of ${size} facts stays`);
      }
      const checked = await inSnapshot(pools.scribe, (db) => checkDatabase(db, markIn(mark)));
      assert.deepEqual(checked?.problems, [], 'every checkpoint is a beginning of the tree');
    },
  };
}
