/**
 * How often a fault is tried: as every run of the tests does, or as `npm run nightly` does. `GATEHOUSE_TEST_NIGHTLY` is a
 * share of the nightly amount, 1 for all of it.
 */
export function rounds(perRun: number, nightly: number): number {
  const share = Number(process.env['GATEHOUSE_TEST_NIGHTLY'] ?? 0);
  return Math.max(perRun, Math.round(nightly * share));
}
