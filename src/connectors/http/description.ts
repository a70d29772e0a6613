import { z } from 'zod';
import { text } from '#connector-kit/fields.ts';
import { type Capability, capabilities } from '#core/capability.ts';
import { ownedKinds } from '#core/ownership.ts';
import { Conditions, Fact, FactName } from './conditions.ts';
import { FailureRule } from './failures.ts';
import { Pointer, Scalar } from './pointer.ts';
import { checkBody, Request, requestShape } from './request.ts';

// A system described as data. Nothing here is ever run: there are requests with a closed list of
// placeholders, JSON pointers and comparisons, and no way to write anything else.

const plainLine = 'A header holds plain characters on one line.';
const HeaderName = z.string().regex(/^[A-Za-z0-9-]+$/, 'A header name is letters, digits and "-".');

const tokenRequest = {
  /** Where the client secret stands in the request for a token. Default: header (RFC 6749, 2.3.1). */
  secretIn: z.enum(['header', 'body']).optional(),
  /** Default: form, as RFC 6749 has it. */
  sentAs: z.enum(['form', 'json']).optional(),
};

const SignIn = z.discriminatedUnion(
  'kind',
  [
    z.strictObject({ kind: z.literal('none') }),
    /** `Authorization: Bearer` with the secret. */
    z.strictObject({ kind: z.literal('bearer') }),
    /** `Authorization: Basic` with the user and the secret. */
    z.strictObject({ kind: z.literal('basic') }),
    /** The secret in a header of this name. */
    z.strictObject({
      kind: z.literal('header'),
      name: HeaderName,
      /** What stands before the secret, such as "Token token=". */
      prefix: z
        .string()
        .regex(/^[\x21-\x7e][\x20-\x7e]*$/, plainLine)
        .optional(),
      /** A second header, for the user that the secret belongs to. */
      userIn: HeaderName.optional(),
    }),
    /** OAuth 2.0 for ourselves (RFC 6749, 4.4), with the client id and the secret. */
    z.strictObject({
      kind: z.literal('client-credentials'),
      scopes: z.array(z.string().min(1)).optional(),
      /** What else the server asks for, such as an `audience`. */
      fields: z.record(z.string().min(1), z.string().min(1)).optional(),
      ...tokenRequest,
    }),
    /** OAuth 2.0 for whoever once allowed it (RFC 6749, 6). */
    z.strictObject({ kind: z.literal('refresh-token'), ...tokenRequest }),
  ],
  {
    error:
      'Write `kind: none`, `bearer`, `basic`, `header` with the `name` of the header, ' +
      '`client-credentials` or `refresh-token`.',
  },
);
export type TokenSignIn = Extract<
  z.infer<typeof SignIn>,
  { kind: 'client-credentials' | 'refresh-token' }
>;

const parameter = z.string().min(1);

/** How many items there are in all: a list that ends before is no answer. */
const total = Pointer.optional();
const ends = {
  /** Where the answer says with true or false whether there is more. */
  more: Pointer.optional(),
  total,
};

const Paging = z.discriminatedUnion(
  'kind',
  [
    z.strictObject({ kind: z.literal('none'), total }),
    /** `Link: <…>; rel="next"` (RFC 8288). */
    z.strictObject({
      kind: z.literal('link'),
      /** What the link says where there is a next page, such as `results="true"`. */
      with: z.string().min(1).optional(),
      total,
    }),
    /** A value in each answer that asks for the next page; nothing, null or "" at the end. */
    z.strictObject({
      kind: z.literal('cursor'),
      at: Pointer,
      /** The query parameter that takes it. Without one it is the next page's address. */
      parameter: parameter.optional(),
      /** A request of its own for the next page, with {cursor}. */
      next: Request.optional(),
      ...ends,
    }),
    /** The number of the page, until a page is empty, or as `more` and `total` say. */
    z.strictObject({
      kind: z.literal('page'),
      parameter,
      first: z.union([z.literal(0), z.literal(1)]).optional(),
      ...ends,
    }),
    /** The number of items already seen, until a page is empty, or as `more` and `total` say. */
    z.strictObject({ kind: z.literal('offset'), parameter, ...ends }),
  ],
  { error: 'Write `kind: none`, `link`, `cursor`, `page` or `offset`.' },
);
export type Paging = z.infer<typeof Paging>;

/** What people are known by; the name is what stands before the "@" of the address. */
export const personKeys = ['person.email', 'person.emailName', 'person.employeeNumber'] as const;

const listing = {
  request: Request,
  /** Where the list of accounts stands in the answer; "" when the answer is the list. */
  items: Pointer,
  paging: Paging,
};
const Listing = z.strictObject(listing);
export type Listing = z.infer<typeof Listing>;

const accountStatuses = ['active', 'suspended', 'deleted'] as const;

