import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { line, through } from '../bench/capacity-model.ts';
import { nothingLost, ratiosOf, rowsOf } from '../bench/peers/compare.ts';
import type { Figures } from '../bench/peers/measure.ts';
import { systems } from '../bench/peers/target.ts';
import { workflow } from '../bench/peers/workflow.ts';

const killed = {
  acknowledged: 200,
  lostDepartures: 3,
  lostSteps: 17,
  twice: 1,
  recoveredSeconds: null,
};

const figures = (peer: string, stepsPerSecond: number): Figures => ({
  peer,
  firstCallMs: 40,
  lastBlockedMs: 80,
  idleMb: 300,
  burstSeconds: 2_400 / stepsPerSecond,
  stepsPerSecond,
  callsPerStep: 4,
  killed,
});

const theRow = <Named extends { readonly name: string }>(rows: readonly Named[], name: string) => {
  const found = rows.filter((it) => it.name === name);
  assert.equal(found.length, 1, name);
  return found[0]!;
};

describe('what the bench says of peers', () => {
  const ours = figures('Gatehouse', 200);

  it('divides what the peer reached by what Gatehouse reached', () => {
    const rows = ratiosOf(ours, { ...figures('other', 300), firstCallMs: 20 }, false);
    const ratio = (what: string) => theRow(rows, `other ÷ Gatehouse: ${what}`);
    assert.equal(ratio('idle, trigger to first call').value, 0.5);
    assert.equal(ratio('burst, steps per second').value, 1.5);
    assert.deepEqual(
      rows.map(({ reached }) => reached),
      rows.map(() => null),
    );
  });

  it('holds Gatehouse to half of what the bare queue does', () => {
    const verdict = (stepsPerSecond: number) =>
      theRow(
        ratiosOf(ours, figures('queue', stepsPerSecond), true),
        'queue ÷ Gatehouse: burst, steps per second',
      ).reached;
    assert.deepEqual([verdict(400), verdict(401)], [true, false]);
  });

  it('tells what was lost and done twice, and no time to recover where nothing came after the kill', () => {
    const rows = rowsOf(ours);
    const afterKill = (what: string) => `Gatehouse: killed in the middle, ${what}`;
    assert.equal(theRow(rows, afterKill('accounts left open')).value, 17);
    assert.equal(theRow(rows, afterKill('accounts blocked twice')).value, 1);
    assert.ok(!rows.some(({ name }) => name === afterKill('kill to last account blocked')));
    assert.equal(nothingLost('Gatehouse', killed).reached, false);
    assert.equal(nothingLost('Gatehouse', { ...killed, lostSteps: 0 }).reached, true);
  });

  it('says nothing of a kill where nobody was killed', () => {
    const rows = rowsOf({ ...ours, killed: null });
    assert.ok(!rows.some(({ name }) => name.includes('killed')));
  });
});

describe('the departure as n8n imports it', () => {
  for (const [shape, calls] of [
    ['twelve nodes', systems],
    ['twelve items', 1],
  ] as const) {
    it(`calls from ${shape}, one after the other from the webhook on`, () => {
      const { nodes, connections } = workflow(shape) as {
        nodes: { name: string; type: string }[];
        connections: Record<string, { main: [[{ node: string }]] }>;
      };
      assert.equal(nodes.filter(({ type }) => type.endsWith('.httpRequest')).length, calls);
      const way = ['Departure'];
      for (let next = connections['Departure']; next; next = connections[way.at(-1)!]) {
        way.push(next.main[0][0].node);
      }
      assert.deepEqual(
        way,
        nodes.map(({ name }) => name),
      );
    });
  }
});

describe('the capacity model', () => {
  it('is the line through two measurements', () => {
    const model = through([2, 50], [12, 150]);
    assert.deepEqual(model, { each: 30, perStep: 10 });
    assert.equal(line(model, 6), 90);
  });
});
