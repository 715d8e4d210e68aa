/** Pieces of sentences. */

/** `a, b and 3 more`: at most `most` of the items, then how many are left. */
export function some(items: readonly string[], most = 8): string {
  const rest = items.length - most;
  return rest > 0 ? `${items.slice(0, most).join(', ')} and ${rest} more` : items.join(', ');
}
