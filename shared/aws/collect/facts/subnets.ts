import { DescribeSubnetsCommand, type Subnet as SubnetRow } from '@aws-sdk/client-ec2';
import type { Subnet } from '../../../core/evaluation/facts.ts';
import { collector } from '../collector.ts';
import { clustersIn, distinct, networksOf, readReferenced, readValues } from '../referenced.ts';
import { block, blocks, byFilter, count, flag, list, text } from '../response.ts';

/** A row of DescribeSubnets as the fact holds it. */
export function reduced(row: SubnetRow): Subnet {
  const associated = (row.Ipv6CidrBlockAssociationSet ?? []).filter((a) => a.Ipv6CidrBlockState?.State === 'associated');
  const native = flag(row.Ipv6Native ?? false, 'Ipv6Native');
  return {
    id: text(row.SubnetId, 'SubnetId'),
    arn: text(row.SubnetArn, 'SubnetArn'),
    vpc: text(row.VpcId, 'VpcId'),
    owner: text(row.OwnerId, 'OwnerId'),
    zone: text(row.AvailabilityZoneId, 'AvailabilityZoneId'),
    state: text(row.State, 'State'),
    ipv4: native ? '' : block(row.CidrBlock, 'CidrBlock'),
    freeIpv4: count(row.AvailableIpAddressCount ?? (native ? 0 : undefined), 'AvailableIpAddressCount'),
    ipv6: blocks(
      associated.map((a) => a.Ipv6CidrBlock),
      'Ipv6CidrBlock',
    ),
    ipv6Native: native,
  };
}

/** Subnets that clusters name, those of their EKS clusters and file systems, and their VPCs' others: endpoints may stand in any. */
export default collector({
  fact: 'subnets',
  grants: [{ action: 'ec2:DescribeSubnets', why: 'zone, size and free addresses of the subnets in use and of their VPCs' }],
  collect: async ({ call, ...scope }) => {
    const [clusters, eks, fileSystems] = await Promise.all([clustersIn(scope), scope.fact('eksClusters'), scope.fact('fileSystems')]);
    const ids = distinct([
      ...clusters.specs.flatMap(networksOf).flatMap((n) => n.subnets),
      ...readValues(eks).flatMap((c) => c.subnets),
      ...readValues(fileSystems).flatMap((f) => f.subnets),
    ]);
    const describe = (filter: string, values: readonly string[], of: (subnet: Subnet) => string) =>
      byFilter(
        filter,
        values,
        (request) =>
          call('ec2:DescribeSubnets', (ec2, options) => ec2.send(new DescribeSubnetsCommand({ ...request, MaxResults: 1000 }), options)),
        (page) =>
          list(page.Subnets, 'Subnets')
            .map(reduced)
            .filter((s) => values.includes(of(s))),
      );
    return readReferenced({ ids, incomplete: clusters.incomplete }, async () => {
      const named = await describe('subnet-id', ids, (s) => s.id);
      const sameVpc = await describe('vpc-id', distinct(named.map((s) => s.vpc)), (s) => s.vpc);
      const all = new Map([...sameVpc, ...named].map((s) => [s.id, s]));
      return [...all.values()].toSorted((a, b) => (a.id < b.id ? -1 : 1));
    }, []);
  },
});
