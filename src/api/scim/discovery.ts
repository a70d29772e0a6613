import { type Attribute, type ResourceType, resourceTypes } from './schema.ts';

const schemas = 'urn:ietf:params:scim:schemas:core:2.0';
export const mostResults = 200;
export const mostBulkOperations = 100;
export const scimBodyBytes = 4 * 1024 * 1024;

/** What we can do (RFC 7643, 5). */
export const providerConfig = (base: string) => ({
  schemas: [`${schemas}:ServiceProviderConfig`],
  patch: { supported: true },
  bulk: { supported: true, maxOperations: mostBulkOperations, maxPayloadSize: scimBodyBytes },
  filter: { supported: true, maxResults: mostResults },
  changePassword: { supported: false },
  sort: { supported: false },
  etag: { supported: true },
  authenticationSchemes: [
    {
      type: 'oauthbearertoken',
      name: 'Bearer token',
      description: 'A token of this one connection, in the header Authorization',
      specUri: 'https://www.rfc-editor.org/info/rfc6750',
      primary: true,
    },
  ],
  meta: { resourceType: 'ServiceProviderConfig', location: `${base}/ServiceProviderConfig` },
});

/** RFC 7643, 6. */
const resourceType = (base: string, it: ResourceType) => ({
  schemas: [`${schemas}:ResourceType`],
  id: it.name,
  name: it.name,
  description: it.description,
  endpoint: `/${it.endpoint}`,
  schema: it.schema,
  ...(it.extension ? { schemaExtensions: [{ schema: it.extension.schema, required: false }] } : {}),
  meta: { resourceType: 'ResourceType', location: `${base}/ResourceTypes/${it.name}` },
});

const described = ({ subAttributes, ...it }: Attribute): object => ({
  ...it,
  ...(it.type === 'complex' ? { subAttributes: subAttributes.map(described) } : {}),
  ...(it.type === 'reference' ? { referenceTypes: ['external'] } : {}),
});

/** RFC 7643, 7. */
const schema = (base: string, id: string, name: string, attributes: readonly Attribute[]) => ({
  schemas: [`${schemas}:Schema`],
  id,
  name,
  description: name,
  attributes: attributes.map(described),
  meta: { resourceType: 'Schema', location: `${base}/Schemas/${id}` },
});

/** What a provider can ask about us; each by its `id`, which is also the last part of its address. */
export const discovered: Readonly<
  Record<string, (base: string) => readonly ({ readonly id: string } & object)[]>
> = {
  ResourceTypes: (base) => resourceTypes.map((it) => resourceType(base, it)),
  Schemas: (base) =>
    resourceTypes.flatMap((it) => [
      schema(base, it.schema, it.name, it.attributes),
      ...(it.extension
        ? [schema(base, it.extension.schema, `Enterprise${it.name}`, it.extension.attributes)]
        : []),
    ]),
};
