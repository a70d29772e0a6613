import { z } from 'zod';
import type { Capability } from './capability.ts';
import { languages } from './language.ts';
import { RetentionRule } from './retention.ts';
import { roles } from './user.ts';

/** Somebody who is told when something needs a person. */
export const AlertContact = z.strictObject({
  name: z.string().min(1),
  email: z.email(),
  /** Id of a webhook connection that is told beside the mail. */
  webhook: z.string().nullable().default(null),
  /** Where they are told beside the mail, in a chat. */
  chat: z
    .strictObject({
      /** Id of a connection. */
      connection: z.string().min(1),
      /** As the chat calls it; null: the contact alone, by their address. */
      channel: z.string().min(1).nullable().default(null),
    })
    .nullable()
    .default(null),
});
export type AlertContact = z.infer<typeof AlertContact>;

/** A system inside the house that may be called although its address is not public. */
export const OnPremisesTarget = z.strictObject({
  host: z.string().min(1),
  port: z.int().min(1).max(65_535),
  /** CIDR in which every address of the host must lie, such as 10.20.0.0/16 or 127.0.0.1/32. */
  network: z.union([z.cidrv4(), z.cidrv6()]),
  /** Whether it may be called without TLS. */
  http: z.boolean().default(false),
});
export type OnPremisesTarget = z.infer<typeof OnPremisesTarget>;

const timeOfDay = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'a time of day such as 17:00');

const isZone = (name: string) => {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }) !== null;
  } catch {
    return false;
  }
};

/** Everything that is set in the database and not by the environment, with its default. */
export const settingShapes = {
  company: z.strictObject({
    name: z.string().min(1).default('Our company'),
    /** For people whose record names no zone. */
    zone: z.string().refine(isZone, 'a zone name such as Europe/Berlin').default('UTC'),
    language: z.enum(languages).default('en'),
    headcount: z.int().min(1).nullable().default(null),
    /** When access ends on the last working day where nobody says; null: at its end. */
    accessEnds: timeOfDay.nullable().default(null),
  }),
  alerts: z.strictObject({
    /** In order; the first is the designated contact, the next are told at 15 and 60 minutes. */
    contacts: z.array(AlertContact).default([]),
    /** The mail connection that carries alerts, tasks and notices. */
    mailConnection: z.string().nullable().default(null),
    /** Called each minute while all is well; something outside notices when it stops. */
    deadManUrl: z
      .url({ protocol: /^https?$/ })
      .nullable()
      .default(null),
  }),
  guardrails: z.strictObject({
    /** Departures opened in a rolling hour above which new ones are held back; null: max(5, 1 % of headcount). */
    departuresPerHour: z.int().min(1).nullable().default(null),
    /** The same for a rolling day; null: max(15, 3 % of headcount). */
    departuresPerDay: z.int().min(1).nullable().default(null),
    /** Per cent of the people of one department, or of one place, who may leave in a rolling day … */
    groupPercent: z.int().min(1).max(100).default(20),
    /** … and how many there have to be before that counts. */
    groupAtLeast: z.int().min(1).default(5),
    /** Per cent by which a list of people may be shorter than it was before it is set aside as a whole. */
    feedShrinkPercent: z.int().min(1).max(100).default(5),
    /** Per cent of the people of a source who may be different in one reading of it. */
    feedChangePercent: z.int().min(1).max(100).default(10),
    /** How many people there have to be before such a share, a common day or a changed field counts. */
    feedRowsAtLeast: z.int().min(1).default(20),
    /** Years from today within which new departures usually are. */
    feedYearsAway: z.int().min(1).max(50).default(2),
    /** Devices that may be wiped in one connection within an hour; further ones wait. */
    wipesPerHour: z.int().min(1).default(5),
    /** The same for accounts that are deleted. */
    deletionsPerHour: z.int().min(1).default(20),
    /** The same for accounts that are suspended, but for urgent, approved and released departures. */
    suspensionsPerHour: z.int().min(1).default(120),
    /** How often every connection is asked for accounts of people who left. */
    sweepHours: z.int().min(1).max(720).default(24),
    /** For how many days a new connection only says what it would do; 0: none does. */
    rehearsalDays: z.int().min(0).max(90).default(7),
  }),
  onPremises: z.strictObject({ targets: z.array(OnPremisesTarget).default([]) }),
  sources: z.strictObject({
    /** How often each HR system is read, so that a lost webhook is found. */
    pollMinutes: z.int().min(1).max(1_440).default(10),
  }),
  obligations: z.strictObject({
    /** Ids of rules that start off, because only the company knows for whom they are. */
    switchedOn: z.array(z.string()).default([]),
    /** By rule pack: when counsel looked at it last, and who that was. */
    reviews: z
      .record(z.string(), z.strictObject({ on: z.iso.date(), by: z.string().trim().min(1) }))
      .default({}),
  }),
  surveys: z.strictObject({
    /** How long somebody may answer, from the day of the invitation. */
    days: z.int().min(1).max(365).default(30),
  }),
  checkpoints: z.strictObject({
    /** Who is mailed the newest checkpoint of the record, to be kept outside the company. */
    auditors: z
      .array(z.strictObject({ name: z.string().min(1), email: z.email() }))
      .max(20)
      .default([]),
    /** How many days lie between two such letters. */
    days: z.int().min(1).max(365).default(7),
  }),
  retention: z.strictObject({
    /** What asks to keep what is known of people who left; none of them is erased before. */
    rules: z.array(RetentionRule).default([]),
    /** How many months after the end of the last employment a person is erased by itself; null: never. */
    eraseAfterMonths: z.int().min(12).max(1_200).nullable().default(null),
    /** How many months every fact of the record is kept before it may be pruned. */
    recordMonths: z.int().min(12).max(1_200).default(84),
  }),
  signIn: z.strictObject({
    /** The identity provider of the company; null: there is none. */
    issuer: z
      .url({ protocol: /^https?$/ })
      .nullable()
      .default(null),
    /** Who we are there. */
    clientId: z.string().min(1).nullable().default(null),
    scopes: z.array(z.string().min(1)).default(['openid', 'email', 'profile']),
    /** Where the provider names groups. */
    groupsClaim: z.string().min(1).default('groups'),
    /** Roles of whoever is in a group. Somebody we do not know is let in by these alone. */
    groups: z
      .array(z.strictObject({ group: z.string().min(1), roles: z.array(z.enum(roles)).min(1) }))
      .default([]),
    /** What a sign-in as IT admin or Security has to be called, one of these or of the next; both empty: anything. */
    administratorAcr: z.array(z.string().min(1)).default([]),
    /** The same of the ways by which somebody showed who they are. */
    administratorAmr: z.array(z.string().min(1)).default(['mfa', 'hwk', 'fido', 'phr']),
    /** How long ago somebody may have shown the provider who they are; null: as it thinks. */
    maxAgeMinutes: z.int().min(1).max(1_440).nullable().default(null),
    /** Whether all but the break-glass accounts sign in there. */
    enforced: z.boolean().default(false),
    /** Addresses of the two users who are always let in, by passkey. */
    breakGlass: z.array(z.email()).max(2).default([]),
  }),
  playbooks: z.strictObject({
    /** Whether publishing needs another person than the author. */
    secondPerson: z.boolean().default(true),
  }),
};

