/** How long an amount lasts, in words. */
import type { CapacitySeriesView } from '../../../shared/query/capacity.ts';

/** A change in a day. What is slow gets as many decimals as it needs not to be shown as none. */
const rate = (n: number): string =>
  n === 0 || Math.abs(n) >= 0.05 ? n.toFixed(1) : n.toLocaleString('en-US', { maximumSignificantDigits: 1 });

/** How sure the day is on which it runs out; empty where there is no doubt. */
function rangeText({ runsOut, earliest = runsOut, latest }: NonNullable<CapacitySeriesView['trend']>): string {
  if (latest === undefined) return ` (on ${earliest} at the earliest, possibly never, 95 %)`;
  return earliest === latest ? '' : ` (between ${earliest} and ${latest}, 95 %)`;
}

/** In words, when the straight line through the days ends. An estimate is never more than its uncertainty. */
export function estimateText({ trend, headroom }: Pick<CapacitySeriesView, 'trend' | 'headroom'>): string {
  if (headroom !== undefined && headroom < 0) return 'Short already.';
  const slope = trend && `${trend.perDay > 0 ? '+' : ''}${rate(trend.perDay)} a day (± ${rate(trend.plusMinus)})`;
  // Wherever the line goes from here, today is known: it fits.
  if (headroom === 0) return `Exactly enough, with nothing to spare${slope === undefined ? '' : `, ${slope}`}.`;
  if (!trend) return 'Too few days for an estimate.';
  const { runsOut, earliest } = trend;
  if (runsOut !== undefined) return `Estimate: runs out on ${runsOut}${rangeText(trend)}, ${slope}.`;
  return `Estimate: does not run out${earliest === undefined ? '' : ` before ${earliest}`}, ${slope}.`;
}
