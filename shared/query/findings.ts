/** `GET /findings`: verdicts as they are, or were at a moment; the newest first, by the time since when each is so. */
import * as z from 'zod/mini';
import { pageOf } from './page.ts';
import { paging, parameter } from './parameters.ts';
import { level, muted, place, status, time } from './shapes.ts';

export const finding = z.object({
  ...place,
  id: z.string(),
  check: z.string(),
  checkLevel: level,
  level,
  status,
  /** It fails and nobody muted it. */
  open: z.boolean(),
  muted: z.optional(muted),
  cluster: z.optional(z.string()),
  group: z.optional(z.string()),
  resource: z.string(),
  have: z.optional(z.number()),
  need: z.optional(z.number()),
  unit: z.optional(z.string()),
  /** A value that is watched for changes though it never fails. */
  watched: z.optional(z.string()),
  title: z.string(),
  message: z.string(),
  remediation: z.optional(z.object({ text: z.string(), command: z.optional(z.string()), console: z.optional(z.string()) })),
  reference: z.string(),
  firstSeen: time,
  /** When it took its present status. */
  since: time,
  lastChanged: time,
  /** It can no longer be judged: this is its last verdict. Since when, and when it was last seen. */
  unseen: z.optional(z.object({ since: time, seen: time })),
  /** The amounts are at least as new as this; asked for by account and region they are those of the last audit. */
  asOf: time,
});
export type FindingItem = z.output<typeof finding>;

export const findingsPage = pageOf(finding);
export const findingsParameters = {
  account: parameter.account,
  region: parameter.region,
  cluster: parameter.cluster,
  check: parameter.check,
  resource: parameter.resource,
  level: parameter.level,
  status: parameter.status,
  muted: parameter.muted,
  open: parameter.open,
  at: parameter.at,
  ...paging,
} as const;
