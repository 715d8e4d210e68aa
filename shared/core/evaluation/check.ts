/**
 * What a check is. One prerequisite, one file in `checks/`, the file's name is the id.
 *
 * A check lists its cases: what it judges, each with a function that gives the verdict. Whatever is needed to judge is
 * read through `see`/`seeKey` (facts.ts); where that could not be read, `Unseen` flies and the runner turns just that
 * case into a coverage row. So a case must look at a fact only where its verdict rests on it.
 */

import type { CommandLine } from '../text/command-line.ts';
import type { Cluster } from './cluster.ts';
import type { FactName, Facts } from './facts.ts';
import type { Level, Remediation, Status } from './finding.ts';

export interface Scene<N extends FactName = FactName> {
  readonly account: string;
  /** `aws`, `aws-cn`, `aws-us-gov`. */
  readonly partition: string;
  readonly region: string;
  /** When the facts were collected (RFC 3339). Core has no clock of its own. */
  readonly at: string;
  /** Planned clusters in plan order, then those that only run. */
  readonly clusters: readonly Cluster[];
  readonly facts: Pick<Facts, N>;
}

/** A remediation as a check makes it: every value in its command is quoted. */
export interface Fix extends Remediation {
  readonly command?: CommandLine;
}

export interface Verdict {
  readonly status: Status;
  /** Where it differs from the case's level ("softer"). */
  readonly level?: Level;
  readonly have?: number;
  readonly need?: number;
  readonly unit?: string;
  readonly watched?: string;
  /** One or two sentences: names the resource and the values. Says "estimate" where it is one. */
  readonly message: string;
  readonly remediation?: Fix;
}

export interface Case {
  readonly group?: string;
  /** Id, ARN or name of what is judged: a subnet id, a quota name. Never empty. */
  readonly resource: string;
  /** Default: the check's level. */
  readonly level?: Level;
  /** `undefined`: does not apply after all, nothing is reported. */
  readonly verdict: () => Verdict | undefined;
}

interface Described<N extends FactName> {
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
  /** AWS page the rule comes from. */
  readonly reference: string;
  /** The facts it is handed; it sees no others. */
  readonly needs: readonly N[];
}

export interface RegionCheck<N extends FactName> extends Described<N> {
  readonly per: 'region';
  readonly cases: (scene: Scene<N>) => Iterable<Case>;
}

export interface ClusterCheck<N extends FactName> extends Described<N> {
  readonly per: 'cluster';
  readonly cases: (scene: Scene<N>, cluster: Cluster) => Iterable<Case>;
}

export type Check<N extends FactName = FactName> = RegionCheck<N> | ClusterCheck<N>;

/** A check judged once a region. */
export const regionCheck = <const N extends FactName>(check: Omit<RegionCheck<N>, 'per'>): Check =>
  ({ ...check, per: 'region' }) as unknown as Check;

/** A check judged for each planned and running cluster. */
export const clusterCheck = <const N extends FactName>(check: Omit<ClusterCheck<N>, 'per'>): Check =>
  ({ ...check, per: 'cluster' }) as unknown as Check;

/**
 * The verdict on an amount with a required and a recommended part: short of the first fails at the case's level, short
 * of the second only as recommended.
 */
export function judgeAmount(
  have: number,
  need: { readonly required: number; readonly recommended: number },
): Pick<Verdict, 'status' | 'level' | 'have' | 'need'> {
  if (have < need.required) return { status: 'fail', have, need: need.required };
  if (have < need.recommended) return { status: 'fail', level: 'recommended', have, need: need.recommended };
  return { status: 'pass', have, need: need.recommended };
}
