/** For every key of the plan: which values are accepted although they are probably not intended, and what is said of them. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Warning } from '../../shared/core/evaluation/finding.ts';
import { planWarnings } from '../../shared/core/plan/plan-warnings.ts';
import { knownRegions } from '../../shared/core/plan/regions.ts';
import { placeLine } from '../../shared/core/render/warnings.ts';
import { parsePlan } from '../../shared/plan/parse.ts';
import { printPlan } from '../../shared/plan/print.ts';
import { formatProblems } from '../../shared/plan/problem.ts';
import { planSchema } from '../../shared/plan/schema.ts';
import { examples } from '../helpers/examples.ts';
import { validPlan } from './arbitrary.ts';

const at = '2026-11-30T12:00:00.000Z';
const role = 'arn:aws:iam::123456789012:role/Node';

function warningsOf(text: string, request = '', now = at): readonly Warning[] {
  const parsed = parsePlan(text, {
    file: 'p.yaml',
    readRequest: () => ({ ok: true, text: request }),
    checkIds: ['vpc-dns', 'subnet-size', 'efa-open-egress'],
  });
  if (!parsed.ok) throw new Error(formatProblems(parsed.problems));
  return parsed.locate(planWarnings(parsed.plan, now));
}
const said = (text: string, request?: string, now?: string) => warningsOf(text, request, now).map((w) => `${w.code} ${placeLine(w)}`);

const indent = (text: string, by: number): string => text.replaceAll(/^(?=.)/gm, ' '.repeat(by));
/** Lines 1 to 9 are a cluster of one group; further lines of the group, the request, the cluster and the plan follow. */
const planned = ({ group = '', request = '', cluster = '', top = '' } = {}): string =>
  `clusters:
  - region: us-west-2
    request:
      ClusterName: llm-train
      InstanceGroups:
        - InstanceGroupName: workers
          ExecutionRole: ${role}
          InstanceCount: 4
          InstanceType: ml.p5.48xlarge
${indent(group, 10)}
${indent(request, 6)}
${indent(cluster, 4)}
${top}
`.replaceAll(/\n{2,}/g, '\n');
const mute = (more: string): string => planned({ top: `mutes: [{ check: vpc-dns, reason: r, owner: o, ${more} }]` });
const until = 'until: 2027-01-31';

interface Case {
  /** The key of the plan, without positions in lists. */
  readonly key: string;
  readonly text: string;
  readonly said: readonly string[];
  readonly request?: string;
}

