import { after, before, describe, it } from 'node:test';
import { until } from '#core/testing/until.ts';
import { startScimServer } from '../../practice/servers/scim.ts';
import { checkInvariants } from '../support/invariants.ts';
import { type House, leaver, newSecret, startHouse } from './house.ts';

const people = [1, 2, 3, 4].map((i) => leaver(`p${i}`));

describe('a queue that cannot note what was done', () => {
  let house: House;
  let wiki: Awaited<ReturnType<typeof startScimServer>>;

  before(async () => {
    house = await startHouse(`
      playbook: involuntary-departure
      title: Block
      for: departure
      steps:
        - { id: block, layer: security, do: account.suspend, on: every account }
    `);
    const token = newSecret();
    const users = people.map(({ id, email }) => ({ id, userName: email }));
    wiki = await startScimServer({ token, users });
    const settings = { baseUrl: wiki.url, token, groups: 'none' };
    await house.connect(
      { id: 'wiki', connector: 'scim', settings },
      Number(new URL(wiki.url).port),
    );
  });
  after(async () => {
    await house?.stop();
    await wiki?.close();
  });

  it('of several steps at once is opened anew, and they are carried out', async () => {
    const { gatehouse } = house;
    const rename = (from: string, to: string) =>
      gatehouse.rows(`alter table graphile_worker.${from} rename to ${to}`);
    wiki.latencyMs = 400;
    for (const who of people) await house.confirm(who);
    await until('four steps to be carried out at once', async () => {
      const taken = await gatehouse.rows(
        `select from graphile_worker._private_jobs job
           join graphile_worker._private_tasks task on task.id = job.task_id
          where task.identifier = 'step:wiki' and job.locked_at is not null`,
      );
      return taken.length >= people.length;
    });

    await rename('_private_jobs', 'jobs_out_of_reach');
    await until('the queue to be given up', () =>
      gatehouse.logs.some((it) => it.includes('a runner ended') && it.includes('"wiki"')),
    );
    await rename('jobs_out_of_reach', '_private_jobs');

    await Promise.all(people.map((who) => house.completed(who)));
    await checkInvariants(gatehouse, { secrets: house.secrets, effects: wiki.effects });
  });
});
