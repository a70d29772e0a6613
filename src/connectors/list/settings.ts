import { z } from 'zod';
import { assignee } from '#connector-kit/assignee.ts';
import { severalLines, text } from '#connector-kit/fields.ts';

export const settings = z.strictObject({
  system: text('System', 'What people call it, for example the alarm panel'),
  what: z.enum(['accounts', 'equipment']).meta({
    title: 'What the list holds',
    description: 'Accounts and whose they are, or equipment and who has it',
  }),
  instructions: severalLines(
    text(
      'Instructions',
      'Where to go and what to do there, or where equipment goes, in plain words',
    ),
  ),
  assignTo: assignee,
  goodForDays: z.int().min(1).max(366).default(31).meta({
    title: 'Good for so many days',
    description: 'Nobody is looked up in an older list; upload a new one before',
  }),
});
export type Settings = z.infer<typeof settings>;
