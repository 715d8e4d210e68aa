import { clusterCheck, fail, pass } from '../evaluation/check.ts';
import { requireValue } from '../evaluation/facts.ts';
import { securityGroupsNamed, subnetsNamed, vpcOf } from '../network/resources.ts';
import { subnetConsole, vpcConsole } from '../text/console-links.ts';

export default clusterCheck({
  id: 'network-resources',
  level: 'required',
  title: 'All subnets and security groups of the cluster exist, are available and are in one VPC',
  rationale: 'HyperPod refuses a request whose subnets or security groups do not exist or are in different VPCs.',
  applies: 'every subnet and security group that the cluster names, including those in OverrideVpcConfig',
  reference: 'https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_VpcConfig.html',
  needs: ['subnets', 'securityGroups', 'eksClusters'],
  *cases(context, cluster) {
    const { facts, region } = context;
    const expected = (vpc: string) =>
      `${vpc} expected, the VPC of ${cluster.eksCluster ? 'the EKS cluster' : 'the first subnet'} of ${cluster.name}`;
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
            return fail(`Subnet ${id} is ${subnet.state}, available expected.`, {
              text: `Wait until subnet ${id} is available, or name another subnet.`,
              console: subnetConsole(context, id),
            });
          const vpc = vpcOf(facts, cluster);
          if (subnet.vpc === vpc) return pass(`Subnet ${id} is available in ${vpc}.`);
          return fail(`Subnet ${id} is in ${subnet.vpc}, ${expected(vpc)}.`, {
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
            return fail(`Security group ${id} does not exist in ${region}, or is not shared with account ${context.account}.`, {
              text: `Name a security group that account ${context.account} owns or that is shared with it.`,
              console: vpcConsole(context)`SecurityGroups:`,
            });
          const vpc = vpcOf(facts, cluster);
          if (group.vpc === vpc) return pass(`Security group ${id} exists in ${vpc}.`);
          return fail(`Security group ${id} is in ${group.vpc}, ${expected(vpc)}.`, {
            text: `Name a security group of ${vpc} in place of ${id}.`,
            console: vpcConsole(context)`SecurityGroups:vpcId=${vpc}`,
          });
        },
      };
  },
});
