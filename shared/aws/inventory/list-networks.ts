/**
 * What a cluster could be put on in a region: every subnet and security group that can be seen there, and every EKS
 * cluster. An audit reads only what clusters name; this is for those who still look for a place.
 */
import { DescribeSecurityGroupsCommand, DescribeSubnetsCommand } from '@aws-sdk/client-ec2';
import { DescribeClusterCommand, ListClustersCommand } from '@aws-sdk/client-eks';
import type { Read } from '../../core/evaluation/facts.ts';
import type { CandidateNetworks } from '../../core/fit/candidates.ts';
import { type AwsConnection, withConnection } from '../client/calls.ts';
import { orNull, tryRead } from '../client/errors.ts';
import type { AwsSettings } from '../client/settings.ts';
import type { Grant } from '../collect/collector.ts';
import { reduced as reducedCluster } from '../collect/facts/eks-clusters.ts';
import { reduced as reducedGroup } from '../collect/facts/security-groups.ts';
import { reduced as reducedSubnet } from '../collect/facts/subnets.ts';
import { distinct, readByKey } from '../collect/referenced.ts';
import { after, allPages, list, texts, unreadable } from '../collect/response.ts';

/** What these calls need in addition to the grants of the collectors. */
export const listGrants: readonly Grant[] = [
  { action: 'ec2:DescribeSubnets', why: 'every subnet that a cluster could be put in' },
  { action: 'ec2:DescribeSecurityGroups', why: 'every security group that nodes could get' },
  { action: 'eks:ListClusters', why: 'EKS clusters that could run the nodes' },
  {
    action: 'eks:DescribeCluster',
    resources: (_, { partition, account }) => [`arn:${partition}:eks:*:${account}:cluster/*`],
    why: 'network and security group of those EKS clusters',
  },
];

const subnetsIn = ({ call }: AwsConnection) =>
  tryRead(() =>
    allPages(
      (token) =>
        call('ec2:DescribeSubnets', (ec2, options) => ec2.send(new DescribeSubnetsCommand({ MaxResults: 1000, ...after(token) }), options)),
      (page) => list(page.Subnets, 'Subnets').map(reducedSubnet),
    ),
  );

const groupsIn = ({ call }: AwsConnection) =>
  tryRead(() =>
    allPages(
      (token) =>
        call('ec2:DescribeSecurityGroups', (ec2, options) =>
          ec2.send(new DescribeSecurityGroupsCommand({ MaxResults: 1000, ...after(token) }), options),
        ),
      (page) => list(page.SecurityGroups, 'SecurityGroups').map(reducedGroup),
    ),
  );

const namesIn = ({ call }: AwsConnection) =>
  tryRead(async () =>
    distinct(
      await allPages(
        (nextToken) =>
          call('eks:ListClusters', (eks, options) =>
            eks.send(new ListClustersCommand({ maxResults: 100, ...(nextToken !== undefined && { nextToken }) }), options),
          ),
        (page) => (page.clusters === undefined ? unreadable('clusters') : texts(page.clusters, 'clusters')),
        (page) => page.nextToken,
      ),
    ),
  );

/**
 * Lists one region's networks, each list able to fail alone. `eks`: EKS clusters too, all of them, or only the one of
 * that name (then its name alone is in the list, if it exists). Rejects only for a defect of this program.
 */
export async function listNetworks(region: string, eks: boolean | string, settings: AwsSettings): Promise<CandidateNetworks> {
  return withConnection(settings, region, async (line) => {
    const describe = (name: string) =>
      tryRead(() =>
        orNull(async () => {
          const answer = await line.call('eks:DescribeCluster', (client, options) =>
            client.send(new DescribeClusterCommand({ name }), options),
          );
          return reducedCluster(answer.cluster);
        }, 'ResourceNotFoundException'),
      );
    const eksClusters = async (): Promise<Pick<CandidateNetworks, 'eksNames' | 'eksClusters'>> => {
      const names: Read<readonly string[]> =
        typeof eks === 'string' ? { ok: true, value: [eks] } : eks ? await namesIn(line) : { ok: true, value: [] };
      const clusters = await readByKey(names.ok ? names.value : [], describe);
      const there = (name: string) => !(clusters[name]?.ok && clusters[name].value === null);
      return { eksNames: names.ok ? { ok: true, value: names.value.filter(there) } : names, eksClusters: clusters };
    };
    const [subnets, securityGroups, clusters] = await Promise.all([subnetsIn(line), groupsIn(line), eksClusters()]);
    return { subnets, securityGroups, ...clusters };
  });
}
