/** Which Kubernetes versions are usable for HyperPod: those that EKS supports and HyperPod has an image for. */
import type { Facts, Read } from './facts.ts';

/** Minor versions of 1 that were usable, and when that was read. Stands in for what cannot be read. */
const dated = { first: 32, last: 36, asOf: '2026-11-30' } as const;

export interface UsableVersions {
  /** Minor versions of Kubernetes 1, ascending. */
  readonly minors: readonly number[];
  /** Minor versions to which EKS updates a cluster: HyperPod may have no image for them. */
  readonly offered: readonly number[];
  /** As a part of a sentence, with where it comes from. */
  readonly words: string;
  /** Why the dated list stands in; absent where the account was read. */
  readonly fallback?: string;
}

/** `1.33` → 33; `undefined` for what is no version of Kubernetes 1. */
export function minorOf(version: string): number | undefined {
  const minor = /^1\.(\d+)$/.exec(version)?.[1];
  return minor === undefined ? undefined : Number(minor);
}

const range = (minors: readonly number[]): string => `1.${minors[0]} to 1.${minors.at(-1)}`;
const unread = (what: string, fact: Read<unknown>): string[] =>
  fact.ok ? [] : [`${what} could not be read${fact.action === undefined ? '' : ` (${fact.action})`}: ${fact.reason}`];

export function usableVersions({ kubernetesVersions, imageVersions }: Pick<Facts, 'kubernetesVersions' | 'imageVersions'>): UsableVersions {
  const supported = kubernetesVersions.ok ? kubernetesVersions.value.filter((v) => v.status !== 'UNSUPPORTED').map((v) => v.version) : [];
  const images = imageVersions.ok ? imageVersions.value : [];
  const minorsOf = (versions: readonly string[]) => versions.flatMap((version) => minorOf(version) ?? []).toSorted((a, b) => a - b);
  const minors = minorsOf(images.filter((version) => supported.includes(version)));
  const offered = minorsOf(supported);
  if (minors.length > 0) return { minors, offered, words: `${range(minors)} (EKS and the images of HyperPod)` };
  const [why = 'AWS lists no version that has both'] = [
    ...unread('the versions of EKS', kubernetesVersions),
    ...unread('the images of HyperPod', imageVersions),
  ];
  const listed = Array.from({ length: dated.last - dated.first + 1 }, (_, i) => dated.first + i);
  return { minors: listed, offered: offered.length > 0 ? offered : listed, words: `${range(listed)} (as of ${dated.asOf})`, fallback: why };
}
