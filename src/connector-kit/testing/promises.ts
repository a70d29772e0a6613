import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Plan, Transition } from '../contract.ts';

interface World<Client> {
  readonly client: Client;
  readonly accountId: string;
  /** What the system holds, to see that reading leaves it alone. A function where it must be asked. */
  readonly data: unknown;
}

const snapshot = async (data: unknown) =>
  structuredClone(typeof data === 'function' ? await data() : data);

/** What is left for us once a person has done their part. */
const confirmed = <Change>(planned: Plan<Change>): Plan<Change> =>
  planned.kind === 'by-hand' && planned.then ? planned.then : planned;

/**
 * The promises every transition makes to the engine.
 *
 * Call it once per transition. `setUp` returns a fresh system, fake or real, in which
 * the goal does not hold yet.
 */
export function keepsPromises<Client, State, Params, Change>(
  transition: Transition<Client, State, Params, Change>,
  params: NoInfer<Params>,
  setUp: () => World<Client> | Promise<World<Client>>,
): void {
  const { read, apply, restore } = transition;
  const plan = (now: State, params: Params) => confirmed(transition.plan(now, params));

  async function carryOut({ client, accountId }: World<Client>): Promise<State> {
    const before = await read(client, accountId, { params, before: null });
    const planned = plan(before, params);
    assert.equal(planned.kind, 'change', 'the goal must not hold at the start');
    if (planned.kind === 'change') await apply(client, accountId, planned.change);
    return before;
  }

  describe(`${transition.capability} keeps its promises`, () => {
    it('changes nothing by reading', async () => {
      const world = await setUp();
      const untouched = await snapshot(world.data);
      await read(world.client, world.accountId, { params, before: null });
      assert.deepEqual(await snapshot(world.data), untouched);
    });

    it('leaves nothing to change once applied', async () => {
      const world = await setUp();
      const before = await carryOut(world);
      for (const known of [null, before]) {
        const now = await read(world.client, world.accountId, { params, before: known });
        assert.equal(plan(now, params).kind, 'done');
      }
    });

    it('keeps a state that survives storage', async () => {
      const world = await setUp();
      const state = await read(world.client, world.accountId, { params, before: null });
      assert.deepEqual(transition.state.parse(JSON.parse(JSON.stringify(state))), state);
    });

    if (restore) {
      it('restores the state from before', async () => {
        const world = await setUp();
        const before = await carryOut(world);

        const known = { params, before };
        const back = restore(await read(world.client, world.accountId, known), before);
        assert.equal(back.kind, 'change');
        if (back.kind === 'change') await apply(world.client, world.accountId, back.change);

        assert.deepEqual(await read(world.client, world.accountId, known), before);
      });
    }

    if (transition.repeatable) {
      it('changes nothing more when it is applied twice', async () => {
        const world = await setUp();
        const known = { params, before: null };
        const planned = plan(await read(world.client, world.accountId, known), params);
        assert.equal(planned.kind, 'change');
        if (planned.kind !== 'change') return;
        await apply(world.client, world.accountId, planned.change);
        const once = await read(world.client, world.accountId);
        await apply(world.client, world.accountId, planned.change);
        assert.deepEqual(await read(world.client, world.accountId), once);
      });
    }
  });
}
