import type { ConnectionInput } from '#app/connections.ts';
import type { Colleague } from '../company.ts';

/** One system of Meadow & Co: a real server, and how an administrator connects it. */
export interface PracticeSystem {
  /** What Gatehouse is to be told, credentials included. */
  readonly connection: ConnectionInput & { readonly name: string };
  /** What it is and who is in it, in a few words. */
  readonly about: string;
  /** Where Gatehouse may call although the address is not public. Empty: it is never called. */
  readonly targets: readonly { readonly port: number; readonly http: boolean }[];
  /** What somebody uploads, where it can only write a list: CSV. */
  list?(): string;
  /** Asks the server itself, past Gatehouse, about every account of a person. */
  look(person: Colleague): Promise<readonly Sight[]>;
  /** Looks for an account that was not there at the start; null: there is none. */
  find?(person: Colleague): Promise<Sight | null>;
  /** Logins whose account or memberships are no longer as they were at the start. */
  changed(): Promise<ReadonlySet<string>>;
  stop(): Promise<void>;
}

/** For systems that show by themselves neither accounts nor changes. */
export const showsNothing = {
  look: async () => [],
  changed: async () => new Set<string>(),
} satisfies Partial<PracticeSystem>;

/** One account as its own system shows it. */
export interface Sight {
  readonly login: string;
  /** Whether the person can sign in there now. */
  readonly open: boolean;
  /** What was asked, and what came back, in few words. */
  readonly asked: string;
  readonly answered: string;
}

export const serviceAccount = { id: 'u-1', email: 'gatehouse@meadow.example' };
