import { z } from 'zod';
import { byId } from '#connector-kit/by-id.ts';
import { change, done, type Plan, transition } from '#connector-kit/contract.ts';
import { namesOf } from '#connector-kit/names-of.ts';
import { onlyDenies } from './administrators.ts';
import type { Iam } from './api.ts';
import { permissions } from './permissions.ts';
import { sessionsPolicy } from './revoke-sessions.ts';
import { settlesWithinMs } from './settles.ts';

const Attached = z.strictObject({ id: z.string(), name: z.string() });
/** The document itself, so that the policy can be given back word for word. */
const Inline = z.strictObject({ id: z.string(), name: z.string(), document: z.string() });
const state = z.strictObject({ attached: z.array(Attached), inline: z.array(Inline) });
type State = z.infer<typeof state>;

interface Change extends State {
  readonly do: 'take' | 'give';
}

/** Policies of AWS that only deny. The second kind is what AWS puts on a user whose key was found in public. */
const isDenialOfAws = (name: string) => /^AWS(DenyAll|CompromisedKeyQuarantine(V\d+)?)$/.test(name);

/** Policies that only deny stay: without them, a group that is kept would give more than before. */
export const removeRoles = transition({
  capability: 'roles.remove',
  summary: 'Takes away every policy that allows something to the user itself, attached or inline.',
  scopes: permissions.roles,
  mustPrecede: ['account.delete'],
  params: z.strictObject({}),
  state,
  settlesWithinMs,
  repeatable: true,

  async read(iam: Iam, accountId) {
    const user = await iam.nameOf(accountId);
    const attached = (await iam.attachedTo(user))
      .filter((it) => !isDenialOfAws(it.PolicyName))
      .map((it) => ({ id: it.PolicyArn, name: it.PolicyName }));
    const inline: State['inline'] = [];
    for (const name of await iam.inlineOf(user)) {
      if (name === sessionsPolicy) continue;
      const document = await iam.inline(user, name);
      if (document !== null && !onlyDenies(document)) inline.push({ id: name, name, document });
    }
    return { attached: attached.sort(byId), inline: inline.sort(byId) };
  },

  plan(now): Plan<Change> {
    const all = [...now.attached, ...now.inline];
    return all.length === 0
      ? done('No policy allows anything to the user itself.')
      : change(`Take away the policies ${namesOf(all)}.`, { do: 'take', ...now });
  },

  async apply(iam, accountId, { do: what, attached, inline }: Change) {
    const user = await iam.toChange(accountId);
    for (const { id } of attached) await iam[what === 'take' ? 'detach' : 'attach'](user, id);
    for (const { name, document } of inline) {
      if (what === 'take') await iam.removeInline(user, name);
      else await iam.putInline(user, name, document);
    }
  },

  restore(now, before): Plan<Change> {
    const attached = lost(now.attached, before.attached);
    const inline = lost(now.inline, before.inline);
    const all = [...attached, ...inline];
    return all.length === 0
      ? done('Every policy from before is there.')
      : change(`Give the policies ${namesOf(all)} back.`, { do: 'give', attached, inline });
  },
});

/** What was there before and no longer is. */
function lost<It extends { readonly id: string }>(now: readonly It[], before: readonly It[]): It[] {
  const present = new Set(now.map(({ id }) => id));
  return before.filter(({ id }) => !present.has(id));
}
