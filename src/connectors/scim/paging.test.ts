import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { loopbackIo } from '#connector-kit/testing/loopback-io.ts';
import { failsAs, practise } from '../../../practice/servers/scim-testing.ts';
import { openScim, type Scim } from './api.ts';
import { equals } from './paging.ts';

const crowd = (size: number) =>
  Array.from({ length: size }, (_, i) => ({ id: `u${i}`, userName: `u${i}@acme.test` }));

async function idsOf(client: Scim): Promise<string[]> {
  const ids = [];
  for await (const user of client.allUsers()) ids.push(user.id);
  return ids;
}

/** A client whose every answer from a list is changed on its way. */
async function practiseWith(size: number, answer: (page: List, nth: number) => void) {
  const world = await practise({ users: crowd(size), groups: [] });
  let nth = 0; // counts from 1
  const fetch: typeof globalThis.fetch = async (input, init) => {
    const response = await globalThis.fetch(input, init);
    const page: List = await response.json();
    nth += 1;
    answer(page, nth);
    return Response.json(page);
  };
  return { ...world, client: openScim(world.settings, { ...loopbackIo, fetch }) };
}
interface List {
  totalResults: number;
  Resources?: unknown[] | null;
}

describe('paging', () => {
  for (const size of [0, 1, 99, 100, 101, 250, 300]) {
    it(`lists each of ${size} users once`, async () => {
      const { client } = await practise({ users: crowd(size), groups: [] });

      assert.deepEqual(
        await idsOf(client),
        crowd(size).map((it) => it.id),
      );
    });
  }

  it('follows a server that gives less than asked for', async () => {
    const { client, server } = await practise({
      users: crowd(250),
      groups: [],
      quirks: { pageLimit: 7 },
    });

    assert.equal((await idsOf(client)).length, 250);
    assert.equal(server.requests.length, Math.ceil(250 / 7));
  });

  it('takes the total of a full page for what it may be: the size of the page', async () => {
    const { client } = await practiseWith(250, (page) => {
      page.totalResults = page.Resources?.length ?? 0;
    });

    assert.equal((await idsOf(client)).length, 250);
  });

  it('takes a list without resources for an empty one when the total says so', async () => {
    const { client } = await practiseWith(0, (page) => {
      delete page.Resources;
    });

    assert.deepEqual(await idsOf(client), []);
  });

  it('does not take a list that stops short of its total for the whole', async () => {
    const { client } = await practiseWith(3, (page) => {
      page.totalResults = 5;
    });

    await assert.rejects(idsOf(client), failsAs('unexpected'));
  });

  it('does not turn for ever around a server that repeats its first page', async () => {
    const { client } = await practiseWith(2, (page) => {
      page.Resources = crowd(2);
      page.totalResults = 4;
    });

    await assert.rejects(idsOf(client), failsAs('unexpected'));
  });

  it('accepts a server that gives everything at once, however often it is asked', async () => {
    const { client } = await practiseWith(2, (page) => {
      page.Resources = crowd(150);
      page.totalResults = 150;
    });

    assert.equal((await idsOf(client)).length, 150);
  });

  it('wants to read again a list from which somebody vanished meanwhile', async () => {
    const { client, server } = await practiseWith(250, (_, nth) => {
      if (nth === 1) server.users.delete('u0'); // so that u100 moves onto the page already read
    });

    await assert.rejects(idsOf(client), failsAs('unavailable'));
  });
});

describe('a filter', () => {
  it('keeps what is asked for within its quotes', () => {
    assert.equal(equals('userName', 'a" or "b\\'), String.raw`userName eq "a\" or \"b\\"`);
  });
});
