/**
 * What the auditor publishes on the event bus of its stack: every change of findings, coverage and readiness, and every
 * notification. Details are public: members are added, never renamed. Their JSON Schema is functions/import/events.schema.json.
 */
import { type AlertData, type ChangeData, dataOf } from '../alerts/alert-data.ts';
import { cut } from '../alerts/chat-notification.ts';
import { triggersOfChange } from '../history/change-triggers.ts';
import { type Change, type Commit, type RegionState, severity } from '../history/log.ts';
import { isObject, jsonOf } from '../text/json.ts';
import { auditSource } from './audit-request.ts';
import type { TriggeredBy } from './triggers.ts';

/** `detail-type` of the events, by what they are about. */
export const detailTypes = {
  finding: 'HyperPod Finding Changed',
  coverage: 'HyperPod Coverage Changed',
  readiness: 'HyperPod Readiness Changed',
  notification: 'HyperPod Notification',
} as const;

/** One change as events carry it. `current`: no change, but how it is; so it begins where a region is published for the first time. */
export type PublishedChange = Omit<ChangeData, 'kind'> & {
  readonly kind: ChangeData['kind'] | 'current';
  readonly muted?: true;
};

/** `detail` of an event about a change. */
export interface ChangeDetail {
  readonly schemaVersion: 1;
  /** Identifies the event: the same when it comes twice. */
  readonly id: string;
  readonly account: string;
  readonly alias?: string;
  readonly region: string;
  /** `account/region/number`. */
  readonly commit: string;
  readonly auditId: string;
  readonly rules?: string;
  /** When the audit began to read the account. */
  readonly at: string;
  /** Recorded API calls because of which it was audited, where the account can have caused the change. */
  readonly triggeredBy?: TriggeredBy;
  readonly change: PublishedChange;
}

/** An event as the bus takes it. */
export interface PublishedEvent {
  readonly source: typeof auditSource;
  readonly detailType: (typeof detailTypes)[keyof typeof detailTypes];
  readonly detail: ChangeDetail | AlertData;
}

interface PublishedPlace {
  readonly account: string;
  readonly alias?: string;
  readonly region: string;
}

type EventAudit = Pick<Commit, 'seq' | 'auditId' | 'rules' | 'factsAt' | 'triggeredBy'>;

/**
 * Characters of one text. An event has at most four, so it stays within the 256 KB of an entry even where JSON escapes each
 * character: https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html
 */
const longestText = 8000;

const shortened = (text: string | undefined) => (text === undefined ? undefined : cut(text, longestText));

/** The change with texts that an event has room for. A command that is too long is left out: half of it is worse than none. */
function fitting({ command, message, reason, fix, ...change }: ChangeData): ChangeData {
  return {
    ...change,
    ...(message !== undefined && { message: shortened(message) }),
    ...(reason !== undefined && { reason: shortened(reason) }),
    ...(fix !== undefined && { fix: shortened(fix) }),
    ...(command !== undefined && command.length <= longestText && { command }),
  };
}

function eventOf(place: PublishedPlace, audit: EventAudit, change: Change, kind?: 'current'): PublishedEvent {
  const { account, alias, region } = place;
  const { seq, auditId, rules, factsAt } = audit;
  const commit = `${account}/${region}/${seq}`;
  const triggered = triggersOfChange(change, audit.triggeredBy);
  const data = fitting(dataOf(change, triggered));
  return {
    source: auditSource,
    detailType: detailTypes[change.of],
    detail: {
      schemaVersion: 1,
      id: `${commit}/${change.of}/${change.id}`,
      account,
      ...(alias !== undefined && { alias }),
      region,
      commit,
      auditId,
      ...(rules !== undefined && { rules }),
      at: factsAt,
      ...(triggered && { triggeredBy: triggered }),
      change: {
        ...data,
        ...(kind && { kind }),
        ...(change.of === 'finding' && change.after?.finding.muted !== undefined && { muted: true }),
      },
    },
  };
}

/** The changes of a commit, one event each. */
export const eventsOfCommit = (place: PublishedPlace, commit: Commit): readonly PublishedEvent[] =>
  commit.changes.map((change) => eventOf(place, commit, change));

/** How a region is: what fails, what was not evaluated, and every cluster. */
export function eventsOfState(place: PublishedPlace, state: RegionState): readonly PublishedEvent[] {
  const cause = 'baseline';
  const changes: readonly Change[] = [
    ...[...state.readiness.values()].map(
      (after): Change => ({ of: 'readiness', kind: 'appeared', cause, id: after.cluster, after, because: [] }),
    ),
    ...[...state.findings]
      .filter(([, { finding }]) => severity(finding) > 0)
      .map(([id, after]): Change => ({ of: 'finding', kind: 'appeared', cause, id, after })),
    ...[...state.coverage].map(([id, after]): Change => ({ of: 'coverage', kind: 'unseen', cause, id, after })),
  ];
  return changes.map((change) => eventOf(place, { ...state.audit, seq: state.seq }, change, 'current'));
}

/** A notification as an event. Whatever the topic carried fits: SNS takes no more than an entry holds. */
export const eventOfNotification = (detail: AlertData): PublishedEvent => ({
  source: auditSource,
  detailType: detailTypes.notification,
  detail,
});

/** The JSON form in a message of the topic of alerts; `undefined` for anything else. */
export function alertDataOf(text: string): AlertData | undefined {
  const value = jsonOf(text);
  if (!isObject(value) || value.schemaVersion !== 1) return undefined;
  const { kind, account, region, changes } = value;
  const isWhole = typeof kind === 'string' && typeof account === 'string' && typeof region === 'string' && Array.isArray(changes);
  return isWhole ? (value as unknown as AlertData) : undefined;
}
