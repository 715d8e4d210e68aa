/** The schema of a request has the members of the SDK's own description of CreateCluster, and those that are listed as newer. */
import { CreateClusterRequest$ } from '@aws-sdk/client-sagemaker';
import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { clusterRequest } from '../../shared/plan/cluster-request.ts';

/** Paths of all members; `!` marks a required one, `[]` the items of a list, `{}` the values of a map. */
type Members = readonly string[];

/**
 * The SDK describes a structure as `[3, namespace, name, traits, names, shapes, number of required ones (they come
 * first)]`, a union as the same with 4, a list as `[1, …, shape]`, a map as `[2, …, key, value]`; simple shapes are numbers.
 */
function sdkMembers(shape: unknown, above = ''): Members {
  const of = typeof shape === 'function' ? shape() : shape;
  // A shape with traits of its own; or 64 + simple shape: a list of it, 128 + simple shape: a map to it.
  if (typeof of === 'number') return of >= 128 ? [`${above}{}`] : of >= 64 ? [`${above}[]`] : [];
  if (!Array.isArray(of)) throw new Error(`The SDK describes ${above} in a new way: ${String(of)}`);
  if (of[0] === 1) return [`${above}[]`, ...sdkMembers(of[4], `${above}[]`)];
  if (of[0] === 2) return [`${above}{}`, ...sdkMembers(of[5], `${above}{}`)];
  if (of[0] !== 3 && of[0] !== 4) return [];
  const required = of[0] === 3 ? Number(of[6] ?? 0) : 0;
  return (of[4] as readonly string[]).flatMap((name, i) => {
    const path = above === '' ? name : `${above}.${name}`;
    return [path + (i < required ? '!' : ''), ...sdkMembers(of[5][i], path)];
  });
}

function schemaMembers(schema: z.core.$ZodType, above = ''): Members {
  if (schema instanceof z.ZodOptional) return schemaMembers(schema.unwrap(), above);
  if (schema instanceof z.ZodArray) return [`${above}[]`, ...schemaMembers(schema.element, `${above}[]`)];
  if (schema instanceof z.ZodRecord) return [`${above}{}`, ...schemaMembers(schema.valueType, `${above}{}`)];
  if (!(schema instanceof z.ZodObject)) return [];
  return Object.entries<z.core.$ZodType>(schema.shape).flatMap(([name, member]) => {
    const path = above === '' ? name : `${above}.${name}`;
    return [path + (member instanceof z.ZodOptional ? '' : '!'), ...schemaMembers(member, path)];
  });
}

/**
 * Members of botocore 1.44.8 (2026-11-20), from which the SDK of JavaScript lags by weeks. The emulator suite holds the schema
 * against botocore; a member that the SDK has by now fails here as a duplicate.
 */
const newerThanSdk = [
  'InstanceGroups[].AutoPatchConfig.DrainPolicy',
  'InstanceGroups[].AutoPatchConfig.DrainPolicy.DrainTimeoutInSeconds',
  'InstanceGroups[].AutoPatchConfig.DrainPolicy.OnDrainTimeout',
  'InstanceGroups[].AutoPatchConfig.IdleWaitWindowInSeconds',
  'Orchestrator.Slurm.AccountingDatabase',
  'Orchestrator.Slurm.AccountingDatabase.Endpoint!',
  'Orchestrator.Slurm.AccountingDatabase.Name',
  'Orchestrator.Slurm.AccountingDatabase.Port',
  'Orchestrator.Slurm.AccountingDatabase.SecretArn!',
];

describe('the request of CreateCluster', () => {
  test('has exactly the members the SDK knows, and requires those it requires', () => {
    const known = sdkMembers(CreateClusterRequest$);
    expect(known.length).toBeGreaterThan(100);
    expect(known).toContain('InstanceGroups[].AutoPatchConfig.DeploymentConfig.RollingUpdatePolicy.MaximumBatchSize.Type!');
    expect(schemaMembers(clusterRequest).toSorted()).toEqual([...known, ...newerThanSdk].toSorted());
  });
});

