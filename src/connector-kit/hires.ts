import type { ShownHire, ShownPerson } from '#core/lifecycle.ts';
import type { Employment } from './employments.ts';

/**
 * The employments that begin, or have begun, and have not ended. One that ends on or before its first day
 * never begins: such systems keep its hire date all the same.
 */
export function hiresIn<Row>(
  employments: readonly Employment<Row>[],
  {
    isInactive,
    today,
    personIn,
  }: {
    /** Whoever is inactive without an end has left all the same. */
    readonly isInactive: boolean;
    /** Such as 2026-12-01. */
    readonly today: string;
    readonly personIn: (employment: Employment<Row>) => ShownPerson;
  },
): readonly ShownHire[] {
  return employments.flatMap((employment, i) => {
    const { number, startsOn, endsOn, latest } = employment;
    if (startsOn === null || (endsOn !== null && (endsOn <= startsOn || endsOn < today))) return [];
    if (isInactive && startsOn < today) return [];
    // Nothing but the hire date says that it begins; after an end without a beginning, it was called off.
    if (latest === null && employments[i - 1]?.startsOn === null) return [];
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
