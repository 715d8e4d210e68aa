/**
 * The resources that a recorded API call changes. CloudTrail records the parameters of a request by their names. Of EC2 older
 * calls have them directly, such as `groupId`
 * (https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-log-file-examples.html), newer ones in a member that
 * is named after the request, such as `CreateNatGatewayRequest`, with capital letters: both are read of every call.
 */
import { isObject } from '../text/json.ts';
import type { CallSource } from './change-calls.ts';
import { type NamedKind, nameOf } from './named-resources.ts';

/** Where a record names a resource that the call changes: a member of the request, or a path in the answer. */
type NamingMember = readonly [kind: NamedKind, ...path: string[]];
const request = (kind: NamedKind, name: string): NamingMember => [kind, 'requestParameters', name];
const answer = (kind: NamedKind, ...path: readonly string[]): NamingMember => [kind, 'responseElements', ...path];

const ids = (...names: readonly string[]): readonly NamingMember[] => names.map((name) => request('id', name));
const group = ids('groupId');
const routeTable = ids('routeTableId');
const acl = ids('networkAclId');
const role = [request('role', 'roleName')];
const user = [request('user', 'userName')];
const policy = [request('policy', 'policyArn')];
const bucket = [request('bucket', 'bucketName')];
const fileSystem = ids('fileSystemId');
const eks = [request('eks', 'name')];
const partOfEks = [request('eks', 'clusterName'), ...eks];
const cluster = [request('cluster', 'clusterName')];
const key = [request('key', 'keyId')];
const document = [request('document', 'name')];

