/** `GET /coverage`: what could not be judged and why, the newest first. */
import * as z from 'zod/mini';
import { pageOf } from './page.ts';
import { paging, parameter } from './parameters.ts';
import { level, place, subject, time } from './shapes.ts';

export const coverageRow = z.object({
  ...place,
  /** `check/cluster|-/group|-/resource|-`, like a finding's. */
  id: z.string(),
  ...subject,
  level,
  reason: z.string(),
  /** The IAM action that was denied. */
  action: z.optional(z.string()),
  /** The statement that would mend it, for the auditor's role in that account; absent where it is not about access. */
  statement: z.optional(z.object({ Effect: z.literal('Allow'), Action: z.string(), Resource: z.literal('*') })),
  /** Since when it cannot be judged. */
  since: time,
});
export type CoverageItem = z.output<typeof coverageRow>;

export const coveragePage = pageOf(coverageRow);
export const coverageParameters = {
  account: parameter.account,
  region: parameter.region,
  cluster: parameter.cluster,
  check: parameter.check,
  resource: parameter.resource,
  level: parameter.level,
  at: parameter.at,
  ...paging,
} as const;
