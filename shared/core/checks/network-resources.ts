import { clusterCheck, fail, pass } from '../evaluation/check.ts';
import { requireValue } from '../evaluation/facts.ts';
import { securityGroupsNamed, subnetsNamed, vpcOf } from '../network/resources.ts';
import { subnetConsole, vpcConsole } from '../text/console-links.ts';

export default clusterCheck({
  id: 'network-resources',
  level: 'required',
  title: 'Every subnet and security group of the cluster exists, is available and lies in one VPC',
  rationale: 'HyperPod refuses a request whose subnets or security groups are not there or belong to different VPCs.',
  applies: 'every subnet and security group the cluster names, overrides included',
  reference: 'https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_VpcConfig.html',
  needs: ['subnets', 'securityGroups', 'eksClusters'],
  *cases(context, cluster) {
    const { facts, region } = context;
    const whose = (vpc: string) => (cluster.eksCluster ? `that of its EKS cluster, ${vpc}` : `that of its first subnet, ${vpc}`);
    for (const id of subnetsNamed(cluster))
      yield {
        resource: id,
        evaluate: () => {
          const subnet = requireValue(facts.subnets).find((s) => s.id === id);
          if (!subnet)
            return fail(`Subnet ${id} does not exist in ${region}, or is not shared with account ${context.account}.`, {
              text: `Name a subnet that exists in ${region}.`,
              console: vpcConsole(context)`subnets:`,
            });
          if (subnet.state !== 'available')
            return fail(`Subnet ${id} is ${subnet.state}, not available.`, {
              text: `Wait until subnet ${id} is available, or name another.`,
              console: subnetConsole(context, id),
            });
          const vpc = vpcOf(facts, cluster);
          if (subnet.vpc === vpc) return pass(`Subnet ${id} is available in ${vpc}.`);
          return fail(`Subnet ${id} is in ${subnet.vpc}, but the VPC of ${cluster.name} is ${whose(vpc)}.`, {
            text: `Name a subnet of ${vpc} in place of ${id}.`,
            console: vpcConsole(context)`subnets:vpcId=${vpc}`,
          });
        },
      };
    for (const id of securityGroupsNamed(cluster))
      yield {
        resource: id,
        evaluate: () => {
          const group = requireValue(facts.securityGroups).find((g) => g.id === id);
          if (!group)
            return fail(
              `Security group ${id} does not exist in ${region}, or is neither owned by nor shared with account ${context.account}.`,
              {
                text: `Name a security group that account ${context.account} owns or that is shared with it.`,
                console: vpcConsole(context)`SecurityGroups:`,
              },
            );
          const vpc = vpcOf(facts, cluster);
          if (group.vpc === vpc) return pass(`Security group ${id} exists in ${vpc}.`);
          return fail(`Security group ${id} is in ${group.vpc}, but the VPC of ${cluster.name} is ${whose(vpc)}.`, {
            text: `Name a security group of ${vpc} in place of ${id}.`,
            console: vpcConsole(context)`SecurityGroups:vpcId=${vpc}`,
          });
        },
      };
  },
});
