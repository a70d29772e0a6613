import { z } from 'zod';
import { blocked, change, done, type Plan, transition, underway } from '#connector-kit/contract.ts';
import { unlessMissing } from '#connector-kit/http.ts';
import type { Microsoft } from './api.ts';
import { joinUnlessIn } from './join-groups.ts';
import { Membership, membershipsOf } from './memberships.ts';
import { scopes } from './scopes.ts';

const Licence = z.strictObject({
  product: z.string(),
  name: z.string(),
  disabledPlans: z.array(z.string()),
  /** The group that gives it; null: given to the account itself. */
  group: z.string().nullable(),
});
type Licence = z.infer<typeof Licence>;

const state = z.strictObject({
  licences: z.array(Licence),
  /** Of which groups that give licences the account is a member. */
  groups: z.array(Membership),
  /** What the mailbox is for, by Microsoft's words; null: there is none. */
  mailbox: z.string().nullable(),
});
type State = z.infer<typeof state>;

interface Change {
  readonly do: 'take' | 'give';
  readonly licences: readonly Licence[];
  readonly groupIds: readonly string[];
}

/**
 * A licence that a group gives goes with the membership only, hence such groups are left here. Without its licence a
 * mailbox that is not shared is deleted 30 days later, and while one is still converted the licence stays.
 */
export const removeLicences = transition({
  capability: 'licences.remove',
  summary:
    'Takes back the licences, and leaves the groups that give some. The mailbox is shared first.',
  scopes: [scopes.readDirectory, scopes.manageLicences, scopes.manageMembers, scopes.readMailboxes],
  mustPrecede: ['account.delete'],
  params: z.strictObject({
    mailbox: z.enum(['shared', 'may go']).default('shared').meta({
      title: 'Mailbox',
      description: 'shared: licences stay until the mailbox is a shared one. may go: it is deleted',
    }),
  }),
  state,
  settlesWithinMs: 30 * 60_000,
  repeatable: true,

  async read(microsoft: Microsoft, accountId) {
    const licences = await microsoft.licences(accountId);
    const products = licences.length > 0 ? await microsoft.products(accountId) : [];
    const giving = new Set(licences.map(({ assignedByGroup }) => assignedByGroup));
    const groups = await membershipsOf(microsoft, accountId);
    const mailbox = await microsoft.mailbox(accountId);
    return {
      licences: licences
        .map((it) => ({
          product: it.skuId,
          name: products.find(({ skuId }) => skuId === it.skuId)?.skuPartNumber ?? it.skuId,
          disabledPlans: (it.disabledPlans ?? []).toSorted(),
          group: it.assignedByGroup ?? null,
        }))
        .sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1)),
      groups: groups.filter(({ id, keptBy }) => giving.has(id) || keptBy === 'licences'),
      mailbox: mailbox && (mailbox.userPurpose ?? 'unknown'),
    };
  },

  plan(now, params): Plan<Change> {
    const { licences, groups, mailbox } = now;
    if (licences.length === 0 && groups.length === 0) return done('No licence is left.');
    if (params.mailbox === 'shared' && mailbox !== null && mailbox !== 'shared') {
      return blocked(
        `The mailbox is not a shared one (${mailbox}), and is deleted 30 days after its licence. Hand it over first ` +
          '(mailbox.hand-over), or say “mailbox: may go”.',
      );
    }
    const own = licences.filter(({ group }) => group === null);
    const canLeave = groups.filter(({ keptBy }) => keptBy === 'licences' || keptBy === 'Entra ID');
    if (own.length + canLeave.length > 0) {
      return change(sentence('Take back', 'leave', own, canLeave), {
        do: 'take',
        licences: own,
        groupIds: canLeave.map(({ id }) => id),
      });
    }
    if (groups.length > 0) {
      return blocked(
        `Still licensed by ${groups.map(({ name, keptBy }) => `${name} (${keptBy})`).join(', ')}: take the account ` +
          'out of it there.',
      );
    }
    return underway(`Microsoft is taking back ${namesOf(licences)}.`);
  },

  async apply(microsoft, accountId, { do: what, licences, groupIds }: Change) {
    if (what === 'give') {
      const added = licences.map((it) => ({ skuId: it.product, disabledPlans: it.disabledPlans }));
      if (added.length > 0) await microsoft.assignLicences(accountId, added, []);
      for (const id of groupIds) await joinUnlessIn(microsoft, id, accountId);
      return;
    }
    // Graph refuses to take back what is not there.
    const present = await microsoft.licences(accountId);
    const taken = licences
      .map(({ product }) => product)
      .filter((it) => present.some((one) => one.skuId === it && !one.assignedByGroup));
    if (taken.length > 0) await microsoft.assignLicences(accountId, [], taken);
    for (const id of groupIds) await unlessMissing(microsoft.leave(id, accountId));
  },

  restore(now: State, before: State): Plan<Change> {
    const lost = before.licences.filter(
      (it) => it.group === null && !now.licences.some((other) => keyOf(other) === keyOf(it)),
    );
    const left = before.groups.filter(({ id }) => !now.groups.some((it) => it.id === id));
    if (lost.length + left.length === 0) return done('Every licence from before.');
    return change(sentence('Give back', 'join', lost, left), {
      do: 'give',
      licences: lost,
      groupIds: left.map(({ id }) => id),
    });
  },
});

const keyOf = ({ product, group }: Licence) => `${product} ${group ?? ''}`;
const namesOf = (licences: readonly { readonly name: string }[]) =>
  [...new Set(licences.map(({ name }) => name))].join(', ');
function sentence(
  give: string,
  move: string,
  licences: readonly Licence[],
  groups: readonly Membership[],
): string {
  const parts = [
    ...(licences.length > 0 ? [`${give} ${namesOf(licences)}`] : []),
    ...(groups.length > 0 ? [`${move} ${namesOf(groups)}, which gives licences`] : []),
  ];
  const text = parts.join('; ');
  return `${text[0]?.toUpperCase()}${text.slice(1)}.`;
}
