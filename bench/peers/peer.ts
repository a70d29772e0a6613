import type { ChildProcess } from 'node:child_process';
import { setTimeout as wait } from 'node:timers/promises';

/** A program that carries out departures: on its arrival, twelve calls to twelve systems. */
export interface Peer {
  /** With its version. */
  readonly name: string;
  /** Starts it on an empty database, ready for departures. */
  start(): Promise<RunningPeer>;
}

export interface RunningPeer {
  /** Hands a departure over; ends once it was acknowledged, and fails where it was not. */
  depart(person: string): Promise<void>;
  /** The processes that belong to it, those of its database too. */
  processes(): readonly number[];
  /** Kills the program as a power cut would, but for its database; then starts it again. */
  killAndRestart(): Promise<void>;
  stop(): Promise<void>;
}

/** Waits until `url` answers with 200, for as long as the program lives. */
export async function answers(program: ChildProcess, url: string): Promise<void> {
  for (;;) {
    const answer = await fetch(url).catch(() => null);
    await answer?.body?.cancel();
    if (answer?.ok) return;
    if (program.exitCode !== null || program.signalCode !== null) {
      throw new Error(`${program.spawnargs.join(' ')} ended before it answered`);
    }
    await wait(50);
  }
}

/** Kills a program, with others that belong to it, as a power cut would. */
export async function kill(program: ChildProcess, others: readonly number[] = []): Promise<void> {
  const ended = new Promise((resolve) => program.once('exit', resolve));
  for (const pid of [...others, program.pid!]) process.kill(pid, 'SIGKILL');
  await ended;
}
