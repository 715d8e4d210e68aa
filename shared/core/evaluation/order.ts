/** Orders that do not depend on how AWS listed things. */

/** Each text once, in order. */
export const sortedUnique = <T extends string>(texts: Iterable<T>): readonly T[] => [...new Set(texts)].toSorted();

export const byName = (a: { readonly name: string }, b: { readonly name: string }): number => (a.name < b.name ? -1 : 1);

export const byId = (a: { readonly id: string }, b: { readonly id: string }): number => (a.id < b.id ? -1 : 1);
