import { clusterCheck, type Fix, type Scene } from '../evaluation/check.ts';
import type { Cluster } from '../evaluation/cluster.ts';
import { see, seeKey, Unseen } from '../evaluation/facts.ts';
import { sharedBy, subnetsNamed, vpcConsole } from '../network/resources.ts';
import { aws } from '../text/command-line.ts';

/** Why this cluster cannot do without DNS hostnames in its VPC; `undefined` where nothing asks for them. */
function needsHostnames(scene: Scene<'vpcs' | 'endpoints'>, cluster: Cluster, vpc: string): string | undefined {
  if (cluster.orchestrator === 'eks') return 'the EKS cluster needs them';
  if (cluster.plan?.fsxLustre?.length || cluster.groups.some((g) => g.fsxLustre.length > 0))
    return 'the name of its FSx file system needs them to resolve';
  const owner = sharedBy(scene, vpc);
  if (owner !== undefined)
    throw new Unseen(`${vpc} belongs to account ${owner}, and whether it has endpoints with private DNS is visible only to it`);
  const endpoint = see(scene.facts.endpoints)
    .filter((e) => e.vpc === vpc && e.privateDns && e.state.toLowerCase() === 'available')
    .map((e) => e.id)
    .toSorted()[0];
  return endpoint && `the private DNS of endpoint ${endpoint} needs them`;
}

export default clusterCheck({
  id: 'vpc-dns',
  level: 'required',
  title: 'DNS support and DNS hostnames are on in the VPC of the cluster',
  rationale: 'Without DNS support nodes resolve no name at all; without DNS hostnames neither EKS, FSx nor private DNS of endpoints works.',
  applies: 'the VPC of every cluster that names subnets',
  reference: 'https://docs.aws.amazon.com/vpc/latest/userguide/vpc-dns.html',
  needs: ['subnets', 'vpcDns', 'vpcs', 'endpoints'],
  *cases(scene, cluster) {
    const { facts, region } = scene;
    const named = subnetsNamed(cluster);
    if (named.length === 0) return;
    const vpcs = new Set(named.flatMap((id) => see(facts.subnets).find((s) => s.id === id)?.vpc ?? []));
    if (vpcs.size === 0) throw new Unseen(`none of the subnets of ${cluster.name} exists in this region, so its VPC is not known`);
    for (const vpc of vpcs) {
      const turnOn = (attribute: 'support' | 'hostnames'): Fix => {
        const owner = facts.vpcs.ok ? facts.vpcs.value.find((v) => v.id === vpc)?.owner : undefined;
        const others = owner !== undefined && owner !== scene.account;
        return {
          text: others ? `Ask account ${owner}, which owns ${vpc}, to turn DNS ${attribute} on.` : `Turn DNS ${attribute} on in ${vpc}.`,
          ...(!others && {
            command: aws(['ec2', 'modify-vpc-attribute'], { region, 'vpc-id': vpc, [`enable-dns-${attribute}`]: '{"Value":true}' }),
          }),
          console: vpcConsole(scene)`VpcDetails:VpcId=${vpc}`,
        };
      };
      yield {
        resource: vpc,
        verdict: () => {
          const dns = seeKey(facts.vpcDns, vpc, 'the DNS setting of');
          if (!dns.support)
            return { status: 'fail', message: `DNS support is off in ${vpc}: nodes resolve no names.`, remediation: turnOn('support') };
          if (dns.hostnames) return { status: 'pass', message: `DNS support and DNS hostnames are on in ${vpc}.` };
          const why = needsHostnames(scene, cluster, vpc);
          if (why) return { status: 'fail', message: `DNS hostnames are off in ${vpc}, and ${why}.`, remediation: turnOn('hostnames') };
          return {
            status: 'fail',
            level: 'recommended',
            message: `DNS hostnames are off in ${vpc}; nothing of this cluster is known to need them now, but FSx, EKS and endpoints with private DNS would.`,
            remediation: turnOn('hostnames'),
          };
        },
      };
    }
  },
});
