import type { z } from 'zod';
import type { Account, PersonKeys } from '#core/account.ts';
import type { Capability } from '#core/capability.ts';
import type { AllowedRate, Category } from '#core/connection.ts';
import type { Failure } from '#core/failure.ts';
import type { LifecycleEvent, ShownRecord } from '#core/lifecycle.ts';
import type { Owned } from '#core/ownership.ts';
import type { PersonIdAttribute, ProvisionedAccount } from '#core/provisioned.ts';
import type { TicketContent } from '#core/ticket.ts';
import type { ListKind, ListRow, ListUpload } from '#core/uploaded-list.ts';

export type { Account, ListKind, ListRow, ListUpload, Owned, PersonKeys, TicketContent };

/**
 * A connector teaches the platform one outside system.
 *
 * It knows nothing of cases, playbooks, the database or retries: it opens a
 * client, finds accounts, and offers actions. All of it can be tested without us.
 */
export interface Connector<Settings, Client> {
  readonly id: string;
  readonly name: string;
  /** What the system usually is; an administrator may say otherwise for a connection. */
  readonly category: Category;

  /** What an administrator fills in once. The settings form is generated from it. */
  readonly settings: z.ZodType<Settings>;

  /** Every `host:port` the settings make us call. Credentials are bound to these hosts. */
  hosts(settings: Settings): readonly string[];

  /** Builds a client. Must not call the network; `check` does. */
  open(settings: Settings, io: Io): Client;

  /** Ends what `open` or later calls keep open, such as a socket. Never throws. */
  close?(client: Client): Promise<void>;

  /** One harmless call that tells who we are there and what we may do. */
  check(client: Client): Promise<Identity>;

  /**
   * How often the vendor documents that it may be asked; a connection is not asked faster, unless somebody says so for it.
   * A function where the settings decide; left out, or null: nothing is documented.
   */
  readonly allowed?: AllowedRate | ((settings: Settings) => AllowedRate | null);

  /** Whether people see that call, as a message in their channel. Then it is made only when somebody asks for it. */
  readonly checkIsSeen?: true;

  /** Null: the system holds no accounts that we could look for (a mail relay, say). */
  readonly accounts: {
    /**
     * False: what is found opens nothing when it is left as it is (equipment, a payroll record).
     * A function where the settings say what is found.
     */
    readonly areAccess?: false | ((settings: Settings) => boolean);
    /** The accounts of one person, usually none or one. An error is never an empty answer. */
    find(client: Client, person: PersonKeys): Promise<readonly Account[]>;
    /** Every account, page by page, for the discovery map. */
    list(client: Client): AsyncIterable<Account>;
    /**
     * Which of them we sign in with ourselves, by its id or its login; null: none, as an app or a key of a company.
     * Left out: never one of them, or nobody can tell.
     */
    own?(client: Client): Promise<string | null>;
  } | null;

  /**
   * How to ask what an account owns. Left out, or null for these settings: that cannot be asked.
   * An error is never an empty answer.
   */
  readonly owns?: (
    settings: Settings,
  ) => ((client: Client, accountId: string) => Promise<readonly Owned[]>) | null;

  /** What can be asked of an account. A function where the settings describe the system. */
  readonly actions: readonly AnyAction<Client>[] | ((settings: Settings) => AnyAction<Client>[]);

  /** What it finds stands in a list that is uploaded for each connection. */
  readonly takesList?: (settings: Settings) => ListKind;

  /** Only ticket systems have it. A function where the settings describe the system; null: it takes none. */
  readonly tickets?: Tickets<Client> | ((settings: Settings) => Tickets<Client> | null);

  /** Only where a system is described as data: a setting `description`, which holds neither secret nor address. */
  readonly descriptions?: {
    /** How one is handed on; of what it reads, `description` is the setting. */
    readonly file: z.ZodType<{ readonly description: unknown }>;
    /** Those that come along. */
    ready(): readonly ReadyDescription[];
  };

