/**
 * Text from outside, as it may stand on a terminal or in a plain mail. Whoever names a resource may put escapes into the
 * name that clear the screen, or a line that looks like a verdict.
 */

/** The same data, each control character (C0, DEL, C1; line breaks too) in its texts replaced by a sign that shows there was one. */
export function printable<T>(of: T): T {
  if (typeof of === 'string') return of.replaceAll(/\p{Cc}/gu, '\ufffd') as T;
  if (Array.isArray(of)) return of.map(printable) as T;
  if (typeof of !== 'object' || of === null) return of;
  return Object.fromEntries(Object.entries(of).map(([name, value]) => [name, printable(value)])) as T;
}