export type SettingName = keyof typeof settingShapes;
export type Settings = { readonly [Name in SettingName]: z.infer<(typeof settingShapes)[Name]> };

export const isSettingName = (word: string): word is SettingName =>
  Object.hasOwn(settingShapes, word);

/** Stored values with defaults filled in. Throws a ZodError when a stored value does not fit. */
export function settingsFrom(stored: Readonly<Record<string, unknown>>): Settings {
  const filled = Object.entries(settingShapes).map(([name, shape]) => [
    name,
    knownOf(shape, stored[name] ?? {}),
  ]);
  return Object.fromEntries(filled) as Settings;
}

/**
 * What of a stored value this version knows. The version that comes after it may have kept more already, while processes
 * of both run, and one that stumbled over that would do nothing at all.
 */
function knownOf(shape: z.ZodType, stored: unknown): unknown {
  const known = structuredClone(stored);
  for (const issue of shape.safeParse(known).error?.issues ?? []) {
    if (issue.code !== 'unrecognized_keys') continue;
    const holder = issue.path.reduce<unknown>((it, key) => Object(it)[key], known);
    for (const key of issue.keys) Reflect.deleteProperty(Object(holder), key);
  }
  return shape.parse(known);
}

const budgets = {
  'device.wipe': 'wipesPerHour',
  'account.delete': 'deletionsPerHour',
  'account.suspend': 'suspensionsPerHour',
} as const satisfies Partial<Record<Capability, string>>;

/** What may be begun only so often in one connection within an hour. */
export type BudgetedCapability = keyof typeof budgets;

export const hasBudget = (capability: Capability): capability is BudgetedCapability =>
  Object.hasOwn(budgets, capability);

/** How often it may be begun in one connection within an hour; null: there is no limit. */
export const budgetOf = ({ guardrails }: Settings, capability: BudgetedCapability): number | null =>
  guardrails[budgets[capability]];

/** Above these counts new departures are held back. */
export function departureLimits(settings: Settings): { perHour: number; perDay: number } {
  const headcount = settings.company.headcount ?? 0;
  return {
    perHour: settings.guardrails.departuresPerHour ?? Math.max(5, Math.ceil(headcount * 0.01)),
    perDay: settings.guardrails.departuresPerDay ?? Math.max(15, Math.ceil(headcount * 0.03)),
  };
}
