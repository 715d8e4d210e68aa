/**
 * The plan: what someone intends. A cluster is a CreateCluster request in the API's own names (only the members that
 * checks look at are typed here; the parser knows them all), and the expectations the API does not carry.
 */
import type { Level } from '../evaluation/finding.ts';

export interface VpcConfig {
  readonly SecurityGroupIds: readonly string[];
  readonly Subnets: readonly string[];
}

export interface StorageConfig {
  readonly EbsVolumeConfig?: { readonly VolumeSizeInGB?: number; readonly VolumeKmsKeyId?: string; readonly RootVolume?: boolean };
  readonly FsxLustreConfig?: { readonly DnsName: string; readonly MountName: string; readonly MountPath?: string };
  readonly FsxOpenZfsConfig?: { readonly DnsName: string; readonly MountPath?: string };
}

interface BatchSize {
  readonly Type: string;
  readonly Value: number;
}

export interface DeploymentConfig {
  readonly RollingUpdatePolicy?: { readonly MaximumBatchSize: BatchSize; readonly RollbackMaximumBatchSize?: BatchSize };
  readonly AutoRollbackConfiguration?: readonly { readonly AlarmName: string }[];
}

export interface AccountingDatabase {
  readonly Endpoint: string;
  readonly Port?: number;
  readonly Name?: string;
  readonly SecretArn: string;
}

export interface GroupRequest {
  readonly InstanceGroupName: string;
  readonly InstanceCount: number;
  readonly MinInstanceCount?: number;
  readonly InstanceType?: string;
  readonly InstanceRequirements?: { readonly InstanceTypes: readonly string[] };
  readonly ExecutionRole: string;
  readonly LifeCycleConfig?: { readonly SourceS3Uri?: string; readonly OnCreate?: string; readonly OnInitComplete?: string };
  readonly InstanceStorageConfigs?: readonly StorageConfig[];
  readonly ThreadsPerCore?: number;
  readonly OnStartDeepHealthChecks?: readonly string[];
  readonly ScheduledUpdateConfig?: { readonly ScheduleExpression: string; readonly DeploymentConfig?: DeploymentConfig };
  readonly ImageId?: string;
  readonly AutoPatchConfig?: {
    readonly PatchingStrategy: string;
    readonly DeploymentConfig?: DeploymentConfig;
    readonly IdleWaitWindowInSeconds?: number;
    readonly DrainPolicy?: object;
  };
  readonly KubernetesConfig?: {
    readonly Labels?: { readonly [key: string]: string };
    readonly Taints?: readonly { readonly Key: string; readonly Value?: string; readonly Effect: string }[];
  };
  readonly SlurmConfig?: { readonly NodeType: string; readonly PartitionNames?: readonly string[] };
  readonly TrainingPlanArn?: string;
  readonly OverrideVpcConfig?: VpcConfig;
  readonly CapacityRequirements?: { readonly Spot?: object; readonly OnDemand?: object };
  readonly NetworkInterface?: { readonly InterfaceType?: string };
  readonly EnvironmentConfig?: { readonly FSxLustreConfig?: { readonly SizeInGiB: number; readonly PerUnitStorageThroughput: number } };
}

export interface ClusterRequest {
  readonly ClusterName: string;
  readonly InstanceGroups?: readonly GroupRequest[];
  readonly RestrictedInstanceGroups?: readonly GroupRequest[];
  readonly RestrictedInstanceGroupsConfig?: {
    readonly SharedEnvironmentConfig?: {
      readonly FSxLustreConfig?: { readonly SizeInGiB: number; readonly PerUnitStorageThroughput?: number };
    };
  };
  readonly VpcConfig?: VpcConfig;
  readonly Orchestrator?: {
    readonly Eks?: { readonly ClusterArn: string };
    readonly Slurm?: { readonly SlurmConfigStrategy?: string; readonly AccountingDatabase?: AccountingDatabase };
  };
  readonly Tags?: readonly { readonly Key: string; readonly Value: string }[];
  readonly NodeRecovery?: string;
  readonly TieredStorageConfig?: { readonly Mode: string; readonly InstanceMemoryAllocationPercentage?: number };
  readonly NodeProvisioningMode?: string;
  readonly ClusterRole?: string;
  readonly AutoScaling?: { readonly Mode: string; readonly AutoScalerType?: string };
}

