// What runs in the page itself; each is sent there as it stands, so none may use anything from outside of it.

/** Where a page leaves what it has measured. */
export interface Watched {
  presses: number[];
  openedMs: number;
  seenAt: number;
}

interface Entry {
  readonly name: string;
  readonly startTime: number;
  readonly duration: number;
  readonly value: number;
  readonly hadRecentInput: boolean;
}

interface Browser extends Watched {
  readonly performance: { now(): number };
  readonly document: {
    readonly body: { readonly textContent: string };
    querySelector(of: string): unknown;
    addEventListener(
      of: string,
      then: (event: { key: string; timeStamp: number }) => void,
      it: object,
    ): void;
  };
  readonly PerformanceObserver: new (
    seen: (list: { getEntries(): Entry[] }) => void,
  ) => {
    observe(of: object): void;
  };
  readonly MutationObserver: new (
    seen: () => void,
  ) => {
    observe(of: object, what: object): void;
    disconnect(): void;
  };
  requestAnimationFrame(then: () => void): void;
}

/** When the largest thing was painted, and how much has moved until then. */
export async function looksOf(): Promise<{ paintedMs: number; shift: number }> {
  const { PerformanceObserver } = globalThis as unknown as Browser;
  const all = (type: string) =>
    new Promise<Entry[]>((done) => {
      new PerformanceObserver((list) => done(list.getEntries())).observe({ type, buffered: true });
      setTimeout(() => done([]), 500);
    });
  const [painted, shifts] = await Promise.all([
    all('largest-contentful-paint'),
    all('layout-shift'),
  ]);
  return {
    paintedMs: painted.at(-1)?.startTime ?? Number.NaN,
    shift: shifts.reduce((sum, it) => sum + (it.hadRecentInput ? 0 : it.value), 0),
  };
}

/** Keeps how long each press took until it was painted, as the browser itself says, in steps of 8 ms. */
export function watchPresses(): void {
  const page = globalThis as unknown as Browser;
  page.presses = [];
  new page.PerformanceObserver((list) => {
    for (const it of list.getEntries()) if (it.name === 'keydown') page.presses.push(it.duration);
  }).observe({ type: 'event', durationThreshold: 16 });
}

/** Keeps how long it takes from Ctrl K to a field that is painted. */
export function watchPalette(): void {
  const page = globalThis as unknown as Browser;
  page.openedMs = 0;
  let pressed = 0;
  page.document.addEventListener(
    'keydown',
    ({ key, timeStamp }) => {
      if (key === 'k') pressed = timeStamp;
    },
    { capture: true },
  );
  const seen = new page.MutationObserver(() => {
    if (!page.document.querySelector('.mantine-Spotlight-search')) return;
    seen.disconnect();
    page.requestAnimationFrame(() =>
      setTimeout(() => {
        page.openedMs = page.performance.now() - pressed;
      }),
    );
  });
  seen.observe(page.document, { childList: true, subtree: true });
}

/** Keeps when words are to be read, on the clock of the machine. */
export function watchText(words: string): void {
  const page = globalThis as unknown as Browser;
  page.seenAt = 0;
  const look = () => {
    if (!page.document.body.textContent.includes(words)) return;
    seen.disconnect();
    page.requestAnimationFrame(() => {
      page.seenAt = Date.now();
    });
  };
  const seen = new page.MutationObserver(look);
  seen.observe(page.document, { childList: true, subtree: true, characterData: true });
}
