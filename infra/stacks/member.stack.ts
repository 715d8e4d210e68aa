/**
 * What an audited account has: the role by which the auditor reads it, and the forwarding of its changes. One template,
 * as a stack or by a StackSet into every region: the role, which is the account's, comes only in the region that the
 * parameter names. What it may do is what the collectors call and nothing else.
 */
import {
  Aws,
  BootstraplessSynthesizer,
  CfnCondition,
  CfnParameter,
  type CfnParameterProps,
  type CfnResource,
  Fn,
  Stack,
  type StackProps,
} from 'aws-cdk-lib';
import { AccountPrincipal, CompositePrincipal, ManagedPolicy, PolicyDocument, PrincipalWithConditions, Role } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { listsAccounts } from '../../shared/aws/policies/auditor-policy.ts';
import { auditRoleOf, defaultExternalId, deploymentName, type Plan } from '../../shared/core/plan/plan.ts';
import { acknowledgeWildcards } from './acknowledge.ts';
import { boundaryElsewhere } from './boundary.ts';
import { enteringRoleArns, pathMark } from './entering-roles.ts';
import { Forwarding } from './forwarding.construct.ts';
import { addManagedPolicies, policyDocument } from './function.construct.ts';
import { reading } from './grants.ts';
import { fittingPolicies } from './policy-room.ts';
import { setRolePaths } from './role-paths.ts';
import { busNameOf, roleRegion as rolesIn } from './stack-names.ts';
import { addTags } from './tags.ts';

export interface MemberStackProps extends StackProps {
  readonly plan: Plan;
  /** Region of the auditor, if it is known. */
  readonly home?: string;
}

/** Not calls that find out about accounts: the auditor makes them in its own. */
const isInside = (action: string): boolean => !listsAccounts(action) && action !== 'sts:AssumeRole';

export class MemberStack extends Stack {
  constructor(scope: Construct, id: string, { plan, home, ...props }: MemberStackProps) {
    super(scope, id, {
      description: 'Lets the HyperPod auditor of another account read this one, and notifies it of changes.',
      ...props,
      // No assets: the template stands for itself, in accounts that CDK never saw.
      synthesizer: new BootstraplessSynthesizer(),
    });
    const parameter = (name: string, description: string, given?: string, more: CfnParameterProps = {}) =>
      new CfnParameter(this, name, { description, default: given, ...more }).valueAsString;
    const auditor = parameter('AuditorAccount', 'Account in which the auditor runs.', undefined, {
      allowedPattern: '[0-9]{12}',
      maxLength: 12,
    });
    const auditorRegion = parameter('AuditorRegion', 'Region in which the auditor runs.', home, { maxLength: 32 });
    const externalId = parameter('ExternalId', 'External id that the auditor brings.', plan.auditRole?.externalId ?? defaultExternalId, {
      minLength: 2,
    });
    const bound = boundaryElsewhere(plan);
    const boundary = parameter(
      'PermissionsBoundary',
      `Policy of ${bound?.byAws ? 'AWS' : 'this account'} that bounds the roles, by its name with its path; empty: none.`,
      bound?.name ?? '',
    );
    const roleRegion = parameter('RoleRegion', 'The one region in which this template makes the role.', rolesIn(plan, home));

    const here = new CfnCondition(this, 'RoleIsMadeHere', { expression: Fn.conditionEquals(Aws.REGION, roleRegion) });
    const bounded = new CfnCondition(this, 'RolesAreBounded', { expression: Fn.conditionNot(Fn.conditionEquals(boundary, '')) });
    const boundaryArn = Fn.join('', ['arn:', Aws.PARTITION, ':iam::', bound?.byAws ? 'aws' : Aws.ACCOUNT_ID, ':policy/', boundary]);
    const permissionsBoundary = Fn.conditionIf(bounded.logicalId, boundaryArn, Aws.NO_VALUE).toString();
    const allowed = reading(plan, { partition: this.partition, account: this.account }, isInside);
    const fitting = fittingPolicies(this, { Calls: allowed });
    const inline = fitting.inline.Calls ?? [];
    const managed = addManagedPolicies(this, 'AuditRole', fitting.managed);
    const role = new Role(this, 'AuditRole', {
      roleName: auditRoleOf(plan).name,
      description: 'Read-only: what the HyperPod auditor asks of an account.',
      assumedBy: trusted(plan, enteringRoleArns(plan, Aws.PARTITION, auditor, auditorRegion), auditor, externalId),
      permissionsBoundary: ManagedPolicy.fromManagedPolicyArn(this, 'Boundary', permissionsBoundary),
      inlinePolicies: { Calls: policyDocument(inline) ?? new PolicyDocument() },
      managedPolicies: [...managed],
    });
    acknowledgeWildcards(role, inline);
    for (const part of [role, ...managed]) (part.node.defaultChild as CfnResource).cfnOptions.condition = here;
    new Forwarding(this, 'Changes', {
      busArn: busArnOf(plan, auditorRegion, auditor),
      permissionsBoundary,
      roleName: `${deploymentName(plan)}-changes-${Aws.REGION}${pathMark(plan)}`,
    });
    setRolePaths(this, plan);
    addTags(this, plan);
  }
}

/**
 * The auditor's functions and the operators of the plan, each by its ARN in a condition: a role as principal has to exist when
 * the policy is made, and once replaced it is another one although it has the same ARN.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
 */
function trusted({ auditRole }: Plan, functions: readonly string[], auditor: string, externalId: string): PrincipalWithConditions {
  const operators = auditRole?.operators ?? [];
  const accounts = new Set(operators.map((arn) => arn.split(':')[4] ?? ''));
  const principals = [auditor, ...accounts].map((account) => new AccountPrincipal(account));
  return new PrincipalWithConditions(new CompositePrincipal(...principals), {
    ArnLike: { 'aws:PrincipalArn': [...functions, ...operators] },
    StringEquals: { 'sts:ExternalId': externalId },
  });
}

/** ARN of the auditor's bus in another region or account. */
export const busArnOf = (plan: Plan, region: string, account: string): string =>
  `arn:${Aws.PARTITION}:events:${region}:${account}:event-bus/${busNameOf(plan)}`;
