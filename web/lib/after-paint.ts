import { startTransition, useEffect, useState } from 'react';

/** Who comes back to a page is to find their place in it again, so all of it has to be there at once. */
let isPainted = performance
  .getEntriesByType('navigation')
  .some((it) => it instanceof PerformanceNavigationTiming && it.type !== 'navigate');

/** Whether the browser has drawn a page once: what stands further down, and takes long, comes after that. */
export function useAfterPaint(): boolean {
  const [isDue, setDue] = useState(isPainted);
  useEffect(() => {
    if (isDue) return;
    const come = () => {
      isPainted = true;
      startTransition(() => setDue(true));
    };
    // It draws at the end of the frame, and does what is next to do after that.
    const frame = requestAnimationFrame(() => setTimeout(come));
    return () => cancelAnimationFrame(frame);
  }, [isDue]);
  return isDue;
}
