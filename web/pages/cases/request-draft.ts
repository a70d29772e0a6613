import type { CaseSummary } from '#api/contract/cases.ts';
import type { DepartureInput } from '#api/contract/departures.ts';
import type { Colleague } from '#api/contract/people.ts';
import type { PlanInput, PlanPreview } from '#api/contract/plans.ts';
import { endStates } from '#core/case.ts';
import type { DepartureKind } from '#core/departure-kind.ts';
import { localTime } from '../../lib/zoned.ts';

/** What somebody typed so far. Dates are as on the calendar and clock where the person works; empty: not said. */
export interface Draft {
  readonly person: Colleague | null;
  readonly kind: DepartureKind | null;
  readonly lastWorkingDay: string;
  readonly accessEnds: string;
  readonly employmentEnds: string;
  readonly payEnds: string;
  readonly urgent: boolean;
  readonly confidential: boolean;
  readonly hold: boolean;
  readonly reason: string;
  readonly successor: Colleague | null;
}

export const emptyDraft: Draft = {
  person: null,
  kind: null,
  lastWorkingDay: '',
  accessEnds: '',
  employmentEnds: '',
  payEnds: '',
  urgent: false,
  confidential: false,
  hold: false,
  reason: '',
  successor: null,
};

export const dateNames = ['lastWorkingDay', 'accessEnds', 'employmentEnds', 'payEnds'] as const;

/** What is asked of the server; null: not enough was said to ask anything. */
export function departureIn(draft: Draft): DepartureInput | null {
  const { kind, urgent, confidential, hold, reason } = draft;
  if (kind === null) return null;
  return {
    kind,
    urgent,
    confidential,
    ...(hold ? { hold } : {}),
    lastWorkingDay: draft.lastWorkingDay || null,
    // Urgent is now, whatever time was typed before.
    accessEnds: urgent ? null : draft.accessEnds || null,
    employmentEnds: draft.employmentEnds || null,
    payEnds: draft.payEnds || null,
    reason: reason.trim() || null,
  };
}

export function planInputIn(draft: Draft): PlanInput | null {
  const departure = departureIn(draft);
  if (!departure || !draft.person) return null;
  if (!draft.urgent && dateNames.every((name) => draft[name] === '')) return null;
  // Why somebody leaves changes no step, and need not travel with every letter that is typed.
  return { person: draft.person.id, departure: { ...departure, reason: null } };
}

/** The departure of somebody that is open already; null: there is none. */
export const openCaseOf = (person: Colleague, cases: readonly CaseSummary[]): CaseSummary | null =>
  cases.find(
    (it) => it.kind === 'departure' && it.person.id === person.id && !endStates.includes(it.state),
  ) ?? null;

/** Fills in what HR told already, where nobody typed anything. */
export function withDatesOf(draft: Draft, known: CaseSummary): Draft {
  return {
    ...draft,
    kind: draft.kind ?? known.departureKind,
    lastWorkingDay: draft.lastWorkingDay || (known.lastWorkingDay ?? ''),
    accessEnds:
      draft.accessEnds ||
      (known.accessEndsAt === null ? '' : localTime(known.accessEndsAt, known.zone)),
    employmentEnds: draft.employmentEnds || (known.employmentEnds ?? ''),
    payEnds: draft.payEnds || (known.payEnds ?? ''),
    urgent: draft.urgent || known.urgent,
    confidential: draft.confidential || known.confidential,
  };
}

export type Verb = 'start' | 'send' | 'cutNow' | 'hold' | 'keep';

/** What the button does, as the server has told what the plan needs. */
export function verbOf(draft: Draft, preview: PlanPreview | null): Verb {
  if (preview && 'question' in preview) return 'keep';
  if (draft.hold) return 'hold';
  if (draft.urgent) return 'cutNow';
  return preview?.steps.some(({ approval }) => approval) ? 'send' : 'start';
}
