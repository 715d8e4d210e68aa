/**
 * Values computed once from objects that never change, so none gets out of date. Where `compute` throws, nothing is stored, and the
 * next call computes again.
 */

type Memoizable = object | string | number | boolean;

/** What a map and a weak map have in common. */
interface Values<K, V> {
  get(key: K): V | undefined;
  set(key: K, value: V): unknown;
}

/** The stored value of a key, or what `compute` returns for it, which is stored. */
function storedValue<K, V extends Memoizable>(known: Values<K, V>, key: K, compute: () => V): V {
  const found = known.get(key);
  if (found !== undefined) return found;
  const value = compute();
  known.set(key, value);
  return value;
}

/** `compute`, called once for each object, whose value lives as long as the object. */
export function memoized<K extends object, V extends Memoizable>(compute: (of: K) => V): (of: K) => V {
  const known = new WeakMap<K, V>();
  return (of) => storedValue(known, of, () => compute(of));
}

/** `compute`, called once for each key. The values live as long as the function, so it belongs into a `memoized` value. */
export function memoizedWithin<K, V extends Memoizable>(compute: (of: K) => V): (of: K) => V {
  const known = new Map<K, V>();
  return (of) => storedValue(known, of, () => compute(of));
}

/** `compute`, called once for each pair of objects; its values live as long as the first of them. */
export function memoizedPair<A extends object, B extends object, V extends Memoizable>(compute: (a: A, b: B) => V): (a: A, b: B) => V {
  const of = memoized((a: A) => memoizedWithin((b: B) => compute(a, b)));
  return (a, b) => of(a)(b);
}

/** Values by text for each object: `of(owner, text, compute)` calls `compute` for a text that is new there. */
export function memoizedTexts<K extends object, V extends Memoizable>(): (of: K, text: string, compute: () => V) => V {
  const texts = memoized((_: K) => new Map<string, V>());
  return (of, text, compute) => storedValue(texts(of), text, compute);
}
