import { capabilities } from './capability.ts';
import { awaited, offeredFor, waitsOf } from './coverage.ts';
import { circlesIn } from './cycle.ts';
import type { Action, ConnectionOffer, PlaybookStep } from './playbook.ts';
import type { StepProblem } from './playbook-check.ts';
import { moveAfter, stopWaiting } from './playbook-remedy.ts';

const mostCircles = 10;

/**
 * Orders that cannot be kept: steps that wait for each other in a circle, and steps whose order
 * contradicts what a connected system needs.
 */
export function orderProblems(
  steps: readonly PlaybookStep[],
  connections: readonly ConnectionOffer[],
): readonly StepProblem[] {
  const waits = new Map<string, readonly string[]>(
    steps.map((step) => [
      step.id,
      waitsOf(step).flatMap((word) => awaited(word, step, steps).map(({ id }) => id)),
    ]),
  );
  const circles = circlesIn(waits);
  if (circles.length > 0)
    return circles.slice(0, mostCircles).map((it) => circleProblem(it, steps));

  const alone = connections.flatMap((it) => contradictions(steps, waits, [it]));
  return contradictionProblems(
    alone.length > 0 ? alone : contradictions(steps, waits, connections),
  );
}

function circleProblem(circle: readonly string[], steps: readonly PlaybookStep[]): StepProblem {
  const first = circle[0]!;
  const path = [...circle, first].join(' → ');
  const second = circle[1] ?? first;
  const waiting = steps.find(({ id, after }) => id === first && after.includes(second));
  return {
    severity: 'error',
    step: first,
    problem: `These steps wait for each other in a circle: ${path}.`,
    mend: 'Take one of them out of the “after” of the one before.',
    ...(waiting && { remedy: stopWaiting(waiting, second) }),
  };
}

/** “First” must come before “second” on each account of the connection, says its connector. */
interface Rule {
  readonly connection: ConnectionOffer;
  readonly first: Action;
  readonly second: Action;
}

interface Contradiction {
  readonly rule: Rule;
  /** From the step that should come first to the one it waits for all the same. */
  readonly way: readonly string[];
}

/**
 * A step is as many nodes as there are connections it reaches, since a connector's rule holds for
 * one account while `after` waits for all of them. A gate before and one behind keep that small.
 */
function contradictions(
  steps: readonly PlaybookStep[],
  waits: ReadonlyMap<string, readonly string[]>,
  connections: readonly ConnectionOffer[],
): Contradiction[] {
  const nodes = new Map<string, string[]>();
  const stepOf = new Map<string, PlaybookStep>();
  const ruleBehind = new Map<string, Rule>();
  const add = (step: PlaybookStep, node: string, after: string[]) => {
    nodes.set(node, after);
    stepOf.set(node, step);
  };
  for (const step of steps) {
    const reached = connections.filter((it) => reaches(step, it));
    const begin = `${step.id} begins`;
    add(
      step,
      begin,
      (waits.get(step.id) ?? []).map((id) => `${id} ends`),
    );
    for (const { id } of reached) add(step, `${step.id} in ${id}`, [begin]);
    add(step, `${step.id} ends`, [begin, ...reached.map(({ id }) => `${step.id} in ${id}`)]);
  }
  for (const rule of connections.flatMap((it) => rulesOf(it, steps))) {
    const [from, to] = [rule.second, rule.first].map(({ id }) => `${id} in ${rule.connection.id}`);
    nodes.get(from!)!.push(to!);
    ruleBehind.set(`${from} → ${to}`, rule);
  }

  return circlesIn(nodes).flatMap((circle) => {
    const edges = circle.map((node, i) => `${node} → ${circle[(i + 1) % circle.length]}`);
    const broken = edges.findIndex((edge) => ruleBehind.has(edge));
    const rule = ruleBehind.get(edges[broken]!);
    if (!rule) return [];
    const way = [...circle.slice(broken + 1), ...circle.slice(0, broken + 1)];
    const ids = way.map((node) => stepOf.get(node)!.id);
    return [{ rule, way: ids.filter((id, i) => id !== ids[i - 1]) }];
  });
}

const reaches = (step: PlaybookStep, connection: ConnectionOffer): step is Action =>
  step.kind === 'action' && offeredFor(step, connection, null) !== null;

function rulesOf(connection: ConnectionOffer, steps: readonly PlaybookStep[]): Rule[] {
  const here = steps.filter((it) => reaches(it, connection));
  return connection.actions.flatMap(({ capability, mustPrecede }) => {
    const firsts = here.filter((it) => it.do === capability);
    const seconds = here.filter((it) => it.do !== capability && mustPrecede.includes(it.do));
    return firsts.flatMap((first) => seconds.map((second) => ({ connection, first, second })));
  });
}

/** One sentence for each pair of steps, however many connections say the same. */
function contradictionProblems(found: readonly Contradiction[]): StepProblem[] {
  const pairs = Map.groupBy(found, ({ rule }) => `${rule.first.id} ${rule.second.id}`);
  return [...pairs.values()].map((same) => {
    const { rule, way } = same[0]!;
    const { first, second } = rule;
    const where = [...new Set(same.map((it) => it.rule.connection.name))].join(', ');
    return {
      severity: 'error',
      step: first.id,
      problem:
        `In ${where}, “${titleOf(first)}” must come before “${titleOf(second)}” on the same` +
        ` account, but “${first.id}” waits for “${second.id}”: ${way.join(' → ')}.`,
      mend: `Take the wait out of “${first.id}”, or let “${second.id}” come after it.`,
      // Through others or a layer, somebody has to decide which of the waits is wrong.
      ...(first.after.includes(second.id) && { remedy: moveAfter(second, first) }),
    };
  });
}

const titleOf = (step: Action): string => capabilities[step.do].title;
