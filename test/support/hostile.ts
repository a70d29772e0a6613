/** Sets `globalThis.hostileCodeRan` where any of it is run. */
export const markup = `<img src=x onerror="globalThis.hostileCodeRan=1"><script>globalThis.hostileCodeRan=1</script>`;
export const link = `javascript:globalThis.hostileCodeRan=1//"onmouseover="globalThis.hostileCodeRan=1" x="`;
/** Turns around whatever stands behind it on the line, where nothing holds it in. */
export const turned = '\u202Egnp.eciovni';
export const drawn = `👩‍👩‍👧‍👦🏳️‍🌈 Zoe\u0301 ${'a\u0300\u0301\u0302\u0303\u0304\u0316\u0317\u0318\u0319'.repeat(3)}`;
export const endless = 'W'.repeat(10_000);

/** Everything at once, in as many characters as most names may have. */
export const hostile = `${markup}${link} ${turned} ${drawn}`;
/** As long as a name may be where it has a limit. */
export const long = (limit: number) =>
  `${hostile} ${'W'.repeat(limit)}`.slice(0, limit).toWellFormed();
