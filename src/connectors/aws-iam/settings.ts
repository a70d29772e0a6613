import { z } from 'zod';
import { emailAddress } from '#connector-kit/assignee.ts';
import { secret, text } from '#connector-kit/fields.ts';
import { loginDomain } from '#connector-kit/login-names.ts';

/** Where IAM of each part of AWS answers, and the region its requests are signed for (botocore, endpoint-rule-set-1.json). */
export const partitions = {
  aws: { host: 'iam.amazonaws.com', region: 'us-east-1' },
  'aws-cn': { host: 'iam.cn-north-1.amazonaws.com.cn', region: 'cn-north-1' },
  'aws-us-gov': { host: 'iam.us-gov.amazonaws.com', region: 'us-gov-west-1' },
  'aws-eusc': { host: 'iam.eusc-de-east-1.amazonaws.eu', region: 'eusc-de-east-1' },
} as const;

const userName = z
  .string()
  .trim()
  .regex(/^[\w+=,.@-]{1,64}$/, 'A user name of IAM: letters, digits and + = , . @ _ - only.');

export const settings = z.strictObject({
  partition: z.enum(['aws', 'aws-cn', 'aws-us-gov', 'aws-eusc']).default('aws').meta({
    title: 'Part of AWS',
    description:
      'aws, unless the account is in China, in GovCloud or in the European Sovereign Cloud',
  }),
  accessKeyId: text(
    'Access key id',
    'Of a user of its own for Gatehouse, in the account whose users are meant',
  ).regex(/^AKIA[A-Z0-9]{12,124}$/, 'The id of a long-term access key: it begins with AKIA.'),
  secretAccessKey: secret('Secret access key', 'Of that user'),
  ownerTag: text(
    'Tag that says whose user it is',
    'Its key, such as owner. The value is the work address, or the number that HR knows the person by',
  )
    .max(128)
    .optional(),
  loginDomain: loginDomain.optional().meta({
    title: 'User names come from addresses of this domain',
    description: 'Fill in acme.com only if ada@acme.com always has the user ada',
  }),
  users: z
    .array(z.strictObject({ name: userName, email: emailAddress }))
    .default([])
    .meta({
      title: 'Whose users these are',
      description:
        'User names that tell it in no other way. What stands here goes before tags and names',
    }),
});
export type Settings = z.infer<typeof settings>;

interface Named {
  readonly UserName: string;
  readonly Tags?: readonly { readonly Key: string; readonly Value: string }[] | undefined;
}

/**
 * Whose user it is: an address, or the number HR knows the person by, in small letters. Null: nobody's that we
 * could tell, such as a service. One rule for all, so that no user is ever taken for that of two people.
 */
export function ownerOf(settings: Settings, { UserName: name, Tags = [] }: Named): string | null {
  const { users, ownerTag, loginDomain } = settings;
  const listed = users.find((it) => it.name.toLowerCase() === name.toLowerCase())?.email;
  // Keys of tags are told apart without regard to case.
  const isOwner = (key: string) => key.toLowerCase() === ownerTag?.toLowerCase();
  const tagged = Tags.find((it) => isOwner(it.Key))?.Value.trim();
  const named = name.includes('@')
    ? name
    : loginDomain === undefined
      ? ''
      : `${name}@${loginDomain}`;
  const owner = listed ?? (tagged || named);
  return owner === '' ? null : owner.toLowerCase();
}
