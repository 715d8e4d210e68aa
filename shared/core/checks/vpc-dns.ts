import { type CheckContext, type CheckRemediation, clusterCheck, fail, pass } from '../evaluation/check.ts';
import type { Cluster } from '../evaluation/cluster.ts';
import { NotEvaluatedError, requireKey, requireValue } from '../evaluation/facts.ts';
import { sharedBy, subnetsNamed } from '../network/resources.ts';
import { aws } from '../text/command-line.ts';
import { vpcConsole } from '../text/console-links.ts';
import { capitalize } from '../text/words.ts';

/** Why this cluster cannot do without DNS hostnames in its VPC; `undefined` where nothing asks for them. */
function needsHostnames(context: CheckContext<'vpcs' | 'endpoints'>, cluster: Cluster, vpc: string): string | undefined {
  if (cluster.orchestrator === 'eks') return 'the EKS cluster requires them';
  if (cluster.plan?.fsxLustre?.length || cluster.groups.some((g) => g.fsxLustre.length > 0))
    return 'the DNS name of its FSx file system requires them';
  const owner = sharedBy(context, vpc);
  if (owner !== undefined) throw new NotEvaluatedError(`the endpoints of ${vpc} are visible only to its owner, account ${owner}`);
  const endpoint = requireValue(context.facts.endpoints)
    .filter((e) => e.vpc === vpc && e.privateDns && e.state.toLowerCase() === 'available')
    .map((e) => e.id)
    .toSorted()[0];
  return endpoint && `the private DNS of endpoint ${endpoint} requires them`;
}

export default clusterCheck({
  id: 'vpc-dns',
  level: 'required',
  title: 'DNS support and DNS hostnames are on in the VPC of the cluster',
  rationale: 'Without DNS support nodes cannot resolve names. Without DNS hostnames EKS, FSx and private DNS of endpoints do not work.',
  applies: 'the VPC of every cluster that names subnets',
  reference: 'https://docs.aws.amazon.com/vpc/latest/userguide/vpc-dns.html',
  needs: ['subnets', 'vpcDns', 'vpcs', 'endpoints'],
  *cases(context, cluster) {
    const { facts, region } = context;
    const named = subnetsNamed(cluster);
    if (named.length === 0) return;
    const vpcs = new Set(named.flatMap((id) => requireValue(facts.subnets).find((s) => s.id === id)?.vpc ?? []));
    if (vpcs.size === 0) throw new NotEvaluatedError(`0 of the subnets of ${cluster.name} exist in this region, so its VPC is unknown`);
    for (const vpc of vpcs) {
      const turnOn = (attribute: 'support' | 'hostnames'): CheckRemediation => {
        const owner = facts.vpcs.ok ? facts.vpcs.value.find((v) => v.id === vpc)?.owner : undefined;
        const others = owner !== undefined && owner !== context.account;
        return {
          text: others ? `Ask the owner of ${vpc}, account ${owner}, to turn DNS ${attribute} on.` : `Turn DNS ${attribute} on in ${vpc}.`,
          ...(!others && {
            command: aws(['ec2', 'modify-vpc-attribute'], { region, 'vpc-id': vpc, [`enable-dns-${attribute}`]: '{"Value":true}' }),
          }),
          console: vpcConsole(context)`VpcDetails:VpcId=${vpc}`,
        };
      };
      yield {
        resource: vpc,
        evaluate: () => {
          const dns = requireKey(facts.vpcDns, vpc, 'DNS setting of VPC');
          if (!dns.support) return fail(`DNS support is off in ${vpc}. Nodes cannot resolve names.`, turnOn('support'));
          if (dns.hostnames) return pass(`DNS support and DNS hostnames are on in ${vpc}.`);
          const why = needsHostnames(context, cluster, vpc);
          if (why) return fail(`DNS hostnames are off in ${vpc}. ${capitalize(why)}.`, turnOn('hostnames'));
          return fail(
            `DNS hostnames are off in ${vpc}. This cluster does not require them now, but FSx, EKS and endpoints with private DNS do.`,
            turnOn('hostnames'),
            { level: 'recommended' },
          );
        },
      };
    }
  },
});