const eks = 'clusters.request.Orchestrator.Eks.ClusterArn';
const cases: readonly Case[] = [
  // Regions
  {
    key: 'regions',
    text: 'regions: [us-west-2, us-west-3]',
    said: [
      'unknown-region p.yaml:1:22 regions[1]: expected a region known to this version, got "us-west-3" (did you mean us-west-1?). It is audited as written.',
    ],
  },
  {
    key: 'regions',
    text: 'regions: [us-west-2, us-gov-west-1, cn-north-1]',
    said: [
      'mixed-partitions p.yaml:1:22 regions[1]: expected regions of one partition, aws as us-west-2, got us-gov-west-1 of aws-us-gov. Credentials of one partition cannot read another.',
      'mixed-partitions p.yaml:1:37 regions[2]: expected regions of one partition, aws as us-west-2, got cn-north-1 of aws-cn. Credentials of one partition cannot read another.',
    ],
  },
  {
    key: 'clusters.region',
    text: planned().replace('us-west-2', 'zz-test-1'),
    said: [
      'unknown-region p.yaml:2:13 clusters[0].region: expected a region known to this version, got "zz-test-1". It is audited as written.',
    ],
  },
  // ARNs and names that contradict the region
  {
    key: eks,
    text: planned({ request: `Orchestrator: { Eks: { ClusterArn: 'arn:aws:eks:us-east-1:123456789012:cluster/train' } }` }),
    said: [
      `arn-mismatch p.yaml:10:42 ${eks.replace('clusters', 'clusters[0]')}: The EKS cluster: expected region us-west-2, where llm-train is planned, got us-east-1.`,
    ],
  },
  {
    key: eks,
    text: planned({ request: `Orchestrator: { Eks: { ClusterArn: 'arn:aws-cn:eks:us-west-2:123456789012:cluster/train' } }` }),
    said: [
      `arn-mismatch p.yaml:10:42 ${eks.replace('clusters', 'clusters[0]')}: The EKS cluster: expected partition aws, where llm-train is planned, got aws-cn.`,
    ],
  },
  {
    key: eks,
    text: 'clusters: [{ region: us-west-2, request: create.json }]',
    request: `{
  "ClusterName": "llm-train",
  "Orchestrator": { "Eks": { "ClusterArn": "arn:aws:eks:us-east-1:123456789012:cluster/train" } },
  "InstanceGroups": [{ "InstanceGroupName": "workers", "InstanceCount": 1, "InstanceType": "ml.g5.xlarge", "ExecutionRole": "${role}" }]
}`,
    said: [
      'arn-mismatch create.json:3:44 Orchestrator.Eks.ClusterArn: The EKS cluster: expected region us-west-2, where llm-train is planned, got us-east-1.',
    ],
  },
  {
    key: 'clusters.request.InstanceGroups.ExecutionRole',
    text: planned({ request: `Orchestrator: { Eks: { ClusterArn: 'arn:aws:eks:us-west-2:999999999999:cluster/train' } }` }),
    said: [
      'arn-mismatch p.yaml:7:26 clusters[0].request.InstanceGroups[0].ExecutionRole: The execution role: expected account 999999999999, as at clusters[0].request.Orchestrator.Eks.ClusterArn, got 123456789012.',
    ],
  },
  {
    key: 'clusters.request.InstanceGroups.ExecutionRole',
    text: planned({ top: "accounts: ['111122223333']" }),
    said: [
      'arn-mismatch p.yaml:7:26 clusters[0].request.InstanceGroups[0].ExecutionRole: The execution role: expected one of the accounts of this plan, 111122223333, got 123456789012.',
    ],
  },
  {
    key: 'clusters.request.ClusterRole',
    text: planned({ request: 'ClusterRole: arn:aws-us-gov:iam::123456789012:role/Scaler' }),
    said: [
      'arn-mismatch p.yaml:10:20 clusters[0].request.ClusterRole: The cluster role: expected partition aws, where llm-train is planned, got aws-us-gov.',
    ],
  },
  {
    key: 'clusters.request.InstanceGroups.TrainingPlanArn',
    text: planned({ group: 'TrainingPlanArn: arn:aws:sagemaker:us-east-1:123456789012:training-plan/june' }),
    said: [
      'arn-mismatch p.yaml:10:28 clusters[0].request.InstanceGroups[0].TrainingPlanArn: The training plan: expected region us-west-2, where llm-train is planned, got us-east-1.',
    ],
  },
  {
    key: 'clusters.request.InstanceGroups.InstanceStorageConfigs.EbsVolumeConfig.VolumeKmsKeyId',
    text: planned({
      group: `InstanceStorageConfigs:
  - { EbsVolumeConfig: { VolumeKmsKeyId: 'arn:aws:kms:us-east-1:999999999999:key/1234' } }
  - { EbsVolumeConfig: { VolumeKmsKeyId: 'arn:aws:kms:us-west-2:999999999999:key/1234' } }
  - { EbsVolumeConfig: { VolumeKmsKeyId: 'arn:aws:iam::123456789012:role/key' } }
  - { EbsVolumeConfig: { VolumeKmsKeyId: alias/mine } }`,
    }),
    said: [
      'arn-mismatch p.yaml:11:52 clusters[0].request.InstanceGroups[0].InstanceStorageConfigs[0].EbsVolumeConfig.VolumeKmsKeyId: The KMS key: expected region us-west-2, where llm-train is planned, got us-east-1.',
      'arn-mismatch p.yaml:13:52 clusters[0].request.InstanceGroups[0].InstanceStorageConfigs[2].EbsVolumeConfig.VolumeKmsKeyId: The KMS key: expected an ARN of kms, got one of iam.',
    ],
  },
  {
    key: 'clusters.request.InstanceGroups.InstanceStorageConfigs.FsxLustreConfig.DnsName',
    text: planned({
      group: 'InstanceStorageConfigs: [{ FsxLustreConfig: { DnsName: fs-12345678.fsx.us-east-1.amazonaws.com, MountName: abc } }]',
    }),
    said: [
      'arn-mismatch p.yaml:10:66 clusters[0].request.InstanceGroups[0].InstanceStorageConfigs[0].FsxLustreConfig.DnsName: The file system: expected region us-west-2, where llm-train is planned, got us-east-1.',
    ],
  },
  {
    key: 'clusters.request.InstanceGroups.InstanceStorageConfigs.FsxOpenZfsConfig.DnsName',
    text: planned({ group: 'InstanceStorageConfigs: [{ FsxOpenZfsConfig: { DnsName: fs-12345678.fsx.us-east-1.amazonaws.com } }]' }),
    said: [
      'arn-mismatch p.yaml:10:67 clusters[0].request.InstanceGroups[0].InstanceStorageConfigs[0].FsxOpenZfsConfig.DnsName: The file system: expected region us-west-2, where llm-train is planned, got us-east-1.',
    ],
  },
  {
    key: 'clusters.runAs.principals',
    text: planned({ cluster: `runAs: { principals: ['arn:aws:iam::999999999999:role/R', '${role}', '${role}'] }` }),
    said: [
      'arn-mismatch p.yaml:10:27 clusters[0].runAs.principals[0]: The principal: expected account 123456789012, as at clusters[0].request.InstanceGroups[0].ExecutionRole, got 999999999999.',
      `duplicate p.yaml:10:102 clusters[0].runAs.principals[2]: expected each value once, got "${role}" a second time.`,
    ],
  },
  {
    key: 'alerts.webhookSecret',
    text: planned({ top: "alerts: { webhookSecret: 'arn:aws-cn:secretsmanager:cn-north-1:123456789012:secret:chat-AbCdEf' }" }),
    said: ['arn-mismatch p.yaml:10:26 alerts.webhookSecret: The secret: expected partition aws, that of us-west-2, got aws-cn.'],
  },
  {
    key: 'alerts.pagerDutySecret',
    text: planned({ top: "alerts: { pagerDutySecret: 'arn:aws-cn:secretsmanager:cn-north-1:123456789012:secret:pager-AbCdEf' }" }),
    said: ['arn-mismatch p.yaml:10:28 alerts.pagerDutySecret: The secret: expected partition aws, that of us-west-2, got aws-cn.'],
  },
  {
    key: 'alerts.jiraSecret',
    text: planned({ top: "alerts: { jiraSecret: 'arn:aws-cn:secretsmanager:cn-north-1:123456789012:secret:jira-AbCdEf' }" }),
    said: ['arn-mismatch p.yaml:10:23 alerts.jiraSecret: The secret: expected partition aws, that of us-west-2, got aws-cn.'],
  },
  {
    key: 'deployment.kmsKey',
    text: planned({ top: "deployment: { kmsKey: 'arn:aws-cn:kms:cn-north-1:123456789012:key/1234' }" }),
    said: ['arn-mismatch p.yaml:10:23 deployment.kmsKey: The KMS key: expected partition aws, that of us-west-2, got aws-cn.'],
  },
  {
    key: 'deployment.permissionsBoundary',
    text: planned({ top: "deployment: { permissionsBoundary: 'arn:aws-cn:iam::123456789012:policy/B' }" }),
    said: [
      'arn-mismatch p.yaml:10:36 deployment.permissionsBoundary: The permissions boundary: expected partition aws, that of us-west-2, got aws-cn.',
    ],
  },
  {
    key: 'deployment.cloudFormationRole',
    text: planned({ top: "deployment: { cloudFormationRole: 'arn:aws-cn:iam::123456789012:role/C' }" }),
    said: [
      'arn-mismatch p.yaml:10:35 deployment.cloudFormationRole: The CloudFormation role: expected partition aws, that of us-west-2, got aws-cn.',
    ],
  },
  // Groups
  {
    key: 'clusters.request',
    text: 'clusters:\n  - region: us-west-2\n    request: { ClusterName: llm-train }\n',
    said: [
      'no-instance-groups p.yaml:3:14 clusters[0].request: expected InstanceGroups or RestrictedInstanceGroups, got neither. Quotas, addresses and placement are not evaluated for llm-train.',
    ],
  },
  {
    key: 'clusters.request.InstanceGroups.InstanceCount',
    text: planned().replace('InstanceCount: 4', 'InstanceCount: 0'),
    said: [
      'no-instances p.yaml:6:11 clusters[0].request.InstanceGroups[0]: expected an InstanceCount above 0 in at least one group of llm-train, got 0 in each. Quotas and addresses are evaluated for 0 instances.',
    ],
  },
  {
    key: 'clusters.growTo',
    text: planned({ cluster: 'growTo:\n  workers: 2' }),
    said: [
      'grow-to-below-count p.yaml:11:16 clusters[0].growTo.workers: expected at least 4, the InstanceCount of workers, got 2. The InstanceCount is used.',
    ],
  },
  {
    key: 'clusters.request.InstanceGroups.CapacityRequirements',
    text: planned({ group: 'CapacityRequirements: { Spot: {}, OnDemand: {} }' }),
    said: [
      'contradiction p.yaml:10:33 clusters[0].request.InstanceGroups[0].CapacityRequirements: expected one of Spot and OnDemand, got both. The group is evaluated as Spot.',
    ],
  },
  {
    key: 'clusters.request.RestrictedInstanceGroupsConfig',
    text: planned({
      request: `RestrictedInstanceGroupsConfig:
  SharedEnvironmentConfig: { FSxLustreDeletionPolicy: Keep, FSxLustreConfig: { SizeInGiB: 1200, PerUnitStorageThroughput: 250 } }`,
    }),
    said: [
      'no-effect p.yaml:10:7 clusters[0].request.RestrictedInstanceGroupsConfig: expected RestrictedInstanceGroups in the same request, got none. It has no effect.',
    ],
  },
  // What contradicts or has no effect
  {
    key: 'clusters.newVpc',
    text: planned({ cluster: 'newVpc: true', request: 'VpcConfig: { SecurityGroupIds: [sg-12345678], Subnets: [subnet-12345678] }' }),
    said: [
      'contradiction p.yaml:11:13 clusters[0].newVpc: expected newVpc or a VpcConfig in the request, got both. The subnets of llm-train exist already.',
    ],
  },
  {
    key: 'clusters.ipv6Pods',
    text: planned({ cluster: 'ipv6Pods: true' }),
    said: [
      'no-effect p.yaml:10:15 clusters[0].ipv6Pods: expected an EKS cluster for ipv6Pods, got Slurm. It is not evaluated for llm-train.',
    ],
  },
  {
    key: 'auditRole',
    text: 'auditRole: { name: Auditor }',
    said: [
      "no-effect p.yaml:1:1 auditRole: expected auditRole together with accounts, got no accounts. It has no effect: only the caller's own account is audited.",
    ],
  },
  {
    key: 'deployment.organization',
    text: 'deployment: { organization: o-a1b2c3d4e5 }',
    said: [
      "no-effect p.yaml:1:29 deployment.organization: expected deployment.organization together with accounts, got no accounts. It has no effect: only the caller's own account is audited.",
    ],
  },
  {
    key: 'organizationAccounts',
    text: 'organizationAccounts: { except: ["123456789012"] }',
    said: [
      'no-effect p.yaml:1:1 organizationAccounts: expected organizationAccounts together with accounts: organization, got no accounts. It has no effect.',
    ],
  },
  {
    key: 'organizationAccounts',
    text: 'accounts: ["123456789012"]\norganizationAccounts: { units: [r-ab12] }',
    said: [
      'no-effect p.yaml:2:1 organizationAccounts: expected organizationAccounts together with accounts: organization, got a list of accounts. It has no effect.',
    ],
  },
  {
    key: 'deployment.globalEvents',
    text: 'regions: [us-east-1]\ndeployment: { globalEvents: false }',
    said: [
      'no-effect p.yaml:2:29 deployment.globalEvents: expected a plan without us-east-1 for globalEvents false, got us-east-1 among its regions. It has no effect: changes are forwarded from every region of the plan.',
    ],
  },
  {
    key: 'alerts.minimum',
    text: 'alerts: { minimum: required }',
    said: [
      'no-effect p.yaml:1:20 alerts.minimum: expected minimum together with recipients (email, slack, teams, webhookSecret, pagerDutySecret, jiraSecret, securityHub, events or subscribers), got none. No one is notified.',
    ],
  },
  {
    key: 'alerts.remindAfterHours',
    text: 'alerts: { email: [], remindAfterHours: 24 }',
    said: [
      'no-effect p.yaml:1:40 alerts.remindAfterHours: expected remindAfterHours together with recipients (email, slack, teams, webhookSecret, pagerDutySecret, jiraSecret, securityHub, events or subscribers), got none. No one is notified.',
    ],
  },
  {
    key: 'alerts.perHour',
    text: 'alerts: { perHour: 5 }',
    said: [
      'no-effect p.yaml:1:20 alerts.perHour: expected perHour together with recipients (email, slack, teams, webhookSecret, pagerDutySecret, jiraSecret, securityHub, events or subscribers), got none. No one is notified.',
    ],
  },
  {
    key: 'schedule',
    text: 'schedule: cron(0 6 30 2 ? *)',
    said: [
      'schedule-never-runs p.yaml:1:11 schedule: expected a schedule that runs again, got "cron(0 6 30 2 ? *)". Nothing is audited by schedule.',
    ],
  },
  // Mutes
  {
    key: 'mutes.until',
    text: mute('until: 2026-11-29'),
    said: [
      'mute-expired p.yaml:10:55 mutes[0].until: expected a date from 2026-11-30 on, got 2026-11-29. The mute has expired and hides nothing.',
    ],
  },
  {
    key: 'mutes.cluster',
    text: mute(`cluster: llm-tarin, ${until}`),
    said: [
      'mute-outside-plan p.yaml:10:57 mutes[0].cluster: expected the name of a cluster of this plan, got "llm-tarin" (did you mean llm-train?). It matches none; running clusters are not checked here.',
    ],
  },
  {
    key: 'mutes.cluster',
    text: mute(`cluster: 'eval-*', ${until}`),
    said: [
      'mute-outside-plan p.yaml:10:57 mutes[0].cluster: expected the name of a cluster of this plan, got "eval-*". It matches none; running clusters are not checked here.',
    ],
  },
  {
    key: 'mutes.region',
    text: mute(`region: us-east-1, ${until}`),
    said: ['mute-outside-plan p.yaml:10:56 mutes[0].region: expected one of the regions of this plan, us-west-2, got "us-east-1".'],
  },
  {
    key: 'mutes.account',
    text: `${mute(`account: '999999999999', ${until}`)}accounts: ['123456789012']\n`,
    said: ['mute-outside-plan p.yaml:10:57 mutes[0].account: expected one of the accounts of this plan, 123456789012, got "999999999999".'],
  },
  {
    key: 'mutes',
    text: `mutes:
  - { check: vpc-dns, reason: r, owner: o, until: 2027-01-31 }
  - { check: vpc-dns, resource: vpc-1, reason: r, owner: o, until: 2027-01-31 }
  - { check: vpc-dns, reason: another, owner: p, until: 2027-06-30 }
`,
    said: ['duplicate p.yaml:4:5 mutes[2]: expected each mute once, got the same scope as mutes[0]. The one that ends last is used.'],
  },
  {
    key: 'mutes.reason',
    text: mute(`${until}, resource: '\${VPC}'`),
    said: ['variable-not-expanded p.yaml:10:77 mutes[0].resource: expected a value, got "${VPC}". Variables are not expanded.'],
  },
  {
    key: 'clusters.request.InstanceGroups.LifeCycleConfig.SourceS3Uri',
    text: planned({ group: "LifeCycleConfig: { SourceS3Uri: 's3://sagemaker-${AWS_REGION}/x', OnCreate: on_create.sh }" }),
    said: [
      'variable-not-expanded p.yaml:10:43 clusters[0].request.InstanceGroups[0].LifeCycleConfig.SourceS3Uri: expected a value, got "${AWS_REGION}". Variables are not expanded.',
    ],
  },
  // Words that AWS may have added
  {
    key: 'clusters.request.InstanceGroups.OnStartDeepHealthChecks',
    text: planned({ group: 'OnStartDeepHealthChecks: [InstanceStress, GpuBurnIn, InstanceStress]' }),
    said: [
      'unknown-word p.yaml:10:53 clusters[0].request.InstanceGroups[0].OnStartDeepHealthChecks[1]: expected InstanceStress, InstanceConnectivity, MultiNodeTrainingValidation, got "GpuBurnIn", which this version does not know. It is accepted and not evaluated.',
      'duplicate p.yaml:10:64 clusters[0].request.InstanceGroups[0].OnStartDeepHealthChecks[2]: expected each value once, got "InstanceStress" a second time.',
    ],
  },
  ...(
    [
      ['NodeRecovery', 'NodeRecovery: Sometimes'],
      ['Orchestrator.Slurm.SlurmConfigStrategy', 'Orchestrator: { Slurm: { SlurmConfigStrategy: Replace } }'],
      ['AutoScaling.AutoScalerType', 'AutoScaling: { Mode: Enable, AutoScalerType: Autopilot }'],
      ['AutoScaling.Mode', 'AutoScaling: { Mode: Sometimes }'],
      ['TieredStorageConfig.Mode', 'TieredStorageConfig: { Mode: Sometimes }'],
      ['NodeProvisioningMode', 'NodeProvisioningMode: Burst'],
    ] as const
  ).map(([key, request]) => ({
    key: `clusters.request.${key}`,
    text: planned({ request }),
    said: [expect.stringMatching(/^unknown-word p\.yaml:10:/)],
  })),
  ...(
    [
      ['SlurmConfig.NodeType', 'SlurmConfig: { NodeType: Worker }'],
      ['AutoPatchConfig.PatchingStrategy', 'AutoPatchConfig: { PatchingStrategy: OnSunday }'],
      [
        'AutoPatchConfig.DrainPolicy.OnDrainTimeout',
        'AutoPatchConfig: { PatchingStrategy: DrainFirst, DrainPolicy: { OnDrainTimeout: Wait } }',
      ],
      ['NetworkInterface.InterfaceType', 'NetworkInterface: { InterfaceType: ena-express }'],
      ['KubernetesConfig.Taints.Effect', 'KubernetesConfig: { Taints: [{ Key: a, Effect: Evict }] }'],
    ] as const
  ).map(([key, group]) => ({
    key: `clusters.request.InstanceGroups.${key}`,
    text: planned({ group }),
    said: [expect.stringMatching(/^unknown-word p\.yaml:10:/)],
  })),
];

