/** Pieces of sentences and of command lines. */

/** `a, b and 3 more`: at most `most` of the items, then how many are left. */
export function some(items: readonly string[], most = 8): string {
  const rest = items.length - most;
  return rest > 0 ? `${items.slice(0, most).join(', ')} and ${rest} more` : items.join(', ');
}

/** One word of a POSIX shell's command line, in single quotes where it needs them. */
export const quote = (word: string): string => (/^[A-Za-z0-9_@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`);
