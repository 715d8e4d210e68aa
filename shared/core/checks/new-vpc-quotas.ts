import { clusterCheck } from '../evaluation/check.ts';
import type { Cluster } from '../evaluation/cluster.ts';
import { NotEvaluatedError, requireKey, requireValue } from '../evaluation/facts.ts';
import { both, type Requirement, zero } from '../network/requirements.ts';
import { competition } from '../quotas/competition.ts';
import { evaluateQuota } from '../quotas/quota-usage.ts';
import { findQuota, quotaNames } from '../quotas/quotas.ts';

/** What the console's setup makes one of, with the quota it falls under. */
const made = [
  { kind: 'vpcs', what: 'VPCs', service: 'vpc', name: quotaNames.vpcs },
  { kind: 'internet-gateways', what: 'internet gateways', service: 'vpc', name: quotaNames.internetGateways },
  { kind: 'elastic-ips', what: 'Elastic IP addresses', service: 'ec2', name: quotaNames.elasticIps },
] as const;

/** A cluster that runs has its VPC. */
const one = (cluster: Cluster): Requirement =>
  cluster.plan?.newVpc && requireValue(cluster.running) === null ? { required: 1, recommended: 1 } : zero;

export default clusterCheck({
  id: 'new-vpc-quotas',
  level: 'required',
  title: 'The quotas cover the VPC, internet gateway and Elastic IP address that the console creates',
  rationale:
    'The console creates the network with a stack. Where one of these quotas is used up, the stack fails, and the cluster with it.',
  applies: 'planned clusters with newVpc',
  reference: 'https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-hyperpod-prerequisites.html',
  needs: ['quotas', 'quotaRequests', 'newVpcUsage', 'clusterNames', 'runningClusters'],
  *cases({ facts, region, clusters }, cluster) {
    if (!cluster.plan?.newVpc) return;
    for (const { kind, what, service, name } of made)
      yield {
        resource: name,
        evaluate: () => {
          const own = one(cluster);
          if (own.required === 0) return undefined;
          const quota = findQuota(facts, service, [name]);
          if (!quota) throw new NotEvaluatedError(`Service Quotas in ${region} does not list "${name}"`);
          const held = requireKey(facts.newVpcUsage, kind, 'the number of');
          return evaluateQuota({
            cluster,
            what,
            unit: what,
            use: { held: both(held), before: competition(clusters, cluster, one), own },
            quota,
            facts,
            region,
          });
        },
      };
  },
});
