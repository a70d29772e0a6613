import { z } from 'zod';
import { type Failure, failureKinds } from '#core/failure.ts';
import { type Json, Pointer, Scalar, valueAt } from './pointer.ts';

/** An answer that means failure, whatever it looks like. */
export const FailureRule = z.strictObject({
  /** Only for this status. Without it the rule is about answers that claim success. */
  status: z.int().min(200).max(599).optional(),
  at: Pointer.optional(),
  equals: Scalar.optional(),
  notEquals: Scalar.optional(),
  isOneOf: z.array(Scalar).min(1).optional(),
  isSet: z.literal(true).optional(),
  kind: z.enum(failureKinds),
  /** Where the answer says why. */
  message: Pointer.optional(),
  /** For `rate-limited`. Default: 60. */
  retryAfterSeconds: z.int().min(1).max(86_400).optional(),
});
export type FailureRule = z.infer<typeof FailureRule>;

/**
 * What the description's rules make of an answer; null when none fits.
 *
 * `body` is undefined where there is no JSON to look at. An answer that should have said yes
 * and says nothing has not said yes: `notEquals` fits it as well.
 */
export function failureBy(
  rules: readonly FailureRule[],
  status: number,
  body: Json | undefined,
  request: string,
): Failure | null {
  const rule = rules.find((it) => fits(it, status, body));
  if (!rule) return null;

  const said =
    rule.message === undefined || body === undefined ? null : valueAt(body, rule.message);
  const why = typeof said === 'string' ? `: ${said.trim().slice(0, 300)}` : '';
  const detail = `${request} answered ${status}${why || inBody(rule)}`;
  if (rule.kind !== 'rate-limited') return { kind: rule.kind, detail };
  return { kind: rule.kind, detail, retryAfterMs: (rule.retryAfterSeconds ?? 60) * 1_000 };
}

function fits(rule: FailureRule, status: number, body: Json | undefined): boolean {
  if (rule.status === undefined ? status >= 300 : status !== rule.status) return false;
  if (rule.at === undefined) return true;
  if (status === 204) return false; // has no body, by definition
  const value = body === undefined ? undefined : valueAt(body, rule.at);
  if (rule.isSet) return value !== undefined && value !== null;
  if (rule.notEquals !== undefined) return value !== rule.notEquals;
  if (rule.isOneOf) return rule.isOneOf.some((it) => it === value);
  return value === rule.equals;
}

const inBody = ({ at, message }: FailureRule): string =>
  at === undefined
    ? ''
    : ` with a body that means no at "${at}"${message ? ', and no reason' : ''}`;
