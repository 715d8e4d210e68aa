/** What a mistyped word was probably meant to be. */

/**
 * Edits that turn one word into the other: insertions, deletions, replacements, and two neighbours swapped (optimal string
 * alignment). Measured in code points.
 */
export function editDistance(a: string, b: string): number {
  const [from, to] = [[...a], [...b]];
  let beforeLast: readonly number[] = [];
  let last: readonly number[] = Array.from({ length: to.length + 1 }, (_, j) => j);
  for (const [i, left] of from.entries()) {
    const row = [i + 1];
    for (const [j, right] of to.entries()) {
      const replaced = (last[j] ?? 0) + (left === right ? 0 : 1);
      const best = Math.min(replaced, (last[j + 1] ?? 0) + 1, (row[j] ?? 0) + 1);
      const isSwapped = left === to[j - 1] && from[i - 1] === right;
      row.push(isSwapped ? Math.min(best, (beforeLast[j - 1] ?? 0) + 1) : best);
    }
    beforeLast = last;
    last = row;
  }
  return last[to.length] ?? 0;
}

/**
 * The known word that is nearest to `word`, upper and lower case being the same: at most `distance` edits away, and at most
 * half as many as `word` has letters. Of several that are equally near, the first. `undefined`: none is near enough.
 */
export function closest(word: string, known: readonly string[], distance = 2): string | undefined {
  const most = Math.min(distance, Math.floor(word.length / 2));
  const meant = word.toLowerCase();
  let nearest: { readonly candidate: string; readonly edits: number } | undefined;
  for (const candidate of known) {
    const edits = editDistance(meant, candidate.toLowerCase());
    if (edits < (nearest?.edits ?? most + 1)) nearest = { candidate, edits };
  }
  return nearest?.candidate;
}
