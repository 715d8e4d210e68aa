import { DescribeSecurityGroupsCommand, type SecurityGroup as GroupRow, type IpPermission } from '@aws-sdk/client-ec2';
import type { GroupRule, SecurityGroup } from '../../../core/evaluation/facts.ts';
import { collector } from '../collector.ts';
import { readReferenced, securityGroupsIn } from '../referenced.ts';
import { blocks, byFilter, list, port, text, texts } from '../response.ts';

const rule =
  (egress: boolean) =>
  (p: IpPermission): GroupRule => ({
    egress,
    protocol: text(p.IpProtocol, 'IpProtocol'),
    ...(p.FromPort !== undefined && { ports: { from: port(p.FromPort, 'FromPort'), to: port(p.ToPort, 'ToPort') } }),
    ipv4: blocks(
      p.IpRanges?.map((r) => r.CidrIp),
      'CidrIp',
    ),
    ipv6: blocks(
      p.Ipv6Ranges?.map((r) => r.CidrIpv6),
      'CidrIpv6',
    ),
    prefixLists: texts(
      p.PrefixListIds?.map((r) => r.PrefixListId),
      'PrefixListId',
    ),
    groups: (p.UserIdGroupPairs ?? []).map((g) => ({
      id: text(g.GroupId, 'GroupId'),
      ...(g.UserId !== undefined && { account: text(g.UserId, 'UserId') }),
    })),
  });

/** A row of DescribeSecurityGroups as the fact holds it. */
export const reduced = (row: GroupRow): SecurityGroup => ({
  id: text(row.GroupId, 'GroupId'),
  name: text(row.GroupName, 'GroupName'),
  vpc: text(row.VpcId, 'VpcId'),
  owner: text(row.OwnerId, 'OwnerId'),
  rules: [
    ...list(row.IpPermissions, 'IpPermissions').map(rule(false)),
    ...list(row.IpPermissionsEgress, 'IpPermissionsEgress').map(rule(true)),
  ],
});

export default collector({
  fact: 'securityGroups',
  grants: [{ action: 'ec2:DescribeSecurityGroups', why: 'what the security groups of nodes and of what they talk to let through' }],
  collect: async ({ call, ...scope }) =>
    readReferenced(
      await securityGroupsIn(scope),
      (ids) =>
        byFilter(
          'group-id',
          ids,
          (request) =>
            call('ec2:DescribeSecurityGroups', (ec2, options) =>
              ec2.send(new DescribeSecurityGroupsCommand({ ...request, MaxResults: 1000 }), options),
            ),
          (page) =>
            list(page.SecurityGroups, 'SecurityGroups')
              .map(reduced)
              .filter((g) => ids.includes(g.id)),
        ),
      [],
    ),
});
