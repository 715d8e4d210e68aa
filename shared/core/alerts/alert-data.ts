/** The JSON form of an alert, for programs. Its members are public: they are added to, never renamed. */
import type { Level, ReadinessState, Status } from '../evaluation/finding.ts';
import type { TriggerCall, TriggeredBy } from '../events/triggers.ts';
import { changedBy } from '../history/change-triggers.ts';
import {
  type Change,
  type CoverageChange,
  type FindingChange,
  type FindingRecord,
  partsOf,
  type ReadinessChange,
  type ReadinessRecord,
} from '../history/log.ts';
import type { SummaryKind } from './commit-split.ts';

/** What an alert is about; `first` is the summary of a region's first audit. */
export type AlertKind = 'first' | 'regressed' | 'unseen' | 'recovered' | 'changed' | 'reminder' | 'digest' | 'routes' | 'test';

/** Message attributes; all are strings. Of a summary, `MANY` stands for several accounts or regions. */
export interface AlertAttributes {
  readonly account: string;
  readonly region: string;
  readonly level: Level;
  readonly kind: AlertKind;
  /** The worst readiness in the region, `NONE` without clusters. */
  readonly readiness: ReadinessState | 'NONE';
}

/** One change as programs get it. */
export interface ChangeData {
  readonly of: Change['of'];
  readonly kind: Change['kind'];
  readonly cause: Change['cause'];
  readonly id: string;
  readonly check?: string;
  readonly cluster?: string;
  readonly group?: string;
  readonly resource?: string;
  readonly level?: Level;
  /** pass or fail, or a readiness. */
  readonly status?: Status | ReadinessState;
  readonly before?: { readonly status: Status | ReadinessState; readonly level?: Level; readonly since: string };
  readonly since?: string;
  readonly have?: number;
  readonly need?: number;
  readonly unit?: string;
  readonly watched?: string;
  readonly message?: string;
  /** Why it is not evaluated, and the IAM action that is denied. */
  readonly reason?: string;
  readonly action?: string;
  readonly because?: readonly string[];
  readonly fix?: string;
  readonly command?: string;
  readonly console?: string;
  /** Recorded API calls that name the finding's resource. */
  readonly changedBy?: readonly TriggerCall[];
}

/** One open failure as programs get it. */
export type FailureData = Omit<ChangeData, 'of' | 'kind' | 'cause' | 'before' | 'changedBy'>;

/** What a summary says of all places it is about. Where one message does not suffice, each has some of the clusters. */
export interface SummaryData {
  readonly of: SummaryKind | 'reminder';
  readonly part: number;
  readonly parts: number;
  /** Regions, each counted once for each account. */
  readonly places: number;
  readonly accounts: number;
  /** Facts of the audits, from the first to the last. */
  readonly from: string;
  readonly to: string;
  /** Clusters by readiness. */
  readonly states: Readonly<Partial<Record<ReadinessState, number>>>;
  /** Findings that got worse, and better. */
  readonly worse: number;
  readonly better: number;
  /** Why places could not be audited at all. ACCOUNT and REGION stand for those of the place. */
  readonly unread: readonly { readonly reason: string; readonly places: number }[];
  readonly reasons: readonly {
    readonly status: ReadinessState;
    readonly reason: string;
    readonly clusters: number;
    readonly example?: string;
    readonly fix?: string;
    readonly command?: string;
  }[];
  /** Each cluster that is BLOCKED or UNKNOWN or no longer is BLOCKED. `reason`: its position in `reasons`. */
  readonly clusters: readonly {
    readonly account: string;
    readonly alias?: string;
    readonly cluster: string;
    readonly regions: readonly string[];
    readonly reason: number;
  }[];
}

/** The JSON form. */
export interface AlertData {
  readonly schemaVersion: 1;
  readonly kind: AlertKind;
  readonly subject: string;
  readonly account: string;
  readonly alias?: string;
  readonly region: string;
  readonly level: Level;
  /** The same when an alert comes twice. A commit has several messages where the readiness of several clusters changed. */
  readonly id?: string;
  /** `account/region/number` of the commit that the message is about. */
  readonly commit?: string;
  readonly auditId?: string;
  /** Hash over all rules that the audit evaluated by. */
  readonly rules?: string;
  readonly at: string;
  /** Recorded API calls because of which it was audited, where the account can have caused a change. */
  readonly triggeredBy?: TriggeredBy;
  readonly readiness: readonly ReadinessRecord[];
  /** The gravest first. */
  readonly changes: readonly ChangeData[];
  /** Of a reminder: what still fails, the first of it. */
  readonly failures?: readonly FailureData[];
  /** Of a summary: then `readiness` and `changes` are empty. */
  readonly summary?: SummaryData;
  /** The command that shows current readiness, of all regions. Absent in tests of a route. */
  readonly statusCommand?: string;
  /** How many changes found no room, and where they are. */
  readonly omitted?: { readonly changes: number; readonly where: string };
}

/** A finding as it is now. */
const recordData = ({ finding: f, since }: FindingRecord) => ({
  level: f.level,
  status: f.status,
  message: f.message,
  since,
  ...(f.have !== undefined && { have: f.have }),
  ...(f.need !== undefined && { need: f.need }),
  ...(f.unit !== undefined && { unit: f.unit }),
  ...(f.watched !== undefined && { watched: f.watched }),
  ...(f.status === 'fail' &&
    f.remediation && {
      fix: f.remediation.text,
      ...(f.remediation.command !== undefined && { command: f.remediation.command }),
      ...(f.remediation.console !== undefined && { console: f.remediation.console }),
    }),
});

const findingData = (c: FindingChange): Omit<ChangeData, 'of' | 'kind' | 'cause' | 'id'> => ({
  ...partsOf(c.id),
  ...(c.before && { before: { status: c.before.status, level: c.before.level, since: c.before.since } }),
  ...(c.after && recordData(c.after)),
});

/** A failure that is no change, as of a reminder. */
export const failureData = (record: FindingRecord): FailureData => ({
  id: record.finding.id,
  ...partsOf(record.finding.id),
  ...recordData(record),
});

const coverageData = (c: CoverageChange): Omit<ChangeData, 'of' | 'kind' | 'cause' | 'id'> => ({
  ...partsOf(c.id),
  ...(c.after && {
    level: c.after.row.level,
    since: c.after.since,
    reason: c.after.row.reason,
    ...(c.after.row.action !== undefined && { action: c.after.row.action }),
  }),
});

const readinessData = (c: ReadinessChange): Omit<ChangeData, 'of' | 'kind' | 'cause' | 'id'> => ({
  cluster: c.id,
  ...(c.after && { status: c.after.state, since: c.after.since }),
  ...(c.before && { before: { status: c.before.state, since: c.before.since } }),
  because: c.because,
});

/** The data of a change. `triggered`: what triggered the audit that found it. */
export function dataOf(c: Change, triggered: TriggeredBy | undefined): ChangeData {
  const calls = changedBy(c, triggered);
  return {
    of: c.of,
    kind: c.kind,
    cause: c.cause,
    id: c.id,
    ...(c.of === 'finding' ? findingData(c) : c.of === 'coverage' ? coverageData(c) : readinessData(c)),
    ...(calls.length > 0 && { changedBy: calls }),
  };
}
