/**
 * Changes of an account that make its findings old at once: the API calls that CloudTrail hands to EventBridge, and what
 * SageMaker says of HyperPod by itself. The deployed rules match exactly these; all other events are ignored.
 * https://docs.aws.amazon.com/eventbridge/latest/ref/events-ref-sagemaker.html
 */
import { isObject } from '../text/json.ts';
import { changedResource } from './used-resources.ts';

/** Write calls by the service that records them. */
export const changeCalls = {
  'ec2.amazonaws.com': [
    'AuthorizeSecurityGroupIngress',
    'AuthorizeSecurityGroupEgress',
    'RevokeSecurityGroupIngress',
    'RevokeSecurityGroupEgress',
    'ModifySecurityGroupRules',
    'DeleteSecurityGroup',
    'CreateVpcEndpoint',
    'ModifyVpcEndpoint',
    'DeleteVpcEndpoints',
    'CreateRoute',
    'ReplaceRoute',
    'DeleteRoute',
    'AssociateRouteTable',
    'DisassociateRouteTable',
    'ReplaceRouteTableAssociation',
    'DeleteRouteTable',
    'CreateNatGateway',
    'DeleteNatGateway',
    'ModifyVpcBlockPublicAccessOptions',
    'CreateVpcBlockPublicAccessExclusion',
    'ModifyVpcBlockPublicAccessExclusion',
    'DeleteVpcBlockPublicAccessExclusion',
    'CreateSubnet',
    'DeleteSubnet',
    'ModifySubnetAttribute',
    'ModifyVpcAttribute',
    'AssociateDhcpOptions',
    'CreateNetworkAclEntry',
    'ReplaceNetworkAclEntry',
    'DeleteNetworkAclEntry',
    'ReplaceNetworkAclAssociation',
    'AssociateSubnetCidrBlock',
    'DisassociateSubnetCidrBlock',
    'AttachInternetGateway',
    'DetachInternetGateway',
    'ModifyManagedPrefixList',
  ],
  'ssm.amazonaws.com': ['CreateDocument', 'UpdateDocument', 'UpdateDocumentDefaultVersion', 'DeleteDocument'],
  'iam.amazonaws.com': [
    'TagRole',
    'UntagRole',
    'TagUser',
    'UntagUser',
    'AttachRolePolicy',
    'DetachRolePolicy',
    'PutRolePolicy',
    'DeleteRolePolicy',
    'CreatePolicyVersion',
    'SetDefaultPolicyVersion',
    'CreateRole',
    'UpdateAssumeRolePolicy',
    'PutRolePermissionsBoundary',
    'DeleteRolePermissionsBoundary',
    'DeleteRole',
  ],
  'fsx.amazonaws.com': ['CreateFileSystem', 'UpdateFileSystem', 'DeleteFileSystem'],
  's3.amazonaws.com': ['PutBucketPolicy', 'DeleteBucketPolicy', 'DeleteBucket'],
  'eks.amazonaws.com': [
    'CreateCluster',
    'UpdateClusterConfig',
    'UpdateClusterVersion',
    'DeleteCluster',
    'CreateAddon',
    'UpdateAddon',
    'DeleteAddon',
    'CreateAccessEntry',
    'DeleteAccessEntry',
    'CreateNodegroup',
    'DeleteNodegroup',
  ],
  'sagemaker.amazonaws.com': [
    'CreateCluster',
    'UpdateCluster',
    'DeleteCluster',
    'BatchAddClusterNodes',
    'BatchDeleteClusterNodes',
    'BatchReplaceClusterNodes',
    'BatchRebootClusterNodes',
    'MoveClusterNodes',
    'UpdateClusterSoftware',
    'AttachClusterNodeNetworkInterface',
    'CreateTrainingPlan',
    'ExtendTrainingPlan',
  ],
  // Grants are left out: services create and retire them all the time.
  'kms.amazonaws.com': ['DisableKey', 'EnableKey', 'ScheduleKeyDeletion', 'CancelKeyDeletion', 'PutKeyPolicy'],
  'servicequotas.amazonaws.com': ['RequestServiceQuotaIncrease', 'UpdateServiceQuotaIncreaseRequestStatus'],
} as const;

/** Detail types under which CloudTrail's records come; AWS's own decision about a quota request is of the second. */
export const trailTypes = ['AWS API Call via CloudTrail', 'AWS Service Event via CloudTrail'] as const;

/** The one SSM document that matters here: `detail.requestParameters.name` of the SSM calls. */
export const sessionDocument = 'SSM-SessionManagerRunShell';

/** What SageMaker sends by itself, `source: aws.sagemaker`. Of the last only errors: `detail.EventDetails.EventLevel`. */
export const clusterEventTypes = [
  'SageMaker HyperPod Cluster State Change',
  'SageMaker HyperPod Cluster Node Health Event',
  'SageMaker HyperPod Cluster Event',
] as const;

/** Where AWS records what happens to IAM and its decisions on quota requests: for all regions of an account, so all are dirty. */
const everywhere: ReadonlySet<string> = new Set(['iam.amazonaws.com']);

export interface ChangeEvent {
  /** EventBridge's id: the same when the event is delivered twice. */
  readonly id: string;
  readonly account: string;
  readonly region: string;
  /** When it happened, UTC. */
  readonly at: string;
  /** It concerns every region of the account. */
  readonly everywhere: boolean;
  /** `ec2.amazonaws.com RevokeSecurityGroupEgress`, for the log. */
  readonly what: string;
  /** What of IAM or KMS it changes; absent: something else, or not known. */
  readonly resource?: string;
}

const textOf = (of: unknown, name: string): string | undefined => {
  const value = isObject(of) ? of[name] : undefined;
  return typeof value === 'string' && value !== '' ? value : undefined;
};

function whatOf(type: string, event: Readonly<Record<string, unknown>>): Pick<ChangeEvent, 'what' | 'everywhere' | 'resource'> | undefined {
  if ((clusterEventTypes as readonly string[]).includes(type))
    return event.source === 'aws.sagemaker' ? { what: type, everywhere: false } : undefined;
  if (!(trailTypes as readonly string[]).includes(type)) return undefined;
  const source = textOf(event.detail, 'eventSource') ?? '';
  const name = textOf(event.detail, 'eventName') ?? '';
  const known = Object.hasOwn(changeCalls, source) && (changeCalls[source as keyof typeof changeCalls] as readonly string[]).includes(name);
  if (!known) return undefined;
  const resource = changedResource(source, isObject(event.detail) ? event.detail.requestParameters : undefined);
  // The status of a quota request is recorded in one region, whichever region the quota is of.
  return {
    what: `${source} ${name}`,
    everywhere: everywhere.has(source) || name === 'UpdateServiceQuotaIncreaseRequestStatus',
    ...(resource !== undefined && { resource }),
  };
}

/** An event as EventBridge delivers it, if it is one of these; `undefined` for any other. */
export function changeEventOf(event: unknown): ChangeEvent | undefined {
  if (!isObject(event)) return undefined;
  const type = textOf(event, 'detail-type');
  const [id, account, region, at] = ['id', 'account', 'region', 'time'].map((name) => textOf(event, name));
  if (type === undefined || id === undefined || account === undefined || region === undefined || at === undefined) return undefined;
  if (!/^\d{12}$/.test(account) || Number.isNaN(Date.parse(at))) return undefined;
  const what = whatOf(type, event);
  return what && { id, account, region, at, ...what };
}
