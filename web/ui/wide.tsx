import type { ReactNode } from 'react';

/** What may be wider than the page, such as a table: it is scrolled by itself, by keyboard as well. */
export function Wide({
  label,
  className = '',
  children,
}: {
  /** What it is, for whoever cannot see it. */
  label: string;
  className?: string;
  children: ReactNode;
}) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for what is entered
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keyboard
    <div className={`wide ${className}`.trim()} role="group" aria-label={label} tabIndex={0}>
      {children}
    </div>
  );
}
