import type { Capability } from './capability.ts';
import type { DepartureKind } from './departure-kind.ts';
import { continuingDuties } from './exit-duties.ts';
import { equipmentReceipt } from './exit-equipment.ts';
import { exitLetter } from './exit-letter.ts';
import { revocationCertificate } from './exit-revocation.ts';
import type { Language } from './language.ts';
import type { Grade, Layer, StepKind, StepStatus } from './step.ts';

/** The papers of a departure: what somebody who leaves is given or signs, and what proves the end of access. */
export const exitDocumentKinds = ['letter', 'duties', 'equipment', 'revocation'] as const;
export type ExitDocumentKind = (typeof exitDocumentKinds)[number];

/** All that a document says comes from here, so the same case gives the same document. */
export interface ExitCase {
  readonly caseId: string;
  readonly company: string;
  readonly person: { readonly name: string; readonly email: string; readonly personId: string };
  readonly departureKind: DepartureKind;
  readonly isContractor: boolean;
  /** IANA name; days and times are those of the person. */
  readonly zone: string;
  readonly confirmedAt: Date;
  readonly accessEndsAt: Date | null;
  readonly lastWorkingDay: string | null;
  readonly employmentEnds: string | null;
  readonly payEnds: string | null;
  readonly accessRemovedAt: Date | null;
  readonly isComplete: boolean;
  /** What the case waits for a person to answer. */
  readonly question: string | null;
  /** Of the way forward, in the order of the plan. */
  readonly steps: readonly ExitStep[];
  readonly record: ExitRecord;
  /** Names of connections by their id. */
  readonly systems: ReadonlyMap<string, string>;
}

/** Of a step, what a document may speak of. */
export interface ExitStep {
  readonly title: string;
  readonly kind: StepKind;
  readonly layer: Layer;
  readonly connectionId: string | null;
  readonly account: { readonly login: string } | null;
  readonly capability: Capability | null;
  readonly status: StepStatus;
  readonly grade: Grade | null;
  readonly task: { readonly proof: readonly string[] } | null;
  readonly assignment: { readonly mustName?: string } | null;
  readonly decision: {
    readonly byName: string;
    readonly reason: string;
    readonly proof: string | null;
    /** ISO moment. */
    readonly expiresAt: string | null;
    readonly writtenOff?: true;
  } | null;
  readonly settledAt: Date | null;
}

/** Where the record of a case stands; null: it has not taken in the facts that this case rests on. */
export type ExitRecord = {
  readonly facts: number;
  /** Of the last of these facts; hex. */
  readonly leafHash: string;
  readonly at: Date;
} | null;

/** A document as data; the floor above makes a page of it. */
export interface ExitDocument {
  readonly kind: ExitDocumentKind;
  readonly language: Language;
  readonly title: string;
  readonly company: string;
  readonly blocks: readonly Block[];
  /** Stands below everything, small. */
  readonly reference: string;
}

export type Block =
  | { readonly is: 'heading' | 'text' | 'quiet'; readonly text: string }
  /** Must not be overlooked. */
  | { readonly is: 'warning'; readonly text: string }
  | { readonly is: 'list'; readonly items: readonly string[] }
  /** Names and what they stand for. */
  | { readonly is: 'facts'; readonly rows: readonly (readonly [string, string])[] }
  | {
      readonly is: 'table';
      readonly caption: string;
      readonly head: readonly string[];
      readonly rows: readonly (readonly string[])[];
    }
  /** A line for each, to be filled in by hand. */
  | { readonly is: 'signatures'; readonly people: readonly string[]; readonly below: string };

const writers: Record<ExitDocumentKind, (it: ExitCase, language: Language) => ExitDocument> = {
  letter: exitLetter,
  duties: continuingDuties,
  equipment: equipmentReceipt,
  revocation: revocationCertificate,
};

/** Writes one of the four documents. */
export const exitDocument = (
  kind: ExitDocumentKind,
  it: ExitCase,
  language: Language,
): ExitDocument => writers[kind](it, language);

/** Why this departure has no such document; null: it has. */
export function whyNoDocument(kind: ExitDocumentKind, departureKind: DepartureKind): string | null {
  if (kind === 'equipment' || kind === 'revocation') return null;
  if (departureKind === 'death')
    return 'Nobody is left to give it to. Write to the family yourself.';
  if (departureKind === 'long leave') return 'The employment goes on during a long leave.';
  return null;
}
