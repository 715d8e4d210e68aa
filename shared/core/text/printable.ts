/**
 * Text from outside, safe to show. A resource's name may contain escapes that clear the screen, a line that looks like a
 * finding, or characters that change the direction of writing or have no width.
 */
import { showHidden } from './hidden-characters.ts';

/** The same data, each hidden character in its texts as its escape, such as `\u202e`; line breaks too. */
export function printable<T>(of: T): T {
  if (typeof of === 'string') return showHidden(of) as T;
  if (Array.isArray(of)) return of.map(printable) as T;
  if (typeof of !== 'object' || of === null) return of;
  return Object.fromEntries(Object.entries(of).map(([name, value]) => [name, printable(value)])) as T;
}

/** The same of text that has line breaks of its own. */
export const printableLines = (text: string): string =>
  text
    .split(/(\r?\n)/)
    .map((part, n) => (n % 2 === 0 ? showHidden(part) : part))
    .join('');
