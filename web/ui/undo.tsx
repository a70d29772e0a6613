import { Button } from '@mantine/core';
import { useWords } from '../lib/words.ts';
import { say } from './notices.tsx';

/** How long what was done can be taken back with one press. */
const undoMs = 10_000;

/** Says that something was done that can be taken back, and offers that for ten seconds. */
export function useUndo(): (said: string, undo: () => void) => void {
  const t = useWords();
  return (said, undo) => {
    const notice = say({
      message: (
        <span className="undo">
          {said}
          <Button
            variant="default"
            onClick={() => {
              void notice.then((hide) => hide());
              undo();
            }}
          >
            {t('undo')}
          </Button>
        </span>
      ),
      autoClose: undoMs,
      closeButtonProps: { 'aria-label': t('close') },
    });
  };
}
