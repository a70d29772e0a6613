import { z } from 'zod';
import { blocked, change, done, type Plan, transition } from '#connector-kit/contract.ts';
import { text } from '#connector-kit/fields.ts';
import { ConnectorError } from '#core/failure.ts';
import type { Google } from './api.ts';
import { scopes } from './scopes.ts';
import { isWhole, type Service, services } from './vault.ts';

const Services = z.array(z.enum(Object.keys(services) as [Service, ...Service[]]));

interface Change {
  readonly matter: string;
  readonly services: readonly Service[];
}

/**
 * Puts the account on hold in Vault. Google purges what is held once the licence is gone or the account deleted, so
 * this comes before both. It is never taken back by us: what a hold releases may be purged at once, which is for
 * whoever leads the matter to decide. https://support.google.com/vault/answer/11542069
 */
export const preserveData = transition({
  capability: 'data.preserve',
  summary:
    'Puts the account on hold in a matter of Vault. Gatehouse never takes a hold away, and deletes nothing that is held.',
  scopes: [scopes.users, scopes.vault],
  mustPrecede: ['licences.remove', 'account.delete'],
  params: z.strictObject({
    matter: text('Matter', 'ID of the matter in Vault, as it stands in the address of its page'),
    services: Services.min(1).default(['mail', 'files', 'chat', 'calendar']).meta({
      title: 'What is held',
      description: 'mail, files, chat, calendar; voice and gemini where the company has them',
    }),
  }),
  state: z.strictObject({
    matter: z.enum(['open', 'not open', 'not there']),
    /** Of what everything is held. */
    held: Services,
  }),

  async read(google: Google, accountId, known) {
    const { id } = await google.user(accountId);
    const matterId = known?.params.matter ?? '';
    const matter = matterId === '' ? null : await google.matter(matterId);
    if (!matter) return { matter: 'not there' as const, held: [] };
    if (matter.state !== 'OPEN') return { matter: 'not open' as const, held: [] };
    const covering = (await google.holdsIn(matterId)).filter(
      (it) => isWhole(it) && it.accounts.some(({ accountId: held }) => held === id),
    );
    const isHeld = (it: Service) => covering.some(({ corpus }) => corpus === services[it]);
    return { matter: 'open' as const, held: Services.parse(Object.keys(services)).filter(isHeld) };
  },

  plan({ matter, held }, { matter: id, services: wanted }): Plan<Change> {
    if (matter === 'not there') {
      return blocked(
        `Vault shows no matter ${id}. Open one, or share it with the administrator of Gatehouse.`,
      );
    }
    if (matter === 'not open') return blocked(`The matter ${id} is closed, and holds nothing.`);
    const missing = wanted.filter((it) => !held.includes(it));
    return missing.length === 0
      ? done(`Vault holds ${wanted.join(', ')}.`)
      : change(`Hold ${missing.join(', ')} in Vault.`, { matter: id, services: missing });
  },

  async apply(google, accountId, { matter, services: missing }: Change) {
    const { id } = await google.user(accountId);
    for (const service of missing) {
      if (await joined(google, matter, service, id)) continue;
      try {
        await google.createHold(matter, nameOf(service), service, id);
      } catch (error) {
        // Somebody else’s departure may have made it in between.
        if (!(error instanceof ConnectorError) || error.failure.kind !== 'rejected') throw error;
        if (!(await joined(google, matter, service, id))) throw error;
      }
    }
  },
});

/** One hold for each service holds everybody whom Gatehouse puts into the matter. */
const nameOf = (service: Service) => `Gatehouse: ${service}`;

/** False: the hold is not there yet. */
async function joined(google: Google, matter: string, service: Service, accountId: string) {
  const hold = (await google.holdsIn(matter)).find(
    (it) => it.name === nameOf(service) && it.corpus === services[service] && isWhole(it),
  );
  if (!hold || hold.orgUnit?.orgUnitId !== undefined) return false;
  if (!hold.accounts.some((it) => it.accountId === accountId)) {
    await google.addToHold(matter, hold.holdId, accountId);
  }
  return true;
}
