/** `GET /coverage`: what was not evaluated and why, the newest first. */
import * as z from 'zod/mini';
import type { RegionRow } from '../aws/findings/inventory-reader.ts';
import { coverageParameters, isAskedRow } from './filters.ts';
import { pageOf } from './page.ts';
import type { ParameterValues } from './parameters.ts';
import { question } from './question.ts';
import { recordsPage, rowSources, rowsIn } from './records.ts';
import { level, place, subject, time } from './response-schemas.ts';
import { timesOf } from './states-at.ts';

export const coverageRow = () =>
  z.object({
    ...place,
    /** `check/cluster|-/group|-/resource|-`, like a finding's. */
    id: z.string(),
    ...subject,
    level,
    reason: z.string(),
    /** The IAM action that was denied. */
    action: z.optional(z.string()),
    /** The statement that would fix it, for the auditor's role in that account; absent where it is not about access. */
    statement: z.optional(z.object({ Effect: z.literal('Allow'), Action: z.string(), Resource: z.literal('*') })),
    /** Since when it is not evaluated. */
    since: time,
  });
export type CoverageRowView = z.output<ReturnType<typeof coverageRow>>;

type CoverageQuery = ParameterValues<typeof coverageParameters>;

const matching =
  (asked: CoverageQuery) =>
  ({ account, region, row }: RegionRow): boolean =>
    isAskedRow({ account, region, ...row }, asked);

const shown = ({ account, region, id, row, since }: RegionRow): CoverageRowView => ({
  account,
  region,
  id,
  ...row,
  ...(row.action !== undefined && { statement: { Effect: 'Allow', Action: row.action, Resource: '*' } }),
  since,
});

export const coverage = question({
  name: 'coverage',
  path: '/coverage',
  summary: 'What was not evaluated, why, and how to fix it',
  description:
    'The newest first, by the time since which each is not evaluated. Keys: `account` with `region`; `cluster`; `check`; `level`. Other filters search at most 1,000 rows a page. With `at`, specify an account, or an account and a region.',
  parameters: coverageParameters,
  times: timesOf,
  result: () => pageOf(coverageRow()),
  ask: (asked, ports) =>
    recordsPage(
      { path: '/coverage', kind: 'row', matches: matching(asked), now: () => rowSources(asked, ports), past: rowsIn, shown },
      asked,
      ports,
    ),
});
