/** `GET /findings/{id}/history`: what became of one finding, the newest first. */
import * as z from 'zod/mini';
import { pageOf } from './page.ts';
import { paging, parameter, required } from './parameters.ts';
import { brief, cause, time } from './shapes.ts';

export const historyEntry = z.object({
  /** Number of the commit in the region's log. */
  commit: z.int(),
  auditId: z.string(),
  factsAt: time,
  kind: z.enum(['appeared', 'gone', 'regressed', 'recovered', 'changed', 'muted', 'unmuted', 'carried', 'seen']),
  cause,
  before: z.optional(brief),
  /** Absent when it is gone. */
  after: z.optional(brief),
  message: z.optional(z.string()),
});
export type HistoryEntry = z.output<typeof historyEntry>;

export const historyPage = pageOf(historyEntry);
export const historyParameters = {
  id: required(parameter.id),
  account: required(parameter.account),
  region: required(parameter.region),
  ...paging,
} as const;
