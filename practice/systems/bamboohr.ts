import { fakeBambooHr } from '#connectors/bamboohr/fake.ts';
import { newSecret, type Vendor, withoutAccounts } from './vendor.ts';

/** The HR system of a company that Meadow & Co has bought: read every few minutes, and nobody leaves there today. */
export function bambooHr(): Vendor {
  const apiKey = newSecret();
  const today = () => new Date().toISOString().slice(0, 10);
  const { fetch } = fakeBambooHr({}, { apiKey, today });
  return {
    ...withoutAccounts,
    hosts: ['meadow.bamboohr.com'],
    fetch,
    connection: {
      id: 'bamboohr',
      connector: 'bamboohr',
      name: 'BambooHR',
      settings: { company: 'meadow', apiKey },
    },
    about: 'meadow.bamboohr.com, is read for departures; nobody leaves there today',
  };
}
