import type { NotificationData } from '@mantine/notifications';
import { lazy, Suspense, useSyncExternalStore } from 'react';

// Loaded when the first thing is said.
const load = () => import('@mantine/notifications');
const Shown = lazy(() => load().then((it) => ({ default: it.Notifications })));

let isWanted = false;
const listeners = new Set<() => void>();
function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Where notices appear. */
export function Notices() {
  if (!useSyncExternalStore(subscribe, () => isWanted)) return null;
  return (
    <Suspense>
      <Shown position="bottom-right" autoClose={10_000} />
    </Suspense>
  );
}

/** Says something for a while, in the corner of the page; returns what takes it away. */
export async function say(notice: NotificationData): Promise<() => void> {
  isWanted = true;
  for (const listener of listeners) listener();
  const { notifications } = await load();
  const id = notifications.show(notice);
  return () => void notifications.hide(id);
}
