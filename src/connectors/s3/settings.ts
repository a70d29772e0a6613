import { z } from 'zod';
import { secret, text, url } from '#connector-kit/fields.ts';

export const settings = z
  .strictObject({
    endpoint: url(
      'Address',
      'Of the store, without the bucket: https://s3.eu-central-1.amazonaws.com, or that of your own store',
    ),
    region: text('Region', 'For example eu-central-1; many stores of your own take us-east-1'),
    bucket: text(
      'Bucket',
      'Must be there, with object lock switched on where records are locked',
    ).regex(
      /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/,
      'The name of a bucket: 3 to 63 small letters, digits, dots and hyphens.',
    ),
    prefix: text('Prefix', 'What names of objects begin with, such as gatehouse/departures/')
      .regex(
        /^([A-Za-z0-9][A-Za-z0-9._-]*\/)+$/,
        'Folders that end with a slash, such as departures/.',
      )
      .max(200)
      .optional(),
    accessKeyId: text('Access key id', 'Of a user that may do no more than this'),
    secretAccessKey: secret('Secret access key', 'Of that user'),
    lock: z.enum(['compliance', 'governance', 'none']).meta({
      title: 'Object lock',
      description:
        'compliance: nobody may delete a record before its time. governance: only who has a special right. none: the store keeps it as any other object',
    }),
    retentionDays: z.int().min(1).max(36_500).optional().meta({
      title: 'Days of retention',
      description: 'How long a record is locked, such as 2557 for seven years',
    }),
  })
  .refine((it) => (it.lock === 'none') === (it.retentionDays === undefined), {
    path: ['retentionDays'],
    error: 'A lock needs its days of retention, and no lock has none.',
  });
export type Settings = z.infer<typeof settings>;
