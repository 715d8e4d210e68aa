/** Pieces of sentences. */

/** `a, b and 3 more`: at most `most` of the items, then how many are left. */
export function some(items: readonly string[], most = 8): string {
  const rest = items.length - most;
  return rest > 0 ? `${items.slice(0, most).join(', ')} and ${rest} more` : items.join(', ');
}

/** `a`, `a and b`, `a, b and c`. */
export const listed = (names: readonly string[]): string =>
  names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;

/** The text as the beginning of a sentence. */
export const capitalize = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** What follows the last slash: the name in an ARN, the file of an address. */
export const lastSegment = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

/** `2026-11-20 08:00 UTC`, of a time in ISO 8601. */
export const timeWords = (at: string): string => `${at.slice(0, 10)} ${at.slice(11, 16)} UTC`;
