import { ConnectorError, type Failure } from '#core/failure.ts';

/** For `assert.rejects`: the call failed as this kind, and its text says so much. */
export const failsAs =
  (kind: Failure['kind'], says = /./) =>
  (thrown: unknown): boolean =>
    thrown instanceof ConnectorError &&
    thrown.failure.kind === kind &&
    says.test(thrown.failure.detail);
