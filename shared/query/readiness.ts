/** `GET /readiness`: each region of each account with its clusters, by account and region. */
import * as z from 'zod/mini';
import { pageOf } from './page.ts';
import { paging, parameter } from './parameters.ts';
import { coverageCount, list, place, readinessState, regionState, time } from './shapes.ts';

export const clusterReadiness = z.object({
  cluster: z.string(),
  planned: z.boolean(),
  running: z.boolean(),
  /** UNKNOWN also where the region was not audited for more than a day; then `last` says what it was. */
  state: readinessState,
  last: z.optional(readinessState),
  since: time,
  /** What makes it so, the first few: ids of findings or of coverage rows, each with one line. */
  because: list(z.object({ id: z.string(), text: z.string() })),
  /** How many there are in all. */
  reasons: z.int().check(z.gte(0)),
});

export const readinessRow = z.object({
  ...place,
  alias: z.optional(z.string()),
  regionState,
  /** Why the region was not audited. */
  reason: z.optional(z.string()),
  coverage: coverageCount,
  /** When the collection of the last audit's facts began. */
  factsAt: time,
  /** `factsAt` is noted once a day and when something changes, so there may be later audits; ask with account and region for the last. */
  orLater: z.optional(z.literal(true)),
  /** No audit completed for more than a day, as far as `factsAt` can say. */
  late: z.optional(z.literal(true)),
  clusters: list(clusterReadiness),
});
export type ReadinessRow = z.output<typeof readinessRow>;

export const readinessPage = pageOf(readinessRow);
export const readinessParameters = {
  account: parameter.account,
  region: parameter.region,
  cluster: parameter.cluster,
  state: parameter.state,
  at: parameter.at,
  ...paging,
} as const;
