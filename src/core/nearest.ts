/** How many letters have to be added, dropped, replaced or swapped to get from one to the other. */
function distance(from: string, to: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: to.length + 1 }, (_, i) => i);
  for (let i = 1; i <= from.length; i++) {
    const row = [i];
    for (let j = 1; j <= to.length; j++) {
      const same = from[i - 1] === to[j - 1];
      let cost = Math.min(last[j]! + 1, row[j - 1]! + 1, last[j - 1]! + (same ? 0 : 1));
      const swapped = i > 1 && j > 1 && from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1];
      if (swapped) cost = Math.min(cost, beforeLast[j - 2]! + 1);
      row.push(cost);
    }
    beforeLast = last;
    last = row;
  }
  return last[to.length]!;
}

const longestWord = 60;

/** The known word that somebody probably meant; null when none comes close. */
export function nearest(word: string, known: Iterable<string>): string | null {
  if (word.length > longestWord) return null;
  const typed = word.trim().toLowerCase();
  let best: string | null = null;
  const furthest = Math.min(Math.max(1, Math.floor(typed.length / 3)), typed.length - 1);
  let bestDistance = furthest + 1;
  for (const candidate of known) {
    const away = distance(typed, candidate.toLowerCase().slice(0, longestWord));
    if (away < bestDistance) {
      best = candidate;
      bestDistance = away;
    }
  }
  return best;
}
