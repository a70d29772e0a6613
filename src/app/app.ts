import type { AnyConnector } from '#connector-kit/contract.ts';
import type { Actor } from '#core/event.ts';
import type { SubjectKeys } from '#ledger/record.ts';
import type { Pool } from '#store/sql.ts';
import type { UserRow } from '#store/users.ts';
import type { Live } from './live.ts';

/** What every act of a user works with; put together by `main.ts`. */
export interface App {
  readonly pool: Pool;
  readonly keys: SubjectKeys;
  readonly connectors: ReadonlyMap<string, AnyConnector>;
  readonly secrets: AppSecrets;
  readonly live: Live;
  /** Calls hosts (`name:port`) of the identity provider, and no others; the guard stands before it. */
  fetchFrom(hosts: readonly string[]): typeof globalThis.fetch;
  /** Where people reach Gatehouse, without a slash at the end; passkeys are bound to it. */
  readonly publicUrl: string;
  /** Where answers of a worker are waited for, in milliseconds. */
  readonly patienceMs: number;
}

/** Secrets as web may handle them: it can hand them over, and read only what checks incoming calls. */
export interface AppSecrets {
  /** Seals a credential for the worker, the only one who can open it. */
  handOver(it: {
    connectionUuid: string;
    field: string;
    /** Of the connection it comes with. */
    version: number;
    value: string;
    hosts: readonly string[];
    enteredBy: string;
  }): Promise<void>;
  storeInbound(it: { connectionUuid: string; field: string; value: string }): Promise<void>;
  removeInbound(it: { connectionUuid: string; field: string }): Promise<void>;
  /** Secrets that web itself uses, each under a name of ours. Answers the version, which counts from 1. */
  storeOwn(name: string, value: string): Promise<number>;
  /** One version, by default the newest; null: there is none. */
  own(name: string, version?: number): Promise<{ value: string; version: number } | null>;
  removeOwn(name: string): Promise<void>;
  /** The secrets that check what a source sends, newest first. */
  inbound(connectionUuid: string, fields: readonly string[]): Promise<readonly string[]>;
}

/** Who asks. */
export interface Caller {
  readonly user: UserRow;
  /** With how they showed who they are. */
  readonly actor: Actor;
  /** What a request came with; left out: it was no request. */
  readonly with?: CameWith;
}

/** A key of the API, or the session of a browser. */
export type CameWith =
  | { readonly kind: 'token'; readonly id: string; readonly expiresAt: Date }
  | {
      readonly kind: 'session';
      readonly id: string;
      /** Whether its owner signed in within the last 15 minutes. */
      readonly isFresh: boolean;
      /** Unless it is used before. */
      readonly expiresAt: Date;
      /** Until when a signature of a passkey counts; null: none does. */
      readonly steppedUpUntil: Date | null;
    };
