/** One line of a comparison: in both, only in the first, or only in the second. */
export interface DiffLine {
  readonly sign: ' ' | '-' | '+';
  readonly text: string;
}

/** Compares two texts line by line: the longest common lines stay, the rest goes or comes. */
export function diffLines(before: string, after: string): readonly DiffLine[] {
  const a = linesOf(before);
  const b = linesOf(after);
  // common[i][j]: how many lines a[i…] and b[j…] have in common.
  const common = Array.from({ length: a.length + 1 }, () => new Uint32Array(b.length + 1));
  for (let i = a.length - 1; i >= 0; i -= 1) {
    for (let j = b.length - 1; j >= 0; j -= 1) {
      common[i]![j] =
        a[i] === b[j]
          ? common[i + 1]![j + 1]! + 1
          : Math.max(common[i + 1]![j]!, common[i]![j + 1]!);
    }
  }
  const lines: DiffLine[] = [];
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      lines.push({ sign: ' ', text: a[i]! });
      i += 1;
      j += 1;
    } else if (j >= b.length || (i < a.length && common[i + 1]![j]! >= common[i]![j + 1]!)) {
      lines.push({ sign: '-', text: a[i]! });
      i += 1;
    } else {
      lines.push({ sign: '+', text: b[j]! });
      j += 1;
    }
  }
  return lines;
}

const linesOf = (text: string): string[] =>
  text === '' ? [] : text.replace(/\r?\n$/, '').split(/\r?\n/);

/** The changed lines with some around them; gaps are marked by null. */
export function around(lines: readonly DiffLine[], context: number): readonly (DiffLine | null)[] {
  const isNear = lines.map((_, i) =>
    lines.slice(Math.max(0, i - context), i + context + 1).some((it) => it.sign !== ' '),
  );
  return lines.flatMap((line, i) => {
    if (isNear[i]) return [line];
    return isNear[i - 1] || (i === 0 && isNear.some(Boolean)) ? [null] : [];
  });
}
