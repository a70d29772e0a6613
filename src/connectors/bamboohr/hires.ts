import type { Hire } from '#core/lifecycle.ts';
import type { PersonFacts } from '#core/person.ts';
import type { Employment } from './employments.ts';

/**
 * The employments that begin, or have begun, and have not ended. One that ends on or before its first day
 * never begins: BambooHR keeps its hire date all the same.
 */
export function hiresIn(
  employments: readonly Employment[],
  {
    isInactive,
    today,
    personIn,
  }: {
    readonly isInactive: boolean;
    /** UTC, such as 2026-12-01. */
    readonly today: string;
    readonly personIn: (employment: Employment) => PersonFacts;
  },
): readonly Hire[] {
  return employments.flatMap((employment, i) => {
    const { number, startsOn, endsOn } = employment;
    if (startsOn === null || (endsOn !== null && (endsOn <= startsOn || endsOn < today))) return [];
    // Whoever is Inactive without an end has left all the same.
    if (isInactive && startsOn < today) return [];
    if (isOnlyHireDate(employment) && employments[i - 1]?.startsOn === null) return [];
    return {
      person: personIn(employment),
      arrival: {
        id: `employment-${number}`,
        kind: number === 1 ? ('arrival' as const) : ('rehire' as const),
        confidential: false,
        startDay: startsOn,
        former: null,
      },
    };
  });
}

/** Nothing but the hire date says that it begins; where an end without a beginning stands before it, it was called off. */
const isOnlyHireDate = ({ status }: Employment): boolean => status === null;