describe('what is accepted and probably not intended', () => {
  test.each(cases)('$key: $text', ({ text, said: expected, request }) => {
    expect(said(text, request)).toEqual(expected);
  });
});

/** Keys of which no value is wrong and accepted, and why. */
const settled: readonly (readonly [RegExp, string])[] = [
  [/^(clusters|alerts|deployment|accounts|clusters\.runAs)$/, 'a mapping or a list: its members are listed'],
  [/^(clusters\.alternativeTo|clusters\.fsxLustre|mutes\.check|alerts\.(email|subscribers))$/, 'unknown names and repetitions are refused'],
  [
    /^(retentionDays|clusters\.headroom|clusters\.runAs\.expected|clusters\.operationHours|clusters\.trainingPlanEnd\.\w+|alerts\.(securityHub|events)|deployment\.dashboard)$/,
    'every value in range is meaningful',
  ],
  [/^(readRunningScripts|deployment\.(lifecycleBuckets|bucketAccounts))$/, 'about scripts and buckets that only an audit knows'],
  [/^deployment\.vpc(\.\w+)?$/, 'ids that only AWS knows'],
  [/^deployment\.(queryAccounts|reserveConcurrency)$/, 'only AWS knows the accounts and what an account may run at once'],
  [/^mutes\.resource$/, 'only an audit knows the resources: it reports a mute that matches nothing'],
  [/^mutes\.(owner)$/, 'a text for people; a variable in it is reported as in mutes.reason'],
  [/^organizationAccounts\./, 'ids that only AWS knows'],
  [/^deployment\.(tags|name|rolePath)$/, 'every value in range is meaningful'],
  [/^auditRole\.|^alerts\.(slack|teams)/, 'names and ids that only AWS, Slack or Teams know'],
  [/InstanceType$|InstanceTypes$|InstanceRequirements$/, "an audit compares types with the account's quotas"],
  [
    /ClusterName$|InstanceGroupName$|\.(InstanceGroups|RestrictedInstanceGroups)$|MinInstanceCount$/,
    'repetitions and contradictions are refused',
  ],
  [
    /(SecurityGroupIds|Subnets|VpcConfig|OverrideVpcConfig|OnCreate|OnInitComplete|LifeCycleConfig|MountName|ImageId)$/,
    'checks evaluate them in the account, or AWS alone knows them',
  ],
  [
    /Orchestrator$|Orchestrator\.(Eks|Slurm)$|InstanceStorageConfigs$|(Ebs|Rolling|Deployment|Rollback|Environment|Shared|Fsx|FSx)\w*Config\w*$|RollingUpdatePolicy$|BatchSize$|PatchSchedule$|(ScheduledUpdate|AutoPatch|Kubernetes|Slurm|TieredStorage)Config$|AutoScaling$|NetworkInterface$|DrainPolicy$|AccountingDatabase$|^clusters\.trainingPlanEnd$/,
    'a mapping: its members are listed',
  ],
  [
    /\.(RootVolume|ThreadsPerCore|VolumeSizeInGB|SizeInGiB|PerUnitStorageThroughput|WaitIntervalInSeconds|IdleWaitWindowInSeconds|DrainTimeoutInSeconds|InstanceMemoryAllocationPercentage|AccountingDatabase\.\w+)$/,
    'ranges and shapes: everything else is refused',
  ],
  [
    /\.(Type|Value|AlarmName|ScheduleExpression|NextPatchDate|ImageReleaseVersion|MountPath|PartitionNames|Labels|Taints|Key|Tags)$/,
    'no check depends on it; AWS validates it',
  ],
  [/^clusters\.acceptMembers$/, 'a member that is accepted without need has no effect'],
  [/\.(Spot|OnDemand)$/, 'has no settings of its own'],
  [/FSxLustreDeletionPolicy$/, 'an open set of words like NodeRecovery, by the same rule'],
];

