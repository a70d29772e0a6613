import { type ScimServer, startScimServer } from '../../practice/servers/scim.ts';
import { type House, type Leaver, newSecret } from './house.ts';

/** Blocks every account, and takes it out of its groups once it is blocked. */
export const blockAndLeave = `
  playbook: involuntary-departure
  title: Block and leave
  for: departure
  steps:
    - { id: block, layer: security, do: account.suspend, on: every account }
    - { id: leave, layer: security, do: groups.leave, on: every account, after: [block] }
`;

/** A wiki in which these people have accounts and are in the group `sales`, connected as `wiki`. To be closed. */
export async function startWiki(house: House, people: readonly Leaver[]): Promise<ScimServer> {
  const users = people.map(({ id, email }) => ({ id, userName: email }));
  const members = users.map(({ id }) => id);
  const token = newSecret();
  const groups = [{ id: 'sales', displayName: 'Sales', members }];
  const scim = await startScimServer({ token, users, groups });
  try {
    const settings = { baseUrl: scim.url, token };
    await house.connect(
      { id: 'wiki', connector: 'scim', settings },
      Number(new URL(scim.url).port),
    );
    return scim;
  } catch (error) {
    await scim.close(); // or the test would never end
    throw error;
  }
}
