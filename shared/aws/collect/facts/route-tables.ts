import { DescribeRouteTablesCommand, type Route as RouteRow, type RouteTable as TableRow } from '@aws-sdk/client-ec2';
import type { Route, RouteTable } from '../../../core/evaluation/facts.ts';
import { collector } from '../collector.ts';
import { readInVpcs } from '../referenced.ts';
import { block, list, oneOf, text, texts } from '../response.ts';

function route(row: RouteRow): Route {
  const target = [
    row.GatewayId,
    row.NatGatewayId,
    row.TransitGatewayId,
    row.VpcPeeringConnectionId,
    row.EgressOnlyInternetGatewayId,
    row.CarrierGatewayId,
    row.LocalGatewayId,
    row.CoreNetworkArn,
    row.OdbNetworkArn,
    // A route names an instance and its interface; the instance may be terminated while the interface still exists.
    row.NetworkInterfaceId,
    row.InstanceId,
  ].find((id) => id !== undefined && id !== '');
  const state = oneOf(['active', 'blackhole', 'filtered'], row.State, 'route State');
  const to = { target: target === undefined ? 'unknown' : text(target, 'route target'), state };
  if (row.DestinationPrefixListId !== undefined) return { prefixList: text(row.DestinationPrefixListId, 'DestinationPrefixListId'), ...to };
  return { cidr: block(row.DestinationCidrBlock ?? row.DestinationIpv6CidrBlock, 'route destination'), ...to };
}

function reduced(row: TableRow): RouteTable {
  const associations = list(row.Associations, 'route table Associations').filter(
    (a) => a.AssociationState?.State === undefined || ['associated', 'associating'].includes(a.AssociationState.State),
  );
  return {
    id: text(row.RouteTableId, 'RouteTableId'),
    vpc: text(row.VpcId, 'VpcId'),
    main: associations.some((a) => a.Main === true),
    subnets: texts(
      associations.flatMap((a) => a.SubnetId ?? []),
      'SubnetId',
    ),
    routes: list(row.Routes, 'Routes').map(route),
  };
}

export default collector({
  fact: 'routeTables',
  grants: [{ action: 'ec2:DescribeRouteTables', why: 'routes of the VPCs in use, and which subnets they hold for' }],
  collect: ({ call, ...scope }) =>
    readInVpcs(
      scope,
      (request) =>
        call('ec2:DescribeRouteTables', (ec2, options) =>
          ec2.send(new DescribeRouteTablesCommand({ ...request, MaxResults: 100 }), options),
        ),
      (page) => list(page.RouteTables, 'RouteTables').map(reduced),
    ),
});
