import { Handle, type Node, type NodeProps, Position } from '@xyflow/react';
import { type KeyboardEvent, memo } from 'react';
import { heldIn } from '../../lib/held-in.ts';
import { useWords } from '../../lib/words.ts';
import { type Look, StandingIcon } from '../standing.tsx';

/** A step, or a group that is folded into one. */
export interface StepData extends Record<string, unknown> {
  readonly title: string;
  /** How it stands; a playbook, where nothing happened yet, has none. */
  readonly state: { readonly look: Look; readonly word: string } | undefined;
  /** Beneath the title where there is no state. */
  readonly says: string | undefined;
  readonly isGroup: boolean;
  readonly isCurrent: boolean;
  /** Whether it is what somebody looks for; undefined: nobody looks for anything. */
  readonly isFound: boolean | undefined;
  readonly onOpen: () => void;
  readonly onMove: (event: KeyboardEvent<HTMLElement>) => void;
  readonly onFocus: (element: HTMLElement) => void;
}

/** A group around its steps. */
export interface GroupData extends Record<string, unknown> {
  readonly title: string;
  readonly onFold: () => void;
}

export type StepNode = Node<StepData, 'step'>;
export type GroupNode = Node<GroupData, 'group-box'>;

const Ends = () => (
  <>
    <Handle type="target" position={Position.Left} isConnectable={false} />
    <Handle type="source" position={Position.Right} isConnectable={false} />
  </>
);

export const StepOnMap = memo(({ id, data }: NodeProps<StepNode>) => {
  const { title, state, says, isGroup, isCurrent, isFound, onOpen, onMove, onFocus } = data;
  const word = state?.word ?? says;
  return (
    <>
      <button
        type="button"
        className="map-step nopan"
        data-map={id}
        data-tone={state?.look.tone ?? 'none'}
        data-found={isFound}
        data-group={isGroup || undefined}
        aria-current={isCurrent || undefined}
        aria-expanded={isGroup ? false : undefined}
        title={word ? `${heldIn(title)}: ${word}` : title}
        onClick={onOpen}
        onKeyDown={onMove}
        onFocus={(event) => onFocus(event.currentTarget)}
      >
        <span className="map-step-title">
          {heldIn(title)}
          {/* For whoever hears it: "title: state". */}
          {word && <span className="map-colon">: </span>}
        </span>
        {word && (
          <span className="map-step-state">
            {state && <StandingIcon look={state.look} />}
            <span>{word}</span>
          </span>
        )}
      </button>
      <Ends />
    </>
  );
});

export const GroupOnMap = memo(({ data: { title, onFold } }: NodeProps<GroupNode>) => {
  const t = useWords('map');
  return (
    <div className="map-group">
      <div className="map-group-head">
        <span className="map-group-title" title={title}>
          {title}
        </span>
        <button
          type="button"
          className="map-fold nopan"
          aria-expanded
          aria-label={t('foldGroup', { title })}
          onClick={onFold}
        >
          {t('fold')}
        </button>
      </div>
      <Ends />
    </div>
  );
});
