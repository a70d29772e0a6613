import type { CaseKind } from './arrival.ts';
import type { Capability } from './capability.ts';
import type { Condition } from './condition.ts';
import type { Category } from './connection.ts';
import type { Json } from './document.ts';
import type { Wording } from './language.ts';
import type { Moment } from './moment.ts';
import type { Remedy } from './playbook-edit.ts';
import type { Layer } from './step.ts';

export { checkPlaybook, unknownSurveys } from './playbook-check.ts';
export { editPlaybook, type PlaybookEdit, type Remedy } from './playbook-edit.ts';
export { readPlaybook } from './playbook-reading.ts';
export { writePlaybook } from './playbook-writing.ts';

/**
 * Which steps, for whom, on which accounts, when, after what. Data, no code: nothing in it is
 * ever evaluated, so nobody can inject anything.
 */
export interface Playbook {
  /** Its name in files, addresses and the record, such as `involuntary-departure`. */
  readonly playbook: string;
  readonly title: string;
  readonly for: CaseKind;
  /** Null: applies to every one. */
  readonly appliesWhen: Condition | null;
  readonly steps: readonly PlaybookStep[];
}

export type PlaybookStep =
  | Action
  | (StepFrame &
      (
        | TaskStep
        | NoticeStep
        | ObligationsStep
        | TicketStep
        | RecordStep
        | SurveyStep
        | KnowledgeStep
      ));

/** A step that acts on accounts. */
export type Action = StepFrame & ActionStep;

export interface StepFrame {
  readonly id: string;
  readonly layer: Layer;
  readonly title: string | null;
  /** The reason, for whoever reads the plan. */
  readonly why: string | null;
  /** Null: as soon as `after` allows. */
  readonly at: Moment | null;
  /** Ids of steps, or `layer security`, `layer operations`, `layer compliance`. */
  readonly after: readonly string[];
  /** Null: always. */
  readonly when: Condition | null;
}

/** A capability on every account that `on` chooses. */
export interface ActionStep {
  readonly kind: 'action';
  readonly do: Capability;
  readonly on: AccountChoice;
  readonly with: { readonly [name: string]: Json };
  /** Whether another person must approve it; never false for what is destructive. */
  readonly approval: boolean;
}

/** All parts that are not null must hold. All null: every account. */
export interface AccountChoice {
  readonly category: Category | null;
  /** Id of a connection. */
  readonly connection: string | null;
  readonly privileged: boolean | null;
}

export interface TaskStep {
  readonly kind: 'task';
  readonly task: {
    readonly title: Wording;
    readonly instructions: Wording | null;
    readonly assignTo: Assignee;
    /** Who has to accept it when it is done; null: nobody. */
    readonly acceptedBy: Assignee | null;
    readonly due: Moment;
    /** What must be written down, or attached where it begins with “file:”. */
    readonly proof: readonly string[];
  };
}

/** One task for each legal duty that applies, with its deadline. */
export interface ObligationsStep {
  readonly kind: 'obligations';
  /** Names of rule packs; null: all of them. */
  readonly obligations: readonly string[] | null;
}

/** Who does a task. */
export type Assignee =
  | { readonly role: string }
  /** The manager of the person who leaves. */
  | { readonly manager: true }
  /** Who takes over from the person who leaves. */
  | { readonly successor: true }
  /** Who arrives, or whose role changes, at work; nobody in a departure. */
  | { readonly newcomer: true }
  | { readonly email: string }
  /** The owner of a connection, by its id. */
  | { readonly systemOwner: string };

export interface NoticeStep {
  readonly kind: 'notice';
  readonly notice: {
    readonly to: readonly Recipient[];
    /** Id of the connection of a chat that carries it; null: it goes by mail. */
    readonly by: string | null;
    readonly subject: Wording;
    readonly text: Wording;
  };
}

export type Recipient =
  | Assignee
  /** The private address of the person who leaves; the one at work is closed by then. */
  | { readonly personalEmail: true }
  /** The person who leaves, at work, as long as access has not ended. */
  | { readonly leaver: true }
  /** Whose manager leaves. */
  | { readonly reports: true }
  /** Everybody in a channel of the chat that carries it, as the chat calls it. */
  | { readonly channel: string };

/** One task for each thing that somebody else has to know; whoever takes over accepts each. */
export interface KnowledgeStep {
  readonly kind: 'knowledge';
  readonly knowledge: {
    readonly assignTo: Assignee;
    readonly due: Moment;
    /** What is asked of everybody, beside what the person owns. */
    readonly headings: readonly string[];
  };
}

/** A ticket that says what was done, in each ticket system that `on` chooses. */
export interface TicketStep {
  readonly kind: 'ticket';
  readonly ticket: {
    readonly on: SystemChoice;
    /** It records what is done; nobody has to work on it. */
    readonly as: 'record';
  };
}

/** Both parts must hold where they are not null; one of them is not. */
export interface SystemChoice {
  readonly category: Category | null;
  /** Id of a connection. */
  readonly connection: string | null;
}

/** Delivers the record of the case; comes after every step that is none of its kind. */
export interface RecordStep {
  readonly kind: 'record';
  readonly record: {
    /** Both null: every connection that keeps records. */
    readonly on: SystemChoice;
    /** Whether names, logins and texts go along, or their digests only. */
    readonly personalValues: boolean;
  };
}

/** A form for the person who leaves. It always waits for the whole security layer. */
export interface SurveyStep {
  readonly kind: 'survey';
  /** Name of a survey of this installation. */
  readonly survey: string;
}

/** What one connection can do, as far as planning has to know. */
export interface ConnectionOffer {
  readonly id: string;
  readonly name: string;
  readonly category: Category;
  readonly actions: readonly OfferedAction[];
  /** Whether accounts can be looked for there. */
  readonly holdsAccounts: boolean;
  /** Whether tickets can be kept there. */
  readonly takesTickets?: boolean;
  /** Whether it can be asked what an account owns. */
  readonly readsOwned?: boolean;
  /** Whether records of cases can be delivered there. */
  readonly keepsRecords?: boolean;
  /** Whether notices can go by it. */
  readonly carriesNotices?: boolean;
  /** False: what it holds opens nothing, such as equipment or a place on the payroll. */
  readonly areAccess?: false;
}

export interface OfferedAction {
  readonly capability: Capability;
  readonly kind: 'transition' | 'command' | 'by-hand';
  /** What must come later on the same account. */
  readonly mustPrecede: readonly Capability[];
  /** Names that `with` must fill. */
  readonly requiredParams: readonly string[];
  /** Those that name a person: `with` may say `successor` or `manager` there. */
  readonly personParams?: readonly string[];
}

/** What is wrong with a playbook, for the person who wrote it. */
export interface PlaybookProblem {
  /** An error keeps the playbook from being published; a warning says what to expect. */
  readonly severity: 'error' | 'warning';
  /** Id of the step; null: the playbook as a whole. */
  readonly step: string | null;
  /** Counts from 1; null where no text is at hand. */
  readonly line: number | null;
  readonly problem: string;
  readonly mend: string;
  /** The mend as changes that can be made at once; left out where somebody has to write it. */
  readonly remedy?: Remedy;
}
