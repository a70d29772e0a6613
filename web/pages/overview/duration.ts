const units = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
  ['second', 1],
] as const;

/** A length of time in its two largest units: "4 min 12 sec", "2 hr 5 min". */
export function durationText(ms: number, language: string): string {
  let rest = Math.max(0, Math.round(ms / 1_000));
  const first = units.findIndex(([, size]) => rest >= size);
  const used = first === -1 ? units.slice(-1) : units.slice(first, first + 2);
  const parts = used.map(([unit, size]) => {
    const count = Math.floor(rest / size);
    rest -= count * size;
    return { unit, count };
  });
  return parts
    .filter(({ count }, i) => i === 0 || count > 0)
    .map(({ unit, count }) =>
      new Intl.NumberFormat(language, { style: 'unit', unit, unitDisplay: 'short' }).format(count),
    )
    .join(' ');
}
