import { DescribeAddressesCommand, DescribeInternetGatewaysCommand, DescribeVpcsCommand } from '@aws-sdk/client-ec2';
import type { Keyed } from '../../../core/evaluation/facts.ts';
import type { Plan } from '../../../core/plan/plan.ts';
import { tryRead } from '../../client/errors.ts';
import { collector } from '../collector.ts';
import { after, allPages, list } from '../response.ts';

const needed = (plan: Plan) => plan.clusters.some((c) => c.newVpc);

/** Only where a planned cluster comes with a VPC of its own. What other accounts share counts against their quotas. */
export default collector({
  fact: 'newVpcUsage',
  grants: [
    { action: 'ec2:DescribeVpcs', needed, why: 'how many VPCs there are' },
    { action: 'ec2:DescribeInternetGateways', needed, why: 'how many internet gateways there are' },
    { action: 'ec2:DescribeAddresses', needed, why: 'how many elastic IP addresses there are' },
  ],
  collect: async ({ call, account, planned }): Promise<Keyed<number>> => {
    if (!planned.some((c) => c.newVpc)) return {};
    const Filters = [{ Name: 'owner-id', Values: [account] }];
    const [vpcs, gateways, addresses] = await Promise.all([
      tryRead(() =>
        allPages(
          (token) =>
            call('ec2:DescribeVpcs', (ec2, o) => ec2.send(new DescribeVpcsCommand({ Filters, MaxResults: 1000, ...after(token) }), o)),
          (page) => list(page.Vpcs, 'Vpcs').map(() => 1),
        ),
      ),
      tryRead(() =>
        allPages(
          (token) =>
            call('ec2:DescribeInternetGateways', (ec2, o) =>
              ec2.send(new DescribeInternetGatewaysCommand({ Filters, MaxResults: 1000, ...after(token) }), o),
            ),
          (page) => list(page.InternetGateways, 'InternetGateways').map(() => 1),
        ),
      ),
      tryRead(async () => {
        const answer = await call('ec2:DescribeAddresses', (ec2, o) => ec2.send(new DescribeAddressesCommand({}), o));
        return list(answer.Addresses, 'Addresses').filter((a) => a.Domain !== 'standard');
      }),
    ]);
    const count = (read: typeof vpcs | typeof addresses) => (read.ok ? { ok: true as const, value: read.value.length } : read);
    return { vpcs: count(vpcs), 'internet-gateways': count(gateways), 'elastic-ips': count(addresses) };
  },
});
