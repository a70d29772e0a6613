import { z } from 'zod';
import { jsonOf } from '#core/json.ts';

/** What one look saw of a file. A file that is renamed stays the same; so it is known by its place on the disk. */
export interface Seen {
  readonly size: number;
  readonly changedAtMs: number;
}

const Stored = z.record(z.string(), z.tuple([z.number(), z.number()]));

/** What the last look saw, by place on the disk. What cannot be read is nothing: every file is looked at twice anew. */
export function seenBefore(text: string | null): ReadonlyMap<string, Seen> {
  const stored = Stored.safeParse(text === null ? {} : jsonOf(text));
  return new Map(
    Object.entries(stored.data ?? {}).map(([place, [size, changedAtMs]]) => [
      place,
      { size, changedAtMs },
    ]),
  );
}

export const writtenDown = (seen: ReadonlyMap<string, Seen>): string =>
  JSON.stringify(
    Object.fromEntries([...seen].map(([place, it]) => [place, [it.size, it.changedAtMs]])),
  );

/** An empty file may wait for its first bytes; nobody makes a file and leaves it so for longer. */
const emptyForMs = 10 * 60_000;

/** Whether nothing was written between two looks: then whoever wrote it has gone. */
export function isWhole(now: Seen, before: Seen | undefined, at: Date): boolean {
  if (before === undefined) return false;
  if (now.size !== before.size || now.changedAtMs !== before.changedAtMs) return false;
  return now.size > 0 || at.getTime() - now.changedAtMs > emptyForMs;
}

/** Names under which programs write what is not whole yet. They take their final name once it is. */
export const isUnderWay = (name: string): boolean =>
  name.startsWith('.') || /(~|\.(tmp|temp|part|partial|filepart|crdownload|swp|lock))$/i.test(name);
