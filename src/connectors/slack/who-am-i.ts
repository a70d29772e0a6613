import { z } from 'zod';
import type { Http } from '#connector-kit/http.ts';
import { ConnectorError } from '#core/failure.ts';
import { jsonOf } from '#core/json.ts';
import { failureIn } from './failures.ts';

const Whoami = z.object({
  ok: z.literal(true),
  user: z.string(),
  user_id: z.string(),
  team: z.string(),
  is_enterprise_install: z.boolean().default(false),
});

/** Whose token it is, and in a header of the answer what it may do. */
export async function whoAmI(http: Http) {
  const response = await http.send('GET', '/auth.test');
  const granted = response.headers.get('x-oauth-scopes');
  const text = await response.text().catch((cause: unknown) => {
    const detail = 'GET /auth.test broke off in the middle of its answer';
    throw new ConnectorError({ kind: 'unavailable', detail }, { cause });
  });
  const body = jsonOf(text);
  const failure = failureIn(body);
  if (failure) throw new ConnectorError(failure);
  const answer = Whoami.safeParse(body);
  if (!answer.success) {
    const detail = 'GET /auth.test answered something else than expected';
    throw new ConnectorError({ kind: 'unexpected', detail });
  }
  return { ...answer.data, granted: granted === null ? null : granted.split(/,\s*/) };
}
