/** For the operations that collectors send: who answers each where the auditor runs against emulators, and why not moto. */
import type { ServiceName } from '../../shared/aws/client/settings.ts';

/** A page's size is for moto mostly a word: then all rows come in one, and only the sandbox shows that pages are followed. */
type Answerer = 'moto' | 'moto, in one page' | `sandbox only: ${string}`;

/** As `service:Operation`. The reasons were tried on the moto that requirements.txt names, and moto.test.ts tries them again. */
export const answerers = {
  'cloudwatch:DescribeAlarms': 'moto',
  'ec2:DescribeAddresses': 'moto',
  'ec2:DescribeAvailabilityZones': 'moto',
  'ec2:DescribeImages': 'sandbox only: moto has images of unencrypted volumes alone, whose mappings it does not answer',
  'ec2:DescribeDhcpOptions': 'moto',
  'ec2:DescribeInstanceTypeOfferings': 'moto, in one page',
  'ec2:DescribeInstanceTypes': 'moto, in one page',
  'ec2:DescribeInternetGateways': 'sandbox only: moto does not know the filter owner-id and answers it with an HTML 500',
  'ec2:DescribeManagedPrefixLists': 'moto, in one page',
  'ec2:DescribeNatGateways': 'moto',
  'ec2:DescribeNetworkAcls': 'moto, in one page',
  'ec2:DescribeNetworkInterfaces': 'moto, in one page',
  'ec2:DescribeRegions': 'moto',
  'ec2:DescribeRouteTables': 'moto, in one page',
  'ec2:DescribeSecurityGroups': 'moto, in one page',
  'ec2:DescribeSnapshots': 'sandbox only: moto has no snapshots of encrypted images',
  'ec2:DescribeSubnets': 'moto, in one page',
  'ec2:DescribeVpcAttribute': 'moto',
  'ec2:DescribeVpcBlockPublicAccessExclusions': 'sandbox only: moto does not know VPC Block Public Access and answers with an HTML 500',
  'ec2:DescribeVpcBlockPublicAccessOptions': 'sandbox only: moto does not know VPC Block Public Access and answers with an HTML 500',
  'ec2:DescribeVpcEndpoints': 'moto, in one page',
  'ec2:DescribeVpcs': 'moto, in one page',
  'ec2:GetManagedPrefixListEntries': 'moto, in one page',
  'eks:DescribeAccessEntry': 'sandbox only: moto has no access entries and answers with an HTML 404',
  'eks:DescribeAddon': 'sandbox only: moto has no add-ons and answers with an HTML 404',
  'eks:DescribeCluster': 'sandbox only: moto says neither VPC nor cluster security group, and forgets the access mode',
  'eks:DescribeClusterVersions': 'sandbox only: moto has no versions and answers with an HTML 404',
  'eks:DescribeNodegroup': 'moto',
  'eks:ListAccessEntries': 'sandbox only: moto has no access entries and answers with an HTML 404',
  'eks:ListNodegroups': 'moto',
  'fsx:DescribeFileSystems': 'sandbox only: moto says neither lifecycle nor VPC, interfaces or mount name, and no error for an unknown id',
  'iam:GetPolicy': 'moto',
  'iam:GetPolicyVersion': 'moto',
  'iam:GetRole': 'moto',
  'iam:GetRolePolicy': 'moto',
  'iam:ListAttachedRolePolicies': 'moto',
  'iam:ListRolePolicies': 'moto, in one page',
  'iam:ListRoleTags': 'moto',
  'iam:ListUserTags': 'moto, in one page',
  'kms:DescribeKey': 'moto',
  'kms:GetKeyPolicy': 'moto',
  'kms:ListGrants': 'moto, in one page',
  'organizations:DescribeOrganization': 'moto',
  's3:GetBucketPolicy': 'moto',
  's3:GetObject': 'moto',
  's3:HeadBucket': 'moto',
  'sagemaker:DescribeCluster': 'moto',
  'sagemaker:DescribeClusterEvent': 'sandbox only: moto has no events and answers with an HTML 500',
  'sagemaker:DescribeTrainingPlan': 'sandbox only: moto has no training plans and answers with an HTML 500',
  'sagemaker:ListClusterEvents': 'sandbox only: moto has no events and answers with an HTML 500',
  'sagemaker:ListClusterNodes': 'moto',
  'sagemaker:ListClusters': 'moto',
  'secretsmanager:DescribeSecret': 'moto',
  'servicequotas:GetServiceQuota': 'sandbox only: moto has none of SageMaker',
  'servicequotas:ListAWSDefaultServiceQuotas': 'sandbox only: moto has 25 quotas of VPC, in one page, and none of SageMaker and EC2',
  'servicequotas:ListRequestedServiceQuotaChangeHistory': 'sandbox only: moto answers with an HTML 500',
  'servicequotas:ListServiceQuotas': 'sandbox only: moto answers with an HTML 500',
  'ssm:GetDocument': 'moto',
  'ssm:GetParametersByPath': 'moto',
} as const satisfies { readonly [operation: `${ServiceName}:${string}`]: Answerer };

/** Not sent where moto answers DescribeCluster: it forgets NodeProvisioningMode, and only clusters in Continuous mode have events. */
export const neverSent: readonly string[] = ['sagemaker:ListClusterEvents', 'sagemaker:DescribeClusterEvent'];

/** Sent for clusters that the plan does not name alone; moto answers. CDK sends it for its own bucket too. */
export const listsObjects = 's3:ListObjectsV2';

/** The same for what an operator's errands send beside that: looking for a place, asking for quotas. errands.test.ts tries them. */
export const errandAnswerers = {
  'eks:ListClusters': 'moto',
  'servicequotas:GetAWSDefaultServiceQuota': 'sandbox only: moto answers with an HTML 500',
  'servicequotas:ListRequestedServiceQuotaChangeHistoryByQuota': 'sandbox only: moto answers with an HTML 500',
  'servicequotas:RequestServiceQuotaIncrease': 'sandbox only: moto answers with an HTML 500',
} as const satisfies { readonly [operation: `${ServiceName}:${string}`]: Answerer };

type Table = typeof answerers;
type Operation = keyof Table;
type AnsweredAs<A extends Answerer> = { readonly [O in Operation]: Table[O] extends A ? O : never }[Operation];
export type SandboxOnly = AnsweredAs<`sandbox only: ${string}`>;
export type InOnePage = AnsweredAs<'moto, in one page'>;

/** Whether the sandbox answers an operation instead of moto. */
export const bySandbox = (operation: string): boolean => Object.hasOwn(answerers, operation) && !byMoto(operation);

/** Whether moto answers an operation; what no collector sends is not for it to answer. */
export const byMoto = (operation: string): boolean =>
  operation === listsObjects || (Object.hasOwn(answerers, operation) && answerers[operation as Operation].startsWith('moto'));
