import { z } from 'zod';
import { departureKinds } from '#core/departure-kind.ts';
import type { EmploymentType } from '#core/person.ts';
import { readZone } from './facts.ts';
import { text } from './fields.ts';

// What every HR system leaves to the company: its own words for kinds of departure, and its places.

/** A field of the settings: which words of the system mean which kind of departure. */
export const kindsField = z
  .array(
    z.strictObject({
      contains: text('Termination type or reason contains', 'For example: redundancy'),
      means: z.enum(departureKinds).meta({ title: 'Kind of departure' }),
    }),
  )
  .default([])
  .meta({
    title: 'Kinds of departure',
    description: 'The first that fits wins; what none fits is told by its usual English words',
  });
export type Kinds = z.infer<typeof kindsField>;

/** A field of the settings: the time zones of places, which `system` spells in its own way. */
export const zonesField = (system: string) =>
  z
    .array(
      z.strictObject({
        location: text('Location', `As ${system} spells it`),
        zone: text('Time zone', 'For example Europe/Berlin').refine(
          (name) => readZone(name).kind === 'value',
          { error: 'a known IANA time zone, such as Europe/Berlin' },
        ),
      }),
    )
    .default([])
    .meta({
      title: 'Time zones of locations',
      description: 'A location that is missing here is in the time zone of the company',
    });
export type Zones = z.infer<ReturnType<typeof zonesField>>;

/** The zone of a place; null: the company's. */
export function zoneOf(location: string | null, zones: Zones): string | null {
  const same = (a: string, b: string) => a.trim().toLowerCase() === b.trim().toLowerCase();
  const found = zones.find((it) => location !== null && same(it.location, location));
  const zone = found === undefined ? null : readZone(found.zone);
  return zone?.kind === 'value' ? zone.value : null;
}

/** Employment types are a list of the company; these are the usual words in it. */
export function employmentType(status: string | null): EmploymentType | null {
  const words: readonly (readonly [RegExp, EmploymentType])[] = [
    [/contractor|freelance|consultant|external/i, 'contractor'],
    [/intern\b|internship|trainee/i, 'intern'],
    [/temp|seasonal/i, 'temporary'],
    [/full|part|permanent|regular|employee|hour|salar|internal/i, 'employee'],
  ];
  return words.find(([pattern]) => status !== null && pattern.test(status))?.[1] ?? null;
}
