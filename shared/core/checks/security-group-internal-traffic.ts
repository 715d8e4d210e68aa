import { type Case, type CheckResult, clusterCheck } from '../evaluation/check.ts';
import { NotEvaluatedError, requireKey, requireValue } from '../evaluation/facts.ts';
import { allowBlocked, describeBlocked, mostNodes, nodeEnd, nodeSets, nodesOf, servedEnd } from '../network/connections.ts';
import { allTcp, allUdp, blockedBetween, blockedTraffic, type TrafficEnd, tcp, udp } from '../network/traffic.ts';

/** Name lookups of pods, which CoreDNS answers on whatever node it runs; over TCP they are part of all TCP. */
const dns = udp(53);

export default clusterCheck({
  id: 'security-group-internal-traffic',
  level: 'required',
  levelNote: 'required among nodes with the same groups and with the EKS control plane, recommended between different groups',
  title: 'Security groups let the nodes of a cluster, and its EKS control plane, talk to one another',
  rationale:
    'Nodes run the scheduler and collective communication over ports chosen at run time; on EKS the kubelet needs the API server on 443 and is called back on 10250.',
  applies: 'clusters with a VPC',
  reference: 'https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-hyperpod-prerequisites.html',
  needs: ['securityGroups', 'subnets', 'prefixListEntries', 'eksClusters'],
  *cases(context, cluster): Iterable<Case> {
    const { facts } = context;
    const lists = facts.prefixListEntries;
    const eks = cluster.eksCluster;
    const sets = nodeSets(cluster).map((set) => ({ set, end: nodeEnd(facts, set) }));

    const fail = (found: Parameters<typeof allowBlocked>[1], note = ''): CheckResult => {
      const words = describeBlocked(found);
      return {
        status: 'fail',
        message: `${words.charAt(0).toUpperCase()}${words.slice(1)}${note}.`,
        remediation: allowBlocked(context, found),
      };
    };

    for (const { set, end } of sets) {
      const nodes = set.groups.reduce((sum, g) => sum + mostNodes(cluster, g), 0);
      yield {
        resource: set.key,
        // One node talks to nobody of its kind, as long as it stays the only one.
        level: nodes > 1 ? 'required' : 'recommended',
        evaluate: () => {
          const needed = requireValue(blockedBetween(end, end, eks ? [allTcp, dns] : [allTcp], lists));
          if (needed.length > 0) return fail(needed);
          const usual = requireValue(blockedBetween(end, end, [allUdp], lists));
          if (usual.length > 0) return { ...fail(usual), level: 'recommended' };
          return { status: 'pass', message: `${set.key} lets ${nodesOf(set)} talk to one another over all TCP and UDP ports.` };
        },
      };
    }

    for (const [i, one] of sets.entries())
      for (const other of sets.slice(i + 1))
        yield {
          resource: `${one.set.key} ${other.set.key}`,
          level: 'recommended',
          evaluate: () => {
            const found = requireValue(blockedBetween(one.end, other.end, eks ? [allTcp, dns] : [allTcp], lists));
            if (found.length > 0) return fail(found, '; whether these groups have to talk is for you to know');
            return { status: 'pass', message: `${nodesOf(one.set).replace(/^t/, 'T')} and ${nodesOf(other.set)} reach one another.` };
          },
        };

    if (eks === undefined) return;
    for (const { set, end } of sets)
      yield {
        resource: `${set.key} ${eks}`,
        evaluate: () => {
          const control = controlPlane(eks);
          const needed = [blockedTraffic(end, control, [tcp(443)], lists), blockedTraffic(control, end, [tcp(10250)], lists)];
          const seen = needed.flatMap((n) => (n.ok ? n.value : []));
          if (seen.length > 0) return fail(seen);
          needed.forEach(requireValue);
          const usual = requireValue(blockedBetween(end, control, [allTcp, dns], lists));
          if (usual.length > 0)
            return {
              ...fail(
                usual,
                '; 443 and 10250 are open, but admission webhooks and DNS on nodes with the cluster security group may use other ports',
              ),
              level: 'recommended',
            };
          return { status: 'pass', message: `${nodesOf(set).replace(/^t/, 'T')} and ${control.name} reach one another.` };
        },
      };

    function controlPlane(arn: string): TrafficEnd {
      const found = requireKey(facts.eksClusters, arn, 'EKS cluster');
      if (!found) throw new NotEvaluatedError(`EKS cluster ${arn} does not exist`);
      const ids = [...(found.clusterSecurityGroup ? [found.clusterSecurityGroup] : []), ...found.securityGroups];
      if (ids.length === 0) throw new NotEvaluatedError(`no security group of EKS cluster ${found.name} is known`);
      return servedEnd(facts, `the control plane of EKS cluster ${found.name}`, ids, found.subnets);
    }
  },
});
