/** What an operator does in addition to auditing is no business of what is deployed: no role of any stack can do it. */
import { describe, expect, test } from 'vitest';
import { stackNames } from '../../infra/app.ts';
import { leastPolicy } from '../../shared/aws/policies/auditor-policy.ts';
import { fitPolicy, quotaRequestPolicy } from '../../shared/aws/policies/command-policies.ts';
import { emptyPlan } from '../../shared/core/plan/plan.ts';
import { quotaFacts } from '../../shared/workflows/request-quotas.ts';
import { everything } from '../aws/world.ts';
import { appOf, fullPlan, home } from './world.ts';

const at = { partition: 'aws', account: home.account };
const assembly = appOf({ ...everything, ...fullPlan }, { home }).synth();

/** Every action that some policy of a template allows, wherever it stands. */
function actionsIn(part: unknown): readonly string[] {
  if (typeof part !== 'object' || part === null) return [];
  const { Effect, Action } = part as { readonly Effect?: unknown; readonly Action?: string | readonly string[] };
  const own = Effect === 'Allow' && Action !== undefined ? [Action].flat() : [];
  return [...own, ...Object.values(part).flatMap(actionsIn)];
}
const stacks = assembly.stacks.map((s) => ({ name: s.stackName, actions: new Set(actionsIn(s.template)) }));
const audited = new Set(leastPolicy(everything, at).Statement.flatMap((s) => s.Action));
const errands = [...fitPolicy({}, at).Statement, ...quotaRequestPolicy(emptyPlan, quotaFacts, at).Statement].flatMap((s) => s.Action);
const beyond = [...new Set(errands)].filter((a) => !audited.has(a)).toSorted();

describe('what errands take beyond an audit', () => {
  test('is this', () => {
    expect(beyond).toEqual([
      'eks:ListClusters',
      'iam:CreateServiceLinkedRole',
      'servicequotas:GetAWSDefaultServiceQuota',
      'servicequotas:GetServiceQuota',
      'servicequotas:ListRequestedServiceQuotaChangeHistoryByQuota',
      'servicequotas:RequestServiceQuotaIncrease',
    ]);
  });

  test.each(['iam:CreateServiceLinkedRole', 'servicequotas:RequestServiceQuotaIncrease', 'eks:ListClusters'])(
    '%s stands in no stack, nor does a wildcard that has it',
    (action) => {
      expect(stacks.length).toBeGreaterThan(1);
      const [service] = action.split(':');
      for (const { name, actions } of stacks)
        expect(
          [...actions].filter((a) => a === action || a === '*' || (a.startsWith(`${service}:`) && a.includes('*'))),
          name,
        ).toEqual([]);
    },
  );

  test('the stacks that are searched do have the actions of audits', () => {
    for (const name of [stackNames.audit, stackNames.member])
      expect([...(stacks.find((s) => s.name === name)?.actions ?? [])], name).toEqual(
        expect.arrayContaining(['servicequotas:ListServiceQuotas', 'eks:DescribeCluster']),
      );
  });
});
