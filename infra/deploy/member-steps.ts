/** How the other accounts of a plan take the member stack: where it goes, and the commands. */
import { defaultExternalId, type Plan } from '../../shared/core/plan/plan.ts';
import { type ApiStructure, aws, type CommandLine, fileContents, inEach } from '../../shared/core/text/command-line.ts';
import { some } from '../../shared/core/text/words.ts';
import { boundaryElsewhere } from '../stacks/boundary.ts';
import { memberRegions, roleRegion, stackNamesOf, stackSetRegions } from '../stacks/stack-names.ts';

export interface MemberDeployment {
  readonly plan: Plan;
  /** The auditor's. */
  readonly account: string;
  readonly region: string;
  /** Regions that are enabled in its account; absent: not known. */
  readonly enabled?: readonly string[];
  /** The member stack's template, where the plan has other accounts. */
  readonly memberTemplate?: string;
  /** Its length. */
  readonly templateBytes?: number;
}

/** Whom stack sets of an organization act for, where no management account runs them. */
const stackSetPrincipal = 'member.org.stacksets.cloudformation.amazonaws.com';
/** CloudFormation takes a longer template from a bucket only: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html */
const longestBody = 51_200;

/** Which accounts a stack set goes into; `undefined`: none of one organization. The auditor's own has rules of its own. */
export function stackSetTargets({ accounts, organizationAccounts, deployment }: Plan, own: string): ApiStructure | undefined {
  const root = ['ROOT'];
  if (accounts === 'organization')
    return {
      OrganizationalUnitIds: organizationAccounts?.units ?? root,
      Accounts: [...new Set([own, ...(organizationAccounts?.except ?? [])])],
      AccountFilterType: 'DIFFERENCE',
    };
  if (accounts === undefined || deployment?.organization === undefined) return undefined;
  return { OrganizationalUnitIds: root, Accounts: accounts.filter((a) => a !== own), AccountFilterType: 'INTERSECTION' };
}

/**
 * All accounts and regions at once, whatever fails in some: by default a stack set takes one account of one region after another and ends
 * at the first that fails. https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_StackSetOperationPreferences.html
 */
export const allAtOnce: ApiStructure = {
  RegionConcurrencyType: 'PARALLEL',
  MaxConcurrentPercentage: 100,
  FailureTolerancePercentage: 100,
  ConcurrencyMode: 'SOFT_FAILURE_TOLERANCE',
};

/** A command about the stack set, as the delegated administrator sends it. */
export const aboutStackSet = (plan: Plan, command: string, region: string, options: Parameters<typeof aws>[1]): CommandLine =>
  aws(['cloudformation', command], { region, 'stack-set-name': stackNamesOf(plan).member, ...options, 'call-as': 'DELEGATED_ADMIN' });

function parametersOf({ plan, account, region }: MemberDeployment): readonly (readonly [string, string])[] {
  const boundary = boundaryElsewhere(plan);
  return [
    ['AuditorAccount', account],
    ['AuditorRegion', region],
    // Named even where the plan has none: a stack keeps the earlier value of a parameter that the command leaves out.
    ['ExternalId', plan.auditRole?.externalId ?? defaultExternalId],
    ['PermissionsBoundary', boundary?.name ?? ''],
    ['RoleRegion', roleRegion(plan, region) ?? region],
  ];
}

function stackSetLines(deployed: MemberDeployment, targets: ApiStructure): readonly string[] {
  const { plan, account, region, enabled, memberTemplate = '', templateBytes = 0 } = deployed;
  const bucket = `cdk-hnb659fds-assets-${account}-${region}`;
  const key = `${stackNamesOf(plan).member}.template.json`;
  const isLong = templateBytes > longestBody;
  const template = isLong
    ? { 'template-url': `https://${bucket}.s3.${region}.amazonaws.com/${key}` }
    : { 'template-body': fileContents(memberTemplate) };
  const made = {
    ...template,
    capabilities: ['CAPABILITY_NAMED_IAM'],
    parameters: parametersOf(deployed).map(([ParameterKey, ParameterValue]) => ({ ParameterKey, ParameterValue })),
  };
  // Automatic deployments ignore filters of accounts, so they would let the auditor into every account that joins the organization:
  // https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/stacksets-orgs-manage-auto-deployment.html
  const autoDeployment: { readonly 'auto-deployment': ApiStructure } = {
    'auto-deployment': plan.accounts === 'organization' ? { Enabled: 'true', RetainStacksOnAccountRemoval: 'false' } : { Enabled: 'false' },
  };
  return [
    "Once, in the management account: trusted access of stack sets, and the auditor's account as their delegated administrator, which also lets it list accounts:",
    `  ${aws(['cloudformation', 'activate-organizations-access'], { region })}`,
    `  ${aws(['organizations', 'register-delegated-administrator'], { 'account-id': account, 'service-principal': stackSetPrincipal })}`,
    `Then in account ${account} (in the management account: without --call-as)${String(targets.OrganizationalUnitIds) === 'ROOT' ? '; ROOT is what this prints:' : ':'}`,
    ...(String(targets.OrganizationalUnitIds) === 'ROOT'
      ? [`  ${aws(['organizations', 'list-roots'], { query: 'Roots[].Id', output: 'text' })}`]
      : []),
    ...(isLong ? [`  ${aws(['s3', 'cp', memberTemplate, `s3://${bucket}/${key}`], { region })}`] : []),
    `  ${aboutStackSet(plan, 'create-stack-set', region, {
      ...made,
      'permission-model': 'SERVICE_MANAGED',
      ...autoDeployment,
    })}`,
    `  ${aboutStackSet(plan, 'create-stack-instances', region, {
      'deployment-targets': targets,
      regions: stackSetRegions(plan, region, enabled),
      'operation-preferences': allAtOnce,
    })}`,
    'After later deployments, in place of these two (and the second again for further accounts or regions):',
    `  ${aboutStackSet(plan, 'update-stack-set', region, { ...made, ...autoDeployment, 'operation-preferences': allAtOnce })}`,
  ];
}

export function memberSteps(deployed: MemberDeployment): readonly string[] {
  const { plan, account, region, memberTemplate = '', templateBytes = 0 } = deployed;
  if (plan.accounts === undefined) return [];
  const boundary = boundaryElsewhere(plan);
  const bounded = boundary && !boundary.byAws ? `, each with a policy ${boundary.name} of its own, the boundary of its roles` : '';
  const oneByOne = inEach('region', memberRegions(plan, region), (each) =>
    aws(['cloudformation', 'deploy'], {
      region: each,
      'stack-name': stackNamesOf(plan).member,
      'template-file': memberTemplate,
      ...(templateBytes > longestBody && { 's3-bucket': 'BUCKET' }),
      capabilities: ['CAPABILITY_NAMED_IAM'],
      'parameter-overrides': parametersOf(deployed).map(([key, value]) => `${key}=${value}`),
    }),
  );
  const targets = stackSetTargets(plan, account);
  const whom = plan.accounts === 'organization' ? 'the accounts of the organization' : some(plan.accounts.filter((a) => a !== account));
  if (!targets) return [`Let the auditor into ${whom}${bounded}: in each, with its own credentials, once a region:`, `  ${oneByOne}`];
  return [
    `Let the auditor into ${whom}${bounded}:`,
    ...stackSetLines(deployed, targets).map((line) => `  ${line}`),
    '  And into the management account, which stack sets of an organization leave out (with its own credentials; not where the auditor runs in it):',
    `    ${oneByOne}`,
  ];
}
