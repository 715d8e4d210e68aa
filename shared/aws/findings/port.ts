/** The findings table as its users see it: what is saved, what is asked, what comes back. */
import type { RegionResult } from '../../core/evaluation/finding.ts';
import type { Rules } from '../../core/evaluation/rules.ts';
import type { TriggeredBy } from '../../core/events/triggers.ts';
import type { AlertTopic } from '../../core/history/delivery-progress.ts';
import type { AuditRef, Change, Commit, RegionState } from '../../core/history/log.ts';
import type { AuditEntry } from './audits.ts';
import type { ClusterReport } from './cluster-reports.ts';
import type { Head } from './head.ts';
import type { HistoryEntry } from './history.ts';
import type { ItemStore } from './item-store.ts';
import type { RegionKey } from './keys.ts';
import type { unpackAmounts } from './packed-amounts.ts';
import type { DayEntry } from './roll-up.ts';
import type { SentMessages } from './sent-messages.ts';
import type { WaitingTable } from './waiting.ts';

/** What is known of an audit before it is compared with the state. */
export interface AuditToSave extends RegionKey {
  readonly auditId: string;
  readonly factsAt: string;
  readonly planHash: string;
  readonly toolVersion: string;
  /** The rules that it evaluated by. */
  readonly rules: Rules;
  /** The account's alias, for people to read. */
  readonly alias?: string;
  readonly gapMinutes?: AuditRef['gapMinutes'];
}

/** The last completed audit of a region, in short. */
export interface AuditSummary extends Pick<AuditRef, 'factsAt' | 'coverage' | 'regionState' | 'reason' | 'alias'> {
  readonly readiness: Head['readiness'];
  readonly failures?: Head['failures'];
}

/** The comparison of an audit with a state. */
export interface AuditDecision {
  /** With everything carried over from the state. */
  readonly result: RegionResult;
  readonly changes: readonly Change[];
  /** Whether a notification is due for some of the changes. */
  readonly notify: boolean;
  readonly triggeredBy?: TriggeredBy | undefined;
}

export interface SavedAudit {
  readonly result: RegionResult;
  readonly changes: readonly Change[];
  /** Number of the commit that holds the changes. */
  readonly commit?: number;
  /** repeated: this audit was completed before; outdated: an audit with newer facts was. Then nothing was written. */
  readonly discarded?: 'repeated' | 'outdated';
}

/** How much of the log the records of a region include, and what they do not include yet. */
export interface RegionHead {
  /** Commits up to this one are in the records. */
  readonly seq: number;
  /** The last completed audit; or that of the last unfinished commit. */
  readonly audit: AuditRef;
  readonly readiness: Head['readiness'];
  /** Amounts that differ from those in the records, by `shortName`. */
  readonly amounts: ReturnType<typeof unpackAmounts>;
  /** Commits that were appended and are not in the records yet. */
  readonly unfinished: readonly Commit[];
}

export interface Page<T> {
  readonly items: readonly T[];
  /** Where the next page begins; absent on the last. A page with fewer items than the limit need not be the last. */
  readonly cursor?: string | undefined;
}

export interface PageOptions {
  readonly limit?: number;
  readonly cursor?: string;
  /** Default: the newest first. */
  readonly oldestFirst?: boolean;
}

export interface FactsPeriod {
  readonly from?: string;
  readonly to?: string;
}

/** A state, or the first moment for which one is retained. */
export type StateAt = RegionState | { readonly notKeptBefore: string | undefined };

export interface FindingsTable {
  /**
   * Compares and appends, as save.ts describes. `decide` may be called more than once, with a newer state each time; where
   * the rules of that state differ from the audit's and are known, it has them.
   */
  readonly save: (audit: AuditToSave, decide: (previous: RegionState | undefined) => AuditDecision) => Promise<SavedAudit>;
  /** Findings, coverage and readiness of a region as of the last completed audit; `undefined` before the first. */
  readonly currentState: (region: RegionKey) => Promise<RegionState | undefined>;
  /** What the records of a region do not include; two reads. `undefined` before the first audit. */
  readonly regionHead: (region: RegionKey) => Promise<RegionHead | undefined>;
  /** The state at a moment, or the first moment after it for which a state is retained. */
  readonly stateAt: (region: RegionKey, moment: string) => Promise<StateAt>;
  readonly commit: (region: RegionKey, seq: number) => Promise<Commit | undefined>;
  /** Commits whose facts are from that period, ends included. */
  readonly changesBetween: (region: RegionKey, period: FactsPeriod, page?: PageOptions) => Promise<Page<Commit>>;
  /** `before`: only changes of commits with a lower number. */
  readonly historyOf: (
    region: RegionKey,
    findingId: string,
    page?: PageOptions & { readonly before?: number },
  ) => Promise<Page<HistoryEntry>>;
  readonly audits: (region: RegionKey, period?: FactsPeriod, page?: PageOptions) => Promise<Page<AuditEntry>>;
  /** Roll-ups of amounts by day (`from`, `to`: YYYY-MM-DD). */
  readonly days: (region: RegionKey, period?: FactsPeriod, page?: PageOptions) => Promise<Page<DayEntry>>;
  /** What AWS last reported of clusters that had problems in the last 35 days: of one, or of all of the region by name. */
  readonly clusterReports: (region: RegionKey, cluster?: string) => Promise<readonly ClusterReport[]>;
  /** All commits of which not all notifications are confirmed, the oldest first. */
  readonly pendingCommits: () => Promise<readonly PendingCommit[]>;
  /** Commits that wait for a summary. */
  readonly waiting: WaitingTable;
  /** How many messages were sent to each topic. */
  readonly sent: SentMessages;
  /** The last completed audit of a region without its findings, by one read; `undefined` before the first. */
  readonly summary: (region: RegionKey) => Promise<AuditSummary | undefined>;
  /** The same of many regions, in their order. */
  readonly summaries: (regions: readonly RegionKey[]) => Promise<readonly (AuditSummary | undefined)[]>;
  /** These topics accepted the commit's message and another did not: the next attempt sends it to that one only. */
  readonly markAccepted: (region: RegionKey, seq: number, topics: readonly AlertTopic[]) => Promise<void>;
  /** Every topic accepted these of several messages of the commit, by their keys: they are not sent again. */
  readonly markSent: (region: RegionKey, seq: number, keys: readonly string[]) => Promise<void>;
  /** What the commit notifies of at once was accepted. Deferred and summed up changes leave the commit pending. */
  readonly markNotified: (region: RegionKey, seq: number) => Promise<void>;
  /** The summary that the commit waited for was accepted. Deferred changes leave the commit pending. */
  readonly markSummed: (region: RegionKey, seq: number) => Promise<void>;
  /** Every message of the commit was accepted: it is no longer pending, and is retained from now on like any other. */
  readonly confirmNotified: (region: RegionKey, seq: number) => Promise<void>;
}

export interface PendingCommit extends RegionKey {
  readonly seq: number;
  /** When it was appended. */
  readonly at: string;
}

/** The table without saving audits. */
export type FindingsReader = Omit<FindingsTable, 'save'>;

export interface FindingsTableOptions {
  readonly store: ItemStore;
  /** How long log and history are retained. A pending commit is retained until its notifications are confirmed. */
  readonly retentionDays: number;
  readonly now?: () => Date;
}
