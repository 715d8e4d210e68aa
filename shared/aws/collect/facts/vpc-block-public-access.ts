import { DescribeVpcBlockPublicAccessExclusionsCommand, DescribeVpcBlockPublicAccessOptionsCommand } from '@aws-sdk/client-ec2';
import { tryRead } from '../../client/errors.ts';
import { collector } from '../collector.ts';
import { after, allPages, list, oneOf, present, text } from '../response.ts';

/** The account's mode in the region, and what is excluded from it where it blocks egress. */
export default collector({
  fact: 'vpcBlockPublicAccess',
  grants: [
    { action: 'ec2:DescribeVpcBlockPublicAccessOptions', why: 'whether VPC Block Public Access ends the egress of NAT gateways' },
    { action: 'ec2:DescribeVpcBlockPublicAccessExclusions', why: 'VPCs and subnets that are excluded from VPC Block Public Access' },
  ],
  collect: async ({ call, fact }) => {
    const tables = await fact('routeTables');
    if (!tables.ok) return tables;
    if (!tables.value.some((t) => t.routes.some((r) => r.target.startsWith('nat-'))))
      return { ok: false, reason: 'no route table names a NAT gateway, so VPC Block Public Access was not read' };
    return tryRead(async () => {
      const { VpcBlockPublicAccessOptions: options } = await call('ec2:DescribeVpcBlockPublicAccessOptions', (ec2, how) =>
        ec2.send(new DescribeVpcBlockPublicAccessOptionsCommand({}), how),
      );
      const { InternetGatewayBlockMode } = present(options, 'VpcBlockPublicAccessOptions');
      const mode = oneOf(['off', 'block-ingress', 'block-bidirectional'], InternetGatewayBlockMode, 'InternetGatewayBlockMode');
      if (mode !== 'block-bidirectional') return { mode, exclusions: [] };
      const exclusions = await allPages(
        (token) =>
          call('ec2:DescribeVpcBlockPublicAccessExclusions', (ec2, how) =>
            ec2.send(new DescribeVpcBlockPublicAccessExclusionsCommand({ MaxResults: 1000, ...after(token) }), how),
          ),
        (page) =>
          list(page.VpcBlockPublicAccessExclusions, 'VpcBlockPublicAccessExclusions').map((row) => ({
            resource: text(row.ResourceArn, 'ResourceArn'),
            state: text(row.State, 'State'),
          })),
      );
      return { mode, exclusions };
    });
  },
});