/** Of each call what names the resources that it changes; an empty list where none of the record does. */
export const namingMembers: { readonly [source in CallSource]: Readonly<Record<string, readonly NamingMember[]>> } = {
  'ec2.amazonaws.com': {
    AuthorizeSecurityGroupIngress: group,
    AuthorizeSecurityGroupEgress: group,
    RevokeSecurityGroupIngress: group,
    RevokeSecurityGroupEgress: group,
    ModifySecurityGroupRules: group,
    DeleteSecurityGroup: group,
    CreateVpcEndpoint: [...ids('vpcId', 'routeTableId'), answer('id', 'vpcEndpoint', 'vpcEndpointId')],
    ModifyVpcEndpoint: ids('vpcEndpointId', 'addRouteTableId', 'removeRouteTableId'),
    DeleteVpcEndpoints: ids('vpcEndpointId'),
    CreateRoute: routeTable,
    ReplaceRoute: routeTable,
    DeleteRoute: routeTable,
    AssociateRouteTable: ids('routeTableId', 'subnetId'),
    DisassociateRouteTable: [],
    ReplaceRouteTableAssociation: routeTable,
    DeleteRouteTable: routeTable,
    CreateNatGateway: [answer('id', 'natGateway', 'natGatewayId')],
    DeleteNatGateway: ids('natGatewayId'),
    ModifyVpcBlockPublicAccessOptions: [],
    CreateVpcBlockPublicAccessExclusion: ids('subnetId', 'vpcId'),
    ModifyVpcBlockPublicAccessExclusion: [],
    DeleteVpcBlockPublicAccessExclusion: [],
    CreateSubnet: [answer('id', 'subnet', 'subnetId')],
    DeleteSubnet: ids('subnetId'),
    ModifySubnetAttribute: ids('subnetId'),
    ModifyVpcAttribute: ids('vpcId'),
    AssociateDhcpOptions: ids('vpcId'),
    CreateNetworkAclEntry: acl,
    ReplaceNetworkAclEntry: acl,
    DeleteNetworkAclEntry: acl,
    ReplaceNetworkAclAssociation: acl,
    AssociateSubnetCidrBlock: ids('subnetId'),
    DisassociateSubnetCidrBlock: [answer('id', 'subnetId')],
    AttachInternetGateway: ids('internetGatewayId', 'vpcId'),
    DetachInternetGateway: ids('internetGatewayId', 'vpcId'),
    ModifyManagedPrefixList: ids('prefixListId'),
  },
  'ssm.amazonaws.com': {
    CreateDocument: document,
    UpdateDocument: document,
    UpdateDocumentDefaultVersion: document,
    DeleteDocument: document,
  },
  'iam.amazonaws.com': {
    TagRole: role,
    UntagRole: role,
    TagUser: user,
    UntagUser: user,
    AttachRolePolicy: role,
    DetachRolePolicy: role,
    PutRolePolicy: role,
    DeleteRolePolicy: role,
    CreatePolicyVersion: policy,
    SetDefaultPolicyVersion: policy,
    CreateRole: role,
    UpdateAssumeRolePolicy: role,
    PutRolePermissionsBoundary: role,
    DeleteRolePermissionsBoundary: role,
    DeleteRole: role,
  },
  'fsx.amazonaws.com': {
    CreateFileSystem: [answer('id', 'fileSystem', 'fileSystemId')],
    UpdateFileSystem: fileSystem,
    DeleteFileSystem: fileSystem,
  },
  's3.amazonaws.com': { PutBucketPolicy: bucket, DeleteBucketPolicy: bucket, DeleteBucket: bucket },
  'eks.amazonaws.com': {
    CreateCluster: eks,
    UpdateClusterConfig: eks,
    UpdateClusterVersion: eks,
    DeleteCluster: eks,
    CreateAddon: partOfEks,
    UpdateAddon: partOfEks,
    DeleteAddon: partOfEks,
    CreateAccessEntry: partOfEks,
    DeleteAccessEntry: partOfEks,
    CreateNodegroup: partOfEks,
    DeleteNodegroup: partOfEks,
  },
  'sagemaker.amazonaws.com': {
    CreateCluster: cluster,
    UpdateCluster: cluster,
    DeleteCluster: cluster,
    BatchAddClusterNodes: cluster,
    BatchDeleteClusterNodes: cluster,
    BatchReplaceClusterNodes: cluster,
    BatchRebootClusterNodes: cluster,
    MoveClusterNodes: cluster,
    UpdateClusterSoftware: cluster,
    AttachClusterNodeNetworkInterface: cluster,
    CreateTrainingPlan: [request('training-plan', 'trainingPlanName')],
    ExtendTrainingPlan: [],
  },
  'kms.amazonaws.com': { DisableKey: key, EnableKey: key, ScheduleKeyDeletion: key, CancelKeyDeletion: key, PutKeyPolicy: key },
  // https://docs.aws.amazon.com/servicequotas/latest/userguide/logging-using-cloudtrail.html has a record of each.
  'servicequotas.amazonaws.com': {
    RequestServiceQuotaIncrease: [answer('quota', 'requestedQuota', 'quotaName')],
    UpdateServiceQuotaIncreaseRequestStatus: [['quota', 'serviceEventDetails', 'quotaName']],
  },
};

/** A call names more where it deletes several endpoints at once. */
const mostNamed = 10;

const capital = (name: string): string => `${name.charAt(0).toUpperCase()}${name.slice(1)}`;
const memberOf = (of: unknown, name: string): unknown => (isObject(of) ? (of[name] ?? of[capital(name)]) : undefined);

/** What EC2 has as one text, as `{ "tag": 1, "content": … }`, or as a list of these. */
function textsIn(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value];
  if (Array.isArray(value)) return value.slice(0, mostNamed).flatMap((one) => (Array.isArray(one) ? [] : textsIn(one)));
  return isObject(value) && typeof value.content === 'string' ? [value.content] : [];
}

/** What a recorded call changes, as far as its record names it. */
export function resourcesOfCall(source: CallSource, call: string, record: unknown): readonly string[] {
  const unwrapped = (name: string): unknown => {
    const member = isObject(record) ? record[name] : undefined;
    const wrapper = `${call}${name === 'requestParameters' ? 'Request' : 'Response'}`;
    return isObject(member) ? (member[wrapper] ?? member) : undefined;
  };
  const names = (namingMembers[source][call] ?? []).flatMap(([kind, part = '', ...path]) =>
    textsIn(path.reduce<unknown>(memberOf, unwrapped(part))).flatMap((text) => nameOf(kind, text) ?? []),
  );
  return [...new Set(names)].slice(0, mostNamed);
}
