/** `GET /capacity`: amounts against what is needed, day by day, of quotas and free addresses; by account, region and finding. */
import * as z from 'zod/mini';
import { pageOf } from './page.ts';
import { paging, parameter } from './parameters.ts';
import { date, level, list, place, status, subject, time } from './shapes.ts';

/** One UTC day: the lowest, the highest and the last amount, and what was needed last. */
export const capacityDay = z.object({
  date,
  min: z.number(),
  max: z.number(),
  last: z.number(),
  need: z.optional(z.number()),
});

/** The straight line through the days' last headroom (amount minus need). */
export const trend = z.object({
  /** Change of the headroom in a day. */
  perDay: z.number(),
  /** Half of the width of the 95 % interval of `perDay`. */
  plusMinus: z.number(),
  /** When the line reaches zero; absent where it does not within five years. */
  runsOut: z.optional(date),
  /** The earliest and the latest day by the steepest and the flattest line of the interval; `latest` absent: it may never. */
  earliest: z.optional(date),
  latest: z.optional(date),
});

export const series = z.object({
  ...place,
  /** The finding's. */
  id: z.string(),
  ...subject,
  title: z.string(),
  level,
  status,
  have: z.number(),
  need: z.optional(z.number()),
  unit: z.optional(z.string()),
  /** `have - need`. */
  headroom: z.optional(z.number()),
  /** A value that is watched beside it, such as an applied quota and the state of a request for more. */
  watched: z.optional(z.string()),
  asOf: time,
  /** The oldest first. */
  days: list(capacityDay),
  /** Absent with fewer than three days, or where nothing is needed. */
  trend: z.optional(trend),
});
export type Series = z.output<typeof series>;

export const capacityPage = pageOf(series);
export const capacityParameters = {
  from: parameter.from,
  to: parameter.to,
  account: parameter.account,
  region: parameter.region,
  cluster: parameter.cluster,
  check: parameter.check,
  resource: parameter.resource,
  ...paging,
} as const;
