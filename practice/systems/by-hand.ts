import { colleagues } from '../company.ts';
import { type PracticeSystem, showsNothing } from './system.ts';

const cities: readonly string[] = ['Berlin', 'Lisbon', 'Nairobi'];

/** The badges of the three offices: no machine can reach the panel, so a person does it. */
export function doorBadges(): PracticeSystem {
  const holders = colleagues.filter((it) => cities.includes(it.office.city));
  return {
    connection: {
      id: 'badges',
      connector: 'person',
      name: 'Door badges',
      category: 'physical',
      settings: {
        system: 'the door panel',
        instructions: 'Block the badge at the panel beside the front desk.',
        assignTo: { role: 'facilities' },
        capabilities: ['account.suspend'],
        proof: ['number of the badge'],
        accounts: holders.map((it, i) => ({ login: `badge ${117 + i}`, email: it.email })),
      },
    },
    about: `a person does it, ${holders.length} badges in three offices`,
    targets: [],
    ...showsNothing,
    stop: async () => {},
  };
}
