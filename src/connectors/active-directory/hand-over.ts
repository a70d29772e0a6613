import { z } from 'zod';
import { byId } from '#connector-kit/by-id.ts';
import { blocked, change, done, type Plan, transition, underway } from '#connector-kit/contract.ts';
import { person } from '#connector-kit/fields.ts';
import type { LdapServer } from '#connector-kit/ldap.ts';
import { ConnectorError } from '#core/failure.ts';
import type { Domain } from './api.ts';
import {
  changeOn,
  controllersSettleWithinMs,
  readControllers,
  unreadSentence,
} from './controllers.ts';
import { type Relation, thing, thingsOf, thingWith } from './owned.ts';

/** What one controller shows. A full name (DN) may differ between controllers for a while. */
const view = z.strictObject({
  account: z.string(),
  /** Who receives; null: no account has that address here. */
  receiver: z.string().nullable(),
  /** What names the account, and what named it before the first change. */
  things: z.array(thing),
});

const state = z.strictObject({
  controllers: z.array(
    z.strictObject({
      controller: z.string(),
      /** Null: it could not be read. */
      view: view.nullable(),
    }),
  ),
});
type State = z.infer<typeof state>;

/** One thing on one controller that gets another owner. */
interface Edit {
  readonly controller: string;
  readonly id: string;
  readonly name: string;
  readonly from: string | null;
  readonly to: string;
}

export const transferOwnership = handOver('ownership.transfer', 'managedBy', {
  summary: 'Makes somebody else the owner of the groups, computers and units of the account.',
  nothing: 'Nothing in the domain names the account as its owner.',
});

export const moveReports = handOver('reports.move', 'manager', {
  summary: 'Gives the people whose manager the account is another manager.',
  nothing: 'The account is nobody’s manager.',
});

/**
 * Puts another account into the place of this one, on every domain controller. The attributes hold
 * one name each, so the new one replaces the old one in a single change; nothing is ever without.
 * What somebody gave to a third person meanwhile stays with that person.
 */
function handOver(
  capability: 'ownership.transfer' | 'reports.move',
  relation: Relation,
  words: { readonly summary: string; readonly nothing: string },
) {
  return transition({
    capability,
    summary: words.summary,
    scopes: [`write ${relation}`],
    // With the account goes every name of it: nobody knows any more what it owned.
    mustPrecede: ['account.delete'],
    params: z.strictObject({
      to: person('Who receives', 'The e-mail address of a person with an account in the domain.'),
    }),
    state,
    settlesWithinMs: controllersSettleWithinMs,
    repeatable: true,

    async read(domain: Domain, accountId, known) {
      const before = known?.before ? ownIdsIn(known.before) : [];
      const readings = await readControllers(domain, async (controller) => {
        const { dn: account } = await domain.entry(controller, accountId, ['1.1']);
        const things = await thingsOf(domain, controller, relation, account);
        for (const id of before.filter((it) => !things.some((own) => own.id === it))) {
          const gone = await thingWith(domain, controller, relation, id);
          if (gone) things.push({ id, name: gone.name, owner: gone.owner });
        }
        const receiver = known ? await domain.dnOfPerson(controller, known.params.to) : null;
        return { account, receiver, things: things.sort(byId) };
      });
      return {
        controllers: readings.map(({ controller, value }) => ({ controller, view: value })),
      };
    },

    plan(now, { to }): Plan<readonly Edit[]> {
      const views = viewsIn(now);
      const things = views.flatMap((it) => it.things);
      if (things.length === 0) return settled(now, words.nothing);
      if (views.every(({ receiver }) => receiver === null)) {
        return blocked(`No account has the address ${to}. Name somebody else, or make an account.`);
      }
      if (views.some(({ account, receiver }) => isSame(receiver, account))) {
        return blocked(`${to} is the account itself.`);
      }
      const edits = views.flatMap(({ controller, account, receiver, things }) =>
        things
          .filter(({ owner }) => receiver !== null && (owner === null || isSame(owner, account)))
          .map(({ id, name, owner }) => ({ controller, id, name, from: owner, to: receiver! })),
      );
      if (edits.length > 0) return change(`Hand over to ${to}: ${namesOf(edits)}.`, edits);
      const late = views.filter(({ receiver, things }) => receiver === null && things.length > 0);
      if (late.length > 0) {
        const names = late.map(({ controller }) => controller).join(', ');
        return underway(`${names} does not show an account with the address ${to} yet.`);
      }
      const taken = views.flatMap(({ receiver, things }) =>
        things.filter(({ owner }) => !isSame(owner, receiver)),
      );
      const had = things.filter((it) => !taken.includes(it));
      const sentences = [
        ...(had.length > 0 ? [`${to} has: ${namesOf(had)}.`] : []),
        ...(taken.length > 0 ? [`Somebody else was given: ${namesOf(taken)}.`] : []),
      ];
      return settled(now, sentences.join(' '));
    },

    async apply(domain, _accountId, edits: readonly Edit[]) {
      const names = edits.map(({ controller }) => controller);
      await changeOn(domain, names, async (controller) => {
        for (const edit of edits.filter((it) => it.controller === controller.name)) {
          await replaceOwner(domain, controller, relation, edit);
        }
      });
    },

    restore(now, before): Plan<readonly Edit[]> {
      const own = ownIdsIn(before);
      const receivers = [...viewsIn(before), ...viewsIn(now)].map(({ receiver }) => receiver);
      const isReceiver = (owner: string) => receivers.some((it) => isSame(it, owner));
      const edits = viewsIn(now).flatMap(({ controller, account, things }) =>
        things
          .filter(({ id, owner }) => own.includes(id) && (owner === null || isReceiver(owner)))
          .map(({ id, name, owner }) => ({ controller, id, name, from: owner, to: account })),
      );
      if (edits.length > 0) return change(`Give back: ${namesOf(edits)}.`, edits);
      return settled(now, 'The owners are as they were before, or whom somebody chose since.');
    },
  });
}

