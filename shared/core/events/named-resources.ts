/**
 * The resources that a recorded API call changes, and those that a finding is about, under the same names: ids of EC2 and FSx
 * as they are, the rest with its kind (`role/nodes`, `bucket/scripts`), in lower case. A record comes from outside: a name is
 * taken only in the form that its service allows.
 *
 * CloudTrail records the parameters of a request by their names. Of EC2 older calls have them directly, such as `groupId`
 * (https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-log-file-examples.html), newer ones in a member that
 * is named after the request, such as `CreateNatGatewayRequest`, with capital letters: both are read of every call.
 */
import { isObject } from '../text/json.ts';
import { lastSegment } from '../text/words.ts';
import type { CallSource } from './change-calls.ts';

/** Documented forms of names, by kind; the first has none before its ids. */
const forms = {
  id: /^(?:acl|dopt|fs|igw|nat|pl|rtb|sg|subnet|vpc|vpce)-[0-9a-f]{8,17}$/,
  bucket: /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/,
  cluster: /^[a-z0-9](?:-*[a-z0-9]){0,62}$/,
  document: /^[\w.-]{3,128}$/,
  eks: /^[a-z0-9][\w-]{0,99}$/,
  key: /^(?:mrk-)?[0-9a-f-]{32,40}$/,
  policy: /^[\w+=,.@-]{1,128}$/,
  quota: /^[a-z0-9][a-z0-9 .,()/_-]{0,127}$/,
  role: /^[\w+=,.@-]{1,64}$/,
  'training-plan': /^[a-z0-9](?:-*[a-z0-9]){0,63}$/,
  user: /^[\w+=,.@-]{1,64}$/,
} as const;
type NamedKind = keyof typeof forms;

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

/** The name of a resource with its kind; `undefined` where it has another form than names of that kind. */
function nameOf(kind: NamedKind, text: string): string | undefined {
  // An alias of a key does not say which key it was at that time.
  const name = (kind === 'quota' ? text : lastSegment(text)).toLowerCase();
  if (!forms[kind].test(name) || (kind === 'key' && text.includes('alias/'))) return undefined;
  return kind === 'id' ? name : `${kind}/${name}`;
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

const idsInText = /(?<![\w-])(?:acl|dopt|fs|igw|nat|pl|rtb|sg|subnet|vpc|vpce)-[0-9a-f]{8,17}(?![\w-])/g;
const bucketsInText = /(?:s3:\/\/|arn:[\w-]+:s3:::)([a-z0-9.-]+)/g;
const arnsInText = /arn:[\w-]+:(iam|kms|eks|sagemaker):[a-z0-9-]*:\d{12}:([a-z-]+)\/([\w+=,.@/-]+)/g;
/** Kinds by the service and the type of an ARN. An ARN of a HyperPod cluster has an id in the place of the name. */
const kindsOfArns: Readonly<Record<string, NamedKind>> = {
  'iam role': 'role',
  'iam user': 'user',
  'iam policy': 'policy',
  'kms key': 'key',
  'eks cluster': 'eks',
  'sagemaker training-plan': 'training-plan',
};

function resourcesInText(text: string): readonly string[] {
  const arns = [...text.matchAll(arnsInText)].flatMap(([, service = '', type = '', name = '']) => {
    const kind = kindsOfArns[`${service} ${type}`];
    return kind === undefined ? [] : (nameOf(kind, name.replace(/[.,]+$/, '')) ?? []);
  });
  const buckets = [...text.matchAll(bucketsInText)].map(([, name = '']) => `bucket/${name.replace(/\.+$/, '')}`);
  return [...(text.match(idsInText) ?? []), ...arns, ...buckets];
}

/** Resources of findings that are members of the cluster's request, such as `NodeRecovery` and `VpcConfig`. */
const isMember = (resource: string): boolean => /^[A-Z][A-Za-z]+(\.[A-Z][A-Za-z]+)*$/.test(resource);

/**
 * What a finding is about: its resource, and those that its message names as what it was evaluated from, such as the route
 * table of a subnet. Of a member of the request it is the cluster.
 */
export function resourcesOfFinding(of: {
  readonly resource?: string;
  readonly cluster?: string;
  readonly message?: string | undefined;
}): ReadonlySet<string> {
  const { resource = '', cluster: name, message = '' } = of;
  return new Set([
    ...resourcesInText(`${resource} ${message}`),
    ...(['document', 'quota'] as const).flatMap((kind) => nameOf(kind, resource) ?? []),
    ...(name !== undefined && isMember(resource) ? [`cluster/${name.toLowerCase()}`] : []),
  ]);
}
