/** Conditions of policies on the organization of an account. */
import { type CheckContext, type CheckResult, fail } from '../evaluation/check.ts';
import { aws } from '../text/command-line.ts';
import type { PolicyDecision } from './policy-evaluation.ts';

/** Whether a text names a condition key whose value is the id of an organization, or begins with it: a path to an account. */
export const namesOrganization = (text: string): boolean => /aws:(principal|resource|source)org(id|paths)/i.test(text);

const namesPath = (text: string): boolean => /aws:(principal|resource|source)orgpaths/i.test(text);

/**
 * The result of a decision that depends on the organization of the account, where that could not be read. Without the permission for
 * DescribeOrganization it would never be known, so it is a recommended failure and not a result that is not evaluated. The path to an
 * account is never read: only the management account of an organization and its delegated administrators may read it.
 */
export function organizationDoubt(
  { account, organization }: Pick<CheckContext, 'account' | 'organization'>,
  subject: string,
  { answer, reason }: PolicyDecision,
  console?: string,
): CheckResult | undefined {
  if (answer !== 'undecidable') return undefined;
  if (namesPath(reason))
    return fail(
      `Cannot determine whether ${subject}: ${reason}. The path of account ${account} in its organization could not be read.`,
      {
        text: 'Compare the path in the policy with the path of the account. The command works in the management account of the organization.',
        command: aws(['organizations', 'list-parents'], { 'child-id': account }),
        ...(console !== undefined && { console }),
      },
      { level: 'recommended' },
    );
  if (organization !== undefined || !namesOrganization(reason)) return undefined;
  return fail(
    `Cannot determine whether ${subject}: ${reason}. The organization of account ${account} could not be read.`,
    {
      text: 'Allow organizations:DescribeOrganization for the auditor, or compare the id in the policy with the id of the organization.',
      command: aws(['organizations', 'describe-organization'], { query: 'Organization.Id', output: 'text' }),
      ...(console !== undefined && { console }),
    },
    { level: 'recommended' },
  );
}
