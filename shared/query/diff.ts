/** `GET /diff`: the net difference between two moments, whatever happened between them. */
import * as z from 'zod/mini';
import { pageOf } from './page.ts';
import { paging, parameter, required } from './parameters.ts';
import { brief, level, place, readinessState, time } from './shapes.ts';

const about = { cluster: z.optional(z.string()), group: z.optional(z.string()), resource: z.optional(z.string()) } as const;
const standing = z.object({ state: readinessState, since: time });

export const difference = z.discriminatedUnion('of', [
  z.object({
    of: z.literal('finding'),
    kind: z.enum(['appeared', 'gone', 'regressed', 'recovered', 'changed', 'muted', 'unmuted', 'carried', 'seen']),
    ...place,
    id: z.string(),
    check: z.string(),
    ...about,
    before: z.optional(brief),
    after: z.optional(brief),
    message: z.optional(z.string()),
  }),
  z.object({
    of: z.literal('coverage'),
    kind: z.enum(['unseen', 'seen']),
    ...place,
    id: z.string(),
    check: z.string(),
    ...about,
    level,
    reason: z.string(),
    since: time,
  }),
  z.object({
    of: z.literal('readiness'),
    kind: z.enum(['appeared', 'gone', 'regressed', 'recovered', 'changed']),
    ...place,
    /** The name of the cluster. */
    id: z.string(),
    cluster: z.string(),
    before: z.optional(standing),
    after: z.optional(standing),
  }),
]);
export type Difference = z.output<typeof difference>;

export const diffPage = pageOf(difference);
export const diffParameters = {
  from: required(parameter.from),
  to: parameter.to,
  account: parameter.account,
  region: parameter.region,
  cluster: parameter.cluster,
  check: parameter.check,
  resource: parameter.resource,
  level: parameter.level,
  ...paging,
} as const;
