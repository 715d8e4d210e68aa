/**
 * The JSON Schema of the events on the bus of the stack. It describes the types of shared/core/alerts and shared/core/events;
 * `conforms` has the compiler reject a member that one of the two does not know.
 */
import * as z from 'zod';
import type { AlertData, ChangeData, FailureData, SummaryData } from '../../shared/core/alerts/alert-data.ts';
import { summaryKinds } from '../../shared/core/alerts/commit-split.ts';
import { levels } from '../../shared/core/evaluation/finding.ts';
import { actorKinds } from '../../shared/core/events/actor.ts';
import { auditSource } from '../../shared/core/events/audit-request.ts';
import { type ChangeDetail, detailTypes, type PublishedChange } from '../../shared/core/events/published-events.ts';
import type { TriggeredBy } from '../../shared/core/events/triggers.ts';
import type { ReadinessRecord } from '../../shared/core/history/log.ts';

const time = z.string().regex(/^\d{4}-\d{2}-\d{2}T[\d:.]+Z$/);
const account = z.string().regex(/^\d{12}$/);
const level = z.enum(levels);
const states = ['BLOCKED', 'UNKNOWN', 'AT_RISK', 'READY'] as const;
const status = z.enum(['pass', 'fail', ...states]);
const text = z.string();
/** Members that later versions add are no mistake. */
const open = <S extends z.ZodRawShape>(shape: S) => z.object(shape);

const subject = {
  id: text.describe('Identifies the finding, coverage row or cluster within its account and region.'),
  check: text.optional(),
  cluster: text.optional(),
  group: text.optional(),
  resource: text.optional(),
  level: level.optional(),
  status: status.optional().describe('pass or fail; of a cluster its readiness.'),
  since: time.optional().describe('When it took this status.'),
  have: z.number().optional(),
  need: z.number().optional(),
  unit: text.optional(),
  watched: text.optional(),
  message: text.optional(),
  reason: text.optional().describe('Why it is not evaluated.'),
  action: text.optional().describe('IAM action that is denied.'),
  because: z.array(text).optional().describe('Ids of what makes a cluster so, the first few.'),
  fix: text.optional(),
  command: text.optional(),
  console: text.optional(),
};

const actor = open({
  kind: z.enum(actorKinds),
  name: text.optional().describe('Of the role or user; of a service its domain name, of an account its id.'),
  session: text.optional().describe('Name of the session of a role.'),
  account: account.optional().describe('Where it is another account than the one that was changed.'),
  through: text.optional().describe("Domain name of a service that made the call with the actor's permissions."),
}).meta({ id: 'Actor' });

const triggerCall = open({
  call: text,
  service: text,
  actor: actor.optional(),
  at: time.describe('When the call was made, by CloudTrail.'),
  until: time.optional().describe('The last of several calls; at is the first.'),
  calls: z.int().optional().describe('How many calls; absent: one.'),
  resources: z.array(text).describe('What it changes, as far as it names it.'),
}).meta({ id: 'TriggerCall' });

const triggeredBy = open({
  calls: z.array(triggerCall),
  more: z.int().optional().describe('Calls that are not named.'),
}).meta({ id: 'TriggeredBy' });

const changed = {
  ...subject,
  of: z.enum(['finding', 'coverage', 'readiness']),
  cause: z.enum(['account', 'plan', 'auditor', 'visibility', 'baseline']),
  before: open({ status, level: level.optional(), since: time }).optional(),
  changedBy: z.array(triggerCall).optional().describe("Those of the API calls in triggeredBy that name the finding's resource."),
};
const kinds = ['appeared', 'gone', 'regressed', 'recovered', 'changed', 'muted', 'unmuted', 'carried', 'seen', 'unseen'] as const;

const change = open({ ...changed, kind: z.enum(kinds) }).meta({ id: 'NotifiedChange' });
const publishedChange = open({
  ...changed,
  kind: z.enum([...kinds, 'current']).describe('current: no change, but how it is when a region is published for the first time.'),
  muted: z.literal(true).optional(),
}).meta({ id: 'Change' });

const changeDetail = open({
  schemaVersion: z.literal(1),
  id: text.describe('Identifies the event: the same when it comes twice.'),
  account,
  alias: text.optional(),
  region: text,
  commit: text.describe('account/region/number: numbers of a region give the order of its changes.'),
  auditId: text,
  rules: text.optional().describe('Hash over all rules that the audit evaluated by.'),
  at: time.describe('When the audit began to read the account.'),
  triggeredBy: triggeredBy
    .optional()
    .describe('API calls that CloudTrail recorded and that triggered the audit, where the account can have caused the change.'),
  change: publishedChange,
}).meta({ id: 'ChangeDetail' });

