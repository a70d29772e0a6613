import type { Edge } from '@xyflow/react';
import { type KeyboardEvent, useMemo } from 'react';
import { useWords } from '../../lib/words.ts';
import { type Look, looks, type Tone } from '../standing.tsx';
import type { Drawing, Group } from './drawing.ts';
import type { Layout } from './layout.ts';
import type { GroupNode, StepData, StepNode } from './nodes.tsx';
import { inReadingOrder } from './places.ts';
import type { MapStep, StepMapProps } from './step-map.tsx';

/** Worst first: a group looks like the worst of its steps. */
const tones: Readonly<Record<Tone, Look>> = {
  attention: looks.held,
  busy: looks.running,
  'due-soon': looks.running,
  quiet: looks.waiting,
  'set-aside': looks.waived,
  'good-weak': looks.acknowledged,
  good: looks.verified,
};

/** What the drawing library shows: each step and group at its place, and the lines between them. */
export function useNodes({
  steps,
  drawing,
  places,
  current,
  wanted,
  onOpen,
  turn,
  look,
  move,
}: Pick<StepMapProps, 'steps' | 'current' | 'onOpen'> & {
  drawing: Drawing;
  /** Null: not known yet. */
  places: Layout | null;
  /** What somebody looks for; empty: nothing. */
  wanted: string;
  turn: (group: string) => void;
  look: (element: HTMLElement) => void;
  move: (event: KeyboardEvent<HTMLElement>) => void;
}) {
  const t = useWords('map');
  return useMemo(() => {
    const byId = new Map(steps.map((it) => [it.id, it]));
    const isWanted = matches(wanted);
    const isFoundIn = (ids: readonly string[]) =>
      isWanted === null ? undefined : ids.some((id) => isWanted(byId.get(id)));
    const shared = { onMove: move, onFocus: look };
    const data = new Map<string, StepData>();
    for (const id of drawing.steps) {
      const { title, state } = byId.get(id)!;
      data.set(id, {
        ...shared,
        title,
        state,
        says: undefined,
        isGroup: false,
        isCurrent: id === current,
        isFound: isFoundIn([id]),
        onOpen: () => onOpen(id),
      });
    }
    for (const group of drawing.groups.filter(({ isFolded }) => isFolded)) {
      const { id, title, members } = group;
      data.set(id, {
        ...shared,
        title,
        ...summaryOf(group, byId, (tone, count) => t(`group.${tone}`, { count })),
        says: t('steps', { count: members.length }),
        isGroup: true,
        isCurrent: members.includes(current ?? ''),
        isFound: isFoundIn(members),
        onOpen: () => turn(id),
      });
    }
    if (!places) return { nodes: [], lines: [], found: null };
    const order = inReadingOrder([...data.keys()], places);
    const boxes = drawing.groups.filter(({ isFolded }) => !isFolded);
    const nodes: (StepNode | GroupNode)[] = [
      ...boxes.map(
        ({ id, title }): GroupNode => ({
          ...placed(id, places),
          type: 'group-box',
          zIndex: 0,
          data: { title, onFold: () => turn(id) },
        }),
      ),
      ...order.map(
        (id): StepNode => ({
          ...placed(id, places),
          type: 'step',
          zIndex: 2,
          data: data.get(id)!,
        }),
      ),
    ];
    return {
      nodes,
      lines: drawing.lines.map(
        ({ from, to }): Edge => ({
          id: `${from}\n${to}`,
          source: from,
          target: to,
          zIndex: 1,
        }),
      ),
      found: isWanted === null ? null : order.filter((id) => data.get(id)!.isFound),
    };
  }, [steps, drawing, places, current, wanted, onOpen, turn, look, move, t]);
}

function placed(id: string, places: Layout) {
  const { x, y, width, height } = places.get(id)!;
  return {
    id,
    position: { x, y },
    width,
    height,
    domAttributes: { 'aria-roledescription': undefined },
  };
}

function matches(wanted: string): ((step: MapStep | undefined) => boolean) | null {
  const text = wanted.trim().toLocaleLowerCase();
  if (text === '') return null;
  return (step) =>
    step !== undefined &&
    [step.title, step.group?.title, step.state?.word].some((it) =>
      it?.toLocaleLowerCase().includes(text),
    );
}

/** "5 proven · 1 needs somebody", looking like the worst of it. */
function summaryOf(
  { members }: Group,
  byId: ReadonlyMap<string, MapStep>,
  say: (tone: string, count: number) => string,
): Pick<StepData, 'state'> {
  const found = members.flatMap((id) => byId.get(id)?.state?.look.tone ?? []);
  const [worst] = (Object.keys(tones) as Tone[]).filter((tone) => found.includes(tone));
  if (worst === undefined) return { state: undefined };
  const counts = (Object.keys(tones) as Tone[]).flatMap((tone) => {
    const count = found.filter((it) => it === tone).length;
    return count === 0 ? [] : [say(tone, count)];
  });
  return { state: { look: tones[worst], word: counts.join(' · ') } };
}
