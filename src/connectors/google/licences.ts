import { z } from 'zod';
import { scopes } from './scopes.ts';
import { inPath, pageOf, pagesOf, type Speak, withoutNaming } from './web.ts';

const Assignment = z.object({
  userId: z.string(),
  skuId: z.string(),
  skuName: z.string().optional(),
});

/** Licences of people. https://developers.google.com/workspace/admin/licensing/reference/rest */
export function openLicences(speak: Speak) {
  const http = speak('licensing', scopes.licences);
  const product = (id: string) => `/apps/licensing/v1/product/${inPath(id)}`;
  const licence = (productId: string, skuId: string) =>
    `${product(productId)}/sku/${inPath(skuId)}/user`;

  return {
    /**
     * Google does not tell the licences of one person, only everybody's of a product; those of others are thrown
     * away page by page.
     */
    async licencesOf(email: string, productId: string, customerId: string) {
      const found: { skuId: string; name: string }[] = [];
      const query = { customerId, maxResults: '1000' };
      const pages = pagesOf(
        http,
        `${product(productId)}/users`,
        query,
        pageOf('items', Assignment),
      );
      for await (const page of pages) {
        const own = page.filter((it) => it.userId.toLowerCase() === email.toLowerCase());
        found.push(...own.map(({ skuId, skuName }) => ({ skuId, name: skuName ?? skuId })));
      }
      return found;
    },
    removeLicence: (email: string, productId: string, skuId: string) =>
      withoutNaming(email, http.call('DELETE', `${licence(productId, skuId)}/${inPath(email)}`)),
    giveLicence: (email: string, productId: string, skuId: string) =>
      http.call('POST', licence(productId, skuId), { userId: email }),
  };
}
