/** Places in a JSON value, and copies with one of them replaced: what tests change in an answer or in a snapshot. */

export type Path = readonly (string | number)[];

/** Every place in a JSON value that can be replaced; a whole before its parts. */
export const pathsOf = (json: unknown, at: Path = []): readonly Path[] =>
  typeof json !== 'object' || json === null
    ? []
    : Object.entries(json).flatMap(([key, value]) => {
        const path = [...at, Array.isArray(json) ? Number(key) : key];
        return [path, ...pathsOf(value, path)];
      });

/** A copy with another value at a path; `undefined` takes the member away, and leaves a hole in a list, which JSON writes as null. */
export function withAt(json: unknown, [key, ...rest]: Path, value: unknown): unknown {
  if (key === undefined) return value;
  const copy = (Array.isArray(json) ? [...json] : { ...(json as object) }) as Record<string | number, unknown>;
  const next = withAt(copy[key], rest, value);
  if (next === undefined) delete copy[key];
  // Not by assignment: that would take `__proto__` for the prototype.
  else Object.defineProperty(copy, key, { value: next, enumerable: true, configurable: true, writable: true });
  return copy;
}
