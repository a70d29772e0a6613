import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Timing } from '#engine/engine.ts';
import type { Acts, Answer, Question } from './moved-clock-main.ts';

type ArgumentsOf<Name extends keyof Acts> = Acts[Name] extends (
  gatehouse: never,
  ...rest: infer Rest
) => unknown
  ? Rest
  : never;

/** A whole Gatehouse with a database server of its own, on a clock that tests set. */
export interface MovedClock {
  /** Has the program do one of the acts of `moved-clock-main.ts`. */
  ask<Name extends keyof Acts>(
    name: Name,
    ...rest: ArgumentsOf<Name>
  ): Promise<Awaited<ReturnType<Acts[Name]>>>;
  /** Moves the program's clock, and its database's, while both run; from there it goes on as usual. */
  moveTo(moment: string | Date): Promise<void>;
  /** What the program's clock shows. */
  now(): Date;
  stop(): Promise<void>;
}

/** Stands between a process and its C library, and moves its wall clock. */
export const library = '/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1';

/**
 * Starts a Gatehouse in a process of its own, at the given moment, which must lie in the past: the
 * database would not notice deadlocks any more in the future (see `isClockMoved`).
 *
 * libfaketime stands between the process and its C library, and reads how far to move the
 * wall clock from a file at every look. Timeouts go by the monotonic clock, which is left alone.
 */
export async function startMovedClock(
  at: string,
  timing: Partial<Timing> = {},
): Promise<MovedClock> {
  if (!existsSync(library)) {
    throw new Error(`${library} is missing: install the Debian package libfaketime.`);
  }
  const folder = await mkdtemp(path.join(tmpdir(), 'gatehouse-clock-'));
  const clock = path.join(folder, 'clock');
  let offsetMs = 0;
  const moveTo = async (moment: string | Date) => {
    offsetMs = Math.round((new Date(moment).getTime() - Date.now()) / 1_000) * 1_000;
    const seconds = offsetMs / 1_000;
    await writeFile(`${clock}.new`, `${seconds < 0 ? '' : '+'}${seconds}\n`);
    await rename(`${clock}.new`, clock); // never half a line
  };
  await moveTo(at);

  const { GATEHOUSE_TEST_SERVER: _shared, NODE_TEST_CONTEXT: _test, ...inherited } = process.env;
  const child = spawn(process.execPath, [path.join(import.meta.dirname, 'moved-clock-main.ts')], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    serialization: 'advanced',
    env: {
      ...inherited,
      LD_PRELOAD: library,
      FAKETIME_TIMESTAMP_FILE: clock,
      FAKETIME_NO_CACHE: '1',
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
      GATEHOUSE_TEST_TIMING: JSON.stringify(timing),
    },
  });
  const waiting = new Map<number, (answer: Answer) => void>();
  child.on('message', (answer: Answer) => {
    waiting.get(answer.id)?.(answer);
    waiting.delete(answer.id);
  });
  const ended = once(child, 'exit');
  child.on('exit', (code) => {
    for (const [id, tell] of waiting) tell({ id, error: `the program ended with ${code}` });
    waiting.clear();
  });

  let asked = 0;
  const send = (question: Omit<Question, 'id'>) =>
    new Promise<unknown>((resolve, reject) => {
      const id = ++asked;
      waiting.set(id, (answer) => {
        if ('error' in answer) reject(new Error(`${question.act}: ${answer.error}`));
        else resolve(answer.value);
      });
      child.send({ id, ...question });
    });
  await send({ act: 'ready', rest: [] });

  let stopping: Promise<void> | undefined;
  return {
    ask: (name, ...rest) => send({ act: name, rest }) as ReturnType<MovedClock['ask']> as never,
    moveTo,
    now: () => new Date(Date.now() + offsetMs),
    stop() {
      stopping ??= (async () => {
        child.disconnect();
        await ended;
        await rm(folder, { recursive: true, force: true });
      })();
      return stopping;
    },
  };
}
