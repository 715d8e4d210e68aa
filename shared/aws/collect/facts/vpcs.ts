import { DescribeVpcsCommand, type Vpc as VpcRow } from '@aws-sdk/client-ec2';
import type { Vpc } from '../../../core/evaluation/facts.ts';
import { collector } from '../collector.ts';
import { distinct, readInVpcs } from '../referenced.ts';
import { block, blocks, list, text } from '../response.ts';

function reduced(row: VpcRow): Vpc {
  const v4 = (row.CidrBlockAssociationSet ?? []).filter((a) => a.CidrBlockState?.State === 'associated').map((a) => a.CidrBlock);
  const v6 = (row.Ipv6CidrBlockAssociationSet ?? []).filter((a) => a.Ipv6CidrBlockState?.State === 'associated');
  return {
    id: text(row.VpcId, 'VpcId'),
    owner: text(row.OwnerId, 'OwnerId'),
    state: text(row.State, 'State'),
    ipv4: distinct([block(row.CidrBlock, 'CidrBlock'), ...blocks(v4, 'CidrBlock')]),
    ipv6: blocks(
      v6.map((a) => a.Ipv6CidrBlock),
      'Ipv6CidrBlock',
    ),
    ...(row.DhcpOptionsId !== undefined && row.DhcpOptionsId !== '' && { dhcpOptions: text(row.DhcpOptionsId, 'DhcpOptionsId') }),
  };
}

export default collector({
  fact: 'vpcs',
  grants: [{ action: 'ec2:DescribeVpcs', why: 'owner and address blocks of the VPCs in use' }],
  collect: ({ call, ...scope }) =>
    readInVpcs(
      scope,
      (request) => call('ec2:DescribeVpcs', (ec2, options) => ec2.send(new DescribeVpcsCommand({ ...request, MaxResults: 1000 }), options)),
      (page) => list(page.Vpcs, 'Vpcs').map(reduced),
    ),
});
