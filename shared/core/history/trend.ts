/** Where an amount is going: the straight line of least squares through one number a day, and how sure that is. Pure. */

export interface Trend {
  /** Change in a day. */
  readonly perDay: number;
  /** Half of the width of the 95 % interval of `perDay`. */
  readonly plusMinus: number;
  /** YYYY-MM-DD on which the line reaches zero; absent where it does not within five years of the last day. */
  readonly runsOut?: string;
  /** The same by the steepest and by the flattest line of the interval; `latest` absent: by that one it may never. */
  readonly earliest?: string;
  readonly latest?: string;
}

const dayMs = 86_400_000;
const horizonDays = 5 * 365;

/** Two-sided 95 % quantiles of Student's distribution by degrees of freedom, as every table of it has them. */
const quantiles = [
  12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.16, 2.145, 2.131, 2.12, 2.11, 2.101, 2.093, 2.086,
  2.08, 2.074, 2.069, 2.064, 2.06, 2.056, 2.052, 2.048, 2.045, 2.042,
];
const quantile = (freedom: number): number => quantiles[freedom - 1] ?? 1.96;

const rounded = (n: number): number => Number(n.toPrecision(6));

/**
 * The trend of a headroom: the line goes through what is left on the last day, for that is known, with the slope of all
 * days. `undefined` with fewer than three days. What is short already runs out on the last day; what fits exactly does so
 * only by a line that falls.
 */
export function trendOf(days: readonly { readonly date: string; readonly value: number }[]): Trend | undefined {
  const last = days.at(-1);
  if (!last || days.length < 3) return undefined;
  const xs = days.map((d) => (Date.parse(d.date) - Date.parse(last.date)) / dayMs);
  const mean = (of: readonly number[]): number => of.reduce((sum, n) => sum + n, 0) / of.length;
  const [x0, y0] = [mean(xs), mean(days.map((d) => d.value))];
  const spread = xs.reduce((sum, x) => sum + (x - x0) ** 2, 0);
  if (spread === 0) return undefined;
  const perDay = days.reduce((sum, d, n) => sum + ((xs[n] ?? 0) - x0) * (d.value - y0), 0) / spread;
  const left = days.reduce((sum, d, n) => sum + (d.value - y0 - perDay * ((xs[n] ?? 0) - x0)) ** 2, 0);
  const freedom = days.length - 2;
  const plusMinus = quantile(freedom) * Math.sqrt(left / freedom / spread);

  const zeroBy = (slope: number): string | undefined => {
    const after = last.value < 0 ? 0 : slope < 0 ? last.value / -slope : Number.POSITIVE_INFINITY;
    return after <= horizonDays ? new Date(Date.parse(last.date) + Math.floor(after) * dayMs).toISOString().slice(0, 10) : undefined;
  };
  const [runsOut, earliest, latest] = [zeroBy(perDay), zeroBy(perDay - plusMinus), zeroBy(perDay + plusMinus)];
  return {
    perDay: rounded(perDay),
    plusMinus: rounded(plusMinus),
    ...(runsOut !== undefined && { runsOut }),
    ...(earliest !== undefined && { earliest }),
    ...(latest !== undefined && { latest }),
  };
}
