import path from 'node:path';
import type { AuthoritySetting } from '../src/operate/time-stamp-authorities.ts';
import { run } from './servers/program.ts';
import { startTimeStampAuthority } from './servers/time-stamp-authority.ts';
import { stopping } from './stopping.ts';

/** Two authorities for time stamps that only this machine has, as they are configured. */
export interface PracticeAuthorities {
  /** Empty: there is no openssl here, and so nobody who would sign. */
  readonly settings: readonly AuthoritySetting[];
  stop(): Promise<void>;
}

/** Starts them, with keys of their own in `folder`. */
export async function startAuthorities(folder: string): Promise<PracticeAuthorities> {
  const stops = stopping();
  const installed = await run('openssl', ['version']).catch(() => null);
  const names = installed?.code === 0 ? ['sundial', 'hourglass'] : [];
  try {
    const settings: AuthoritySetting[] = [];
    for (const name of names) {
      const started = await startTimeStampAuthority(path.join(folder, name), { name });
      stops.add(() => started.stop());
      settings.push({ name, url: started.url, caFile: started.keys.ca });
    }
    return { settings, stop: () => stops.all() };
  } catch (error) {
    await stops.all();
    throw error;
  }
}
