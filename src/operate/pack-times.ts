import { z } from 'zod';
import { capabilities, isCapability } from '#core/capability.ts';
import type { PackFiles } from '#core/evidence-check.ts';
import { type Bracket, bracketText, clockText } from '#core/outside-time.ts';

const Times = z.array(z.object({ by: z.string(), at: z.string() }));
const Summary = z.object({
  steps: z.array(
    z.object({
      capability: z.string().nullable(),
      system: z.string().nullable(),
      grade: z.string().nullable(),
      graded: z
        .object({ at: z.string(), system_at: z.string().nullable(), after: Times, before: Times })
        .nullable(),
    }),
  ),
});

/** When each action of a case was recorded, by every clock that can tell; for a pack that holds. */
export function timesSaid(files: PackFiles): readonly string[] {
  const text = Buffer.from(files.get('case.json') ?? '').toString('utf8');
  const { steps } = Summary.parse(JSON.parse(text));
  return steps.flatMap(({ capability, system, grade, graded }) => {
    if (!graded || (graded.after.length === 0 && graded.before.length === 0)) return [];
    if (capability === null || system === null) return [];
    const title = isCapability(capability) ? capabilities[capability].title : capability;
    const clocks = [
      bracketSaid(graded),
      `our clock ${clockText(graded.at)}`,
      ...(graded.system_at === null ? [] : [`its own clock ${clockText(graded.system_at)}`]),
    ];
    return `${title}, ${system}: ${grade} ${clocks.join('; ')}`;
  });
}

function bracketSaid(bracket: Bracket): string {
  const { after, before } = bracketText(bracket);
  if (after && before) return `between ${after} and ${before}`;
  return after ? `after ${after}` : `before ${before}`;
}