/** Hours that an operation of a running cluster may take, where the plan does not say. */
export const operationHours = 24;

/** How long before the end of a training plan its end is reported, where the plan does not say. */
export const planEndHours = { required: 2, recommended: 24 } as const;

export interface PlannedCluster {
  readonly region: string;
  readonly request: ClusterRequest;
  /** Paths of members and values of the request that this version does not know, such as `InstanceGroups[0].DrainMode`. Set by the parser. */
  readonly unknownParts?: readonly string[];
  /** Name of the cluster this one would replace: the two are never summed. */
  readonly alternativeTo?: string;
  readonly fsxLustre?: readonly string[];
  readonly runAs?: { readonly expected?: boolean; readonly principals?: readonly string[] };
  /** Hours that an operation of the running cluster may take. Absent: `operationHours`. */
  readonly operationHours?: number;
  /** Hours before HyperPod begins to terminate the nodes of a training plan. Absent: `planEndHours`. */
  readonly trainingPlanEnd?: { readonly requiredHours?: number; readonly recommendedHours?: number };
  readonly ipv6Pods?: boolean;
  /** Percent on top of every amount, recommended. */
  readonly headroom?: number;
  /** Instance group name → nodes it is meant to grow to, recommended. */
  readonly growTo?: { readonly [group: string]: number };
  /** Paths of members that are newer than this version although their names resemble known ones. */
  readonly acceptMembers?: readonly string[];
  /** The cluster comes with a VPC yet to be made (the console's quick setup). */
  readonly newVpc?: boolean;
}

export interface Mute {
  readonly check: string;
  readonly cluster?: string;
  readonly resource?: string;
  readonly region?: string;
  readonly account?: string;
  readonly reason: string;
  readonly owner: string;
  /** Date (YYYY-MM-DD); the mute holds until 23:59:59 UTC of it. */
  readonly until: string;
}

export interface AlertSettings {
  readonly email?: readonly string[];
  readonly slack?: { readonly workspace: string; readonly channel: string };
  /** The channel's id as Teams shows it (19:…@thread.tacv2) or as a link holds it (19%3a…%40thread.tacv2). */
  readonly teams?: { readonly tenant: string; readonly team: string; readonly channel: string };
  /** ARN of the Secrets Manager secret that holds the address of an incoming webhook. */
  readonly webhookSecret?: string;
  /** ARNs of the secrets that hold the keys of on-call services. */
  readonly pagerDutySecret?: string;
  readonly jiraSecret?: string;
  /** Import what changes into AWS Security Hub. */
  readonly securityHub?: boolean;
  /** Publish findings and notifications on an event bus of the stack. */
  readonly events?: boolean;
  /** Accounts that may subscribe to the topic of alerts, and to the event bus; organization: those of `deployment.organization`. */
  readonly subscribers?: readonly string[] | 'organization';
  readonly minimum?: Level;
  /** Hours between reminders of a cluster that stays BLOCKED, 24 or more; 0: never; absent: a day. */
  readonly remindAfterHours?: number;
  /** Messages an hour and topic; what is beyond it is summed up. */
  readonly perHour?: number;
}

/** Messages an hour and topic where the plan names no number. */
export const defaultPerHour = 20;

