import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { answered } from './questions.ts';
import { sql } from './sql.ts';
import { startDatabase } from './testing/database.ts';

describe('several questions in one statement', () => {
  it('are answered each for itself, whatever parameters they bring', async () => {
    const { pools } = await startDatabase();
    const above = (limit: number) => sql`select n from generate_series(1, 5) n where n > ${limit}`;
    const ask = (limit: number) =>
      answered(pools.worker, {
        no: [above(5)],
        yes: [above(4)],
        asked: [above(limit)],
        either: [
          above(9),
          sql`select from generate_series(1, 3) n where n = ${3} order by n limit ${1}`,
        ],
        neither: [above(7), above(8)],
      });

    assert.deepEqual(await ask(5), new Set(['yes', 'either']));
    assert.deepEqual(await ask(1), new Set(['yes', 'asked', 'either']));
  });
});
