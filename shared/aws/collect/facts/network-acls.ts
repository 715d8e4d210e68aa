import { DescribeNetworkAclsCommand, type NetworkAclEntry, type NetworkAcl as NetworkAclRow } from '@aws-sdk/client-ec2';
import type { AclEntry, NetworkAcl } from '../../../core/evaluation/facts.ts';
import { collector } from '../collector.ts';
import { readReferenced, vpcsIn } from '../referenced.ts';
import { after, block, byIds, count, flag, list, oneOf, port, text, texts } from '../response.ts';

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
  collect: async ({ call, ...scope }) =>
    readReferenced(
      await vpcsIn(scope),
      (ids) =>
        byIds(
          ids,
          (lot, token) =>
            call('ec2:DescribeNetworkAcls', (ec2, options) =>
              ec2.send(
                new DescribeNetworkAclsCommand({ Filters: [{ Name: 'vpc-id', Values: lot }], MaxResults: 1000, ...after(token) }),
                options,
              ),
            ),
          (page) => list(page.NetworkAcls, 'NetworkAcls').map(reduced),
        ),
      [],
    ),
});
