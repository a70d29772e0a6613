import { type FakeAsset, fakeSnipeIt } from '#connectors/snipe-it/fake.ts';
import { type Colleague, colleagues } from '../company.ts';
import { newSecret, type Vendor, withoutAccounts } from './vendor.ts';

const host = 'assets.meadow.example';

const numberOf = (personId: string) => Number(personId.slice(2));

/** The serial number of somebody's laptop. */
export const laptopOf = ({ personId }: Pick<Colleague, 'personId'>): string =>
  `MC${numberOf(personId)}X`;

/** The register of equipment: who has which laptop. */
export function snipeIt(people: Vendor['people']): Vendor {
  const token = newSecret();
  const users = colleagues.map(({ personId, login, email }) => ({
    ...{ id: numberOf(personId), username: login, email, employeeNumber: personId },
  }));
  const assets = people.map(({ personId }, i): FakeAsset => {
    const serial = laptopOf({ personId });
    const [id, user] = [300 + i, numberOf(personId)];
    return { id, tag: `L-${id}`, serial, model: 'ThinkPad T14', user };
  });
  const { fetch } = fakeSnipeIt({ users, assets, licences: [] }, token);
  return {
    ...withoutAccounts,
    hosts: [host],
    fetch,
    people,
    connection: {
      id: 'snipe-it',
      connector: 'snipe-it',
      name: 'Snipe-IT',
      settings: {
        address: `https://${host}`,
        token,
        assignTo: { role: 'facilities' },
        returnTo: 'Front desk, Berlin.',
      },
    },
    about: `at ${host}, ${assets.length} laptops`,
    held: ({ personId }) => assets.filter(({ user }) => user === numberOf(personId)),
  };
}
