import { ConnectorError } from '#core/failure.ts';
import type { User, Zoom } from './api.ts';

/** A user who has to be there: that one is out of our sight does not mean that nobody can sign in. */
export async function knownUser(zoom: Zoom, id: string): Promise<User> {
  const user = await zoom.user(id);
  if (user) return user;
  throw new ConnectorError({ kind: 'not-found', detail: 'The user no longer exists in Zoom' });
}

/** What a licence is called. */
const licenceNames: Readonly<Record<number, string>> = {
  ...{ 1: 'Basic', 2: 'Licensed', 3: 'On-Prem', 4: 'No Meetings', 99: 'None' },
};
export const basic = 1;
/** The only ones who can receive what somebody leaves behind. */
export const licensed = 2;
export const licenceName = (type: number): string => licenceNames[type] ?? `type ${type}`;
