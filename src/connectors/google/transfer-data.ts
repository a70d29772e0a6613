import { z } from 'zod';
import { blocked, change, done, type Plan, transition, underway } from '#connector-kit/contract.ts';
import { person } from '#connector-kit/fields.ts';
import type { Google } from './api.ts';
import { scopes } from './scopes.ts';
import type { Handing } from './transfers.ts';

// https://developers.google.com/workspace/admin/data-transfer/v1/parameters
const applications = { files: '55656082996', calendar: '435070579839' } as const;
const kinds = ['files', 'calendar'] as const;
type Kind = (typeof kinds)[number];

/** Google hands over only shared files unless both are named. */
const everyFile = ['PRIVATE', 'SHARED'];

const Part = z.strictObject({
  transferId: z.string(),
  to: z.string(),
  kind: z.enum(kinds),
  /** All there is of its kind, not just what is shared. */
  whole: z.boolean(),
  status: z.enum(['completed', 'failed', 'underway']),
  /** Nothing was added since: the account was not used after it began, or it was begun for this. */
  counts: z.boolean(),
});
type Part = z.infer<typeof Part>;

const state = z.strictObject({
  account: z.string(),
  /** Id of who receives; null: no account has that address, or none that can be used. */
  receiver: z.string().nullable(),
  parts: z.array(Part),
});

interface Change {
  readonly to: string;
  readonly what: readonly Handing[];
}

/**
 * Files are moved in the background, for hours where there are many. Google wants the account suspended meanwhile, and
 * writes to the administrator, the receiver and the owner at the end: the last of whom then gets no mail any more.
 * https://support.google.com/a/answer/1247799 A transfer that somebody else began counts as
 * well, if it moves all files and the account was not used since. Not repeatable: Google would begin a second one.
 */
export const transferData = transition({
  capability: 'data.transfer',
  summary:
    'Makes somebody else the owner of all files in My Drive but those in the bin, and moves the coming events that others take part in to their calendar. Google writes to whoever receives.',
  scopes: [scopes.users, scopes.transfers],
  // Without a licence, or a user, there is nothing left to move.
  mustPrecede: ['licences.remove', 'account.delete'],
  params: z.strictObject({
    to: person(
      'Who receives',
      'The e-mail address of a person with an account in Google Workspace',
    ),
    what: z.array(z.enum(kinds)).min(1).default(['files', 'calendar']).meta({
      title: 'What is handed over',
      description:
        'Of the calendar Google moves only coming events that are not private and have guests',
    }),
    freeRooms: z.boolean().default(false).meta({
      title: 'Give rooms back',
      description: 'Rooms and equipment booked for coming events become free',
    }),
  }),
  state,
  settlesWithinMs: 7 * 24 * 60 * 60_000,

  async read(google: Google, accountId, known) {
    const { lastLoginTime } = await google.user(accountId);
    const to = known ? await google.userWith(known.params.to) : null;
    const lastUsed = Date.parse(lastLoginTime ?? '') || 0;
    const before = new Set(known?.before?.parts.map(({ transferId }) => transferId));
    const parts: Part[] = [];
    for (const transfer of await google.transfersFrom(accountId)) {
      const { id: transferId, newOwnerUserId, requestTime } = transfer;
      const isOurs = known?.before != null && !before.has(transferId);
      const counts = isOurs || Date.parse(requestTime ?? '') > lastUsed;
      for (const it of transfer.applicationDataTransfers) {
        const kind = kinds.find((name) => applications[name] === it.applicationId);
        if (!kind) continue;
        const levels = it.applicationTransferParams.find(({ key }) => key === 'PRIVACY_LEVEL');
        const whole = kind !== 'files' || everyFile.every((level) => levels?.value.includes(level));
        const said = it.applicationTransferStatus ?? transfer.overallTransferStatusCode ?? '';
        parts.push({ transferId, to: newOwnerUserId, kind, whole, status: statusOf(said), counts });
      }
    }
    const receiver = to && !to.suspended && !to.archived ? to.id : null;
    return { account: accountId, receiver, parts: parts.sort(inOrder) };
  },

  plan({ account, receiver, parts }, { to, what, freeRooms }): Plan<Change> {
    if (receiver === null) {
      return blocked(`No account that can be used has the address ${to}. Name somebody else.`);
    }
    if (receiver === account) return blocked(`${to} is the account itself.`);
    const own = parts.filter((it) => it.to === receiver && it.whole);
    const has = (kind: Kind, status: Part['status']) =>
      own.some((it) => it.kind === kind && it.status === status && it.counts);
    const open = what.filter((kind) => !has(kind, 'completed'));
    if (open.length === 0) return done(`Google moved ${what.join(' and ')} to ${to}.`);

    const running = parts.filter(({ status }) => status === 'underway');
    if (running.length > 0) {
      return underway('Google is moving what the account owns; that may take hours.');
    }
    const failed = open.filter((kind) => has(kind, 'failed'));
    if (failed.length > 0) {
      return blocked(
        `Google could not move ${failed.join(' and ')} to ${to}. Look at Apps, Data transfer in the admin console.`,
      );
    }
    const all = open.map((kind) => words[kind]).join(' and ');
    return change(`Move ${all} to ${to}.`, {
      to: receiver,
      what: open.map((kind) => handing(kind, freeRooms)),
    });
  },

  apply: (google, accountId, { to, what }: Change) => google.transfer(accountId, to, what),
});

const words: Readonly<Record<Kind, string>> = {
  files: 'all files, shared or not,',
  calendar: 'the coming events with guests',
};

function handing(kind: Kind, freeRooms: boolean): Handing {
  const params = {
    files: [{ key: 'PRIVACY_LEVEL', value: everyFile }],
    calendar: freeRooms ? [{ key: 'RELEASE_RESOURCES', value: ['TRUE'] }] : [],
  };
  return { applicationId: applications[kind], applicationTransferParams: params[kind] };
}

/** Google names its statuses nowhere; what is neither done nor failed goes on. */
function statusOf(said: string): Part['status'] {
  const word = said.toLowerCase();
  return word === 'completed' || word === 'failed' ? word : 'underway';
}

const inOrder = (a: Part, b: Part) =>
  `${a.transferId} ${a.kind}` < `${b.transferId} ${b.kind}` ? -1 : 1;
