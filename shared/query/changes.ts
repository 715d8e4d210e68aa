/** `GET /changes`: what changed between two times, the newest first; those of one audit stand together. */
import * as z from 'zod/mini';
import { pageOf } from './page.ts';
import { paging, parameter } from './parameters.ts';
import { brief, cause, level, list, place, readinessState, time } from './shapes.ts';

const audited = {
  ...place,
  alias: z.optional(z.string()),
  /** Number of the commit in the region's log: changes of one audit have the same. */
  commit: z.int(),
  auditId: z.string(),
  factsAt: time,
  cause,
  /** Finding: its id. Coverage: an id of the same form. Readiness: the name of the cluster. */
  id: z.string(),
  cluster: z.optional(z.string()),
  /** The amount flaps: told only if it is still so at this time. */
  alertAfter: z.optional(time),
} as const;

const about = { check: z.string(), group: z.optional(z.string()), resource: z.optional(z.string()) } as const;
const standing = z.object({ state: readinessState, since: time });

export const change = z.discriminatedUnion('of', [
  z.object({
    of: z.literal('finding'),
    kind: z.enum(['appeared', 'gone', 'regressed', 'recovered', 'changed', 'muted', 'unmuted', 'carried', 'seen']),
    ...audited,
    ...about,
    before: z.optional(brief),
    after: z.optional(brief),
    /** As it is from then on; absent when it is gone. */
    message: z.optional(z.string()),
  }),
  z.object({
    of: z.literal('coverage'),
    /** unseen: it can no longer be judged; seen: it can. */
    kind: z.enum(['unseen', 'seen']),
    ...audited,
    ...about,
    level: z.optional(level),
    reason: z.optional(z.string()),
    /** The IAM action that is missing. */
    action: z.optional(z.string()),
    /** Since when it could not be judged. */
    since: z.optional(time),
  }),
  z.object({
    of: z.literal('readiness'),
    kind: z.enum(['appeared', 'gone', 'regressed', 'recovered', 'changed']),
    ...audited,
    before: z.optional(standing),
    after: z.optional(standing),
    /** Ids of what made it so, the first few. */
    because: list(z.string()),
  }),
]);
export type ChangeItem = z.output<typeof change>;

export const changesPage = pageOf(change);
export const changesParameters = {
  from: parameter.from,
  to: parameter.to,
  account: parameter.account,
  region: parameter.region,
  cluster: parameter.cluster,
  check: parameter.check,
  resource: parameter.resource,
  level: parameter.level,
  status: parameter.status,
  muted: parameter.muted,
  of: parameter.of,
  cause: parameter.cause,
  ...paging,
} as const;
