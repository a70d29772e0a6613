import { readdirSync, readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { z } from 'zod';
import { text } from '#connector-kit/fields.ts';
import { Description } from './description.ts';

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

/** One that comes along; null: there is none of that id. */
export function fromLibrary(id: string): DescriptionFile | null {
  if (!libraryIds().includes(id)) return null;
  return DescriptionFile.parse(parse(readFileSync(new URL(`${id}${ending}`, folder), 'utf8')));
}