const readiness = open({
  cluster: text,
  running: z.boolean(),
  planned: z.boolean(),
  state: z.enum(states),
  since: time,
  notReadySince: time.optional(),
}).meta({ id: 'Readiness' });

const failure = open(subject);

const counts = z.partialRecord(z.enum(states), z.int());
const summary = open({
  of: z.enum([...summaryKinds, 'reminder']),
  part: z.int(),
  parts: z.int().describe('How many messages the summary has: each names some of the clusters.'),
  places: z.int().describe('Regions, each counted once for each account.'),
  accounts: z.int(),
  from: time,
  to: time,
  states: counts.describe('Clusters by readiness.'),
  worse: z.int().describe('Findings that got worse.'),
  better: z.int().describe('Findings that got better.'),
  unread: z.array(open({ reason: text, places: z.int() })).describe('Why regions could not be audited at all.'),
  reasons: z.array(
    open({
      status: z.enum(states),
      reason: text.describe('ACCOUNT and REGION are placeholders for those of the cluster.'),
      clusters: z.int(),
      example: text.optional(),
      fix: text.optional(),
      command: text.optional(),
    }),
  ),
  clusters: z.array(
    open({
      account,
      alias: text.optional(),
      cluster: text,
      regions: z.array(text),
      reason: z.int().describe('Position in reasons.'),
    }),
  ),
}).meta({ id: 'Summary' });

const notification = open({
  schemaVersion: z.literal(1),
  kind: z.enum(['first', 'regressed', 'unseen', 'recovered', 'changed', 'reminder', 'digest', 'routes', 'test']),
  subject: text,
  account: z
    .string()
    .regex(/^(\d{12}|MANY)$/)
    .describe('MANY: a summary of several accounts.'),
  alias: text.optional(),
  region: text.describe('MANY: a summary of several regions.'),
  level,
  id: text.optional().describe('The same when a notification comes twice. A commit has one for each cluster whose readiness changed.'),
  commit: text.optional().describe('account/region/number of the commit that it is about.'),
  auditId: text.optional(),
  rules: text.optional(),
  at: time,
  triggeredBy: triggeredBy.optional().describe('API calls that CloudTrail recorded and that triggered the audit.'),
  readiness: z.array(readiness),
  changes: z.array(change).describe('The gravest first.'),
  failures: z.array(failure).optional().describe('Of a reminder: what still fails, the first of it.'),
  summary: summary.optional().describe('What has one cause in many regions. Then readiness and changes are empty.'),
  statusCommand: text.optional(),
  omitted: open({ changes: z.int(), where: text }).optional().describe('How many changes were left out, and where they are.'),
}).meta({ id: 'Notification' });

/** The type with all of its members, in depth: what may be left out is compared as well. */
type Whole<T> = T extends readonly (infer E)[] ? readonly Whole<E>[] : T extends object ? { readonly [K in keyof T]-?: Whole<T[K]> } : T;
type Plain<T> = T extends readonly (infer E)[] ? readonly Plain<E>[] : T extends object ? { readonly [K in keyof T]: Plain<T[K]> } : T;
type Equal<A, B> = [A] extends [B] ? ([B] extends [A] ? true : false) : false;
const conforms = <S extends z.ZodType, T>(_same: Equal<Plain<z.infer<S>>, Plain<T>> & Equal<Whole<z.infer<S>>, Whole<T>>): void =>
  undefined;
conforms<typeof change, ChangeData>(true);
conforms<typeof publishedChange, PublishedChange>(true);
conforms<typeof changeDetail, ChangeDetail>(true);
conforms<typeof failure, FailureData>(true);
conforms<typeof triggeredBy, TriggeredBy>(true);
conforms<typeof readiness, ReadinessRecord>(true);
conforms<typeof summary, SummaryData>(true);
conforms<typeof notification, AlertData>(true);

const event = (detailType: string, detail: z.ZodType) =>
  open({ source: z.literal(auditSource), 'detail-type': z.literal(detailType), account, region: text, time: z.string(), detail });

const events = z.union([
  event(detailTypes.finding, changeDetail),
  event(detailTypes.coverage, changeDetail),
  event(detailTypes.readiness, changeDetail),
  event(detailTypes.notification, notification),
]);

/** The schema (draft 2020-12) of an event as a target of a rule receives it. */
export function eventSchema(): object {
  const schema = z.toJSONSchema(events, { target: 'draft-2020-12', io: 'input' });
  return { title: 'Events of hyperpod-auditor', ...schema };
}
