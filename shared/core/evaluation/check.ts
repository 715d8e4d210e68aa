/**
 * What a check is: one prerequisite in one file of `checks/`, whose name is the check's id.
 *
 * A check lists its cases: each names a resource and has a function that evaluates it. A case reads its facts through
 * `requireValue` and `requireKey` (facts.ts). Where a fact could not be read, these throw `NotEvaluatedError`, and
 * `evaluate` reports that case alone as not evaluated. So a case reads a fact only where its result depends on it.
 */

import type { CommandLine } from '../text/command-line.ts';
import type { Cluster } from './cluster.ts';
import type { FactName, Facts } from './facts.ts';
import type { Level, Remediation, Status } from './finding.ts';

/** What a check knows of the region it evaluates. */
export interface CheckContext<N extends FactName = FactName> {
  readonly account: string;
  /** `aws`, `aws-cn`, `aws-us-gov`. */
  readonly partition: string;
  readonly region: string;
  /** When the facts were collected (RFC 3339). Core has no clock of its own. */
  readonly at: string;
  /** Id of the organization that the account is in, `null` where it is in none; absent: not known. */
  readonly organization?: string | null;
  /** Planned clusters in plan order, then those that only run. */
  readonly clusters: readonly Cluster[];
  readonly facts: Pick<Facts, N>;
}

/** A remediation whose command has every value quoted. */
export interface CheckRemediation extends Remediation {
  readonly command?: CommandLine;
}

/** The result of one case. `evaluate` adds identity, title and reference and makes it a `Finding`. */
export interface CheckResult {
  readonly status: Status;
  /** Where it differs from the case's level ("softer"). */
  readonly level?: Level;
  readonly have?: number;
  readonly need?: number;
  readonly unit?: string;
  readonly watched?: string;
  /** One or two sentences: names the resource and the values. Says "estimate" where it is one. */
  readonly message: string;
  readonly remediation?: CheckRemediation;
}

/** One resource that a check evaluates. */
export interface Case {
  readonly group?: string;
  /** Id, ARN or name of what is evaluated: a subnet id, a quota name. Never empty. */
  readonly resource: string;
  /** Default: the check's level. */
  readonly level?: Level;
  /** `undefined`: the check does not apply, and nothing is reported. */
  readonly evaluate: () => CheckResult | undefined;
}

interface CheckMetadata<N extends FactName> {
  /** Lower case, words joined by `-`; equals the file's name. */
  readonly id: string;
  /** The strongest level it can have. */
  readonly level: Level;
  /** Where the level depends: "required for EKS, else recommended". */
  readonly levelNote?: string;
  /** The healthy state, as a sentence without a full stop. */
  readonly title: string;
  /** Why it matters: what breaks without it. */
  readonly rationale: string;
  /** When it applies: "every cluster", "groups with an EFA type". */
  readonly applies: string;
  /** Thresholds and how amounts are compared, where numbers decide. */
  readonly rule?: string;
  /** AWS page the rule comes from. */
  readonly reference: string;
  /** The facts that its cases get; they get no others. */
  readonly needs: readonly N[];
}

export interface RegionCheck<N extends FactName> extends CheckMetadata<N> {
  readonly per: 'region';
  readonly cases: (context: CheckContext<N>) => Iterable<Case>;
}

export interface ClusterCheck<N extends FactName> extends CheckMetadata<N> {
  readonly per: 'cluster';
  readonly cases: (context: CheckContext<N>, cluster: Cluster) => Iterable<Case>;
}

export type Check<N extends FactName = FactName> = RegionCheck<N> | ClusterCheck<N>;

/** A check that is evaluated once in each region. */
export const regionCheck = <const N extends FactName>(check: Omit<RegionCheck<N>, 'per'>): Check =>
  ({ ...check, per: 'region' }) as unknown as Check;

/** A check that is evaluated for each planned and running cluster. */
export const clusterCheck = <const N extends FactName>(check: Omit<ClusterCheck<N>, 'per'>): Check =>
  ({ ...check, per: 'cluster' }) as unknown as Check;

/**
 * Compares an amount with what is required and recommended: below the first it fails at the case's level, below the
 * second only as recommended.
 */
export function compareAmount(
  have: number,
  need: { readonly required: number; readonly recommended: number },
): Pick<CheckResult, 'status' | 'level' | 'have' | 'need'> {
  if (have < need.required) return { status: 'fail', have, need: need.required };
  if (have < need.recommended) return { status: 'fail', level: 'recommended', have, need: need.recommended };
  return { status: 'pass', have, need: need.recommended };
}

/** The rule of `compareAmount` in words. */
export const amountRule =
  'Fails with its level if available < required. Fails as recommended if available < required including headroom and growTo.';

type Measures = Partial<Pick<CheckResult, 'level' | 'have' | 'need' | 'unit' | 'watched'>>;

/** A result that passes. */
export const pass = (message: string, measures: Measures = {}): CheckResult => ({ status: 'pass', ...measures, message });

/** A result that fails, with how to fix it. */
export const fail = (message: string, remediation: CheckRemediation, measures: Measures = {}): CheckResult => ({
  status: 'fail',
  ...measures,
  message,
  remediation,
});
