import { z } from 'zod';
import { capabilities, isCapability } from '#core/capability.ts';
import type { PackFiles } from '#core/evidence-check.ts';
import { bracketSaid, clockText } from '#core/outside-time.ts';

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

/** When each action was recorded, by every clock that can tell, case by case; for a pack that holds. */
export function timesSaid(files: PackFiles): readonly string[] {
  const alone = files.get('case.json');
  if (alone) return timesIn(alone);
  return [...files].flatMap(([name, bytes]) => {
    const [, id] = /^cases\/([^/]+)\/case\.json$/.exec(name) ?? [];
    const times = id === undefined ? [] : timesIn(bytes);
    return times.length === 0 ? [] : [`Case ${id}:`, ...times.map((it) => `  ${it}`)];
  });
}

function timesIn(summary: Uint8Array): readonly string[] {
  const text = Buffer.from(summary).toString('utf8');
  const { steps } = Summary.parse(JSON.parse(text));
  return steps.flatMap(({ capability, system, grade, graded }) => {
    const between = graded && bracketSaid(graded);
    if (!between || capability === null || system === null) return [];
    const title = isCapability(capability) ? capabilities[capability].title : capability;
    const clocks = [
      between,
      `our clock ${clockText(graded.at)}`,
      ...(graded.system_at === null ? [] : [`its own clock ${clockText(graded.system_at)}`]),
    ];
    return `${title}, ${system}: ${grade} ${clocks.join('; ')}`;
  });
}
