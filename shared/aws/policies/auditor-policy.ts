/** The policy of the auditor: what the collectors call, and nothing else. */
import { auditRoleOf, type Plan } from '../../core/plan/plan.ts';
import type { Grant, PolicyConditions, PolicyPlace } from '../collect/collector.ts';
import { collectors } from '../collect/facts/index.ts';
import { distinct } from '../collect/referenced.ts';
import { auditRoleArn } from '../inventory/accounts.ts';

export interface AuditorStatement {
  readonly Sid: string;
  readonly Effect: 'Allow';
  readonly Action: readonly string[];
  readonly Resource: readonly string[];
  readonly Condition?: PolicyConditions;
}

export interface AuditorPolicy {
  readonly Version: '2012-10-17';
  readonly Statement: readonly AuditorStatement[];
}

/** What is called around the collection: the account, its regions, and roles of other accounts. */
export const baseGrants: readonly Grant[] = [
  { action: 'iam:ListAccountAliases', why: 'the name of the account in reports' },
  { action: 'ec2:DescribeRegions', why: 'the regions of the account, where the plan names none' },
  {
    action: 'organizations:ListAccounts',
    needed: (plan) => plan.accounts === 'organization' && plan.organizationAccounts?.units === undefined,
    why: 'the accounts of the organization',
  },
  ...(['organizations:ListAccountsForParent', 'organizations:ListOrganizationalUnitsForParent'] as const).map(
    (action): Grant => ({
      action,
      needed: (plan) => plan.accounts === 'organization' && plan.organizationAccounts?.units !== undefined,
      // The ids in these ARNs are those of the management account and of units that are made later.
      resources: (_, { partition }) => [`arn:${partition}:organizations::*:ou/o-*/ou-*`, `arn:${partition}:organizations::*:root/o-*/r-*`],
      why: 'the accounts of organizational units',
    }),
  ),
  {
    action: 'sts:AssumeRole',
    needed: (plan) => plan.accounts !== undefined && plan.accounts.length > 0,
    resources: (plan, { partition }) =>
      plan.accounts === 'organization'
        ? [auditRoleArn('*', auditRoleOf(plan), partition)]
        : (plan.accounts ?? []).map((account) => auditRoleArn(account, auditRoleOf(plan), partition)),
    why: 'the audit roles of other accounts',
  },
];

/** Calls that find out which accounts there are. */
export const listsAccounts = (action: string): boolean => action.startsWith('organizations:List');

/** Called, and granted to everyone by AWS: no policy has to name it, none could deny it. */
export const grantedByAws: readonly string[] = ['sts:GetCallerIdentity'];

/** What Sids call the services. */
const titles: { readonly [service: string]: string } = {
  ec2: 'Ec2',
  cloudwatch: 'CloudWatch',
  eks: 'Eks',
  fsx: 'FSx',
  iam: 'Iam',
  kms: 'Kms',
  organizations: 'Organizations',
  s3: 'S3',
  sagemaker: 'SageMaker',
  secretsmanager: 'SecretsManager',
  servicequotas: 'ServiceQuotas',
  ssm: 'Ssm',
  sts: 'Sts',
};

/** Who audits: the command line, or the deployed auditor, which remembers quotas and reads single ones. */
export type AuditorKind = 'command line' | 'deployed';

/** Every grant that a plan needs, each action with its reason. */
export function grantsOf(plan: Plan, by: AuditorKind = 'command line'): readonly Grant[] {
  const all = [...baseGrants, ...Object.values(collectors).flatMap((c): readonly Grant[] => c.grants)];
  return all.filter((g) => (by === 'deployed' || !g.deployed) && (g.needed?.(plan) ?? true));
}

/**
 * The IAM policy that audits of this plan need in one account: exactly the actions the collectors call, on the resources
 * the plan names wherever IAM knows resources. Actions with the same resources share a statement; everything is sorted,
 * so that a policy changes only with what it says.
 */
export function leastPolicy(plan: Plan, at: PolicyPlace, by: AuditorKind = 'command line'): AuditorPolicy {
  return policyOf(grantsOf(plan, by), plan, at);
}

/** The same of any grants. */
export function policyOf(grants: readonly Grant[], plan: Plan, at: PolicyPlace): AuditorPolicy {
  const conditional = grants.map((grant) => ({ grant, condition: grant.conditions?.(plan, at) }));
  const rows = [...Map.groupBy(conditional, ({ grant, condition }) => JSON.stringify([grant.action, condition]))].map(([, same]) => {
    const [
      {
        grant: { action },
        condition,
      } = { grant: { action: '' } },
    ] = same;
    const arns = new Set(same.flatMap(({ grant }) => grant.resources?.(plan, at) ?? ['*']));
    const service = action.slice(0, action.indexOf(':'));
    return { service, action, condition, arns: arns.has('*') ? ['*'] : distinct(arns) };
  });
  // Keys of S3 objects may hold any sign, so the key of a group has to keep them apart.
  const groups = [...Map.groupBy(rows, ({ service, arns, condition }) => JSON.stringify([service, arns, condition]))].toSorted(
    ([a], [b]) => (a < b ? -1 : 1),
  );
  const taken = new Map<string, number>();
  const statements = groups.map(([, group]): AuditorStatement => {
    const [first] = group;
    const title = `Read${titles[first?.service ?? ''] ?? ''}`;
    const nth = (taken.get(title) ?? 0) + 1;
    taken.set(title, nth);
    return {
      Sid: nth === 1 ? title : `${title}${nth}`,
      Effect: 'Allow',
      Action: distinct(group.map((row) => row.action)),
      Resource: first?.arns ?? [],
      ...(first?.condition && { Condition: first.condition }),
    };
  });
  return { Version: '2012-10-17', Statement: statements };
}
