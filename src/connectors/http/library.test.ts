import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type AnyTransition, actionsOf, type Command } from '#connector-kit/contract.ts';
import type { Capability } from '#core/capability.ts';
import { http } from './index.ts';
import { DescriptionFile, draftOf, fromLibrary, libraryIds, type Sample } from './library.ts';
import { type Playing, playing, settingsOf } from './library-player.ts';
import { settings } from './settings.ts';

const files = libraryIds().map((id) => ({ id, file: fromLibrary(id)! }));

/** Everything that a file says, played against answers in the shapes of the vendor's documents. */
async function play(file: DescriptionFile): Promise<void> {
  await playCheck(file);
  await playSearch(file);
  if (file.description.list) await playList(file);
  for (const capability of Object.keys(file.description.capabilities) as Capability[]) {
    await playCapability(file, capability);
  }
}

async function playCheck(file: DescriptionFile): Promise<void> {
  const { client } = playing(file, { answers: [file.samples!.check] });
  assert.notEqual((await http.check(client)).actingAs, '');
}

async function playSearch(file: DescriptionFile): Promise<void> {
  const { email, account, find } = file.samples!;
  const { client, left } = playing(file, { answers: find });
  const found = await http.accounts!.find(client, { email, employeeNumber: null, name: '' });
  assert.deepEqual(
    found.map(({ id, login, status }) => ({ id, login, status })),
    [account],
  );
  assert.equal(left(), 0, 'every page of the search is read');
}

async function playList(file: DescriptionFile): Promise<void> {
  const { list = [], account } = file.samples!;
  const { client, left } = playing(file, { answers: list });
  const ids: string[] = [];
  for await (const { id } of http.accounts!.list(client)) ids.push(id);
  assert.ok(ids.includes(account.id));
  assert.equal(left(), 0, 'every page of the list is read');
}

async function playCapability(file: DescriptionFile, capability: Capability): Promise<void> {
  const samples = file.samples!.capabilities[capability];
  assert.ok(samples, `there are samples for ${capability}`);
  const system = playing(file, { capability });
  const action = actionsOf(http, settingsOf(file)).find((it) => it.capability === capability)!;
  const { id } = file.samples!.account;
  if (action.kind === 'command') {
    await (action as Command<unknown, unknown>).send(system.client, id, {});
    assert.ok(system.wasAskedFor('apply'));
    return;
  }
  await carryOut(action as AnyTransition, system, id);
}

async function carryOut(it: AnyTransition, system: Playing, id: string): Promise<void> {
  const { client } = system;
  const before = await it.read(client, id);
  const planned = it.plan(before, {});
  assert.ok(planned.kind === 'change', `something is left to do before: ${planned.kind}`);
  await it.apply(client, id, planned.change);
  assert.ok(system.wasAskedFor('apply'), 'each request of `apply` is sent');

  const after = await it.read(client, id);
  assert.equal(it.plan(after, {}).kind, 'done');
  if (!it.restore) return;
  const back = it.restore(after, before);
  assert.ok(back.kind === 'change');
  await it.apply(client, id, back.change);
  assert.ok(system.wasAskedFor('restore'), 'each request of `restore` is sent');
  assert.equal(it.restore(await it.read(client, id), before).kind, 'done');
}

/** A copy in which one pointer leads nowhere. */
function bent(file: DescriptionFile, bend: (it: DescriptionFile) => void): DescriptionFile {
  const copy = structuredClone(file);
  bend(copy);
  return copy;
}

describe('the descriptions that come along', () => {
  it('are at least fifteen, each of a system that calls itself by its name', () => {
    assert.ok(files.length >= 15);
    assert.equal(new Set(files.map((it) => it.file.description.system)).size, files.length);
  });

  for (const { id, file } of files) {
    it(`has for ${id} what its vendor's documents say, and finds, changes and reads back by it`, async () => {
      assert.ok(file.about && file.connect && file.samples);
      await play(file);
    });

    it(`begins a connection of ${id} that lacks nothing but what somebody has to fill in`, () => {
      const { secret, refreshToken } = draftOf(file);
      const filled = { ...draftOf(file), secret: 'a-secret' };
      const fits = settings.safeParse(
        refreshToken === undefined ? filled : { ...filled, refreshToken: 'r-1' },
      );
      assert.equal(secret, null);
      assert.ok(fits.success, fits.error?.message);
    });

    it(`would be found out for ${id} with a pointer that leads nowhere`, async () => {
      await assert.rejects(
        play(
          bent(file, (it) => {
            it.description.account.id = '/no/such/place';
          }),
        ),
      );
      for (const [name, { read }] of Object.entries(file.description.capabilities)) {
        for (const fact of Object.keys(read?.facts ?? {})) {
          const wrong = bent(file, (it) => {
            const facts = it.description.capabilities[name as Capability]!.read!.facts;
            facts[fact] = { at: '/no/such/place' };
          });
          await assert.rejects(play(wrong), `${name}: ${fact}`);
        }
      }
    });
  }

  it('hold no secret, and no address but as an example', () => {
    for (const { file } of files) {
      const text = JSON.stringify(file.description);
      assert.doesNotMatch(text, /https?:\/\//);
    }
  });

  it('are read strictly: a word that nobody knows is refused', () => {
    const [{ file }] = files as [(typeof files)[number]];
    const sample: Sample = { body: null };
    assert.throws(() => DescriptionFile.parse({ ...file, note: sample }), /note/);
    assert.equal(fromLibrary('../library/ejabberd'), null);
  });
});
