/**
 * Why a cluster failed or is degraded: what AWS reported, in order, each with the checks that evaluate its cause, their results
 * now and when it was reported, and the fix. Pure: results and the log come as arguments.
 */
import type { ClusterEvents, Finding, RegionResult } from '../evaluation/finding.ts';
import { compareLevels } from '../evaluation/finding.ts';
import { whyUnread } from '../render/words.ts';
import { explanationOf, type FailureExplanation, withoutIds } from './failure-messages.ts';

/** What AWS reported, once for all nodes and times that it reported the same. */
export interface ReportedFailure {
  readonly of: 'event' | 'cluster' | 'autoscaling' | 'message';
  /** First and last time; absent where AWS gives none. */
  readonly from?: string;
  readonly to?: string;
  readonly times: number;
  readonly group?: string;
  /** The first nodes. */
  readonly nodes: readonly string[];
  readonly text: string;
  /** FailureMessage of the details of an event. */
  readonly cause?: string;
}

/** `not applicable`: the check has nothing to evaluate for this cluster. */
export type CheckStatus = 'fail' | 'not evaluated' | 'pass' | 'not applicable';

export interface ExplainedCheck {
  readonly check: string;
  /** By the last audit; absent where a message alone is explained. */
  readonly now?: CheckStatus;
  /** When the failure was first reported; absent where that is not stored. */
  readonly before?: CheckStatus;
  /** What fails now, the most important first. */
  readonly failing: readonly Finding[];
  /** Why it was not evaluated. */
  readonly reasons: readonly string[];
}

export interface ExplainedFailure extends ReportedFailure {
  /** Absent: AWS says something that this version does not know. */
  readonly explanation?: Omit<FailureExplanation, 'pattern' | 'checks'>;
  readonly checks: readonly ExplainedCheck[];
}

const mostNodes = 5;

type ReportedEvent = ClusterEvents['errors'][number];

/** Events of one text: by their causes, and all together where at most one is known, because few details are read. */
function byCause(same: readonly ReportedEvent[]): readonly (readonly ReportedEvent[])[] {
  const causes = Map.groupBy(same, ({ cause }) => (cause === undefined ? undefined : withoutIds(cause)));
  return [...causes.keys()].filter((cause) => cause !== undefined).length > 1 ? [...causes.values()] : [same];
}

/** The failures that a cluster reports, the oldest first; what has no time is the last word of AWS and comes last. */
export function failuresOf({ errors, failure, autoScalingFailure }: ClusterEvents): readonly ReportedFailure[] {
  const oldestFirst = errors.toSorted((a, b) => (a.time < b.time ? -1 : a.time > b.time ? 1 : 0));
  const texts = Map.groupBy(oldestFirst, (e) => JSON.stringify([e.group, withoutIds(e.text)]));
  const events = [...texts.values()].flatMap(byCause).map((same): ReportedFailure => {
    const [first, last] = [same[0], same.at(-1)];
    if (!first || !last) throw new Error('a group of events is not empty');
    const cause = same.find((e) => e.cause !== undefined)?.cause;
    return {
      of: 'event',
      from: first.time,
      to: last.time,
      times: same.length,
      ...(first.group !== undefined && { group: first.group }),
      nodes: [...new Set(same.flatMap((e) => e.node ?? []))].slice(0, mostNodes),
      text: first.text,
      ...(cause !== undefined && { cause }),
    };
  });
  const inOrder = events.toSorted((a, b) => ((a.from ?? '') < (b.from ?? '') ? -1 : 1));
  const once = (of: ReportedFailure['of'], text: string | undefined): readonly ReportedFailure[] =>
    text === undefined ? [] : [{ of, times: 1, nodes: [], text }];
  return [...inOrder, ...once('autoscaling', autoScalingFailure), ...once('cluster', failure)];
}

const worstFirst = (findings: readonly Finding[]): readonly Finding[] => findings.toSorted((a, b) => compareLevels(a.level, b.level));

/** What belongs to the region belongs to each of its clusters. */
const belongsTo =
  (cluster: string) =>
  (of: { readonly cluster?: string }): boolean =>
    of.cluster === undefined || of.cluster === cluster;

/** The result of a check for one cluster. */
function resultFor(
  { findings, coverage }: RegionResult,
  cluster: string,
  check: string,
): Omit<ExplainedCheck, 'check' | 'before'> & { readonly now: CheckStatus } {
  const isOwn = belongsTo(cluster);
  const isIts = (of: { readonly check: string; readonly cluster?: string }) => of.check === check && isOwn(of);
  const own = findings.filter(isIts);
  const failing = worstFirst(own.filter((f) => f.status === 'fail'));
  const rows = coverage.unevaluated.filter(isIts);
  const reasons = [...new Set(rows.map(whyUnread))];
  const status = (): CheckStatus => {
    if (failing.length > 0) return 'fail';
    if (rows.length > 0) return 'not evaluated';
    return own.length > 0 ? 'pass' : 'not applicable';
  };
  return { now: status(), failing, reasons };
}

/** What comes first: what fails now, then what failed then, then what was not evaluated. */
const weights: Readonly<Record<CheckStatus, number>> = { fail: 0, 'not evaluated': 1, pass: 2, 'not applicable': 3 };
const weight = ({ now, before }: ExplainedCheck): number =>
  Math.min(now === undefined ? 9 : weights[now] * 2, before === undefined ? 9 : weights[before] * 2 + 1);

export interface ExplanationInput {
  readonly cluster: string;
  readonly failures: readonly ReportedFailure[];
  /** The last audit; absent where there is none, as for a message alone. */
  readonly now?: RegionResult;
  /** The result that was stored at a time, as far as it is retained. */
  readonly at?: (time: string) => RegionResult | undefined;
}

/** Each failure with the checks that explain it. A cause that AWS gives decides before the description of the event. */
export function explainFailures({ cluster, failures, now, at }: ExplanationInput): readonly ExplainedFailure[] {
  return failures.map((failure): ExplainedFailure => {
    const specific = failure.cause === undefined ? undefined : explanationOf(failure.cause);
    const found = specific && !specific.isGeneral ? specific : explanationOf(failure.text);
    if (!found) return { ...failure, checks: [] };
    const { pattern, checks, ...explanation } = found;
    const before = failure.from === undefined ? undefined : at?.(failure.from);
    const explained = checks.map((check): ExplainedCheck => {
      const result = now ? resultFor(now, cluster, check) : { failing: [], reasons: [] };
      return { check, ...result, ...(before && { before: resultFor(before, cluster, check).now }) };
    });
    return { ...failure, explanation, checks: explained.toSorted((a, b) => weight(a) - weight(b)) };
  });
}

/** The times whose results an explanation needs, each once. */
export const timesNeeded = (failures: readonly ReportedFailure[]): readonly string[] => [
  ...new Set(failures.flatMap(({ from }) => from ?? [])),
];

/** Checks of a cluster that pass: what is not the reason of an unknown message. */
export function passedChecks({ findings, coverage }: RegionResult, cluster: string): readonly string[] {
  const isIts = belongsTo(cluster);
  const open = new Set([...findings.filter((f) => f.status === 'fail'), ...coverage.unevaluated].filter(isIts).map((of) => of.check));
  return [...new Set(findings.filter((f) => isIts(f) && !open.has(f.check)).map((f) => f.check))].toSorted();
}
