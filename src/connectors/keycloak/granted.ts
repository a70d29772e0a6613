import { z } from 'zod';
import { jsonOf } from '#core/json.ts';

const Claims = z.object({
  resource_access: z.record(z.string(), z.object({ roles: z.array(z.string()) })).optional(),
});

/**
 * The roles of Keycloak's admin client that an access token carries. Null: it is no JWT, or a lightweight one
 * that tells no roles. It is only told to people; Keycloak itself decides what it lets us do.
 */
export function grantedIn(authorization: string, adminClient: string): readonly string[] | null {
  const [, payload = ''] = authorization.split('.');
  const claims = Claims.safeParse(jsonOf(Buffer.from(payload, 'base64url').toString()));
  return (claims.success && claims.data.resource_access?.[adminClient]?.roles) || null;
}
