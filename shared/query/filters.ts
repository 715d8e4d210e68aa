/**
 * What questions are asked with, and whether an item is what was asked for. Without anything that reads the table: a report
 * answers by the same rules in a browser.
 */
import type { Level } from '../core/evaluation/finding.ts';
import { type ParameterValues, paging, parameter } from './parameters.ts';

const { account, region, cluster, check, resource, level, status, muted, open, state, of, cause, at, from, to } = parameter;

export const placeFilters = { account, region } as const;
export const subjectFilters = { ...placeFilters, cluster, check, resource } as const;

export const readinessParameters = { ...placeFilters, cluster, state, at, ...paging } as const;
export const findingsParameters = { ...subjectFilters, level, status, muted, open, at, ...paging } as const;
export const changesParameters = { from, to, ...subjectFilters, level, status, muted, of, cause, ...paging } as const;
export const coverageParameters = { ...subjectFilters, level, at, ...paging } as const;
export const capacityParameters = { from, to, ...subjectFilters, ...paging } as const;

type AskedOf<P extends keyof typeof parameter> = ParameterValues<Pick<typeof parameter, P>>;

const names = Object.keys(subjectFilters) as readonly (keyof typeof subjectFilters)[];

type FindingSubject = { readonly [name in keyof typeof subjectFilters]?: string | undefined };

/** A filter that an item has nothing of leaves it out. */
const fits = <T>(asked: T | undefined, value: T | undefined): boolean => asked === undefined || asked === value;

/** Whether something is where, and about what, is asked for. */
export const isAbout = (item: FindingSubject, asked: FindingSubject): boolean => names.every((name) => fits(asked[name], item[name]));

interface FindingStatus {
  readonly level: Level;
  readonly status: 'pass' | 'fail';
  readonly muted?: object | undefined;
}

export const isAskedFinding = (
  item: FindingSubject & FindingStatus & { readonly open: boolean },
  asked: FindingSubject & AskedOf<'level' | 'status' | 'muted' | 'open'>,
): boolean =>
  isAbout(item, asked) &&
  fits(asked.level, item.level) &&
  fits(asked.status, item.status) &&
  fits(asked.muted, item.muted !== undefined) &&
  fits(asked.open, item.open);

export const isAskedRow = (item: FindingSubject & { readonly level: Level }, asked: FindingSubject & AskedOf<'level'>): boolean =>
  isAbout(item, asked) && fits(asked.level, item.level);

/** What became of a finding, of a coverage row or of a cluster. */
type FilteredChange = FindingSubject &
  (
    | { readonly of: 'finding'; readonly before?: FindingStatus | undefined; readonly after?: FindingStatus | undefined }
    | { readonly of: 'coverage'; readonly level?: Level | undefined }
    | { readonly of: 'readiness' }
  );

/** As it is from then on, or was until it went. */
const briefOf = (item: FilteredChange): FindingStatus | undefined => (item.of === 'finding' ? (item.after ?? item.before) : undefined);

/** Of what is asked for, and of the level. */
export const isAskedDifference = (item: FilteredChange, asked: FindingSubject & AskedOf<'level'>): boolean =>
  isAbout(item, asked) && fits(asked.level, item.of === 'coverage' ? item.level : briefOf(item)?.level);

export function isAskedChange(
  item: FilteredChange & { readonly cause: string },
  asked: FindingSubject & AskedOf<'level' | 'status' | 'muted' | 'of' | 'cause'>,
): boolean {
  const brief = briefOf(item);
  return (
    isAskedDifference(item, asked) &&
    fits(asked.of, item.of) &&
    fits<string>(asked.cause, item.cause) &&
    fits(asked.status, brief?.status) &&
    fits(asked.muted, brief && brief.muted !== undefined)
  );
}

/** The row of a region with only those clusters that are asked for; none where it has none of them. */
export function narrowed<R extends { readonly clusters: readonly { readonly cluster: string; readonly state: string }[] }>(
  row: R,
  asked: { readonly cluster?: string | undefined; readonly state?: string | undefined },
): readonly R[] {
  if (asked.cluster === undefined && asked.state === undefined) return [row];
  const clusters = row.clusters.filter((c) => fits(asked.cluster, c.cluster) && fits(asked.state, c.state));
  return clusters.length === 0 ? [] : [{ ...row, clusters }];
}