  /** Only HR systems have it: who joins, changes and leaves. */
  readonly people?: PeopleSource<Settings, Client>;

  /** Only receivers of signed webhooks have it. The same id is the same message. */
  readonly messages?: {
    post(
      client: Client,
      message: { readonly id: string; readonly body: unknown },
    ): Promise<Receipt>;
  };

  /** Only where people talk to each other. A function where the settings decide; null: it carries nothing. */
  readonly chat?: Chat<Client> | ((settings: Settings) => Chat<Client> | null);

  /** Only systems that keep records of cases have it. */
  readonly records?: Records<Client> | ((settings: Settings) => Records<Client> | null);

  /** Only mail systems have it: how messages to people leave the house. */
  readonly mail?: {
    send(client: Client, message: Message): Promise<Receipt>;
  };
}

export interface ReadyDescription {
  readonly id: string;
  /** What people call the system. */
  readonly name: string;
  /** In one sentence. */
  readonly does: string;
  /** As a file holds it: the description, its sources and traps, and what to enter. */
  readonly file: Readonly<Record<string, unknown>>;
  /** What a connection is begun with; null where a secret is to be entered. */
  readonly settings: Readonly<Record<string, unknown>>;
}

/** The outside world, handed in so that tests can replace it. */
export interface Io {
  /** Refuses every host that the connection's credential is not bound to; follows no redirect. */
  readonly fetch: typeof globalThis.fetch;
  readonly now: () => Date;
  /** The guard's checked address, for what is not HTTP. Throws a ConnectorError when refused. */
  address(host: string, port: number): Promise<CheckedAddress>;
  /** Told of each request that is neither HTTP nor the first on an address, for whoever counts them. */
  readonly asked?: () => void;
  /**
   * What ends the call that is under way, when everything is stopped (the kill switch): what is not HTTP hangs up by
   * it, and sends nothing more. Left out, or nothing: it is a reading, which goes on.
   */
  readonly ending?: () => AbortSignal | undefined;
  /**
   * Asked when a request that only reads was answered “not now”, or by nobody: waits, and says whether it is
   * to be sent again. Only long lists are read with it; left out, a call fails at once, and the engine decides.
   */
  readonly patience?: (failure: Failure) => Promise<boolean>;
  /**
   * Replaces secrets of the connection, by the names of its settings, with what `exchange` got for those that hold
   * now; nothing: they stay. One process at a time, and kept before it returns. Left out: nothing can be kept.
   */
  readonly replaceSecrets?: (exchange: Exchange) => Promise<void>;
  /** Certificates of a private authority that this connection trusts, PEM; null: the public ones. */
  readonly ca: string | null;
  /** The one folder of this machine that a connector may write into; left out: none. */
  readonly recordsFolder?: string;
  /** The one folder of this machine below which people drop files for us; left out: none. */
  readonly dropFolder?: string;
  /** What was uploaded for this connection; left out: it cannot be asked. */
  readonly list?: UploadedList;
}

/** What a system gives for the secrets that hold now, each by the name of its setting. */
export type Exchange = (
  held: ReadonlyMap<string, string>,
) => Promise<Readonly<Record<string, string>>>;

/** The newest list that was uploaded for a connection. */
export interface UploadedList {
  /** Null: there was none yet. */
  upload(): Promise<ListUpload | null>;
  /** Rows that carry this id or this address. */
  rowsOf(person: { personId: string | null; email: string }): Promise<readonly ListRow[]>;
  row(key: string): Promise<ListRow | null>;
  all(): Promise<readonly ListRow[]>;
}

export interface CheckedAddress {
  /** A literal IP address; connect to exactly this one. */
  readonly ip: string;
  readonly port: number;
  /** The name to check the certificate against. */
  readonly serverName: string;
}

export interface Identity {
  readonly actingAs: string;
  /** Scopes we were granted, or null where the system does not tell. */
  readonly scopes: readonly string[] | null;
}

