import { z } from 'zod';
import { assigneeInWords } from '#connector-kit/assignee.ts';
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
    params: z.record(z.string(), z.json()),
    instructions: (login, params) =>
      [
        `${title} in ${system}, for ${login}.`,
        paramsInWords(params),
        instructions,
        isCertain ? null : `If there is no account for ${login}, write that down instead.`,
      ]
        .filter((it) => it !== null)
        .join('\n\n'),
    proof,
    assignTo,
  };
}

/** What the playbook says beyond what is to be done, one a line; null: nothing. */
function paramsInWords(params: unknown): string | null {
  const lines = Object.entries(Object(params)).map(
    ([name, value]) => `${name}: ${typeof value === 'string' ? value : JSON.stringify(value)}`,
  );
  return lines.length > 0 ? lines.join('\n') : null;
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