const role = 'arn:aws:iam::123456789012:role/HyperPodNode';
const group = (more: object) => ({
  ClusterName: 'a',
  InstanceGroups: [{ InstanceGroupName: 'g', InstanceCount: 1, InstanceType: 'ml.g5.xlarge', ExecutionRole: role, ...more }],
});
const cluster = (more: object) => ({ ClusterName: 'a', ...more });
const ebs = (VolumeSizeInGB: number) => group({ InstanceStorageConfigs: [{ EbsVolumeConfig: { VolumeSizeInGB } }] });
const database = { Endpoint: 'db.example.com', SecretArn: 'arn:aws:secretsmanager:us-west-2:123456789012:secret:slurm-AbCdEf' };
const repeat = (n: number, item: (i: number) => unknown) => Array.from({ length: n }, (_, i) => item(i));
const id = (kind: string) => (i: number) => `${kind}-0000000${i.toString(16)}`.slice(0, kind.length + 9);
const vpc = (groups: number, subnets: number) =>
  cluster({ VpcConfig: { SecurityGroupIds: repeat(groups, id('sg')), Subnets: repeat(subnets, id('subnet')) } });
const labels = (n: number) => Object.fromEntries(Array.from({ length: n }, (_, i) => [`label${i}`, 'a']));
const types = (n: number) => repeat(n, (i) => `ml.g${i}.xlarge`);

