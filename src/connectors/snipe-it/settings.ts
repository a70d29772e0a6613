import { z } from 'zod';
import { assignee } from '#connector-kit/assignee.ts';
import { secret, text, url } from '#connector-kit/fields.ts';

export const settings = z.strictObject({
  address: url('Address', 'What stands before /api/v1, for example https://assets.meadow.example'),
  token: secret('API token', 'Snipe-IT → your name → Manage API Keys → Create New Token'),
  what: z.enum(['equipment', 'licences']).default('equipment').meta({
    title: 'What it is asked for',
    description: 'Equipment, or seats of licences; for both, make two connections',
  }),
  assignTo: assignee,
  returnTo: text(
    'Where equipment goes',
    'The return address, and what to do with the label, in plain words',
  ).optional(),
  checkIn: z.boolean().default(true).meta({
    title: 'Check in by itself',
    description: 'Once somebody has confirmed the serial number. Otherwise they do it in Snipe-IT',
  }),
  statusAfterReturn: z.int().min(1).optional().meta({
    title: 'Status after return',
    description: 'Number of a status label in Snipe-IT, such as “to be wiped”. Empty: as it is',
  }),
});
export type Settings = z.infer<typeof settings>;