interface ActionBase<Params> {
  readonly capability: Capability;
  /** One sentence for the person who builds a playbook. */
  readonly summary: string;
  /** What the connection must be allowed to do; checked before a case starts. */
  readonly scopes: readonly string[];
  /** What must come later on the same account. Playbooks that disagree are refused. */
  readonly mustPrecede?: readonly Capability[];
  readonly params: z.ZodType<Params>;
}

/** What a reading may have to know beside the account. */
export interface Known<Params, State> {
  readonly params: Params;
  /** The state before the first change: what no longer hangs on the account is found by it. */
  readonly before: State | null;
}

/**
 * An action whose effect can be read back.
 *
 * `read` and `apply` touch the network; `plan` and `restore` are pure. To verify,
 * the engine reads and plans again: the action has worked when nothing is left to
 * change. That also makes it idempotent: a second run plans nothing.
 */
export interface Transition<Client, State, Params, Change> extends ActionBase<Params> {
  readonly kind: 'transition';

  /** The facts before and after: kept as evidence, and read again to undo. Only what planning needs. */
  readonly state: z.ZodType<State>;

  /** `accountId` comes from `accounts`; for `account.create` it is the login wanted. */
  read(client: Client, accountId: string, known?: Known<Params, State>): Promise<State>;

  plan(now: State, params: Params): Plan<Change>;
  apply(client: Client, accountId: string, change: Change): Promise<void>;

  /** What `apply` would send, for whoever tries it out. May read; changes nothing. Left out: it cannot tell. */
  requests?(client: Client, accountId: string, change: Change): Promise<readonly PlannedRequest[]>;

  /** Plans the way back to `before`. Leave out what cannot be undone. */
  restore?(now: State, before: State): Plan<Change>;

  /** How long the system may take to show the change. Default: 1 minute. */
  readonly settlesWithinMs?: number;

  /**
   * Sets an end state: sending it twice changes nothing more, so after an unknown
   * outcome the engine reads and, if the goal does not show, calls again at once.
   */
  readonly repeatable?: true;

  /**
   * How long after a call of unknown outcome a reading may still not show that it arrived, as `underway` or `done`.
   * Default: 10 minutes, or as long as it may take to settle. Where an order shows at once and takes days to be
   * carried out, say so, or it is not repeated for days. Below 10 minutes only with a measurement in the tests.
   */
  readonly consistencyMs?: number;
}

/**
 * An action that leaves nothing to read, such as ending sessions in a system that
 * cannot list them. Its step ends as `acknowledged`, never as `verified`.
 */
export interface Command<Client, Params> extends ActionBase<Params> {
  readonly kind: 'command';
  /** Must be safe to send twice. Returns what the system answered, as evidence. */
  send(client: Client, accountId: string, params: Params): Promise<Receipt>;
  /** What `send` would send, as with a transition. */
  requests?(client: Client, accountId: string, params: Params): Promise<readonly PlannedRequest[]>;
}

/** A request over HTTP that nobody has sent, without what signs it. */
export interface PlannedRequest {
  readonly method: string;
  readonly url: string;
  /** JSON, or the fields of a form; null: none. */
  readonly body: unknown;
}

/** An action that a human carries out. Its step ends as `attested`, with a proof. */
export interface ByHand<Params> extends ActionBase<Params> {
  readonly kind: 'by-hand';
  /** What to do, for the person who does it. */
  instructions(login: string, params: Params): string;
  /** What they must attach or write down. */
  readonly proof: readonly string[];
  readonly assignTo: Assignee;
}

/** Who does a task: a role, the manager of the person who leaves, or somebody by address. */
export type Assignee =
  | { readonly role: string }
  | { readonly manager: true }
  | { readonly email: string };

export interface Receipt {
  readonly summary: string;
}

export interface Message {
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  /** The same for every attempt, so that the receiver can drop a repeat. */
  readonly messageId: string;
  readonly attachments?: readonly RecordFile[];
}

