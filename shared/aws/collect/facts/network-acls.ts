import { DescribeNetworkAclsCommand, type NetworkAclEntry, type NetworkAcl as NetworkAclRow } from '@aws-sdk/client-ec2';
import type { AclEntry, NetworkAcl } from '../../../core/evaluation/facts.ts';
import { collector } from '../collector.ts';
import { readInVpcs } from '../referenced.ts';
import { block, count, flag, list, oneOf, port, text, texts } from '../response.ts';

const entry = (row: NetworkAclEntry): AclEntry => ({
  number: count(row.RuleNumber, 'RuleNumber'),
  egress: flag(row.Egress, 'Egress'),
  allow: oneOf(['allow', 'deny'], row.RuleAction, 'RuleAction') === 'allow',
  protocol: text(row.Protocol, 'Protocol'),
  cidr: block(row.CidrBlock ?? row.Ipv6CidrBlock, 'CidrBlock'),
  ...(row.PortRange && { ports: { from: port(row.PortRange.From, 'PortRange'), to: port(row.PortRange.To, 'PortRange') } }),
});

const reduced = (row: NetworkAclRow): NetworkAcl => ({
  id: text(row.NetworkAclId, 'NetworkAclId'),
  vpc: text(row.VpcId, 'VpcId'),
  default: flag(row.IsDefault, 'IsDefault'),
  subnets: texts(
    list(row.Associations, 'network ACL Associations').map((a) => a.SubnetId),
    'SubnetId',
  ),
  entries: list(row.Entries, 'Entries').map(entry),
});

export default collector({
  fact: 'networkAcls',
  grants: [{ action: 'ec2:DescribeNetworkAcls', why: 'what the network ACLs of the subnets in use let through' }],
  collect: ({ call, ...scope }) =>
    readInVpcs(
      scope,
      (request) =>
        call('ec2:DescribeNetworkAcls', (ec2, options) =>
          ec2.send(new DescribeNetworkAclsCommand({ ...request, MaxResults: 1000 }), options),
        ),
      (page) => list(page.NetworkAcls, 'NetworkAcls').map(reduced),
    ),
});
