/** How far apart two words are, for "did you mean". */

/** Insertions, deletions, replacements and swaps of neighbours that turn one word into the other. */
export function editDistance(a: string, b: string): number {
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, index) => index)];
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const cell = (r: number, c: number): number => (r === i ? row[c] : rows[r]?.[c]) ?? 0;
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      let best = Math.min(cell(i - 1, j) + 1, cell(i, j - 1) + 1, cell(i - 1, j - 1) + same);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) best = Math.min(best, cell(i - 2, j - 2) + 1);
      row.push(best);
    }
    rows.push(row);
  }
  return rows[a.length]?.[b.length] ?? 0;
}

/** The nearest of the words, when it is near enough to be a slip: a third of its letters, at most three. */
export function nearest(word: string, words: readonly string[]): string | null {
  let best: string | null = null;
  let distance = Math.min(3, Math.max(1, Math.floor(word.length / 3))) + 1;
  for (const candidate of words) {
    const far = word.toLowerCase() === candidate.toLowerCase() ? 0 : editDistance(word, candidate);
    if (far < distance && candidate !== word) {
      best = candidate;
      distance = far;
    }
  }
  return best;
}
