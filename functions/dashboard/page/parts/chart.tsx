/** Amounts day by day: the span of each day, its last value as a line, and what was required. */
import type { CapacitySeriesView } from '../../../../shared/query/capacity.ts';

type Day = CapacitySeriesView['days'][number];

const width = 360;
const height = 96;
const left = 44;
const bottom = 18;
const top = 8;

const dayNumber = (date: string): number => Date.parse(`${date}T00:00:00Z`) / 86_400_000;

/** The next round number, so that the scale is one a person can read. */
function roundUp(n: number): number {
  if (n <= 0) return 1;
  const power = 10 ** Math.floor(Math.log10(n));
  return ([1, 2, 2.5, 5, 10].find((f) => f * power >= n) ?? 10) * power;
}

const numbers = (n: number): string => n.toLocaleString('en-US', { maximumFractionDigits: 1 });

export function Chart({ days, label }: { readonly days: readonly Day[]; readonly label: string }) {
  const [first] = days;
  const last = days.at(-1);
  if (!first || !last) return <p class="nothing">No days yet.</p>;
  const most = roundUp(Math.max(...days.map((d) => Math.max(d.max, d.need ?? 0))));
  const [begin, end] = [dayNumber(first.date), dayNumber(last.date)];
  const x = (d: Day) => (end === begin ? (left + width) / 2 : left + ((dayNumber(d.date) - begin) / (end - begin)) * (width - left - 4));
  const y = (n: number) => top + (1 - Math.max(0, n) / most) * (height - top - bottom);
  // A day is as wide as its share of the axis; where it is the only one, it is all of it.
  const half = end === begin ? width : (width - left - 4) / (end - begin) / 2;
  const edges = (d: Day) => [Math.max(left, x(d) - half), Math.min(width - 4, x(d) + half)] as const;
  const across = (d: Day) => (end === begin ? edges(d) : [x(d)]);
  const path = (points: readonly (readonly [number, number])[]) =>
    points.map(([px, py], n) => `${n === 0 ? 'M' : 'L'}${px.toFixed(1)} ${py.toFixed(1)}`).join('');
  const along = (of: readonly Day[], value: (d: Day) => number, at = across) =>
    of.flatMap((d) => at(d).map((px) => [px, y(value(d))] as const));
  const band = [...along(days, (d) => d.max), ...along(days, (d) => d.min).toReversed()];
  const needed = days.filter((d) => d.need !== undefined);
  const words = `${label}: ${numbers(first.last)} on ${first.date}, ${numbers(last.last)} on ${last.date}${last.need === undefined ? '' : `, ${numbers(last.need)} required`}.`;
  return (
    <svg class="chart" viewBox={`0 0 ${width} ${height}`} role="img" aria-label={words}>
      {[0, most].map((n) => (
        <g key={n}>
          <line class="rule" x1={left} x2={width} y1={y(n)} y2={y(n)} />
          <text x={left - 6} y={y(n) + 4} class="end">
            {numbers(n)}
          </text>
        </g>
      ))}
      <path class="band" d={`${path(band)}Z`} />
      <path class="line" d={path(along(days, (d) => d.last))} />
      {needed.length > 0 && <path class="needed" d={path(along(needed, (d) => d.need ?? 0, edges))} />}
      {days.length <= 31 && days.map((d) => <circle class="dot" key={d.date} cx={x(d)} cy={y(d.last)} r="2.5" />)}
      <text x={left} y={height - 4}>
        {first.date}
      </text>
      {end > begin && (
        <text x={width} y={height - 4} class="end">
          {last.date}
        </text>
      )}
    </svg>
  );
}

/** What the lines of every chart mean; they differ in shape, not in colour alone. */
export const ChartLegend = () => (
  <ul class="legend" aria-label="Legend">
    <li>
      <svg class="chart sample" viewBox="0 0 28 12" aria-hidden="true">
        <path class="line" d="M0 6h28" />
        <circle class="dot" cx="14" cy="6" r="2.5" />
      </svg>
      available at the end of the day
    </li>
    <li>
      <svg class="chart sample" viewBox="0 0 28 12" aria-hidden="true">
        <path class="band" d="M0 1h28v10H0z" />
      </svg>
      lowest to highest of the day
    </li>
    <li>
      <svg class="chart sample" viewBox="0 0 28 12" aria-hidden="true">
        <path class="needed" d="M0 6h28" />
      </svg>
      required
    </li>
  </ul>
);