const edges: readonly (readonly [string, boolean, unknown])[] = [
  ['no groups at all', true, cluster({})],
  ['an empty list of groups', false, cluster({ InstanceGroups: [] })],
  ['100 groups', true, cluster({ InstanceGroups: repeat(100, () => group({}).InstanceGroups[0]) })],
  ['101 groups', false, cluster({ InstanceGroups: repeat(101, () => group({}).InstanceGroups[0]) })],
  ['0 nodes', true, group({ InstanceCount: 0 })],
  ['6758 nodes', true, group({ InstanceCount: 6758 })],
  ['6759 nodes', false, group({ InstanceCount: 6759 })],
  ['-1 nodes', false, group({ InstanceCount: -1 })],
  ['1.5 nodes', false, group({ InstanceCount: 1.5 })],
  ['a name of 63', true, cluster({ ClusterName: 'a'.repeat(63) })],
  ['a name of 64', false, cluster({ ClusterName: 'a'.repeat(64) })],
  ['a name with hyphens inside', true, cluster({ ClusterName: '0--a-b' })],
  ['a name with a hyphen at its end', false, cluster({ ClusterName: 'a-' })],
  ['an empty name', false, cluster({ ClusterName: '' })],
  ['1 GB', true, ebs(1)],
  ['16384 GB', true, ebs(16384)],
  ['16385 GB', false, ebs(16385)],
  ['4 storage configurations', true, group({ InstanceStorageConfigs: repeat(4, () => ({ EbsVolumeConfig: {} })) })],
  ['5 storage configurations', false, group({ InstanceStorageConfigs: repeat(5, () => ({ EbsVolumeConfig: {} })) })],
  ['5 security groups and 16 subnets', true, vpc(5, 16)],
  ['6 security groups', false, vpc(6, 1)],
  ['17 subnets', false, vpc(1, 17)],
  ['no security group', false, vpc(0, 1)],
  ['no subnet', false, vpc(1, 0)],
  ['20 types', true, group({ InstanceRequirements: { InstanceTypes: types(20) } })],
  ['21 types', false, group({ InstanceRequirements: { InstanceTypes: types(21) } })],
  ['no type', false, group({ InstanceRequirements: { InstanceTypes: [] } })],
  ['an instance type of tomorrow', true, group({ InstanceType: 'ml.p9x-gb900.144xlarge' })],
  ['an instance type without ml.', false, group({ InstanceType: 'p5.48xlarge' })],
  ['50 tags', true, cluster({ Tags: repeat(50, (i) => ({ Key: `k${i}`, Value: '' })) })],
  ['51 tags', false, cluster({ Tags: repeat(51, (i) => ({ Key: `k${i}`, Value: '' })) })],
  ['50 labels', true, group({ KubernetesConfig: { Labels: labels(50) } })],
  ['51 labels', false, group({ KubernetesConfig: { Labels: labels(51) } })],
  ['a role of China', true, group({ ExecutionRole: 'arn:aws-cn:iam::123456789012:role/service-role/HyperPodNode' })],
  ['a role of GovCloud', true, group({ ExecutionRole: 'arn:aws-us-gov:iam::123456789012:role/HyperPodNode' })],
  ['a role of eleven digits', false, group({ ExecutionRole: 'arn:aws:iam::12345678901:role/HyperPodNode' })],
  ['a user for a role', false, group({ ExecutionRole: 'arn:aws:iam::123456789012:user/HyperPodNode' })],
  ['short ids', true, cluster({ VpcConfig: { SecurityGroupIds: ['sg-12345678'], Subnets: ['subnet-12345678'] } })],
  ['a subnet for a security group', false, cluster({ VpcConfig: { SecurityGroupIds: ['subnet-12345678'], Subnets: ['subnet-12345678'] } })],
  ['a deep health check of tomorrow', true, group({ OnStartDeepHealthChecks: ['GpuBurnIn', 'InstanceStress', 'NcclAllReduce'] })],
  ['a deep health check written wrongly', false, group({ OnStartDeepHealthChecks: ['InstanceStres'] })],
  ['four deep health checks', false, group({ OnStartDeepHealthChecks: repeat(4, (i) => `Check${i}`) })],
  ['an interface type of tomorrow', true, group({ NetworkInterface: { InterfaceType: 'ena-express' } })],
  ['an interface type written wrongly', false, group({ NetworkInterface: { InterfaceType: 'efaonly' } })],
  ['a Spot group', true, group({ CapacityRequirements: { Spot: {} } })],
  ['settings of Spot of tomorrow', true, group({ CapacityRequirements: { Spot: { MaxPrice: 1 } } })],
  ['a second partition', false, group({ SlurmConfig: { NodeType: 'Compute', PartitionNames: ['a', 'b'] } })],
  ['no training plan, as an example of AWS has it', true, group({ TrainingPlanArn: '' })],
  [
    'a key that is given and empty',
    true,
    group({ InstanceStorageConfigs: [{ EbsVolumeConfig: { VolumeSizeInGB: 1, VolumeKmsKeyId: '' } }] }),
  ],
  ['a blank in the key of a script', true, group({ LifeCycleConfig: { SourceS3Uri: 's3://sagemaker-a/my scripts', OnCreate: 'a.sh' } })],
  ['patching that waits an hour', true, group({ AutoPatchConfig: { PatchingStrategy: 'DrainFirst', IdleWaitWindowInSeconds: 3600 } })],
  ['patching that waits a minute', false, group({ AutoPatchConfig: { PatchingStrategy: 'WhenIdle', IdleWaitWindowInSeconds: 60 } })],
  [
    'pods that have 90 minutes',
    true,
    group({ AutoPatchConfig: { PatchingStrategy: 'DrainFirst', DrainPolicy: { DrainTimeoutInSeconds: 5400 } } }),
  ],
  ['an accounting database', true, cluster({ Orchestrator: { Slurm: { AccountingDatabase: database } } })],
  ['an accounting database on port 0', false, cluster({ Orchestrator: { Slurm: { AccountingDatabase: { ...database, Port: 0 } } } })],
  ['2 threads', true, group({ ThreadsPerCore: 2 })],
  ['3 threads', false, group({ ThreadsPerCore: 3 })],
  [
    'a patch date in seconds',
    true,
    group({ AutoPatchConfig: { PatchingStrategy: 'WhenIdle', PatchSchedule: { NextPatchDate: 1800000000 } } }),
  ],
  [
    'a patch date',
    true,
    group({ AutoPatchConfig: { PatchingStrategy: 'WhenIdle', PatchSchedule: { NextPatchDate: '2027-01-31T06:00:00Z' } } }),
  ],
  ['a patch day in words', false, group({ AutoPatchConfig: { PatchingStrategy: 'WhenIdle', PatchSchedule: { NextPatchDate: 'Sunday' } } })],
  ['a release version', true, group({ ImageReleaseVersion: '1.2.3' })],
  ['half a release version', false, group({ ImageReleaseVersion: '1.2' })],
  [
    'MinInstanceCount in a restricted group',
    true,
    { ClusterName: 'a', RestrictedInstanceGroups: group({ MinInstanceCount: 1 }).InstanceGroups },
  ],
];

test.each(edges)('%s: accepted is %s', (_, accepted, request) => {
  expect(clusterRequest.safeParse(request).success).toBe(accepted);
});
