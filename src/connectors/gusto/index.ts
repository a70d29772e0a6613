import { type Account, connector, type PersonKeys } from '#connector-kit/contract.ts';
import { hostOf } from '#connector-kit/host-of.ts';
import { ConnectorError } from '#core/failure.ts';
import { type Employee, type Gusto, openGusto } from './api.ts';
import { endPay } from './end-pay.ts';
import { settings } from './settings.ts';

/** The payroll of a company in the United States. */
export const gusto = connector({
  id: 'gusto',
  name: 'Gusto',
  category: 'payroll',
  settings,
  hosts: ({ address }) => [hostOf(address)],
  // https://docs.gusto.com/app-integrations/docs/rate-limits
  allowed: { requests: 200, perSeconds: 60 },
  open: openGusto,

  async check(client) {
    const { scope, resource } = await client.tokenInfo();
    const { company } = client.settings;
    if (resource && resource.uuid !== company) {
      const detail = `This token is for ${resource.type} ${resource.uuid}, not for company ${company}.`;
      throw new ConnectorError({ kind: 'rejected', detail });
    }
    return { actingAs: `company ${company}`, scopes: scope.split(/\s+/) };
  },

  // Whoever has left still signs in to Gusto for pay slips and tax forms, as the law wants it.
  accounts: {
    areAccess: false,
    find,
    async *list(client) {
      for await (const employee of client.employees()) yield toAccount(employee);
    },
  },
  actions: [endPay],
});

/** Gusto searches by name only, and a name is nobody's own: so everybody is compared by address. */
async function find(client: Gusto, { email }: PersonKeys): Promise<Account[]> {
  const found: Account[] = [];
  const wanted = email.trim().toLowerCase();
  for await (const employee of client.employees()) {
    const addresses = [employee.work_email, employee.email].map((it) => it?.trim().toLowerCase());
    if (addresses.includes(wanted)) found.push(toAccount(employee));
  }
  return found;
}

const toAccount = (it: Employee): Account => ({
  id: it.uuid,
  login: it.work_email ?? `${it.first_name} ${it.last_name}`,
  status: it.terminated ? 'suspended' : 'active',
  privileged: false,
  lastSeenAt: null,
});
