/** What the findings table is to those who use it: what is saved, what is asked, what comes back. */
import type { Level, RegionResult } from '../../core/evaluation/finding.ts';
import type { Rules } from '../../core/evaluation/rules.ts';
import type { AlertTopic, AuditRef, Change, Commit, FindingRecord, RegionState, Versioned } from '../../core/history/log.ts';
import type { ItemStore } from './item-store.ts';
import type { AuditEntry, DayEntry, Head, HistoryEntry, unpackAmounts } from './items.ts';
import type { RegionKey } from './keys.ts';

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
}

/** What an audit comes to against a state. */
export interface AuditDecision {
  /** With everything carried over from the state. */
  readonly result: RegionResult;
  readonly changes: readonly Change[];
  /** Some of the changes are for people to hear. */
  readonly notify: boolean;
}

export interface SavedAudit {
  readonly result: RegionResult;
  readonly changes: readonly Change[];
  /** Number of the commit that holds the changes. */
  readonly commit?: number;
  /** repeated: this audit was completed before; outdated: an audit with newer facts was. Then nothing was written. */
  readonly discarded?: 'repeated' | 'outdated';
}

/** How far the records of a region have come along its log, and what they do not say yet. */
export interface RegionHead {
  /** Commits up to this one are in the records. */
  readonly seq: number;
  /** The last completed audit; of a commit that nobody finished, that one. */
  readonly audit: AuditRef;
  readonly readiness: Head['readiness'];
  /** Amounts that differ from those in the records, by `shortName`. */
  readonly amounts: ReturnType<typeof unpackAmounts>;
  /** Commits that were appended and that no audit has put into the records yet. */
  readonly unfinished: readonly Commit[];
}

export interface Page<T> {
  readonly items: readonly T[];
  /** Where the next page begins; absent on the last. A page may be short of the limit and yet not be the last. */
  readonly cursor?: string;
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

export interface FindingsTable {
  /**
   * Compares and appends, as the head of save.ts says. `decide` may be called more than once, with a newer state
   * each time; where the rules of that state differ from the audit's and are known, it carries them.
   */
  readonly save: (audit: AuditToSave, decide: (previous: RegionState | undefined) => AuditDecision) => Promise<SavedAudit>;
  /** Findings, coverage and readiness of a region as the last completed audit left them; `undefined` before the first. */
  readonly currentState: (place: RegionKey) => Promise<RegionState | undefined>;
  /** What the records of a region do not say; two reads. `undefined` before the first audit. */
  readonly regionHead: (place: RegionKey) => Promise<RegionHead | undefined>;
  /** The state at a moment, or from when on moments are kept. */
  readonly stateAt: (place: RegionKey, moment: string) => Promise<RegionState | { readonly notKeptBefore: string | undefined }>;
  readonly commit: (place: RegionKey, seq: number) => Promise<Commit | undefined>;
  /** Commits whose facts are from that period, ends included. */
  readonly changesBetween: (place: RegionKey, period: FactsPeriod, page?: PageOptions) => Promise<Page<Commit>>;
  /** `before`: only changes of commits with a lower number. */
  readonly historyOf: (
    place: RegionKey,
    findingId: string,
    page?: PageOptions & { readonly before?: number },
  ) => Promise<Page<HistoryEntry>>;
  readonly audits: (place: RegionKey, period?: FactsPeriod, page?: PageOptions) => Promise<Page<AuditEntry>>;
  /** Roll-ups of amounts by day (`from`, `to`: YYYY-MM-DD). */
  readonly days: (place: RegionKey, period?: FactsPeriod, page?: PageOptions) => Promise<Page<DayEntry>>;
  /** Failures over all regions, carried-over and muted ones too. */
  readonly openFailures: (level: Level, page?: PageOptions) => Promise<Page<RegionKey & Versioned<FindingRecord>>>;
  /** Commits that nobody has confirmed as told, the oldest first. */
  readonly pendingCommits: (page?: PageOptions) => Promise<Page<RegionKey & { readonly seq: number; readonly at: string }>>;
  /** The last completed audit of a region without its findings, by one read; `undefined` before the first. */
  readonly summary: (place: RegionKey) => Promise<AuditSummary | undefined>;
  /** These topics took the commit's message, another did not: only that one is to get it next time. */
  readonly markAccepted: (place: RegionKey, seq: number, topics: readonly AlertTopic[]) => Promise<void>;
  /** The first message of the commit was accepted; what it holds back keeps it pending. */
  readonly markNotified: (place: RegionKey, seq: number) => Promise<void>;
  /** Every message of the commit was accepted: it is no longer pending, and from now on it is kept for as long as asked. */
  readonly confirmNotified: (place: RegionKey, seq: number) => Promise<void>;
}

/** The table for those who save no audits. */
export type FindingsReader = Omit<FindingsTable, 'save'>;

export interface FindingsTableOptions {
  readonly store: ItemStore;
  /** How long log and history are kept. A commit that is pending is kept until it is told. */
  readonly retentionDays: number;
  readonly now?: () => Date;
}
