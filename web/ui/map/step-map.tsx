import '@xyflow/react/dist/base.css';
import './map.css';
import { Button, TextInput } from '@mantine/core';
import { MarkerType, ReactFlow, ReactFlowProvider, useReactFlow, useStore } from '@xyflow/react';
import {
  type FormEvent,
  type KeyboardEvent,
  useCallback,
  useEffect,
  useMemo,
  useRef,
  useState,
} from 'react';
import { useShortcuts } from '../../lib/shortcuts.ts';
import { addWords, useWords } from '../../lib/words.ts';
import de from '../../words/de/map.json' with { type: 'json' };
import en from '../../words/en/map.json' with { type: 'json' };
import type { Look } from '../standing.tsx';
import { type Drawable, drawingOf } from './drawing.ts';
import type { Layout } from './layout.ts';
import { GroupOnMap, StepOnMap } from './nodes.tsx';
import { type Direction, heightOf, inReadingOrder, neighbourOf, viewOf } from './places.ts';
import { useLayout } from './use-layout.ts';
import { useNodes } from './use-nodes.ts';

addWords('map', { en, de });

/** A step on the map. */
export interface MapStep extends Drawable {
  readonly title: string;
  /** How it stands, in a word with its icon; left out where nothing happened yet. */
  readonly state?: { readonly look: Look; readonly word: string } | undefined;
}

export interface StepMapProps {
  /** What it is a map of, for whoever cannot see it. */
  readonly label: string;
  readonly steps: readonly MapStep[];
  /** Id of the step that is open beside it. */
  readonly current?: string | undefined;
  /** Somebody wants to see a step. */
  readonly onOpen: (id: string) => void;
}

/**
 * Steps from left to right, each after what it waits for; where they lie is computed, and nothing can be moved.
 * It says nothing that a list beside it does not say as well.
 */
export default function StepMap(props: StepMapProps) {
  return (
    <ReactFlowProvider>
      <Canvas {...props} />
    </ReactFlowProvider>
  );
}

function Canvas({ label, steps, current, onOpen }: StepMapProps) {
  const t = useWords('map');
  const [turned, setTurned] = useState<ReadonlySet<string>>(new Set());
  const [wanted, setWanted] = useState('');
  const drawing = useMemo(() => drawingOf(steps, turned), [steps, turned]);
  const layout = useLayout(drawing);
  const places = layout === 'failed' ? null : layout;
  const { screen, focus, look, move } = useCamera(places, drawing);
  const turn = useCallback((group: string) => {
    setTurned((now) => {
      const next = new Set(now);
      if (!next.delete(group)) next.add(group);
      return next;
    });
  }, []);
  const { nodes, lines, found } = useNodes({
    steps,
    drawing,
    places,
    current,
    wanted,
    onOpen,
    turn,
    look,
    move,
  });
  return (
    <section className="map" aria-label={label}>
      <Tools
        wanted={wanted}
        onWanted={setWanted}
        found={found}
        onNext={focus}
        onWhole={() => look(null)}
      />
      {layout === 'failed' ? (
        <p className="empty">{t('notDrawn')}</p>
      ) : (
        <div ref={screen} className="map-screen" style={{ height: heightOf(places) }}>
          <ReactFlow
            nodes={nodes}
            edges={lines}
            nodeTypes={nodeTypes}
            defaultEdgeOptions={lineLook}
            nodesDraggable={false}
            nodesConnectable={false}
            nodesFocusable={false}
            edgesFocusable={false}
            elementsSelectable={false}
            deleteKeyCode={null}
            selectionKeyCode={null}
            disableKeyboardA11y
            zoomOnScroll={false}
            zoomOnDoubleClick={false}
            preventScrolling={false}
            minZoom={0.2}
            maxZoom={1.5}
          />
        </div>
      )}
    </section>
  );
}