/** How short messages reach people where they talk to each other. */
export interface Chat<Client> {
  /** What the connection must be allowed to do. */
  readonly scopes: readonly string[];
  /** Where it posts into this one channel and tells nobody alone; left out: it does both, wherever it may. */
  readonly onlyChannel?: string;
  /** Tells somebody, by their address at work. Null: nobody of that address is there; they have to be told in another way. */
  tell(client: Client, address: string, words: ChatWords): Promise<Receipt | null>;
  /** Posts into a channel, as the system calls it. */
  post(client: Client, channel: string, words: ChatWords): Promise<Receipt>;
}

/** Plain text, in which nothing may mean anything to the system, such as a mention. */
export interface ChatWords {
  readonly subject: string;
  readonly text: string;
}

/**
 * How tickets are kept. Each carries our reference, so that one is found again that was made by a
 * call whose answer we never heard.
 */
export interface Tickets<Client> {
  /** What the connection must be allowed to do. */
  readonly scopes: readonly string[];
  /** How many characters a text may have. */
  readonly longestText: number;
  /** The ticket that carries the reference, which is letters, digits, "-" and at most 100 long. */
  find(client: Client, reference: string): Promise<Ticket | null>;
  /** Null: there is no such ticket any more, or we may not see it. */
  read(client: Client, id: string): Promise<Ticket | null>;
  /** Returns its id. */
  create(client: Client, reference: string, content: TicketContent): Promise<string>;
  /** Brings a ticket from what it shows to what it is to show. */
  update(client: Client, ticket: Ticket, content: TicketContent): Promise<void>;
}

/** A ticket as the system shows it. */
export interface Ticket extends TicketContent {
  /** The system's own id. */
  readonly id: string;
  /** What people call it, such as IT-42. */
  readonly name: string;
}

/** The record of one case up to a seal, made by the engine. What is delivered, byte for byte. */
export interface CaseRecord {
  readonly caseId: string;
  /** The system's own id of the first ticket that this connection keeps of the case; null: none. */
  readonly ticketId: string | null;
  readonly sealedAt: Date;
  /** Each fact by itself, for systems that take lines, the oldest first. */
  readonly facts: readonly RecordedFact[];
  /** Their names are unlike those of any other record. The manifest, which names the others, is last. */
  readonly files: readonly RecordFile[];
  readonly manifest: RecordFile;
}

export interface RecordedFact {
  readonly at: Date;
  readonly type: string;
  /** One line of JSON, without its end. */
  readonly line: string;
}

export interface RecordFile {
  /** Letters, digits, dots and hyphens. */
  readonly name: string;
  readonly mediaType: string;
  readonly bytes: Buffer;
  /** Hex. */
  readonly sha256: string;
}

/** How records of cases are delivered. */
export interface Records<Client> {
  delivery(record: CaseRecord): Delivering<Client>;
}

type NotOfRecords = 'capability' | 'mustPrecede' | 'params' | 'restore';

/**
 * A record delivered so that it can be read back, or only handed over. Where a step names an
 * account, a delivery names the case. What `state` and `change` hold is kept: names and hashes
 * of files, never their bytes.
 */
export type Delivering<Client = unknown> =
  | Omit<AnyTransition<Client>, NotOfRecords>
  | Omit<Command<Client, unknown>, NotOfRecords>;

