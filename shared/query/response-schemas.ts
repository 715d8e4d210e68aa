/** The shapes that several answers share, in the words of findings and of the log. All times are RFC 3339, UTC. */

import * as z from 'zod/mini';
import { levels } from '../core/evaluation/finding.ts';
import { actorKinds } from '../core/events/actor.ts';

export const time = z.string().check(z.regex(/^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+Z$/));
export const date = z.string().check(z.regex(/^[0-9]{4}-[0-9]{2}-[0-9]{2}$/));
export const level = z.enum(levels);
export const status = z.enum(['pass', 'fail']);
export const readinessState = z.enum(['BLOCKED', 'UNKNOWN', 'AT_RISK', 'READY']);
export const regionState = z.enum(['audited', 'not-enabled', 'failed']);
export const cause = z.enum(['account', 'plan', 'auditor', 'visibility', 'baseline']);
export const list = <S extends z.ZodMiniType>(item: S) => z.readonly(z.array(item));
const count = z.int().check(z.gte(0));

/** Every item says where it is from. */
export const place = { account: z.string(), region: z.string() } as const;

/** What a finding, a coverage row or a change is about. */
export const subject = {
  check: z.string(),
  cluster: z.optional(z.string()),
  group: z.optional(z.string()),
  resource: z.optional(z.string()),
} as const;

export const muted = z.object({ reason: z.string(), owner: z.string(), until: date });

/** What can become of each kind of thing between two audits, or between two moments. */
export const findingKind = z.enum(['appeared', 'gone', 'regressed', 'recovered', 'changed', 'muted', 'unmuted', 'carried', 'seen']);
/** unseen: it can no longer be evaluated; seen: it can again. */
export const coverageKind = z.enum(['unseen', 'seen']);
export const readinessKind = z.enum(['appeared', 'gone', 'regressed', 'recovered', 'changed']);

/** The state of a cluster and since when. */
export const stateSince = z.object({ state: readinessState, since: time });

/** Who made an API call, as CloudTrail recorded it. */
export const actor = z.object({
  kind: z.enum(actorKinds),
  /** Of the role or user; of a service its domain name, of an account its id. */
  name: z.optional(z.string()),
  session: z.optional(z.string()),
  /** Where it is another account than the one that was changed. */
  account: z.optional(z.string()),
  /** Domain name of a service that made the call with the actor's permissions. */
  through: z.optional(z.string()),
});

/** Calls of one name by one actor. */
export const triggerCall = z.object({
  call: z.string(),
  service: z.string(),
  actor: z.optional(actor),
  at: time,
  /** The last of several calls; `at` is the first. */
  until: z.optional(time),
  /** How many calls; absent: one. */
  calls: z.optional(z.int()),
  resources: list(z.string()),
});

/** The recorded calls that triggered an audit; `more`: calls that are not named. */
export const triggeredBy = z.object({ calls: list(triggerCall), more: z.optional(z.int()) });

/** How many results there are, and how many were not evaluated; `required`: of the latter, those that are required. */
export const coverageCount = z.object({ evaluated: count, unevaluated: count, required: count });

/** A result without its message. */
export const brief = z.object({
  status,
  level,
  have: z.optional(z.number()),
  need: z.optional(z.number()),
  unit: z.optional(z.string()),
  watched: z.optional(z.string()),
  muted: z.optional(muted),
  /** When it took this status. */
  since: time,
});