const nodeTypes = { step: StepOnMap, 'group-box': GroupOnMap };
const lineLook = {
  markerEnd: { type: MarkerType.ArrowClosed, color: 'var(--input-border)', width: 16, height: 16 },
  focusable: false,
  ariaLabel: null as unknown as string,
  domAttributes: { 'aria-hidden': true, 'aria-roledescription': undefined },
} as const;

/** Looking for a step by its title, and how much one sees. */
function Tools({
  wanted,
  onWanted,
  found,
  onNext,
  onWhole,
}: {
  wanted: string;
  onWanted: (text: string) => void;
  /** Null: nothing is looked for. */
  found: readonly string[] | null;
  onNext: (id: string) => void;
  onWhole: () => void;
}) {
  const t = useWords('map');
  const flow = useReactFlow();
  const field = useRef<HTMLInputElement>(null);
  const next = useRef(0);
  useShortcuts({ '/': () => field.current?.focus() });
  const go = (event: FormEvent) => {
    event.preventDefault();
    const id = found?.[next.current % found.length];
    if (id === undefined) return;
    next.current += 1;
    onNext(id);
  };
  return (
    <form className="map-tools" noValidate onSubmit={go}>
      <TextInput
        ref={field}
        aria-label={t('find')}
        placeholder={t('find')}
        value={wanted}
        onChange={(event) => {
          next.current = 0;
          onWanted(event.currentTarget.value);
        }}
      />
      <span className="aside" role="status">
        {found && t('found', { count: found.length })}
      </span>
      <span className="map-sizes">
        <Button variant="default" onClick={() => flow.zoomIn()}>
          {t('larger')}
        </Button>
        <Button variant="default" onClick={() => flow.zoomOut()}>
          {t('smaller')}
        </Button>
        <Button variant="default" onClick={onWhole}>
          {t('whole')}
        </Button>
      </span>
    </form>
  );
}

/** No wider than this, in pixels. */
const scrollBar = 32;

/** What of the map is seen, and where the keyboard is on it. */
function useCamera(places: Layout | null, drawing: ReturnType<typeof drawingOf>) {
  const flow = useReactFlow();
  const screen = useRef<HTMLDivElement>(null);
  const ids = useMemo(
    () => [
      ...drawing.steps,
      ...drawing.groups.filter(({ isFolded }) => isFolded).map(({ id }) => id),
    ],
    [drawing],
  );

  /** Brings something into sight, or all of it. */
  const look = useCallback(
    (element: HTMLElement | null) => {
      if (!screen.current || !places) return;
      const seen = screen.current.getBoundingClientRect();
      if (element === null) {
        void flow.setViewport(viewOf(places, seen));
        return;
      }
      const it = element.getBoundingClientRect();
      const isSeen =
        it.left >= seen.left &&
        it.right <= seen.right &&
        it.top >= seen.top &&
        it.bottom <= seen.bottom;
      const place = places.get(element.dataset['map'] ?? '');
      if (isSeen || !place) return;
      void flow.setCenter(place.x + place.width / 2, place.y + place.height / 2, {
        zoom: flow.getZoom(),
      });
    },
    [flow, places],
  );
  const focus = useCallback((id: string) => {
    const all = screen.current?.querySelectorAll<HTMLElement>('[data-map]') ?? [];
    [...all].find((it) => it.dataset['map'] === id)?.focus();
  }, []);
  const move = useCallback(
    (event: KeyboardEvent<HTMLElement>) => {
      const from = event.currentTarget.dataset['map'];
      if (!places || from === undefined || !event.key.startsWith('Arrow')) return;
      const to = neighbourOf(from, event.key as Direction, places, inReadingOrder(ids, places));
      event.preventDefault();
      if (to !== undefined) focus(to);
    },
    [places, ids, focus],
  );

  const width = useStore((it) => it.width);
  const seenAt = useRef(0);
  useEffect(() => {
    // At first, and on a screen that was turned: whoever folds a group, by which a scroll bar may come, stays where they are.
    if (!places || Math.abs(width - seenAt.current) <= scrollBar) return;
    seenAt.current = width;
    look(null);
  }, [places, width, look]);
  return { screen, look, focus, move };
}
