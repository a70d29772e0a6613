import { useEffect, useRef, useState } from 'react';
import type { PlaybookDraft } from '#api/contract/playbooks.ts';
import type { PlaybookEdit } from '#core/playbook.ts';
import { act, read } from '../../lib/api.ts';
import { queries, renew } from '../../lib/queries.ts';
import { did, type History, noHistory, redid, undid } from './history.ts';

const typingMs = 600;

export const draftPath = (name: string) => `/playbook-drafts/${encodeURIComponent(name)}`;

type Moved = (history: History, before: string) => History;

/**
 * A draft as somebody works on it. Each change goes to the server at once, one after the other, and what is typed as
 * soon as somebody stops typing; what could not be kept stays in the field, and is tried again when asked.
 */
export function useDraft(begun: PlaybookDraft) {
  const [draft, setDraft] = useState(begun);
  const [text, setText] = useState(begun.text);
  const [history, setHistory] = useState(noHistory);
  const [error, setError] = useState<unknown>(null);
  const [busy, setBusy] = useState(0);
  const latest = useRef(begun);
  const queue = useRef<Promise<unknown>>(Promise.resolve());
  const path = draftPath(begun.name);

  /** Sends a change as soon as those before have been answered. False: it was not taken. */
  const send = (change: (of: PlaybookDraft) => Promise<PlaybookDraft>, moved: Moved) => {
    setBusy((it) => it + 1);
    const done = queue.current.then(async () => {
      const before = latest.current.text;
      try {
        const after = await change(latest.current);
        latest.current = after;
        setDraft(after);
        setError(null);
        if (after.text !== before) setHistory((it) => moved(it, before));
        return true;
      } catch (problem) {
        setError(problem);
        return false;
      } finally {
        setBusy((it) => it - 1);
      }
    });
    queue.current = done;
    return done;
  };
  const save = (wanted: string, moved: Moved = did, more: { basedOn?: string } = {}) =>
    send(({ version }) => act('PUT', path, { text: wanted, version, ...more }), moved);
  const keepTyped = async () => text === latest.current.text || (await save(text));

  const back = (to: string | undefined, moved: Moved) => {
    if (to === undefined) return;
    void save(to, moved).then((isDone) => isDone && setText(to));
  };

  // biome-ignore lint/correctness/useExhaustiveDependencies: what was typed decides, not how it is sent
  useEffect(() => {
    if (text === latest.current.text) return;
    const timer = setTimeout(() => void save(text), typingMs);
    return () => clearTimeout(timer);
  }, [text]);

  const isKept = text === draft.text && busy === 0;
  useEffect(() => {
    if (isKept) return;
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    addEventListener('beforeunload', ask);
    return () => removeEventListener('beforeunload', ask);
  }, [isKept]);
  const typed = useRef(text);
  typed.current = text;
  const hasEnded = useRef(false);
  // biome-ignore lint/correctness/useExhaustiveDependencies: once, when somebody goes elsewhere
  useEffect(
    () => () => {
      const left = hasEnded.current || typed.current === latest.current.text;
      const kept = left ? queue.current : save(typed.current);
      void kept.then(() => {
        if (hasEnded.current) queries.removeQueries({ queryKey: [path] });
        else queries.setQueryData([path, path], latest.current);
        return renew('/playbook-drafts');
      });
    },
    [],
  );

  return {
    draft,
    text,
    error,
    isKept,
    isBusy: busy > 0,
    write: setText,
    edit: async (edits: readonly PlaybookEdit[]): Promise<boolean> => {
      if (!(await keepTyped())) return false;
      const isDone = await send(
        ({ version }) => act('POST', `${path}/edit`, { version, edits }),
        did,
      );
      if (isDone) setText(latest.current.text);
      return isDone;
    },
    undo: history.past.length === 0 ? null : () => back(history.past.at(-1), undid),
    redo: history.future.length === 0 ? null : () => back(history.future[0], redid),
    again: () => void save(text),
    /** There is no draft any more. */
    end: () => {
      hasEnded.current = true;
    },
    /** What another window has kept meanwhile is shown; what stands here can be come back to. */
    takeOther: async () => {
      const here = text;
      if (
        !(await send(
          () => read(path),
          (it) => did(it, here),
        ))
      )
        return;
      setText(latest.current.text);
    },
    /** What stands here is kept in the place of what another window has kept. */
    keepThis: () =>
      void send(async () => {
        const { version } = await read<PlaybookDraft>(path);
        return act('PUT', path, { text, version });
      }, did),
    /** The version that went live meanwhile was looked at. */
    lookedAt: (id: string) => void save(text, did, { basedOn: id }),
  };
}

export type DraftWork = ReturnType<typeof useDraft>;
