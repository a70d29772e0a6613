import { z } from 'zod';
import { secret, text, url } from '#connector-kit/fields.ts';

export const settings = z.strictObject({
  address: url('Address', 'Of your Jamf Pro, such as https://acme.jamfcloud.com'),
  clientId: text('Client ID', 'Of the API client that stands for Gatehouse'),
  clientSecret: secret('Client secret', 'Shown once, when it is made'),
  pin: secret('PIN', 'Six digits, with which a Mac that was locked is opened again'),
});
export type Settings = z.infer<typeof settings>;

/** What the API role has to hold, by Jamf's names. */
export const privileges = {
  readComputers: 'Read Computers',
  readMobiles: 'Read Mobile Devices',
  seeCommands: 'View MDM command information in Jamf Pro API',
  lockComputers: 'Send Computer Remote Lock Command',
  lockMobiles: 'Send Mobile Device Remote Lock Command',
  wipeComputers: 'Send Computer Remote Wipe Command',
  wipeMobiles: 'Send Mobile Device Remote Wipe Command',
} as const;
