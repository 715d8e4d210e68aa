import { clusterCheck, fail, pass } from '../evaluation/check.ts';
import type { PlannedCluster } from '../plan/plan.ts';
import { groupsOfRequest } from '../plan/provisioning.ts';
import { aws } from '../text/command-line.ts';

/** File systems that the plan or the request names: they can be reached only through a VPC of the account. */
function fileSystems({ fsxLustre, request }: PlannedCluster): readonly string[] {
  const mounted = groupsOfRequest(request).flatMap((g) =>
    (g.InstanceStorageConfigs ?? []).flatMap((s) => [s.FsxLustreConfig?.DnsName, s.FsxOpenZfsConfig?.DnsName]),
  );
  return [...new Set([...(fsxLustre ?? []), ...mounted])].flatMap((f) => f ?? []);
}

export default clusterCheck({
  id: 'vpc-given',
  level: 'required',
  title: 'The request names a VPC where one is required',
  rationale: 'AWS refuses a cluster on EKS without a VpcConfig. Nodes outside a VPC of the account cannot mount its FSx file systems.',
  applies: 'planned clusters on EKS; on Slurm those with an FSx file system',
  reference: 'https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-hyperpod-prerequisites.html',
  needs: [],
  *cases({ region }, cluster) {
    const { plan } = cluster;
    if (!plan) return;
    const mounts = fileSystems(plan);
    if (cluster.orchestrator === 'slurm' && mounts.length === 0) return;
    const why = cluster.orchestrator === 'eks' ? 'it runs on EKS' : `it mounts ${mounts.join(', ')}`;
    yield {
      resource: cluster.name,
      evaluate: () => {
        if (cluster.network)
          return pass(`The request of ${cluster.name} names ${cluster.network.subnets.length} subnets. A VPC is required because ${why}.`);
        if (plan.newVpc) return pass(`The console creates a VPC with ${cluster.name} (newVpc). A VPC is required because ${why}.`);
        return fail(`The request of ${cluster.name} has no VpcConfig. One is required because ${why}.`, {
          text: `Add a VpcConfig with subnets and security groups to the request${cluster.orchestrator === 'eks' ? ', in the VPC of the EKS cluster' : ', in the VPC of the file system'}.`,
          command: aws(['ec2', 'describe-subnets'], {
            region,
            query: 'Subnets[].[VpcId,SubnetId,AvailabilityZoneId,AvailableIpAddressCount]',
            output: 'table',
          }),
        });
      },
    };
  },
});
