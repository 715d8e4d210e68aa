import {
  GetPolicyCommand,
  GetPolicyVersionCommand,
  GetRoleCommand,
  GetRolePolicyCommand,
  ListAttachedRolePoliciesCommand,
  ListRolePoliciesCommand,
} from '@aws-sdk/client-iam';
import type { Role, RolePolicy } from '../../../core/evaluation/facts.ts';
import { roleArn } from '../../../core/iam/access.ts';
import type { Plan } from '../../../core/plan/plan.ts';
import { lastSegment } from '../../../core/text/words.ts';
import type { CallAws } from '../../client/calls.ts';
import { AwsError, orNull, tryRead } from '../../client/errors.ts';
import { collector, type PolicyPlace } from '../collector.ts';
import { namedBy, readByKey } from '../referenced.ts';
import { allPages, list, present, text, texts, unreadable } from '../response.ts';

const gone = ['NoSuchEntity', 'NoSuchEntityException'];

/** IAM hands documents out percent-encoded. */
function decoded(document: string | undefined, member: string): string {
  const encoded = text(document, member);
  if (encoded.trimStart().startsWith('{')) return encoded;
  try {
    return decodeURIComponent(encoded);
  } catch {
    return unreadable(member);
  }
}

/** Any role: clusters that run are audited too, and only AWS knows whose roles their nodes have. */
const anyRole = (_: Plan, { partition, account }: PolicyPlace) => [`arn:${partition}:iam::${account}:role/*`];

const policies = (_: Plan, { partition, account }: PolicyPlace) => [
  `arn:${partition}:iam::aws:policy/*`,
  `arn:${partition}:iam::${account}:policy/*`,
];

type RoleAction =
  | 'iam:GetRole'
  | 'iam:ListAttachedRolePolicies'
  | 'iam:ListRolePolicies'
  | 'iam:GetRolePolicy'
  | 'iam:GetPolicy'
  | 'iam:GetPolicyVersion';

/** Reads managed policies, each once: roles share them. */
function managedPolicyReader(call: CallAws<RoleAction>): (arn: string) => Promise<RolePolicy> {
  const managed = new Map<string, Promise<RolePolicy>>();

  async function readManaged(arn: string): Promise<RolePolicy> {
    const { Policy } = await call('iam:GetPolicy', (iam, o) => iam.send(new GetPolicyCommand({ PolicyArn: arn }), o));
    const VersionId = text(Policy?.DefaultVersionId, 'DefaultVersionId');
    const { PolicyVersion } = await call('iam:GetPolicyVersion', (iam, o) =>
      iam.send(new GetPolicyVersionCommand({ PolicyArn: arn, VersionId }), o),
    );
    return { name: lastSegment(arn), document: decoded(PolicyVersion?.Document, 'Document') };
  }

  return (arn) => {
    const known = managed.get(arn) ?? readManaged(arn);
    managed.set(arn, known);
    return known;
  };
}

/** Reads roles with their policies. `null`: no role has that ARN. */
function roleReader(call: CallAws<RoleAction>): (arn: string, name: string) => Promise<Role | null> {
  const managedPolicy = managedPolicyReader(call);

  async function attachedTo(RoleName: string): Promise<readonly RolePolicy[]> {
    const arns = await allPages(
      (Marker) =>
        call('iam:ListAttachedRolePolicies', (iam, o) =>
          iam.send(new ListAttachedRolePoliciesCommand({ RoleName, MaxItems: 100, ...(Marker !== undefined && { Marker }) }), o),
        ),
      (page) => list(page.AttachedPolicies, 'AttachedPolicies').map((p) => text(p.PolicyArn, 'PolicyArn')),
      (page) => (page.IsTruncated ? page.Marker : undefined),
    );
    return Promise.all(arns.map(managedPolicy));
  }

  async function inlineOf(RoleName: string): Promise<readonly RolePolicy[]> {
    const names = await allPages(
      (Marker) =>
        call('iam:ListRolePolicies', (iam, o) =>
          iam.send(new ListRolePoliciesCommand({ RoleName, MaxItems: 100, ...(Marker !== undefined && { Marker }) }), o),
        ),
      (page) => texts(page.PolicyNames ?? unreadable('PolicyNames'), 'PolicyNames'),
      (page) => (page.IsTruncated ? page.Marker : undefined),
    );
    return Promise.all(
      names.map(async (PolicyName) => {
        const { PolicyDocument } = await call('iam:GetRolePolicy', (iam, o) =>
          iam.send(new GetRolePolicyCommand({ RoleName, PolicyName }), o),
        );
        return { name: PolicyName, document: decoded(PolicyDocument, 'PolicyDocument') };
      }),
    );
  }

  async function roleOf(arn: string, name: string): Promise<Role | null> {
    const [role, policies] = await Promise.all([
      orNull(
        async () => {
          const { Role } = await call('iam:GetRole', (iam, o) => iam.send(new GetRoleCommand({ RoleName: name }), o));
          return present(Role, 'Role');
        },
        ...gone,
      ),
      tryRead(() => Promise.all([attachedTo(name), inlineOf(name)])),
    ]);
    if (role === null || text(role.Arn, 'Arn') !== arn) return null;
    if (!policies.ok) throw new AwsError(policies);
    const boundary = role.PermissionsBoundary?.PermissionsBoundaryArn;
    return {
      arn,
      trust: decoded(role.AssumeRolePolicyDocument, 'AssumeRolePolicyDocument'),
      policies: policies.value.flat().toSorted((a, b) => (a.name < b.name ? -1 : 1)),
      ...(boundary !== undefined && { boundary: await managedPolicy(text(boundary, 'PermissionsBoundaryArn')) }),
    };
  }

  return roleOf;
}

/** Execution roles of groups and roles of autoscaling, with everything they may do. A role that only bears the name, under another path, is not the one. */
export default collector({
  fact: 'roles',
  grants: [
    { action: 'iam:GetRole', resources: anyRole, why: 'trust and permissions boundary of execution roles' },
    { action: 'iam:ListAttachedRolePolicies', resources: anyRole, why: 'managed policies of execution roles' },
    { action: 'iam:ListRolePolicies', resources: anyRole, why: 'inline policies of execution roles' },
    { action: 'iam:GetRolePolicy', resources: anyRole, why: 'what inline policies allow' },
    { action: 'iam:GetPolicy', resources: policies, why: 'which version of a managed policy is in force' },
    { action: 'iam:GetPolicyVersion', resources: policies, why: 'what managed policies allow' },
  ],
  collect: async ({ call, ...scope }) => {
    const { ids } = await namedBy(scope, (c) => [...c.groups.map((g) => g.role), ...(c.clusterRole === undefined ? [] : [c.clusterRole])]);
    const roleOf = roleReader(call);
    return readByKey(ids, async (arn) => {
      const id = roleArn(arn);
      if (!id) return { ok: false, reason: `${arn} is not the ARN of a role` };
      if (id.account !== scope.account) return { ok: false, reason: `${arn} is in another account` };
      return tryRead(() => roleOf(arn, id.name));
    });
  },
});
