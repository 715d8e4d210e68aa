/** The address holds what is shown, so that it can be bookmarked, sent, and returned to: `#/findings?region=us-west-2`. */
import { useEffect, useState } from 'preact/hooks';

export const views = ['readiness', 'findings', 'changes', 'capacity', 'coverage', 'fit'] as const;
export type View = (typeof views)[number];

export interface Address {
  readonly view: View;
  readonly filters: { readonly [name: string]: string };
}

export function readAddress(hash: string): Address {
  const [path = '', query = ''] = hash.replace(/^#\/?/, '').split('?');
  const view = views.find((v) => v === path) ?? 'readiness';
  return { view, filters: Object.fromEntries(new URLSearchParams(query)) };
}

/** The address of a view; filters that are empty are left out. */
export function addressOf(view: View, filters: { readonly [name: string]: string | undefined } = {}): string {
  const given = Object.entries(filters).filter((f): f is [string, string] => f[1] !== undefined && f[1] !== '');
  const query = new URLSearchParams(given).toString();
  return `#/${view}${query === '' ? '' : `?${query}`}`;
}

/** Whether any filter is on; an empty value does not count. */
export const isFiltered = (filters: Address['filters']): boolean => Object.values(filters).some((value) => value !== '');

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
