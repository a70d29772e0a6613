import type { Recipient } from '#core/playbook.ts';

/** One of the ways to say who, as a choice in a list: `manager`, `role hr`, `email`, `owner okta`. */
export function choiceOf(who: Recipient): string {
  if ('role' in who) return `role ${who.role}`;
  if ('systemOwner' in who) return `owner ${who.systemOwner}`;
  return Object.keys(who)[0] ?? 'manager';
}

/** What the person has to be told beside the choice; null: nothing. */
export function saidOf(who: Recipient): string | null {
  if ('email' in who) return who.email;
  if ('channel' in who) return who.channel;
  return null;
}

export function whoIs(choice: string, said = ''): Recipient {
  const [kind, ...rest] = choice.split(' ');
  const name = rest.join(' ');
  switch (kind) {
    case 'role':
      return { role: name };
    case 'owner':
      return { systemOwner: name };
    case 'email':
      return { email: said };
    case 'channel':
      return { channel: said };
    case 'successor':
      return { successor: true };
    case 'newcomer':
      return { newcomer: true };
    case 'personalEmail':
      return { personalEmail: true };
    case 'leaver':
      return { leaver: true };
    case 'reports':
      return { reports: true };
    default:
      return { manager: true };
  }
}
