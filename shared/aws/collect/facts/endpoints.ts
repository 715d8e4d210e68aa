import { DescribeVpcEndpointsCommand, type VpcEndpoint as EndpointRow } from '@aws-sdk/client-ec2';
import type { VpcEndpoint } from '../../../core/evaluation/facts.ts';
import { collector } from '../collector.ts';
import { readInVpcs } from '../referenced.ts';
import { flag, list, text, texts } from '../response.ts';

const types = ['Gateway', 'Interface', 'GatewayLoadBalancer', 'Resource', 'ServiceNetwork'] as const;

/** Nothing for a kind of endpoint that did not exist when this was written: no check rests on it. */
function reduced(row: EndpointRow): readonly VpcEndpoint[] {
  const type = types.find((t) => t === text(row.VpcEndpointType, 'VpcEndpointType'));
  if (type === undefined) return [];
  const groups = list(row.Groups ?? [], 'endpoint Groups').map((g) => g.GroupId);
  return [
    {
      id: text(row.VpcEndpointId, 'VpcEndpointId'),
      vpc: text(row.VpcId, 'VpcId'),
      owner: text(row.OwnerId, 'OwnerId'),
      // Endpoints of resources and service networks are not of a service.
      service: type === 'Resource' || type === 'ServiceNetwork' ? (row.ServiceName ?? '') : text(row.ServiceName, 'ServiceName'),
      type,
      state: text(row.State, 'State').toLowerCase(),
      routeTables: texts(row.RouteTableIds, 'RouteTableIds'),
      subnets: texts(row.SubnetIds, 'SubnetIds'),
      groups: texts(groups, 'GroupId'),
      privateDns: flag(row.PrivateDnsEnabled ?? false, 'PrivateDnsEnabled'),
      privateDnsOnlyForInbound: flag(
        row.DnsOptions?.PrivateDnsOnlyForInboundResolverEndpoint ?? false,
        'PrivateDnsOnlyForInboundResolverEndpoint',
      ),
      ...(row.PolicyDocument !== undefined && row.PolicyDocument !== '' && { policy: text(row.PolicyDocument, 'PolicyDocument') }),
    },
  ];
}

export default collector({
  fact: 'endpoints',
  grants: [{ action: 'ec2:DescribeVpcEndpoints', why: 'endpoints of the VPCs in use, with their policies' }],
  collect: ({ call, ...scope }) =>
    readInVpcs(
      scope,
      (request) =>
        call('ec2:DescribeVpcEndpoints', (ec2, options) =>
          ec2.send(new DescribeVpcEndpointsCommand({ ...request, MaxResults: 1000 }), options),
        ),
      (page) => list(page.VpcEndpoints, 'VpcEndpoints').flatMap(reduced),
    ),
});
