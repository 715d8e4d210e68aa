/** `GET /audits`: audits that completed, the newest first. They are kept for 35 days. */
import * as z from 'zod/mini';
import { pageOf } from './page.ts';
import { paging, parameter } from './parameters.ts';
import { coverageCount, place, readinessState, regionState, time } from './shapes.ts';

export const auditEntry = z.object({
  ...place,
  auditId: z.string(),
  /** When the collection of its facts began: the order of audits. */
  factsAt: time,
  /** When it was saved. */
  at: time,
  regionState,
  coverage: coverageCount,
  /** Each cluster with its state. */
  readiness: z.record(z.string(), readinessState),
  /** Number of the commit that holds what it found changed; absent where nothing had. */
  commit: z.optional(z.int()),
});
export type AuditItem = z.output<typeof auditEntry>;

export const auditsPage = pageOf(auditEntry);
export const auditsParameters = {
  from: parameter.from,
  to: parameter.to,
  account: parameter.account,
  region: parameter.region,
  ...paging,
} as const;