function keysOf(schema: { readonly [key: string]: unknown }, path = ''): readonly string[] {
  const inside = [...((schema.anyOf as readonly object[] | undefined) ?? []), ...(schema.items ? [schema.items as object] : [])];
  return [
    ...Object.entries((schema.properties ?? {}) as { [key: string]: { readonly [key: string]: unknown } }).flatMap(([key, value]) => {
      const here = path === '' ? key : `${path}.${key}`;
      return [here, ...keysOf(value, here)];
    }),
    ...inside.flatMap((s) => keysOf(s as { readonly [key: string]: unknown }, path)),
  ];
}

test('every key of the plan and of a request was read', () => {
  const keys = keysOf(planSchema() as { readonly [key: string]: unknown });
  expect(keys.length).toBeGreaterThan(150);
  const covered = new Set(cases.map((c) => c.key));
  // Both kinds of group share their members.
  const open = keys.map((key) => key.replace('RestrictedInstanceGroups.', 'InstanceGroups.')).filter((key) => !covered.has(key));
  expect([...new Set(open)].filter((key) => !settled.some(([pattern]) => pattern.test(key)))).toEqual([]);
  expect([...covered].filter((key) => !keys.includes(key))).toEqual([]);
});

describe('no false alarm', () => {
  test.each<readonly [string, string]>([
    ['a plan that plans nothing', ''],
    ['a plan of one cluster', planned()],
    ['a cluster that scales from 0', planned({ request: 'AutoScaling: { Mode: Enable }' }).replace('InstanceCount: 4', 'InstanceCount: 0')],
    ['a group that grows from 0', planned({ cluster: 'growTo: { workers: 8 }' }).replace('InstanceCount: 4', 'InstanceCount: 0')],
    ['growTo as many as there are', planned({ cluster: 'growTo: { workers: 4 }' })],
    ['a mute until today', mute('until: 2026-11-30')],
    ['a mute of a planned cluster by a pattern', mute(`cluster: 'llm-*', region: us-west-2, ${until}`)],
    ['a mute of a running cluster, without planned ones', `mutes: [{ check: vpc-dns, cluster: eval, reason: r, owner: o, ${until} }]`],
    ['a mute of a region, where the plan names none', `mutes: [{ check: vpc-dns, region: us-east-1, reason: r, owner: o, ${until} }]`],
    ['a mute of an account of the organization', `${mute(`account: '999999999999', ${until}`)}accounts: organization\n`],
    [
      'accounts with the role that enters them',
      'accounts: organization\nauditRole: { name: A }\ndeployment: { organization: o-a1b2c3d4e5 }\n',
    ],
    ['alerts to someone', 'alerts: { email: [a@example.com], minimum: required, remindAfterHours: 24 }'],
    ['a part of an organization', 'accounts: organization\norganizationAccounts: { units: [r-ab12], except: ["123456789012"] }'],
    ['a plan without us-east-1', 'regions: [us-west-2]\ndeployment: { globalEvents: false }'],
    ['29 February', 'schedule: cron(0 6 29 2 ? *)'],
    [
      'a key by its id',
      planned({ group: 'InstanceStorageConfigs: [{ EbsVolumeConfig: { VolumeKmsKeyId: 1234abcd-12ab-34cd-56ef-1234567890ab } }]' }),
    ],
    ...knownRegions.names.map((region) => [`the region ${region}`, `regions: [${region}]`] as const),
  ])('of %s', (_, text) => {
    expect(said(text)).toEqual([]);
  });
});