/** How an HR system tells who joins, changes and leaves. */
export interface PeopleSource<Settings, Client> {
  /** Checks a delivery over its raw body. Pure. Several secrets stand side by side in a rotation. */
  verify(delivery: Delivery, secrets: readonly string[], now: Date): Verdict;
  /** What a verified body says. Pure. Throws a ConnectorError of kind `rejected` when unreadable. */
  hear(body: Uint8Array): readonly Heard[];
  /**
   * The source's present truth, future dates included; null when it knows nobody of that id. What is refused
   * (`rejected`, `unexpected`, `forbidden`) is this one record: it is set aside, and all others go on.
   */
  read?(client: Client, personId: string): Promise<ShownRecord | null>;
  /**
   * Whose record changed after `cursor`, oldest first. Null: from the beginning. Where everybody is listed to find
   * that out, it ends with how many they are: a list that is much shorter than the last one is not believed.
   */
  changes?(
    client: Client,
    cursor: string | null,
  ): AsyncIterable<PersonHint, { readonly listed: number } | undefined>;
  /** Only where an identity provider writes accounts to us by SCIM, with a bearer token that `verify` checks. */
  provisions?(settings: Settings): { readonly personId: PersonIdAttribute };
  /** Only where people and departures come as files. */
  readonly files?: DroppedFiles<Client>;
}

/** Files of people and departures (CSV) that are dropped into a folder. */
export interface DroppedFiles<Client> {
  /** Claims what is whole, oldest first. `seen` is what the last look saw; null: there was none. */
  look(client: Client, seen: string | null): Promise<Look>;
  /** The bytes of a claimed file; null: it was not whole after all, and is back where it was. */
  read(client: Client, claim: Claim): Promise<Uint8Array | null>;
  /** Moves a claimed file away, with the report beside it. */
  put(
    client: Client,
    claim: Claim,
    end: { readonly isTaken: boolean; readonly report: string },
  ): Promise<void>;
}

export interface Look {
  readonly claims: readonly Claim[];
  readonly seen: string;
  /** What lies there and cannot be touched; null: nothing. */
  readonly problem: string | null;
}

/** A file that is ours now: nobody who writes into the folder knows it by this name. */
export interface Claim {
  readonly path: string;
  /** As it was dropped. */
  readonly name: string;
  /** When it was last written. */
  readonly at: Date;
  /** Why it is not read at all; null: it may be. */
  readonly problem: string | null;
}

export interface Delivery {
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: Uint8Array;
}

export type Verdict =
  | { readonly kind: 'genuine' /** The same for a repeat of the delivery. */; readonly id: string }
  /** It only asks whether somebody is here, as a system does before it knows its secret. Nothing is kept. */
  | { readonly kind: 'greeting' }
  | { readonly kind: 'refused'; readonly because: string };

export type Heard =
  /**
   * Somebody changed; read the record. With `urgent`, access is to end at once if the record shows that they
   * leave, which some systems say in the event alone.
   */
  | { readonly kind: 'hint'; readonly personId: string; readonly urgent?: true }
  /** The event is the record (self-contained sources). */
  | { readonly kind: 'event'; readonly event: LifecycleEvent }
  /** An identity provider made, changed or ended an account: news about a person, and at most a hint. */
  | { readonly kind: 'account'; readonly account: ProvisionedAccount };

export interface PersonHint {
  readonly personId: string;
  /** Store it once this hint is dealt with, to continue from here. */
  readonly cursor: string;
}

export type Plan<Change> =
  | { readonly kind: 'done'; readonly because: string }
  | PlannedChange<Change>
  | { readonly kind: 'underway'; readonly because: string }
  | {
      readonly kind: 'by-hand';
      readonly order: HandOrder;
      /** What we change ourselves once they say it is done. Null: nothing, their word settles it. */
      readonly then: PlannedChange<Change> | null;
    }
  | { readonly kind: 'blocked'; readonly because: string };

export interface PlannedChange<Change> {
  readonly kind: 'change';
  readonly summary: string;
  readonly change: Change;
}

/** What a person is asked to do, in a system that is read again and again meanwhile. */
export interface HandOrder {
  readonly instructions: string;
  /** What they must write down. */
  readonly proof: readonly string[];
  readonly assignTo: Assignee;
  /** ISO moment; null: a day from when it is asked. */
  readonly deadline: string | null;
  /** What stands on the thing itself and must be in the proof, such as its serial number. */
  readonly mustName: string | null;
}

/** The goal holds already. */
export const done = (because: string): Plan<never> => ({ kind: 'done', because });

