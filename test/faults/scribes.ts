import { type LoadedProcesses, loadProcesses } from './loaded-processes.ts';
import type { ScribeWord } from './scribe-main.ts';

/** Where a scribe process finds what it works with. */
export interface ScribePlaces {
  /** The address with which it logs in. */
  readonly database: string;
  readonly keys: string;
  readonly mark: string;
  readonly mirror: string;
}

/** So many scribes as processes of their own, to be killed, with what they told of as wrong. */
export async function loadScribes(
  count: number,
  places: ScribePlaces,
): Promise<LoadedProcesses & { readonly errors: readonly string[] }> {
  const errors: string[] = [];
  const args = Object.entries(places).flatMap(([name, value]) => [`--${name}`, value]);
  const scribes = await loadProcesses('scribe-main.ts', args, count, (it) => {
    const said = it as ScribeWord;
    if (said.word === 'error') errors.push(said.error);
  });
  return { ...scribes, errors };
}
