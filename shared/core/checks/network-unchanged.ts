import { type CheckResult, clusterCheck, fail, pass } from '../evaluation/check.ts';
import type { Network } from '../evaluation/cluster-spec.ts';
import { requireValue } from '../evaluation/facts.ts';
import { sortedUnique } from '../evaluation/order.ts';
import { aws, type CommandLine } from '../text/command-line.ts';

const set = (ids: readonly string[]): string => sortedUnique(ids).join(', ');

const shown = (n: Network | undefined): string => (n ? `subnets ${set(n.subnets)} with security groups ${set(n.securityGroups)}` : 'none');

const lookUp = (cluster: string, region: string): CommandLine =>
  aws(['sagemaker', 'describe-cluster'], { region, 'cluster-name': cluster });

/** `whose` begins the sentence: "VpcConfig of llm-train". */
function compare(whose: string, runs: string, planned: string, fix: string, command: CommandLine): CheckResult {
  if (runs === planned) return pass(`${whose} is unchanged: ${runs}.`);
  return fail(`${whose}: ${runs} running, ${planned} planned. It cannot be changed.`, { text: fix, command });
}

export default clusterCheck({
  id: 'network-unchanged',
  level: 'required',
  title: 'The plan of a running cluster has its current network and orchestrator',
  rationale: 'VpcConfig, OverrideVpcConfig and the orchestrator cannot be changed after creation. AWS refuses such an update.',
  applies: 'planned clusters that run; new groups may have any network',
  reference: 'https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-hyperpod-prerequisites.html',
  needs: ['clusterNames', 'runningClusters'],
  *cases({ region }, cluster) {
    if (!cluster.plan) return;
    const running = requireValue(cluster.running);
    // A cluster that is being deleted may be created again with another network.
    if (!running || running.status === 'Deleting') return;
    const { name } = cluster;
    const command = lookUp(name, region);
    const orchestrator = (c: { readonly orchestrator: string; readonly eksCluster?: string }) => c.eksCluster ?? c.orchestrator;
    yield {
      resource: 'Orchestrator',
      evaluate: () =>
        compare(
          `The orchestrator of ${name}`,
          orchestrator(running),
          orchestrator(cluster),
          'Plan the current orchestrator, or a cluster of another name.',
          command,
        ),
    };
    // Where the VPC was made with the cluster, the plan need not name it.
    if (cluster.network || !cluster.plan.newVpc)
      yield {
        resource: 'VpcConfig',
        evaluate: () =>
          compare(
            `The VpcConfig of ${name}`,
            shown(running.network),
            shown(cluster.network),
            `Plan ${name} with its current network. For another network, plan a new group with OverrideVpcConfig or a cluster of another name.`,
            command,
          ),
      };
    for (const group of cluster.groups) {
      const same = running.groups.find((g) => g.name === group.name);
      if (same)
        yield {
          group: group.name,
          resource: 'OverrideVpcConfig',
          evaluate: () =>
            compare(
              `The OverrideVpcConfig of group ${group.name}`,
              shown(same.network),
              shown(group.network),
              `Plan group ${group.name} with its current network, or plan a new group with the new network.`,
              command,
            ),
        };
    }
  },
});