/** How an account is read from one item of a list. */
const AccountMapping = z.strictObject({
  id: Pointer,
  login: Pointer,
  status: z.strictObject({
    at: Pointer,
    /** What the system's words mean. */
    values: z.record(z.string(), z.enum(accountStatuses)),
    /** What every other word means, where the system writes a date, say. Default: active. */
    otherwise: z.enum(accountStatuses).optional(),
  }),
  privileged: z.strictObject({ at: Pointer, isOneOf: z.array(Scalar).min(1) }).optional(),
  /** A date and time as text. */
  lastSeenAt: Pointer.optional(),
  /** Nobody signs in with them, such as members of a benefits plan. */
  areAccess: z.literal(false).optional(),
});
export type AccountMapping = z.infer<typeof AccountMapping>;

const Step = z
  .strictObject({
    ...requestShape,
    /** The name of a fact that is a list: the request is sent for each element, as `{item}`. */
    forEach: FactName.optional(),
  })
  .superRefine(checkBody);
export type Step = z.infer<typeof Step>;

export const capabilityNames = Object.keys(capabilities) as [Capability, ...Capability[]];

/** How tickets are kept: found by our reference, made, changed, resolved and opened again. */
const TicketCalls = z.strictObject({
  find: z.strictObject({ ...listing, match: Pointer }),
  one: z.strictObject({ request: Request, at: Pointer }),
  ticket: z.strictObject({
    id: Pointer,
    /** What people call it. Default: the id. */
    name: Pointer.optional(),
    title: Pointer,
    text: Pointer,
    resolved: z.strictObject({ at: Pointer, isOneOf: z.array(Scalar).min(1) }),
  }),
  create: z.strictObject({
    request: Request,
    /** Where the answer has the id of the new ticket. */
    id: Pointer,
  }),
  update: Request,
  resolve: Request,
  reopen: Request,
  /** How many characters a text may have. Default: 4000. */
  longestText: z.int().min(500).max(1_000_000).optional(),
  /** What the credential must be allowed to do, named when the system says "forbidden". */
  scopes: z.array(z.string().min(1)).optional(),
});
export type TicketCalls = z.infer<typeof TicketCalls>;

const Described = z.strictObject({
  /** One sentence for the person who builds a playbook. */
  summary: z.string().trim().min(1).optional(),
  /** What the credential must be allowed to do, named when the system says "forbidden". */
  scopes: z.array(z.string().min(1)).optional(),
  mustPrecede: z.array(z.enum(capabilityNames)).optional(),
  /** How the present state is read. Without it nothing can be proved: see `settings.ts`. */
  read: z.strictObject({ request: Request, facts: z.record(FactName, Fact) }).optional(),
  /** What the facts must show for the work to be done. */
  goal: Conditions.optional(),
  /** When the system is already on its way and should be left alone. */
  underway: Conditions.optional(),
  apply: z.array(Step).min(1),
  restore: z.array(Step).min(1).optional(),
  /** Sending the same requests twice changes nothing more. */
  repeatable: z.boolean().optional(),
  settlesWithinSeconds: z.int().min(1).max(2_592_000).optional(),
});
export type Described = z.infer<typeof Described>;

export const Description = z.strictObject({
  system: text('System', 'What people call it, for example Badge Desk'),
  signIn: SignIn,
  /** Sent with every request, such as the version of the API. */
  headers: z.record(HeaderName, z.string().regex(/^[\x20-\x7e]*$/, plainLine)).optional(),
  /** One harmless request that tells who we are there; left out: the user or client that signs in. */
  check: z.strictObject({ request: Request, actingAs: Pointer.optional() }),
  account: AccountMapping,
  find: z.strictObject({
    ...listing,
    /** Which part of an item must be the person's; items of other people are left out. */
    match: z.strictObject({ at: Pointer, equals: z.enum(personKeys) }).optional(),
    /** The system answers 404 when the person has no account. */
    notFoundMeansNone: z.boolean().optional(),
  }),
  list: Listing.optional(),
  /** What an account is the owner of, so that it can be handed over before the cut. */
  owned: z
    .strictObject({
      ...listing,
      thing: z.strictObject({
        id: Pointer,
        name: Pointer,
        kind: z.enum(ownedKinds).optional(),
        /** Where the owners stand. Left out: there is one owner, and it is the account. */
        owners: Pointer.optional(),
      }),
    })
    .optional(),
  /** How one account is read by its id; needed where a request uses {account.login}. */
  one: z.strictObject({ request: Request, at: Pointer }).optional(),
  capabilities: z.partialRecord(z.enum(capabilityNames), Described, {
    error: ({ code }) =>
      code === 'invalid_type'
        ? undefined
        : `There is no such capability. Expected one of ${capabilityNames.join(', ')}.`,
  }),
  tickets: TicketCalls.optional(),
  /** Answers that mean failure although they look otherwise. The first that fits holds. */
  failures: z.array(FailureRule).optional(),
});
export type Description = z.infer<typeof Description>;
