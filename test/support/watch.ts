import type { CaseWithSteps, StepRow } from '#app/cases.ts';
import { until } from '#core/testing/until.ts';
import type { House } from './company.ts';

/** Looks at departures as they go, until they are as a test expects them. */
export function watching(house: House) {
  /** The newest departure of somebody. */
  async function caseOf(who: { id: string }): Promise<CaseWithSteps | null> {
    const [found] = await house.rows<{ id: string }>(
      `select id from case_view where "personId" = $1 order by id desc limit 1`,
      who.id,
    );
    return found ? house.show(found.id) : null;
  }

  /** Waits until the newest departure of somebody is as told. */
  const become = (what: string, who: { id: string }, is: (it: CaseWithSteps) => boolean) =>
    until(
      what,
      async () => {
        const found = await caseOf(who);
        return found !== null && is(found) && found;
      },
      { seen: async () => gist(await caseOf(who)) },
    );

  /** Whatever was due when this was called has been looked at: the sweep has passed twice. */
  async function quiet(): Promise<void> {
    const pulse = async () =>
      (await house.rows<{ at: Date }>(`select at from pulses where name = 'engine'`))[0]?.at;
    for (let i = 0; i < 2; i++) {
      const last = await pulse();
      await until('another sweep', async () => (await pulse())?.getTime() !== last?.getTime());
    }
  }

  /** Every delivery has been taken in, and what became of each. */
  const heard = () =>
    until('every delivery to be taken in', async () => {
      const all = await house.rows<{ outcome: string; detail: string }>(
        'select outcome, detail from deliveries order by id',
      );
      return all.every((it) => it.outcome !== 'received') && all.map((it) => it.detail);
    });

  const alerts = (kind: string) =>
    house.rows<{ title: string; body: string; case_id: string | null; step_id: string | null }>(
      'select title, body, case_id, step_id from alerts where kind = $1 and resolved_at is null',
      kind,
    );

  return { caseOf, become, quiet, heard, alerts };
}

const gist = (it: CaseWithSteps | null) =>
  it && {
    state: it.case.state,
    direction: it.case.direction,
    question: it.case.question,
    steps: it.steps.map(
      ({ key, status, grade, because }) => `${key} ${grade ?? status}: ${because}`,
    ),
  };

/** The plan is made, and follows the newest dates. */
export const isPlanned = ({ case: it }: CaseWithSteps): boolean =>
  it.planDigest !== null && !it.planStale;

export const stepOf = ({ steps }: CaseWithSteps, key: string): StepRow | undefined =>
  steps.find((step) => step.key === key);

export const dueOf = (it: CaseWithSteps, key: string): string | undefined =>
  stepOf(it, key)?.dueAt?.toISOString();
