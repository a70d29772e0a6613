import { useEffect, useState } from 'react';
import type { Drawing } from './drawing.ts';
import type { Layout } from './layout.ts';

/** What was placed before, by drawing: whoever comes back sees it at once. */
const known = new Map<string, Layout>();
const mostKnown = 50;

/** Where a drawing lies; null while that is computed, `failed` where the browser cannot. */
export function useLayout(drawing: Drawing): Layout | 'failed' | null {
  const key = JSON.stringify(drawing);
  const [failed, setFailed] = useState<string | null>(null);
  const [, setPlaced] = useState('');
  useEffect(() => {
    if (known.has(key)) return;
    const worker = new Worker(new URL('./layout-worker.ts', import.meta.url), { type: 'module' });
    worker.onmessage = ({ data }: MessageEvent<Layout>) => {
      if (known.size >= mostKnown) known.clear();
      known.set(key, data);
      setPlaced(key);
      worker.terminate();
    };
    worker.onerror = () => setFailed(key);
    worker.postMessage(JSON.parse(key) as Drawing);
    return () => worker.terminate();
  }, [key]);
  return known.get(key) ?? (failed === key ? 'failed' : null);
}
