/** One line of what the doctor found. */
export interface Finding {
  readonly about: string;
  readonly state: State;
  readonly text: string;
  /** What to do about it, in a sentence or a command; null: nothing. */
  readonly remedy: string | null;
}

/** `look`: it works, and somebody should look at it. */
export type State = 'well' | 'look' | 'wrong';

/** A check that could not be made is itself something wrong. */
export type Check = () => Promise<readonly Finding[]>;

export const well = (about: string, text: string): Finding => ({
  ...{ about, text },
  state: 'well',
  remedy: null,
});

export const look = (about: string, text: string, remedy: string): Finding => ({
  ...{ about, text, remedy },
  state: 'look',
});

export const wrong = (about: string, text: string, remedy: string): Finding => ({
  ...{ about, text, remedy },
  state: 'wrong',
});

/** So that a problem in one place hides nothing elsewhere. */
export async function examine(
  checks: Readonly<Record<string, Check>>,
): Promise<readonly Finding[]> {
  const found: Finding[] = [];
  for (const [about, check] of Object.entries(checks)) {
    try {
      found.push(...(await check()));
    } catch (error) {
      const said = error instanceof Error ? error.message : String(error);
      found.push(wrong(about, said, 'Mend what it says, and run gatehouse doctor again.'));
    }
  }
  return found;
}

export const ageText = (ms: number): string => {
  const seconds = Math.round(ms / 1_000);
  if (seconds < 120) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 120 ? `${minutes} min` : `${Math.round(minutes / 60)} h`;
};

export const percent = (share: number): string => `${Math.floor(share * 100)} %`;
