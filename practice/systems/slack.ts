import { fakeSlack } from '#connectors/slack/fake.ts';
import type { FakeSlackUser } from '#connectors/slack/fake-data.ts';
import { byPerson, newSecret, type Vendor } from './vendor.ts';

/** Where whoever works with customers talks to them. */
export function slack(people: Vendor['people']): Vendor {
  const token = `xoxp-${newSecret()}`;
  const botToken = `xoxb-${newSecret()}`;
  const users = byPerson(
    people,
    ({ personId, email, name }, i): FakeSlackUser => ({
      id: `U0${personId.replace('-', '')}`,
      ...{ email, name, rank: 'member', workspaces: { T0MEADOW: 'member' } },
      sessions: [2 * i + 1, 2 * i + 2],
    }),
  );
  const { fetch } = fakeSlack({ users: [...users.values()], token, botToken });

  return {
    hosts: ['slack.com', 'api.slack.com'],
    fetch,
    people,
    connection: {
      id: 'slack',
      connector: 'slack',
      name: 'Slack',
      settings: { plan: 'enterprise', token, botToken },
    },
    about: `slack.com, Enterprise, ${users.size} people`,
    look({ personId }) {
      const it = users.get(personId);
      if (!it) return [];
      const deleted = it.deleted ?? false;
      const answered = `${deleted}, ${it.sessions?.length ?? 0} sessions`;
      return [{ login: it.email ?? it.id, open: !deleted, asked: 'deleted', answered }];
    },
    held: ({ personId }) => users.get(personId),
  };
}
