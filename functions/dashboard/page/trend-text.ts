/** Whether a cluster got better or worse of late, as far as the changes that were read say so. Pure. */
import type { ReadinessState } from '../../../shared/core/evaluation/finding.ts';
import { stateOrder, stateWords } from '../../../shared/core/render/words.ts';
import type { ChangeView } from '../../../shared/query/changes.ts';
import type { ClusterRow } from './cluster-rows.ts';

/** The period of a trend. */
export const trendDays = 14;

export interface ClusterTrend {
  readonly direction: 'worse' | 'better' | 'steady' | 'appeared';
  readonly words: string;
}

type ReadinessChangeView = Extract<ChangeView, { of: 'readiness' }>;

const keyOf = ({ account, region }: Pick<ClusterRow, 'account' | 'region'>, cluster: string): string => `${account}/${region}/${cluster}`;

/** The last change of each cluster's readiness, of changes that stand the newest first. */
export function lastChanges(changes: readonly ChangeView[]): ReadonlyMap<string, ReadinessChangeView> {
  const last = new Map<string, ReadinessChangeView>();
  for (const change of changes) {
    if (change.of !== 'readiness') continue;
    const key = keyOf(change, change.id);
    if (!last.has(key)) last.set(key, change);
  }
  return last;
}

function comparedWith(before: ReadinessState, state: ReadinessState): ClusterTrend {
  const direction = stateOrder.indexOf(before) < stateOrder.indexOf(state) ? 'better' : 'worse';
  return { direction, words: `was ${stateWords[before]}` };
}

/** `undefined` where it is not known: the state is of the period, and its change was not read. */
export function trendOf(row: ClusterRow, changes: ReturnType<typeof lastChanges>, from: string): ClusterTrend | undefined {
  const { cluster, state, since, last } = row.cluster;
  // A region that was not audited in time makes its clusters UNKNOWN, which no audit stored as a change.
  if (last !== undefined) return comparedWith(last, state);
  if (since < from) return { direction: 'steady', words: 'unchanged' };
  const change = changes.get(keyOf(row, cluster));
  if (change?.after?.state !== state) return undefined;
  if (change.before === undefined) return { direction: 'appeared', words: 'new' };
  return change.before.state === state ? { direction: 'steady', words: 'unchanged' } : comparedWith(change.before.state, state);
}