/** What a company asks of everything that is deployed, and what only its administrators know. */
export interface DeploymentSettings {
  /** What the names of everything that is deployed begin with; absent: `defaultDeploymentName`. */
  readonly name?: string;
  /** ARN of the key for table, topics, queues, logs and environments. */
  readonly kmsKey?: string;
  /** ARN of the policy that bounds every role of the stacks; in other accounts, theirs of the same name. */
  readonly permissionsBoundary?: string;
  /** Where all functions run; absent: in Lambda's own network. */
  readonly vpc?: { readonly subnets: readonly string[]; readonly securityGroups: readonly string[] };
  /** Make the CloudWatch dashboard; absent: yes. */
  readonly dashboard?: boolean;
  /** Id of the organization whose accounts may forward their change events. */
  readonly organization?: string;
  /** IAM path of every role; absent: a path of the auditor's own for roles that other accounts trust, / for the rest. */
  readonly rolePath?: string;
  /** Tags of every stack and resource. */
  readonly tags?: Readonly<Record<string, string>>;
  /** ARN of the role with which CloudFormation makes the stacks; absent: as the bootstrap stack and the caller may. */
  readonly cloudFormationRole?: string;
  /** Whether changes that AWS records in us-east-1 alone are forwarded; absent: yes. */
  readonly globalEvents?: boolean;
  /** Prefixes of buckets (`ml-scripts-*`) that stand for the buckets of lifecycle scripts in policies. */
  readonly lifecycleBuckets?: readonly string[];
  /** Accounts whose buckets may have lifecycle scripts, in addition to the audited account. */
  readonly bucketAccounts?: readonly string[];
  /** Accounts whose principals may ask the query endpoint, where their own policies allow it too. */
  readonly queryAccounts?: readonly string[];
  /** Reserve concurrency for functions that others invoke as often as they like. Absent: accounts may have too little of it. */
  readonly reserveConcurrency?: boolean;
}

/** Which accounts of an organization are audited. */
export interface OrganizationScope {
  /** Ids of roots and organizational units, with all units below them; absent: the whole organization. */
  readonly units?: readonly string[];
  /** Ids of accounts that are left out. */
  readonly except?: readonly string[];
}

export interface AuditRoleSettings {
  readonly name?: string;
  readonly externalId?: string;
  /** ARNs of roles and users that enter accounts from the command line, with * for any characters. */
  readonly operators?: readonly string[];
}

/** The role by which an account is entered. */
export interface AuditRole extends AuditRoleSettings {
  /** Its IAM path; absent: /. */
  readonly path?: string;
}

export interface Plan {
  readonly regions?: readonly string[] | 'supported';
  readonly clusters: readonly PlannedCluster[];
  readonly accounts?: readonly string[] | 'organization';
  /** Which of them, where `accounts` is the organization; absent: all. */
  readonly organizationAccounts?: OrganizationScope;
  /** How other accounts are entered. */
  readonly auditRole?: AuditRoleSettings;
  /** Read the content of lifecycle scripts of clusters that the plan does not name. Absent: only whether they exist. */
  readonly readRunningScripts?: boolean;
  readonly mutes: readonly Mute[];
  readonly schedule: string;
  readonly retentionDays: number;
  readonly alerts: AlertSettings;
  readonly deployment?: DeploymentSettings;
}

/** What names of stacks begin with where the plan gives no other. */
export const defaultDeploymentName = 'HyperPodAuditor';

export const deploymentName = ({ deployment }: Pick<Plan, 'deployment'>): string => deployment?.name ?? defaultDeploymentName;

/** How other accounts are entered, with the name of the role. Deployments with names of their own have roles of their own. */
export const auditRoleOf = (plan: Pick<Plan, 'auditRole' | 'deployment'>): AuditRole & { readonly name: string } => ({
  ...plan.auditRole,
  name: plan.auditRole?.name ?? plan.deployment?.name ?? defaultAuditRole,
  ...(plan.deployment?.rolePath !== undefined && { path: plan.deployment.rolePath }),
});

/** Role that other accounts are entered by where the plan names none. */
export const defaultAuditRole = 'HyperPodAuditor';
/** What is sent as external id where the plan names none. A role that asks for none ignores it. */
export const defaultExternalId = 'hyperpod-auditor';

/** The plan of someone who has none: audit what runs, and what holds for the account. */
export const emptyPlan: Plan = { clusters: [], mutes: [], schedule: 'rate(1 hour)', retentionDays: 400, alerts: {} };
