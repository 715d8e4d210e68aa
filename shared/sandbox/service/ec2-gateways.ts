/** The lists of EC2 about the ways out of a VPC. */
import * as z from 'zod';
import { resource, Tags } from './ec2-resource.ts';

export const gatewayResources = {
  natGateways: resource({
    operation: 'DescribeNatGateways',
    as: 'NatGateways',
    row: z.looseObject({
      NatGatewayId: z.string(),
      VpcId: z.string(),
      SubnetId: z.string().optional(),
      State: z.string(),
      ConnectivityType: z.string(),
      NatGatewayAddresses: z.array(z.looseObject({ PublicIp: z.string().optional() })).default([]),
      Tags,
    }),
    most: 1000,
    id: 'NatGatewayId',
    notFound: ['NatGatewayNotFound', 'NAT gateway'],
    filters: {
      'nat-gateway-id': (n) => [n.NatGatewayId],
      state: (n) => [n.State],
      'subnet-id': (n) => [n.SubnetId],
      'vpc-id': (n) => [n.VpcId],
    },
  }),
  blockPublicAccessExclusions: resource({
    operation: 'DescribeVpcBlockPublicAccessExclusions',
    as: 'VpcBlockPublicAccessExclusions',
    row: z.looseObject({
      ExclusionId: z.string(),
      ResourceArn: z.string(),
      InternetGatewayExclusionMode: z.enum(['allow-bidirectional', 'allow-egress']),
      State: z.string(),
      Tags,
    }),
    most: 1000,
    id: 'ExclusionId',
    notFound: ['InvalidVpcBlockPublicAccessExclusionId.NotFound', 'VPC Block Public Access exclusion ID'],
    filters: { 'resource-arn': (e) => [e.ResourceArn], state: (e) => [e.State] },
  }),
  internetGateways: resource({
    operation: 'DescribeInternetGateways',
    as: 'InternetGateways',
    row: z.looseObject({
      InternetGatewayId: z.string(),
      Attachments: z.array(z.looseObject({ VpcId: z.string() })).default([]),
      Tags,
    }),
    id: 'InternetGatewayId',
    notFound: ['InvalidInternetGatewayID.NotFound', 'internetGateway ID'],
    filters: {
      'attachment.vpc-id': (g) => g.Attachments.map((a) => a.VpcId),
      'internet-gateway-id': (g) => [g.InternetGatewayId],
      'owner-id': (g) => [g.OwnerId],
    },
  }),
  addresses: resource({
    operation: 'DescribeAddresses',
    as: 'Addresses',
    row: z.looseObject({ AllocationId: z.string(), PublicIp: z.string(), Tags }),
    id: 'AllocationId',
    notFound: ['InvalidAllocationID.NotFound', 'allocation ID'],
    filters: { 'allocation-id': (a) => [a.AllocationId], domain: (a) => [a.Domain], 'public-ip': (a) => [a.PublicIp] },
  }),
};
