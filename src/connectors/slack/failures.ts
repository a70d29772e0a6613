import { z } from 'zod';
import { ConnectorError, type Failure } from '#core/failure.ts';

const Refusal = z.object({
  ok: z.literal(false),
  error: z.string(),
  /** Of `missing_scope`: what the method wants. */
  needed: z.string().optional(),
});

const kinds: Readonly<Record<Exclude<Failure['kind'], 'rejected' | 'rate-limited'>, string[]>> = {
  unauthenticated: [
    ...['not_authed', 'invalid_auth', 'account_inactive', 'token_revoked', 'token_expired'],
    ...['two_factor_setup_required'],
  ],
  forbidden: [
    ...['missing_scope', 'no_permission', 'permission_denied', 'access_denied', 'accesslimited'],
    ...['not_allowed_token_type', 'not_an_admin', 'not_an_owner', 'admin_unauthorized'],
    ...['restricted_action', 'user_is_bot', 'user_is_restricted', 'bots_not_allowed'],
    ...[
      'feature_not_enabled',
      'ekm_access_denied',
      'enterprise_is_restricted',
      'team_access_not_granted',
    ],
    ...['user_not_visible', 'paid_teams_only', 'plan_upgrade_required', 'not_allowed'],
  ],
  'not-found': ['user_not_found', 'team_not_found', 'no_such_subteam'],
  unavailable: [
    ...['fatal_error', 'internal_error', 'request_timeout', 'service_unavailable'],
    // Slack moves the workspace into an organisation.
    ...['team_added_to_org', 'org_login_required'],
    // The organisation changed and some workspaces did not; Slack says to call again.
    ...['failed_to_set_regular_on_workspaces', 'failed_to_set_owner_on_workspaces'],
  ],
  // What only a program gets wrong.
  unexpected: [
    ...['unknown_method', 'deprecated_endpoint', 'method_deprecated', 'invalid_cursor'],
    ...['invalid_arg_name', 'invalid_arguments', 'invalid_array_arg', 'invalid_charset'],
    ...['invalid_form_data', 'invalid_post_type', 'missing_post_type', 'invalid_json'],
    ...['json_not_object', 'missing_argument', 'limit_required'],
  ],
};
const kindOf = new Map(
  Object.entries(kinds).flatMap(([kind, words]) =>
    words.map((word) => [word, kind as keyof typeof kinds] as const),
  ),
);

/** Nobody active has the address that was asked for: an answer, and no failure. */
export const nobodyFound = 'users_not_found';

const rateLimited = new Set(['ratelimited', 'rate_limited']);
/** Where Slack names no time: its limits count by the minute. */
const aMinuteMs = 60_000;

/** Slack answers 200 to what it refuses, with one word that says why. */
export function failureIn(body: unknown): Failure | null {
  const refusal = Refusal.safeParse(body);
  if (!refusal.success) return null;
  const { error, needed } = refusal.data;
  if (error === nobodyFound) return null;
  const detail = `Slack says: ${error.slice(0, 100)}${needed ? `, the app lacks ${needed.slice(0, 200)}` : ''}`;
  if (rateLimited.has(error)) return { kind: 'rate-limited', detail, retryAfterMs: aMinuteMs };
  return { kind: kindOf.get(error) ?? 'rejected', detail };
}

/** The SCIM interface answers 400 and this word to a token that it cannot place. */
export async function scimFailure<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    const isUnknown =
      error instanceof ConnectorError &&
      error.failure.kind === 'rejected' &&
      error.failure.detail.includes('unsupported_version');
    if (!isUnknown) throw error;
    const detail =
      'Slack’s SCIM interface knows no workspace for this token. It needs the scope admin, and Business+ or Enterprise.';
    throw new ConnectorError({ kind: 'unauthenticated', detail }, { cause: error });
  }
}
