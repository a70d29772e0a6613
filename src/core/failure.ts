/**
 * Why a call to another system did not do what we asked.
 *
 * A failure is plain data, so it survives the database, the ledger and the wire.
 * Each kind leads to exactly one reaction of the engine (see engine/reaction.ts).
 */
export type Failure =
  | { readonly kind: 'unavailable'; readonly detail: string }
  | { readonly kind: 'rate-limited'; readonly detail: string; readonly retryAfterMs: number }
  | { readonly kind: 'not-found'; readonly detail: string }
  | { readonly kind: 'unauthenticated'; readonly detail: string }
  | { readonly kind: 'forbidden'; readonly detail: string }
  | { readonly kind: 'rejected'; readonly detail: string }
  | { readonly kind: 'unexpected'; readonly detail: string };

/** Every kind, in the order in which people read of them. */
export const failureKinds = [
  'unavailable',
  'rate-limited',
  'not-found',
  'unauthenticated',
  'forbidden',
  'rejected',
  'unexpected',
] as const satisfies readonly Failure['kind'][];

/** The only error a connector throws. Read `failure`; the class is just the vehicle. */
export class ConnectorError extends Error {
  override readonly name = 'ConnectorError';
  readonly failure: Failure;

  constructor(failure: Failure, options?: ErrorOptions) {
    super(`${failure.kind}: ${failure.detail}`, options);
    this.failure = failure;
  }
}
