/**
 * The lists of EC2 in a region: what a description holds of each resource, and how its Describe operation answers. Another
 * list takes one entry here; the shape of descriptions, the operation and its place in tests follow from it.
 */
import * as z from 'zod';
import { gatewayResources } from './ec2-gateways.ts';
import { resource, Tags } from './ec2-resource.ts';

const Permission = z.looseObject({
  IpProtocol: z.string(),
  FromPort: z.number().optional(),
  ToPort: z.number().optional(),
  UserIdGroupPairs: z.array(z.looseObject({ GroupId: z.string(), UserId: z.string().optional() })).default([]),
  IpRanges: z.array(z.looseObject({ CidrIp: z.string() })).default([]),
  Ipv6Ranges: z.array(z.looseObject({ CidrIpv6: z.string() })).default([]),
  PrefixListIds: z.array(z.looseObject({ PrefixListId: z.string() })).default([]),
});

export const ec2Resources = {
  ...gatewayResources,
  vpcs: resource({
    operation: 'DescribeVpcs',
    as: 'Vpcs',
    row: z.looseObject({ VpcId: z.string(), CidrBlock: z.string(), OwnerId: z.string(), Tags }),
    id: 'VpcId',
    notFound: ['InvalidVpcID.NotFound', 'vpc ID'],
    filters: {
      cidr: (v) => [v.CidrBlock],
      'is-default': (v) => [v.IsDefault ?? false],
      'owner-id': (v) => [v.OwnerId],
      state: (v) => [v.State],
      'vpc-id': (v) => [v.VpcId],
    },
  }),
  dhcpOptions: resource({
    operation: 'DescribeDhcpOptions',
    as: 'DhcpOptions',
    row: z.looseObject({
      DhcpOptionsId: z.string(),
      DhcpConfigurations: z.array(z.looseObject({ Key: z.string(), Values: z.array(z.looseObject({ Value: z.string() })) })),
      Tags,
    }),
    most: 1000,
    id: 'DhcpOptionsId',
    notFound: ['InvalidDhcpOptionsID.NotFound', 'dhcpOptions ID'],
    filters: {
      'dhcp-options-id': (d) => [d.DhcpOptionsId],
      key: (d) => d.DhcpConfigurations.map((c) => c.Key),
      'owner-id': (d) => [d.OwnerId],
      value: (d) => d.DhcpConfigurations.flatMap((c) => c.Values.map((v) => v.Value)),
    },
  }),
  subnets: resource({
    operation: 'DescribeSubnets',
    as: 'Subnets',
    row: z.looseObject({
      SubnetId: z.string(),
      VpcId: z.string(),
      AvailabilityZoneId: z.string(),
      AvailableIpAddressCount: z.number(),
      Tags,
    }),
    id: 'SubnetId',
    notFound: ['InvalidSubnetID.NotFound', 'subnet ID'],
    filters: {
      'availability-zone': (s) => [s.AvailabilityZone],
      'availability-zone-id': (s) => [s.AvailabilityZoneId],
      'cidr-block': (s) => [s.CidrBlock],
      'owner-id': (s) => [s.OwnerId],
      state: (s) => [s.State],
      'subnet-id': (s) => [s.SubnetId],
      'vpc-id': (s) => [s.VpcId],
    },
  }),
  routeTables: resource({
    operation: 'DescribeRouteTables',
    as: 'RouteTables',
    row: z.looseObject({
      RouteTableId: z.string(),
      VpcId: z.string(),
      Associations: z.array(z.looseObject({ Main: z.boolean(), SubnetId: z.string().optional() })).default([]),
      Routes: z.array(z.looseObject({ State: z.string() })).default([]),
      Tags,
    }),
    id: 'RouteTableId',
    notFound: ['InvalidRouteTableID.NotFound', 'routeTable ID'],
    filters: {
      'association.main': (t) => t.Associations.map((a) => a.Main),
      'association.subnet-id': (t) => t.Associations.map((a) => a.SubnetId),
      'route-table-id': (t) => [t.RouteTableId],
      'route.gateway-id': (t) => t.Routes.map((r) => r.GatewayId),
      'vpc-id': (t) => [t.VpcId],
    },
  }),
  images: resource({
    operation: 'DescribeImages',
    as: 'Images',
    row: z.looseObject({ ImageId: z.string(), OwnerId: z.string(), State: z.string(), Architecture: z.string(), Tags }),
    id: 'ImageId',
    notFound: ['InvalidAMIID.NotFound', 'image id'],
    filters: { architecture: (i) => [i.Architecture], 'owner-id': (i) => [i.OwnerId], state: (i) => [i.State] },
  }),
  snapshots: resource({
    operation: 'DescribeSnapshots',
    as: 'Snapshots',
    row: z.looseObject({ SnapshotId: z.string(), OwnerId: z.string(), Encrypted: z.boolean(), Tags }),
    id: 'SnapshotId',
    notFound: ['InvalidSnapshot.NotFound', 'snapshot'],
    filters: { encrypted: (s) => [s.Encrypted], 'owner-id': (s) => [s.OwnerId] },
  }),
  networkAcls: resource({
    operation: 'DescribeNetworkAcls',
    as: 'NetworkAcls',
    row: z.looseObject({
      NetworkAclId: z.string(),
      VpcId: z.string(),
      IsDefault: z.boolean(),
      Associations: z.array(z.looseObject({ SubnetId: z.string() })).default([]),
      Entries: z.array(z.looseObject({ RuleNumber: z.number(), Egress: z.boolean() })).default([]),
      Tags,
    }),
    id: 'NetworkAclId',
    notFound: ['InvalidNetworkAclID.NotFound', 'networkAcl ID'],
    filters: {
      'association.subnet-id': (a) => a.Associations.map((x) => x.SubnetId),
      default: (a) => [a.IsDefault],
      'network-acl-id': (a) => [a.NetworkAclId],
      'vpc-id': (a) => [a.VpcId],
    },
  }),
  securityGroups: resource({
    operation: 'DescribeSecurityGroups',
    as: 'SecurityGroups',
    row: z.looseObject({
      GroupId: z.string(),
      GroupName: z.string(),
      VpcId: z.string(),
      OwnerId: z.string(),
      IpPermissions: z.array(Permission).default([]),
      IpPermissionsEgress: z.array(Permission).default([]),
      Tags,
    }),
    most: 1000,
    id: 'GroupId',
    notFound: ['InvalidGroup.NotFound', 'security group'],
    filters: {
      'group-id': (g) => [g.GroupId],
      'group-name': (g) => [g.GroupName],
      'owner-id': (g) => [g.OwnerId],
      'vpc-id': (g) => [g.VpcId],
    },
  }),
  prefixLists: resource({
    operation: 'DescribeManagedPrefixLists',
    as: 'PrefixLists',
    row: z.looseObject({
      PrefixListId: z.string(),
      PrefixListName: z.string(),
      Entries: z.array(z.strictObject({ Cidr: z.string(), Description: z.string().optional() })).default([]),
    }),
    most: 100,
    hidden: 'Entries',
    id: 'PrefixListId',
    notFound: ['InvalidPrefixListID.NotFound', 'prefix list ID'],
    filters: {
      'owner-id': (p) => [p.OwnerId],
      'prefix-list-id': (p) => [p.PrefixListId],
      'prefix-list-name': (p) => [p.PrefixListName],
    },
  }),
  vpcEndpoints: resource({
    operation: 'DescribeVpcEndpoints',
    as: 'VpcEndpoints',
    row: z.looseObject({
      VpcEndpointId: z.string(),
      VpcEndpointType: z.string(),
      VpcId: z.string(),
      ServiceName: z.string(),
      State: z.string(),
      Tags,
    }),
    most: 1000,
    id: 'VpcEndpointId',
    notFound: ['InvalidVpcEndpointId.NotFound', 'Vpc Endpoint Id'],
    filters: {
      'service-name': (e) => [e.ServiceName],
      'vpc-endpoint-id': (e) => [e.VpcEndpointId],
      'vpc-endpoint-state': (e) => [e.State],
      'vpc-endpoint-type': (e) => [e.VpcEndpointType],
      'vpc-id': (e) => [e.VpcId],
    },
  }),
  networkInterfaces: resource({
    operation: 'DescribeNetworkInterfaces',
    as: 'NetworkInterfaces',
    row: z.looseObject({
      NetworkInterfaceId: z.string(),
      VpcId: z.string(),
      SubnetId: z.string(),
      AvailabilityZone: z.string(),
      Groups: z.array(z.looseObject({ GroupId: z.string() })).default([]),
    }),
    most: 1000,
    id: 'NetworkInterfaceId',
    notFound: ['InvalidNetworkInterfaceID.NotFound', 'networkInterface ID'],
    filters: {
      'availability-zone': (n) => [n.AvailabilityZone],
      'availability-zone-id': (n) => [n.AvailabilityZoneId],
      description: (n) => [n.Description],
      'group-id': (n) => n.Groups.map((g) => g.GroupId),
      'interface-type': (n) => [n.InterfaceType],
      'network-interface-id': (n) => [n.NetworkInterfaceId],
      'owner-id': (n) => [n.OwnerId],
      'requester-id': (n) => [n.RequesterId],
      'requester-managed': (n) => [n.RequesterManaged],
      status: (n) => [n.Status],
      'subnet-id': (n) => [n.SubnetId],
      'vpc-id': (n) => [n.VpcId],
    },
  }),
};

type Resources = typeof ec2Resources;

/** The members of a region's description that hold these rows. */
export const ec2Rows = Object.fromEntries(
  Object.entries(ec2Resources).map(([name, { row }]) => [name, z.array(row as z.ZodType).default([])]),
) as unknown as { readonly [K in keyof Resources]: z.ZodDefault<z.ZodArray<Resources[K]['row']>> };
