import type { AnyConnector } from '#connector-kit/contract.ts';
import type { SubjectKeys } from '#ledger/record.ts';
import type { Pool } from '#store/sql.ts';

/** What intake works with; put together by `main.ts`. */
export interface Intake {
  readonly pool: Pool;
  readonly keys: SubjectKeys;
  /** Opens the connection of a source, to read it again. */
  readonly open: (connectionId: string) => Promise<OpenedSource>;
  readonly log: {
    info(fields: object, message: string): void;
    warn(fields: object, message: string): void;
    error(fields: object, message: string): void;
  };
  /** A source that cannot be read is tried again after this, doubling to a quarter of an hour. */
  readonly firstRetryMs: number;
}

export interface OpenedSource {
  readonly connector: AnyConnector;
  readonly client: unknown;
  withoutSecrets(error: unknown): unknown;
  close(): Promise<void>;
}
