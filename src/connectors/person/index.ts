import { z } from 'zod';
import { type Account, type ByHand, connector } from '#connector-kit/contract.ts';
import { type Capability, capabilities } from '#core/capability.ts';
import { ConnectorError } from '#core/failure.ts';
import { type Settings, settings } from './settings.ts';

/** A system that only people can work, because it offers nothing to machines. */
export const person = connector({
  id: 'person',
  name: 'A person does it',
  category: 'other',
  settings,
  hosts: () => [],
  open: (settings: Settings) => settings,

  async check({ assignTo }) {
    return { actingAs: assigneeInWords(assignTo), scopes: null };
  },

  accounts: {
    async find({ accounts }, { email }) {
      const key = keyOf(email);
      // Nobody can know whether there is one, so somebody has to look.
      if (!accounts) return [accountOf(key, key)];
      return accounts
        .filter((it) => keyOf(it.email) === key)
        .map(({ login }) => accountOf(login, login));
    },

    async *list({ accounts, system }) {
      if (!accounts) {
        const detail = `Nobody knows all accounts of ${system}: if you do, enter the known accounts`;
        throw new ConnectorError({ kind: 'rejected', detail });
      }
      for (const { login } of accounts) yield accountOf(login, login);
    },
  },

  actions: (it: Settings) => it.capabilities.map((capability) => byHand(capability, it)),
});

function byHand(capability: Capability, settings: Settings): ByHand<unknown> {
  const { title } = capabilities[capability];
  const { system, instructions, proof, assignTo } = settings;
  const isCertain = settings.accounts !== undefined || capability === 'account.create';
  return {
    kind: 'by-hand',
    capability,
    summary: `${title} in ${system}: done by ${assigneeInWords(assignTo)}.`,
    scopes: [],
    params: z.strictObject({}),
    instructions: (login) =>
      [
        `${title} in ${system}, for ${login}.`,
        instructions,
        isCertain ? null : `If there is no account for ${login}, write that down instead.`,
      ]
        .filter((it) => it !== null)
        .join('\n\n'),
    proof,
    assignTo,
  };
}

/** An account that a list names, or that may be there; nothing tells that it is blocked. */
const accountOf = (id: string, login: string): Account => ({
  id,
  login,
  status: 'active',
  privileged: false,
  lastSeenAt: null,
});

const keyOf = (email: string): string => email.trim().toLowerCase();

function assigneeInWords(assignee: Settings['assignTo']): string {
  if ('role' in assignee) return `the role ${assignee.role}`;
  if ('email' in assignee) return assignee.email;
  return 'the manager of the person who leaves';
}