/** Something must change; `summary` is what an approver reads. */
export const change = <Change>(summary: string, change: Change): PlannedChange<Change> => ({
  kind: 'change',
  summary,
  change,
});

/** The system is already on its way, whoever started it; look again later. */
export const underway = (because: string): Plan<never> => ({ kind: 'underway', because });

/** Only a person can bring it about: they are asked, and the system is read until it shows. */
export const byHand = <Change = never>(
  order: HandOrder,
  then: PlannedChange<Change> | null,
): Plan<Change> => ({ kind: 'by-hand', order, then });

/** The goal cannot be reached from here; a person has to decide. */
export const blocked = (because: string): Plan<never> => ({ kind: 'blocked', because });

export type AnyTransition<Client = unknown> = Transition<Client, unknown, unknown, unknown>;
/** What moves something and reads it back; the rest of a transition matters only to playbooks. */
export type Moving<Client = unknown> = Omit<
  AnyTransition<Client>,
  'kind' | 'capability' | 'summary' | 'scopes' | 'mustPrecede'
>;
export type AnyAction<Client = unknown> =
  | AnyTransition<Client>
  | Command<Client, unknown>
  | ByHand<unknown>;
export type AnyConnector = Connector<unknown, unknown>;

// These only infer types, so that an author never writes a type argument. The erased result is what
// the engine works with: it hands a connector nothing but its own settings, client and states.
export const connector = <Settings, Client>(it: Connector<Settings, Client>): AnyConnector =>
  it as unknown as AnyConnector;

export const transition = <Client, State, Params, Change>(
  it: Omit<Transition<Client, State, Params, Change>, 'kind'>,
): Transition<Client, State, Params, Change> => ({ kind: 'transition', ...it });

export const command = <Client, Params>(
  it: Omit<Command<Client, Params>, 'kind'>,
): Command<Client, Params> => ({ kind: 'command', ...it });

/** A delivery that can be read back. */
export const deliveryTransition = <Client, State, Change>(
  it: Omit<Transition<Client, State, unknown, Change>, NotOfRecords | 'kind'>,
): Delivering<Client> => ({ kind: 'transition', ...it });

/** A delivery that leaves nothing to read. */
export const deliveryCommand = <Client>(
  it: Omit<Command<Client, unknown>, NotOfRecords | 'kind'>,
): Delivering<Client> => ({ kind: 'command', ...it });

/** The actions of one connection: fixed by the connector, or described by its settings. */
export const actionsOf = (it: AnyConnector, settings: unknown): readonly AnyAction[] =>
  typeof it.actions === 'function' ? it.actions(settings) : it.actions;

/** How often the system of one connection may be asked by what its vendor documents; null: nothing is documented. */
export const allowedOf = (it: AnyConnector, settings: unknown): AllowedRate | null =>
  (typeof it.allowed === 'function' ? it.allowed(settings) : it.allowed) ?? null;

/** How one connection keeps tickets: fixed by the connector, or described by its settings. */
export const ticketsOf = (it: AnyConnector, settings: unknown): Tickets<unknown> | null =>
  (typeof it.tickets === 'function' ? it.tickets(settings) : it.tickets) ?? null;

/** How one connection keeps records: fixed by the connector, or described by its settings. */
export const recordsOf = (it: AnyConnector, settings: unknown): Records<unknown> | null =>
  (typeof it.records === 'function' ? it.records(settings) : it.records) ?? null;

/** How one connection carries messages: fixed by the connector, or described by its settings. */
export const chatOf = (it: AnyConnector, settings: unknown): Chat<unknown> | null =>
  (typeof it.chat === 'function' ? it.chat(settings) : it.chat) ?? null;

/** Whether somebody who named a channel meant this one: people care neither for case nor for blanks around it. */
export const isSameChannel = (named: string, channel: string): boolean =>
  named.trim().toLowerCase() === channel.trim().toLowerCase();
