/** What `fit` returns: typed, plain JSON. */
import type { ReadinessState, RegionResult, Result, Unevaluated } from '../evaluation/finding.ts';
import type { ClusterRequest } from '../plan/plan.ts';
import type { PlacementCandidates, RequestedCluster } from './candidates.ts';
import type { UncheckedPart } from './fit-checks.ts';
import type { Obstacle } from './obstacles.ts';

export interface Placement {
  readonly region: string;
  /** Zone id. Absent, like subnet and VPC, where no subnet exists. */
  readonly zone?: string;
  readonly subnet?: string;
  readonly vpc?: string;
  readonly securityGroups: readonly string[];
  /** ARN of the EKS cluster; absent where none is there, and on Slurm. */
  readonly eksCluster?: string;
  /** As of a planned cluster, without the parts that were not evaluated. */
  readonly state: ReadinessState;
  /** Required ones first. */
  readonly lacks: readonly Obstacle[];
  /** What was not evaluated. */
  readonly unseen: readonly Unevaluated[];
  /** Ready for `aws sagemaker create-cluster --cli-input-json`, except for the parts that were not evaluated. */
  readonly request: ClusterRequest;
}

/** What holds for a region wherever the cluster is put. */
export interface RegionFit {
  readonly region: string;
  readonly state: RegionResult['state'];
  readonly reason?: string;
  /** Zone ids that offer the type; absent where that could not be read. */
  readonly zones?: readonly string[];
  /** Nodes that the quota of the type allows, without those that run; absent where it could not be read or is not there. */
  readonly quota?: { readonly name: string; readonly value: number };
  /** Whether Service Quotas lists the type for clusters here; absent where that could not be read. */
  readonly offered?: boolean;
  /** Subnets that were evaluated, and how many were not. */
  readonly subnets: number;
  readonly leftOut: number;
  /** EKS clusters that could not be read. */
  readonly untried: PlacementCandidates['untried'];
}

/** What a fit says: typed, plain JSON. */
export interface FitResult {
  readonly schemaVersion: 1;
  readonly tool: Result['tool'];
  readonly account: string;
  readonly alias?: string;
  /** When the first region's facts were begun. */
  readonly at: string;
  readonly wanted: RequestedCluster;
  readonly notLookedAt: readonly UncheckedPart[];
  /** In the order they were asked for. */
  readonly regions: readonly RegionFit[];
  /** The best first. */
  readonly placements: readonly Placement[];
}

/** 0: somewhere it would come up now. 1: nowhere. 2: nowhere for certain, but somewhere it could not be seen. */
export function fitExit({ placements }: Pick<FitResult, 'placements'>): 0 | 1 | 2 {
  const states = placements.map((p) => p.state);
  if (states.some((s) => s === 'READY' || s === 'AT_RISK')) return 0;
  return states.includes('UNKNOWN') ? 2 : 1;
}
