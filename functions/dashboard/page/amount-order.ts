/** The order of amounts: what is short, then what is required, then what is only watched. Pure. */
import { levels } from '../../../shared/core/evaluation/finding.ts';
import type { CapacitySeriesView } from '../../../shared/query/capacity.ts';

type RankedAmount = Pick<CapacitySeriesView, 'status' | 'level' | 'need' | 'headroom' | 'trend'>;

const isShort = ({ status, headroom }: RankedAmount): boolean => status === 'fail' || (headroom !== undefined && headroom < 0);

/** What comes first has the lower key: short ones by level, the others by the day on which they run out. */
const keyOf = (amount: RankedAmount): string => {
  if (isShort(amount)) return String(levels.indexOf(amount.level));
  return amount.need === undefined ? '9' : `8 ${amount.trend?.runsOut ?? 'never'}`;
};

/** In that order; among equals as they came. */
export const mostUrgentFirst = <T extends RankedAmount>(amounts: readonly T[]): readonly T[] =>
  amounts
    .map((amount) => [keyOf(amount), amount] as const)
    .toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
    .map(([, amount]) => amount);
