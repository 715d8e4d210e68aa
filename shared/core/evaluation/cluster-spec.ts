/** What a cluster is, whether asked for or running: the shape that facts carry and requests are brought into. */

export interface Network {
  readonly subnets: readonly string[];
  readonly securityGroups: readonly string[];
}

/** What a group is, whether asked for or running. */
export interface GroupSpec {
  readonly name: string;
  readonly restricted: boolean;
  /** `ml.` types; more than one: a flexible group, in order of priority. */
  readonly types: readonly string[];
  readonly spot: boolean;
  readonly role: string;
  /** OverrideVpcConfig. */
  readonly network?: Network;
  readonly interfaceType?: 'efa' | 'efa-only';
  readonly volumesGb: readonly number[];
  readonly fsxLustre: readonly { readonly dnsName: string; readonly mountName: string }[];
  readonly lifecycle?: { readonly uri: string; readonly onCreate?: string; readonly onInitComplete?: string };
  readonly trainingPlan?: string;
  /** Lustre capacity a restricted group brings with it, GiB. */
  readonly lustreGib?: number;
}

export interface ClusterSpec<G extends GroupSpec = GroupSpec> {
  readonly name: string;
  readonly orchestrator: 'eks' | 'slurm';
  readonly eksCluster?: string;
  readonly network?: Network;
  readonly autoScaling: boolean;
  /** Lustre capacity the restricted groups share, GiB. */
  readonly sharedLustreGib?: number;
  readonly groups: readonly G[];
}

export type ClusterStatus = 'Creating' | 'Deleting' | 'Failed' | 'InService' | 'RollingBack' | 'SystemUpdating' | 'Updating';

export interface RunningGroup extends GroupSpec {
  readonly current: number;
  readonly target: number;
  /** Nodes that exist, by type, where AWS breaks them down (flexible groups). */
  readonly currentByType?: { readonly [type: string]: number };
}

export interface RunningCluster extends ClusterSpec<RunningGroup> {
  readonly arn: string;
  readonly status: ClusterStatus;
}
