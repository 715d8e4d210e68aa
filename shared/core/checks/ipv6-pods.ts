import { clusterCheck, fail, pass } from '../evaluation/check.ts';
import { NotEvaluatedError, requireKey, requireValue } from '../evaluation/facts.ts';
import { subnetOf, subnetsNamed } from '../network/resources.ts';
import { subnetConsole } from '../text/console-links.ts';
import { listed } from '../text/words.ts';

export default clusterCheck({
  id: 'ipv6-pods',
  level: 'required',
  levelNote: 'recommended, required when the plan expects IPv6 for pods',
  title: 'Where subnets have IPv6, the EKS cluster gives pods IPv6 addresses, and no subnet is IPv6 only',
  rationale:
    'Pods use IPv6 only on an EKS cluster of that IP family, which is fixed when it is made; AWS does not say whether HyperPod runs in IPv6-native subnets.',
  applies: 'EKS clusters with IPv6 in their subnets or expected by the plan; every IPv6-native subnet',
  reference: 'https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-hyperpod-eks-prerequisites.html',
  needs: ['subnets', 'eksClusters'],
  *cases(context, cluster) {
    const { facts } = context;
    const expected = cluster.plan?.ipv6Pods === true;
    const named = subnetsNamed(cluster);
    const arn = cluster.eksCluster;
    if (arn !== undefined)
      yield {
        resource: arn,
        level: expected ? 'required' : 'recommended',
        evaluate: () => {
          const withIpv6 = () => named.filter((id) => requireValue(facts.subnets).some((s) => s.id === id && s.ipv6.length > 0));
          if (!expected && withIpv6().length === 0) return undefined;
          const eks = requireKey(facts.eksClusters, arn, 'EKS cluster');
          if (!eks) throw new NotEvaluatedError(`EKS cluster ${arn} does not exist, so its IP family is not known`);
          if (eks.ipFamily !== 'ipv6')
            return fail(
              `${expected ? 'The plan expects IPv6 for pods' : `${listed(withIpv6())} ${withIpv6().length > 1 ? 'have' : 'has'} IPv6`}, but the IP family of EKS cluster ${eks.name} is ${eks.ipFamily}: its pods get no IPv6 address.`,
              {
                text: `The IP family of an EKS cluster cannot be changed: make a new one with IP family ipv6, ${expected ? 'or take ipv6Pods out of the plan' : 'or leave pods on IPv4'}.`,
              },
            );
          const without = expected ? named.map((id) => subnetOf(facts, id)).filter((s) => s.ipv6.length === 0) : [];
          if (without.length > 0)
            return fail(
              `The plan expects IPv6 for pods and EKS cluster ${eks.name} gives it, but ${listed(without.map((s) => s.id))} ${without.length > 1 ? 'have' : 'has'} no IPv6 block.`,
              {
                text: `Associate an IPv6 block of the VPC with ${listed(without.map((s) => s.id))}.`,
                console: subnetConsole(context, without[0]?.id ?? ''),
              },
            );
          return pass(`EKS cluster ${eks.name} has IP family ipv6: its pods use the subnets' IPv6.`);
        },
      };
    for (const id of named)
      yield {
        resource: id,
        level: 'recommended',
        evaluate: () => {
          if (!requireValue(facts.subnets).some((s) => s.id === id && s.ipv6Native)) return undefined;
          return fail(
            `Subnet ${id} is IPv6-native: AWS does not state whether HyperPod supports that, and its IPv4 amounts are not evaluated.`,
            {
              text: 'Name a subnet that has an IPv4 block (dual-stack where IPv6 is required).',
              console: subnetConsole(context, id),
            },
          );
        },
      };
  },
});
