import type { Actor } from '#core/event.ts';
import type { Right } from '#core/user.ts';
import type { TaskLink } from '#store/task-links.ts';
import type { Caller } from './app.ts';
import { may } from './authorize.ts';

/** Who decides about a step: a user, or whoever holds the link of a letter and nothing else. */
export interface Decider {
  /** Of the user or the link; stands in the record. */
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly actor: Actor;
  /** Null: a link, which gives no rights beside being asked. */
  readonly caller: Caller | null;
}

export const userDecides = (caller: Caller): Decider => ({
  id: caller.user.id,
  name: caller.user.name,
  email: caller.user.email,
  actor: caller.actor,
  caller,
});

export const linkDecides = ({ id, name, email }: TaskLink): Decider => ({
  id,
  name,
  email,
  actor: { kind: 'link', id, auth: 'link' },
  caller: null,
});

/** {@link may} of whoever decides. */
export const mayDecide = (who: Decider, right: Right): boolean =>
  who.caller !== null && may(who.caller, right);
