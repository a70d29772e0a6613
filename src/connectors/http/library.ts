import { readdirSync, readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { z } from 'zod';
import { text } from '#connector-kit/fields.ts';
import { capabilityNames, Description } from './description.ts';
import { Json } from './pointer.ts';

/** What whoever uses a description has to know, beside what it does. */
const About = z.strictObject({
  /** The vendor's own pages, and the day they were read. */
  sources: z
    .array(
      z.strictObject({
        url: z.url({ protocol: /^https$/ }),
        read: z.coerce.date().transform((it) => it.toISOString().slice(0, 10)),
      }),
    )
    .min(1),
  does: text('Does', 'In one sentence'),
  /** What the read-back proves, and what it cannot. */
  proves: text('Proves', 'What the read-back proves'),
  traps: z.array(z.string().min(1)),
  byHand: z.array(z.string().min(1)),
});

/** An answer as the vendor's documents show it. */
const Sample = z.strictObject({
  status: z.int().min(200).max(599).optional(),
  headers: z.record(z.string(), z.string()).optional(),
  body: Json.optional(),
});
export type Sample = z.infer<typeof Sample>;

/**
 * What the system answers, in the shapes of the vendor's documents and apart from the pointers of the description, so
 * that a pointer that leads nowhere is found before anybody uses it.
 */
const Samples = z.strictObject({
  /** Who is looked for. */
  email: z.string().min(3),
  /** The account that must be found. */
  account: z.strictObject({
    id: z.string().min(1),
    login: z.string().min(1),
    status: z.enum(['active', 'suspended']),
  }),
  check: Sample,
  find: z.array(Sample).min(1),
  list: z.array(Sample).min(1).optional(),
  one: Sample.optional(),
  /** How the account reads before and after; a command has neither. */
  capabilities: z.partialRecord(
    z.enum(capabilityNames),
    z.strictObject({
      before: Sample.optional(),
      after: Sample.optional(),
      /** How each request of `apply` and `restore` is answered. Default: 204. */
      applied: Sample.optional(),
    }),
  ),
});

/** How a description is handed on: without any secret, and with an address only as an example. */
export const DescriptionFile = z.strictObject({
  about: About.optional(),
  connect: z
    .strictObject({
      address: z.url(),
      tokenAddress: z.url().optional(),
      /** Which credential to make, and what it has to be allowed to do. */
      credential: text('Credential', 'Which one to make'),
    })
    .optional(),
  description: Description,
  samples: Samples.optional(),
});
export type DescriptionFile = z.infer<typeof DescriptionFile>;

const folder = new URL('./library/', import.meta.url);
const ending = '.yaml';

/** The ids of the descriptions that come along, which are the names of their files. */
export const libraryIds = (): readonly string[] =>
  readdirSync(folder)
    .filter((it) => it.endsWith(ending))
    .map((it) => it.slice(0, -ending.length))
    .sort();

/** They do not change while the program runs. */
const known = new Map<string, DescriptionFile>();

/** One that comes along; null: there is none of that id. */
export function fromLibrary(id: string): DescriptionFile | null {
  const read = known.get(id);
  if (read) return read;
  if (!libraryIds().includes(id)) return null;
  const text = readFileSync(new URL(`${id}${ending}`, folder), 'utf8');
  const file = DescriptionFile.parse(parse(text));
  known.set(id, file);
  return file;
}

/** The settings that a connection is begun with; what somebody has to fill in is written in capitals, or null. */
export function draftOf({ description, connect }: DescriptionFile): Record<string, unknown> {
  const { signIn } = description;
  const byToken = signIn.kind === 'client-credentials' || signIn.kind === 'refresh-token';
  const hasUser =
    signIn.kind === 'basic' || (signIn.kind === 'header' && signIn.userIn !== undefined);
  return {
    address: connect?.address,
    ...(byToken ? { tokenAddress: connect?.tokenAddress, clientId: 'YOUR-CLIENT-ID' } : {}),
    ...(hasUser ? { user: 'YOUR-USER' } : {}),
    ...(signIn.kind === 'none' ? {} : { secret: null }),
    ...(signIn.kind === 'refresh-token' ? { refreshToken: null } : {}),
    knownAccount: { id: 'ID-OF-AN-ACCOUNT-THAT-STAYS', email: 'ITS-ADDRESS@meadow.example' },
    description,
  };
}
