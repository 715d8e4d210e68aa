/** The address holds what is shown, so that it can be bookmarked, sent, and returned to: `#/findings?region=us-west-2`. */
import { useEffect, useState } from 'preact/hooks';

export const views = ['overview', 'findings', 'changes', 'capacity', 'coverage', 'fit'] as const;
export type View = (typeof views)[number];

export interface Address {
  readonly view: View;
  readonly filters: { readonly [name: string]: string };
}

/** How a view is shown: its order, its page, what is unfolded. They select nothing, so no question is asked with them. */
const displayNames: ReadonlySet<string> = new Set(['sort', 'page', 'ready']);
/** A search for words is done here, over what was read. */
const isAsked = (name: string): boolean => name !== 'text' && !displayNames.has(name);

const only = (filters: Address['filters'], takes: (name: string) => boolean): Address['filters'] =>
  Object.fromEntries(Object.entries(filters).filter(([name]) => takes(name)));

/** The filters that a question is asked with. */
export const askedFilters = (filters: Address['filters']): Address['filters'] => only(filters, isAsked);

/** The address of before had another name for the overview; it and what is no view lead there. */
export function readAddress(hash: string): Address {
  const [path = '', query = ''] = hash.replace(/^#\/?/, '').split('?');
  const view = views.find((v) => v === path) ?? 'overview';
  return { view, filters: Object.fromEntries(new URLSearchParams(query)) };
}

/** The address of a view; filters that are empty are left out. */
export function addressOf(view: View, filters: { readonly [name: string]: string | undefined } = {}): string {
  const given = Object.entries(filters).filter((f): f is [string, string] => f[1] !== undefined && f[1] !== '');
  const query = new URLSearchParams(given).toString();
  return `#/${view}${query === '' ? '' : `?${query}`}`;
}

/** The filters that are on, apart from a search. */
export const filtersOn = (filters: Address['filters']): readonly (readonly [name: string, value: string])[] =>
  Object.entries(askedFilters(filters)).filter(([, value]) => value !== '');

/** Whether any filter is on; an empty value does not count. */
export const isFiltered = (filters: Address['filters']): boolean => filtersOn(filters).length > 0 || (filters.text ?? '') !== '';

/** The same filters without one, and from the first page on. */
export const withoutFilter = (filters: Address['filters'], name: string): Address['filters'] =>
  only(filters, (n) => n !== name && n !== 'page');

/** The same filters with another value, from the first page on. */
export const withFilter = (filters: Address['filters'], name: string, value: string): Address['filters'] =>
  value === '' ? withoutFilter(filters, name) : { ...withoutFilter(filters, name), [name]: value };

/** The address as it is, and a way to go on from it: another filter is a step back in the history, typing is not. */
export function useAddress(): readonly [Address, (view: View, filters: Address['filters'], typing?: boolean) => void] {
  const [hash, setHash] = useState(location.hash);
  useEffect(() => {
    const follow = () => setHash(location.hash);
    addEventListener('hashchange', follow);
    return () => removeEventListener('hashchange', follow);
  }, []);
  const go = (view: View, filters: Address['filters'], typing = false): void => {
    const next = addressOf(view, filters);
    if (typing) {
      history.replaceState(null, '', next);
      setHash(next);
    } else location.hash = next;
  };
  return [readAddress(hash), go];
}