async function replaceOwner(
  domain: Domain,
  controller: LdapServer,
  relation: Relation,
  { id, name, from, to }: Edit,
): Promise<void> {
  const found = await thingWith(domain, controller, relation, id);
  if (!found) throw rejected(`${controller.name}: ${name} is no longer there.`);
  if (isSame(found.owner, to)) return;
  // Taking out the old value as well makes the change fail if somebody else was faster.
  await controller.modify(found.dn, [
    ...(from === null
      ? []
      : [{ operation: 'delete' as const, attribute: relation, values: [from] }]),
    { operation: 'add', attribute: relation, values: [to] },
  ]);
  const shown = await thingWith(domain, controller, relation, id);
  if (isSame(shown?.owner ?? null, to)) return;
  throw rejected(`${controller.name}: ${name} does not show ${to} as ${relation}.`);
}

function settled({ controllers }: State, because: string): Plan<never> {
  const unread = controllers.filter(({ view }) => view === null);
  const waiting = unreadSentence(unread.map(({ controller }) => controller));
  return waiting === null ? done(because) : underway(waiting);
}

const viewsIn = ({ controllers }: State) =>
  controllers.flatMap(({ controller, view }) => (view ? [{ controller, ...view }] : []));

/** The keys of what named the account on some controller. */
const ownIdsIn = (it: State): readonly string[] => {
  const own = viewsIn(it).flatMap(({ account, things }) =>
    things.filter(({ owner }) => isSame(owner, account)).map(({ id }) => id),
  );
  return [...new Set(own)];
};

/** A controller spells a name in these attributes as it spells that of the entry itself. */
const isSame = (one: string | null, other: string | null): boolean =>
  one !== null && one.toLowerCase() === other?.toLowerCase();

/** Each name once, although several controllers show it. */
const namesOf = (things: readonly { readonly id: string; readonly name: string }[]): string =>
  [...new Map(things.map(({ id, name }) => [id, name])).values()].join(', ');

const rejected = (detail: string) => new ConnectorError({ kind: 'rejected', detail });
