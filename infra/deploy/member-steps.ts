/** How the other accounts of a plan take the member stack: where it goes, and the commands. */

import type { Plan } from '../../shared/core/plan/plan.ts';
import { aws, fileContents, inEach } from '../../shared/core/text/command-line.ts';
import { some } from '../../shared/core/text/words.ts';
import { boundaryElsewhere } from '../stacks/boundary.ts';
import { memberRegions, roleRegion, stackNames, stackSetRegions } from '../stacks/stack-names.ts';

export interface MemberDeployment {
  readonly plan: Plan;
  /** The auditor's. */
  readonly account: string;
  readonly region: string;
  /** Regions that are enabled in its account; absent: not known. */
  readonly enabled?: readonly string[];
  /** The member stack's template, where the plan has other accounts. */
  readonly memberTemplate?: string;
}

export function memberSteps({ plan, account, region, enabled, memberTemplate = '' }: MemberDeployment): readonly string[] {
  if (plan.accounts === undefined) return [];
  const boundary = boundaryElsewhere(plan);
  const bounded = boundary && !boundary.byAws ? `, each with a policy ${boundary.name} of its own, the boundary of its roles` : '';
  const parameters: readonly (readonly [string, string])[] = [
    ['AuditorAccount', account],
    ['AuditorRegion', region],
    ...(plan.auditRole?.externalId === undefined ? [] : [['ExternalId', plan.auditRole.externalId] as const]),
    ...(boundary ? [['PermissionsBoundary', boundary.name] as const] : []),
    ['RoleRegion', roleRegion(plan, region) ?? region],
  ];
  const oneByOne = inEach('region', memberRegions(plan, region), (each) =>
    aws(['cloudformation', 'deploy'], {
      region: each,
      'stack-name': stackNames.member,
      'template-file': memberTemplate,
      capabilities: ['CAPABILITY_NAMED_IAM'],
      'parameter-overrides': parameters.map(([key, value]) => `${key}=${value}`),
    }),
  );
  if (plan.accounts === 'organization')
    return [
      `Let the auditor into the accounts of the organisation${bounded} (from its management account; OU: the root, r-…, or a unit, ou-…):`,
      `  ${aws(['cloudformation', 'create-stack-set'], {
        region,
        'stack-set-name': stackNames.member,
        'template-body': fileContents(memberTemplate),
        capabilities: ['CAPABILITY_NAMED_IAM'],
        'permission-model': 'SERVICE_MANAGED',
        'auto-deployment': { Enabled: 'true', RetainStacksOnAccountRemoval: 'false' },
        parameters: parameters.map(([ParameterKey, ParameterValue]) => ({ ParameterKey, ParameterValue })),
      })}`,
      `  ${aws(['cloudformation', 'create-stack-instances'], {
        region,
        'stack-set-name': stackNames.member,
        'deployment-targets': { OrganizationalUnitIds: ['OU'] },
        regions: stackSetRegions(plan, region, enabled),
        'operation-preferences': { FailureTolerancePercentage: 100 },
      })}`,
      '  And into the management account, which stack sets of an organisation leave out (with its own credentials; not where the auditor runs in it):',
      `  ${oneByOne}`,
    ];
  return [
    `Let the auditor into ${some(plan.accounts.filter((a) => a !== account))}${bounded}: in each, with its own credentials, once a region:`,
    `  ${oneByOne}`,
  ];
}
