import { z } from 'zod';
import { change, done, type Plan, transition } from '#connector-kit/contract.ts';
import { unlessMissing } from '#connector-kit/http.ts';
import { namesOf } from '#connector-kit/names-of.ts';
import { ConnectorError } from '#core/failure.ts';
import type { Google } from './api.ts';
import { scopes } from './scopes.ts';

const Licence = z.strictObject({ product: z.string(), sku: z.string(), name: z.string() });
type Licence = z.infer<typeof Licence>;

interface Change {
  readonly do: 'remove' | 'give';
  readonly licences: readonly Pick<Licence, 'product' | 'sku'>[];
}

/**
 * Licences are kept by the present address of the account, so they go before it is renamed. Those that a unit hands
 * out by itself come back, which is seen when they are read again.
 */
export const removeLicences = transition({
  capability: 'licences.remove',
  summary: 'Takes back licences. What only they keep, such as mail, may be lost with them.',
  scopes: [scopes.users, scopes.licences],
  mustPrecede: ['account.delete'],
  params: z.strictObject({
    products: z.array(z.string().trim().min(1)).min(1).default(['Google-Apps']).meta({
      title: 'Products',
      description:
        'Product IDs of Google: Google-Apps is Google Workspace, Google-Vault is Vault, 101047 is Gemini',
    }),
  }),
  state: z.strictObject({ licences: z.array(Licence) }),
  repeatable: true,
  settlesWithinMs: 10 * 60_000,

  async read(google: Google, accountId, known) {
    const { primaryEmail, customerId } = await google.user(accountId);
    if (customerId === undefined) {
      const detail = 'Google does not say which customer the account belongs to.';
      throw new ConnectorError({ kind: 'unexpected', detail });
    }
    const licences: Licence[] = [];
    for (const product of known?.params.products ?? ['Google-Apps']) {
      const found = await google.licencesOf(primaryEmail, product, customerId);
      licences.push(...found.map(({ skuId, name }) => ({ product, sku: skuId, name })));
    }
    return { licences: licences.sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1)) };
  },

  plan({ licences }, { products }): Plan<Change> {
    if (licences.length === 0) return done(`No licence of ${products.join(', ')}.`);
    return change(`Take back ${namesOf(licences)}.`, { do: 'remove', licences: plain(licences) });
  },

  async apply(google, accountId, it: Change) {
    const { primaryEmail } = await google.user(accountId);
    for (const { product, sku } of it.licences) {
      if (it.do === 'give') await google.giveLicence(primaryEmail, product, sku);
      else await unlessMissing(google.removeLicence(primaryEmail, product, sku));
    }
  },

  restore({ licences: now }, { licences: before }): Plan<Change> {
    const lost = before.filter((it) => !now.some((other) => keyOf(other) === keyOf(it)));
    if (lost.length === 0) return done('Every licence from before.');
    return change(`Give back ${namesOf(lost)}.`, { do: 'give', licences: plain(lost) });
  },
});

const keyOf = ({ product, sku }: Pick<Licence, 'product' | 'sku'>) => `${product} ${sku}`;
const plain = (licences: readonly Licence[]) =>
  licences.map(({ product, sku }) => ({ product, sku }));