test('a mute holds to the end of its last day in UTC', () => {
  const text = mute('until: 2026-11-30');
  expect(said(text, undefined, '2026-11-30T23:59:59.999Z')).toEqual([]);
  expect(said(text, undefined, '2026-12-01T00:00:00.000Z')).toHaveLength(1);
});

test('warnings come file by file, the plan first, each from top to bottom', () => {
  const text = `mutes:
  - { check: vpc-dns, reason: r, owner: o, until: 2020-01-31 }
clusters:
  - { region: us-west-3, request: b.json }
  - { region: us-west-2, request: a.json }
`;
  const places = warningsOf(text, '{ "ClusterName": "x" }').map((w) => `${w.file}:${w.line}`);
  expect(places).toEqual(['p.yaml:2', 'p.yaml:4', 'b.json:1', 'a.json:1']);
});

test('a region typed wrongly is refused wherever it is named, not warned of', () => {
  const text = `regions: [us-wst-2]
clusters:
  - { region: us-wst-2, request: { ClusterName: a } }
mutes: [{ check: vpc-dns, region: us-wst-2, reason: r, owner: o, until: 2027-01-31 }]
`;
  const parsed = parsePlan(text, { file: 'p.yaml', readRequest: () => ({ ok: true, text: '' }) });
  const refused = 'expected the name of an AWS region, got "us-wst-2" (did you mean us-west-2?)';
  expect(parsed.ok ? [] : formatProblems(parsed.problems).split('\n')).toEqual([
    `p.yaml:1:11 regions[0]: ${refused}`,
    `p.yaml:3:15 clusters[0].region: ${refused}`,
    `p.yaml:4:35 mutes[0].region: ${refused}`,
  ]);
});

test('every warning of any valid plan has a place inside of its text, and the form of a message', () => {
  fc.assert(
    fc.property(validPlan, (plan) => {
      const text = printPlan(plan);
      const lines = text.split('\n');
      for (const w of warningsOf(text)) {
        expect(w.message).toMatch(/^(The [\w ]+: )?expected .+, got .+\.$/);
        expect(w.message).not.toMatch(/undefined|\[object|NaN|\n/);
        expect(w.file).toBe('p.yaml');
        expect(w.line).toBeGreaterThanOrEqual(1);
        expect(w.column).toBeGreaterThanOrEqual(1);
        expect(w.column).toBeLessThanOrEqual((lines[(w.line ?? 1) - 1] ?? '').length + 1);
      }
    }),
    { seed: 20261130, numRuns: examples(100) },
  );
});
