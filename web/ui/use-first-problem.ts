import { type RefObject, useEffect, useRef } from 'react';

/** Brings whoever entered something to the first field with a problem, each time there are new ones. */
export function useFirstProblem(problems: unknown): RefObject<HTMLFormElement | null> {
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => {
    if (!problems) return;
    form.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
  }, [problems]);
  return form;
}
