import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { canMove, stepStatuses } from '#core/step.ts';

describe('the status changes of a step', () => {
  it('are the same in the code and in the database, which refuses all others', () => {
    const file = path.join(import.meta.dirname, 'migrations/0003_gatehouse.sql');
    const guard = /create function guard_step.*?array\[(.*?)\]/s.exec(readFileSync(file, 'utf8'));
    const inDatabase = [...(guard?.[1] ?? '').matchAll(/'(\w+>\w+)'/g)].map(([, move]) => move);

    const inCode = stepStatuses.flatMap((from) =>
      stepStatuses.filter((to) => canMove(from, to)).map((to) => `${from}>${to}`),
    );

    assert.deepEqual(inDatabase.toSorted(), inCode.toSorted());
  });
});
