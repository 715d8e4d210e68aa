/** What an execution role may do: its requests in the terms of policies, and all that has to allow them. */
import type { Role, RolePolicy } from '../evaluation/facts.ts';
import { memoizedTexts } from '../evaluation/memoized.ts';
import type { S3Address } from './lifecycle-scripts.ts';
import { blank } from './patterns.ts';
import type { RequestContext } from './policy-conditions.ts';
import { type Policy, policyOf } from './policy-document.ts';
import { evaluatePolicies, type PolicyDecision, type PolicyRequest, requireAll } from './policy-evaluation.ts';

export interface RequestOrigin {
  readonly account: string;
  readonly partition: string;
  readonly region: string;
  readonly at: string;
  readonly organization?: string | null;
}

/** Account, partition and name of an IAM role's ARN; `undefined` for anything else. */
export function roleArn(arn: string): { readonly partition: string; readonly account: string; readonly name: string } | undefined {
  const [, partition, account, name] = /^arn:([^:]+):iam::(\d{12}):role\/(?:[^:]*\/)?([^:/]+)$/.exec(arn) ?? [];
  return partition !== undefined && account !== undefined && name !== undefined ? { partition, account, name } : undefined;
}

/** Keys that AWS sets only where principal and resource are in an organization. */
export const organizationContext = (id: string | null | undefined): RequestContext => {
  if (id === undefined) return {};
  if (id !== null) return { 'aws:principalorgid': [id], 'aws:resourceorgid': [id], 'aws:sourceorgid': [id] };
  const keys = ['principal', 'resource', 'source'].flatMap((of) => [`aws:${of}orgid`, `aws:${of}orgpaths`]);
  return Object.fromEntries(keys.map((key) => [key, []]));
};

/** What is known of any request made with a role that SageMaker assumed, on resources of the same account. */
export const roleContext = (place: RequestOrigin, role: string): RequestContext => ({
  ...organizationContext(place.organization),
  'aws:principalarn': [role],
  'aws:principalaccount': [place.account],
  'aws:principaltype': ['AssumedRole'],
  'aws:principalisawsservice': ['false'],
  'aws:principalservicename': [],
  'aws:principalservicenameslist': [],
  'aws:username': [],
  'aws:sourceaccount': [],
  'aws:sourcearn': [],
  'aws:sourceorgid': [],
  'aws:sourceorgpaths': [],
  'aws:resourceaccount': [place.account],
  'aws:requestedregion': [place.region],
  'aws:securetransport': ['true'],
  'aws:currenttime': [place.at],
  'aws:tokenissuetime': { atLeast: place.at },
  'cloudwatch:namespace': [],
});

/** From where S3 is called: past every endpoint of a VPC, or through one. */
export interface S3Caller {
  readonly vpc: string;
  readonly endpoint?: { readonly id: string };
}

/** Endpoints hide the caller's public address. */
export const callerContext = (from: S3Caller | undefined): RequestContext => {
  if (!from) return {};
  if (!from.endpoint) return { 'aws:sourcevpc': [], 'aws:sourcevpce': [], 'aws:vpcsourceip': [] };
  return { 'aws:sourcevpc': [from.vpc], 'aws:sourcevpce': [from.endpoint.id], 'aws:sourceip': [] };
};

/**
 * The two requests by which a node fetches a script: listing the bucket under the script's folder, and reading the
 * object. `from` undefined: from where is not known. The bucket is taken for one of this account.
 */
export const scriptRequests = (
  place: RequestOrigin,
  role: string,
  script: S3Address,
  from: S3Caller | undefined,
): readonly PolicyRequest[] =>
  requestsOf(place, JSON.stringify([role, script.bucket, script.key, from?.vpc, from?.endpoint?.id]), () =>
    newScriptRequests(place, role, script, from),
  );

/** Many clusters fetch the same script with the same role. */
const requestsOf = memoizedTexts<RequestOrigin, readonly PolicyRequest[]>();

function newScriptRequests(place: RequestOrigin, role: string, script: S3Address, from: S3Caller | undefined): readonly PolicyRequest[] {
  const bucket = `arn:${place.partition}:s3:::${script.bucket}`;
  const folder = script.key.slice(0, script.key.lastIndexOf('/') + 1);
  const principal = { arn: role, account: place.account };
  const context: RequestContext = {
    ...roleContext(place, role),
    ...callerContext(from),
    'aws:viaawsservice': ['false'],
    'aws:calledvia': [],
    'aws:calledviafirst': [],
    'aws:calledvialast': [],
    's3:resourceaccount': [place.account],
    's3:authtype': ['REST-HEADER'],
    's3:signatureversion': ['AWS4-HMAC-SHA256'],
    's3:tlsversion': { atLeast: '1.2' },
    's3:dataaccesspointarn': [],
    's3:dataaccesspointaccount': [],
  };
  return [
    { action: 's3:GetObject', resource: `${bucket}/${script.key}`, principal, context: { ...context, 's3:prefix': [] } },
    { action: 's3:ListBucket', resource: bucket, principal, context: { ...context, 's3:prefix': [`${folder}${blank}`] } },
  ];
}

const parsed = (policy: RolePolicy): Policy => policyOf(policy, policy.name, policy.document);

/**
 * Whether the role's own policies and its permissions boundary allow a request; service control policies are not seen.
 * `granted`: the policy of the resource allows it, which stands in for an Allow of the role's own in the same account.
 */
export function evaluateRole(role: Role, request: PolicyRequest, granted = false): PolicyDecision {
  const own = evaluatePolicies(role.policies.map(parsed), request, { silence: granted ? 'allowed' : 'denied' });
  if (!role.boundary) return own;
  const within = evaluatePolicies([parsed(role.boundary)], request);
  if (within.answer !== 'denied' || within.explicit) return requireAll([own, within]);
  return requireAll([own, { ...within, explicit: true, reason: `the permissions boundary ${role.boundary.name} does not allow it` }]);
}

/** A name for an inline policy that overwrites none of the role's. */
export function freePolicyName(role: Role, base: string, n = 1): string {
  const name = n === 1 ? base : `${base}-${n}`;
  return role.policies.some((p) => p.name === name) ? freePolicyName(role, base, n + 1) : name;
}
