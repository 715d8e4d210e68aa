/**
 * The policies of what an operator does besides auditing: finding a placement, requesting quotas. The role of the deployed
 * auditor gets nothing of this.
 */
import type { FactName } from '../../core/evaluation/facts.ts';
import { type FitParts, fitFacts } from '../../core/fit/fit-checks.ts';
import { emptyPlan, type Plan } from '../../core/plan/plan.ts';
import type { Grant, PolicyPlace } from '../collect/collector.ts';
import { collectors } from '../collect/facts/index.ts';
import { listGrants } from '../inventory/list-networks.ts';
import { increaseGrants, requestGrant } from '../quotas/quota-increases.ts';
import { type AuditorPolicy, type AuditorStatement, baseGrants, policyOf } from './auditor-policy.ts';

/** Facts that these facts are found by: what is in use is read from them. */
const foundBy: readonly FactName[] = ['eksClusters', 'fileSystems', 'fileSystemGroups', 'zones'];

/** Grants of the collectors of some facts, and of those they are found by. */
const grantsFor = (facts: readonly FactName[], plan: Plan): readonly Grant[] =>
  [...new Set([...facts, ...foundBy])]
    .flatMap((name): readonly Grant[] => collectors[name].grants)
    .filter((g) => !g.deployed && (g.needed?.(plan) ?? true));

const own = (grants: readonly Grant[]): readonly Grant[] =>
  grants.filter((g) => !g.action.startsWith('sts:') && !g.action.startsWith('organizations:'));

/** What `fit` calls at most, on either orchestrator, in regions that have a VPC and regions that have none. */
export function fitPolicy(asked: Omit<FitParts, 'orchestrator'>, at: PolicyPlace): AuditorPolicy {
  const group = {
    InstanceGroupName: 'any',
    InstanceCount: 1,
    ExecutionRole: asked.role ?? '',
    ...(asked.lifecycle && { LifeCycleConfig: { SourceS3Uri: asked.lifecycle.uri, OnCreate: asked.lifecycle.onCreate } }),
  };
  const plan: Plan = { ...emptyPlan, clusters: [{ region: '*', newVpc: true, request: { ClusterName: 'any', InstanceGroups: [group] } }] };
  return policyOf([...own(baseGrants), ...listGrants, ...grantsFor(fitFacts({ ...asked, orchestrator: 'eks' }), plan)], plan, at);
}

/**
 * What `quota request` calls for a plan. The first request in an account makes Service Quotas' own role, by which it
 * opens support cases.
 */
export function quotaRequestPolicy(plan: Plan, facts: readonly FactName[], at: PolicyPlace): AuditorPolicy {
  const document = policyOf([...own(baseGrants), ...grantsFor(facts, plan), ...increaseGrants], plan, at);
  const request: AuditorStatement = {
    Sid: 'RequestQuotaIncreases',
    Effect: 'Allow',
    Action: [requestGrant.action],
    Resource: requestGrant.resources(at),
  };
  const linkedRole: AuditorStatement = {
    Sid: 'ServiceQuotasOwnRole',
    Effect: 'Allow',
    Action: ['iam:CreateServiceLinkedRole'],
    Resource: [`arn:${at.partition}:iam::${at.account}:role/aws-service-role/servicequotas.amazonaws.com/AWSServiceRoleForServiceQuotas`],
    Condition: { StringEquals: { 'iam:AWSServiceName': 'servicequotas.amazonaws.com' } },
  };
  return { ...document, Statement: [...document.Statement, request, linkedRole] };
}
