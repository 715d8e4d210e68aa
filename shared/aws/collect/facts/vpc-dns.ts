import { DescribeVpcAttributeCommand } from '@aws-sdk/client-ec2';
import { tryRead } from '../../client/errors.ts';
import { collector } from '../collector.ts';
import { readByKey, vpcsIn } from '../referenced.ts';
import { flag } from '../response.ts';

export default collector({
  fact: 'vpcDns',
  grants: [
    {
      action: 'ec2:DescribeVpcAttribute',
      // A VPC that another account shares is that account's in its ARN.
      resources: (_, { partition }) => [`arn:${partition}:ec2:*:*:vpc/*`],
      why: 'DNS support and DNS hostnames of the VPCs in use',
    },
  ],
  collect: async ({ call, ...scope }) => {
    const ask = (VpcId: string, Attribute: 'enableDnsSupport' | 'enableDnsHostnames') =>
      call('ec2:DescribeVpcAttribute', (ec2, options) => ec2.send(new DescribeVpcAttributeCommand({ VpcId, Attribute }), options));
    return readByKey((await vpcsIn(scope)).ids, (vpc) =>
      tryRead(async () => {
        const [support, hostnames] = await Promise.all([ask(vpc, 'enableDnsSupport'), ask(vpc, 'enableDnsHostnames')]);
        return {
          support: flag(support.EnableDnsSupport?.Value, 'EnableDnsSupport'),
          hostnames: flag(hostnames.EnableDnsHostnames?.Value, 'EnableDnsHostnames'),
        };
      }),
    );
  },
});
