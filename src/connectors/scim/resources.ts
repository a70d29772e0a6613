import { z } from 'zod';

// What SCIM servers answer, as far as we read it (RFC 7643, RFC 7644), forgiving where
// real ones are sloppy: null for absent, numbers for ids, text for booleans.

const Id = z.union([z.string().min(1), z.number().transform(String)]);
const Word = z
  .string()
  .nullish()
  .transform((it) => it ?? null);
const Flag = z.union([z.boolean(), z.stringbool({ truthy: ['true'], falsy: ['false'] })]);
const many = <T extends z.ZodType>(shape: T) =>
  z
    .array(shape)
    .nullish()
    .transform((it) => it ?? []);

const Labelled = z.union([z.string(), z.object({ value: Word, display: Word })]);

/** The extension that knows whom somebody reports to (RFC 7643, 4.3). */
export const enterprise = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';

export const User = z.object({
  id: Id,
  userName: Word,
  externalId: Word,
  userType: Word,
  /** Null: the server does not tell. */
  active: Flag.nullish().transform((it) => it ?? null),
  emails: many(z.object({ value: Word })),
  roles: many(Labelled),
  entitlements: many(Labelled),
  /** Read-only there, and often left out. */
  groups: many(z.object({ value: Id, display: Word, type: Word })),
  [enterprise]: z
    .object({ manager: z.union([Id, z.object({ value: Id.nullish() })]).nullish() })
    .nullish(),
});
export type User = z.infer<typeof User>;

/** The id of whom somebody reports to; null: of nobody, or the server does not tell. */
export function managerOf({ [enterprise]: extension }: User): string | null {
  const manager = extension?.manager ?? null;
  return typeof manager === 'object' ? (manager?.value ?? null) : manager;
}

export const Group = z.object({
  id: Id,
  displayName: Word,
  /** Null: the server does not show them here, or there are none; the standard allows both. */
  members: z
    .array(z.object({ value: Id }))
    .nullish()
    .transform((it) => it ?? null),
});
export type Group = z.infer<typeof Group>;

export const listOf = <T extends z.ZodType>(shape: T) =>
  z.object({
    totalResults: z.number().int().min(0),
    Resources: many(shape), // left out where nothing was found
  });

const Support = z.object({ supported: Flag }).nullish();

/** What the server says of itself. Not to be trusted in all it claims. */
export const ProviderConfig = z
  .object({ patch: Support, schemas: z.array(z.string()).nullish() })
  .refine(({ patch, schemas }) => patch || schemas, 'It says nothing of the server');

/** A whole resource, to be sent back changed; members are those of a group. */
export const Whole = z.looseObject({
  members: z.array(z.looseObject({ value: Id })).nullish(),
  schemas: z.array(z.string()).default([]),
  [enterprise]: z.looseObject({}).nullish(),
});
export type Whole = z.infer<typeof Whole>;
