import { DescribeNatGatewaysCommand, type NatGateway as NatGatewayRow } from '@aws-sdk/client-ec2';
import type { NatGateway } from '../../../core/evaluation/facts.ts';
import { collector } from '../collector.ts';
import { distinct, readReferenced } from '../referenced.ts';
import { byFilter, list, oneOf, text, texts } from '../response.ts';

function reduced(row: NatGatewayRow): NatGateway {
  const addresses = list(row.NatGatewayAddresses ?? [], 'NatGatewayAddresses').flatMap((a) => a.PublicIp ?? []);
  return {
    id: text(row.NatGatewayId, 'NatGatewayId'),
    vpc: text(row.VpcId, 'VpcId'),
    state: text(row.State, 'State'),
    ...(row.FailureMessage !== undefined && row.FailureMessage !== '' && { failure: text(row.FailureMessage, 'FailureMessage') }),
    // Gateways are public unless they were made private: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateNatGateway.html
    connectivity: oneOf(['public', 'private'], row.ConnectivityType ?? 'public', 'ConnectivityType'),
    ...(row.SubnetId !== undefined && row.SubnetId !== '' && { subnet: text(row.SubnetId, 'SubnetId') }),
    addresses: texts(addresses, 'PublicIp'),
  };
}

/** Those that route tables name. By filter, since an id that no longer exists would be an error for all of them. */
export default collector({
  fact: 'natGateways',
  grants: [{ action: 'ec2:DescribeNatGateways', why: 'state, subnet and addresses of the NAT gateways that route tables name' }],
  collect: async ({ call, fact }) => {
    const tables = await fact('routeTables');
    const targets = tables.ok ? tables.value.flatMap((t) => t.routes.map((r) => r.target)) : [];
    const ids = distinct(targets.filter((target) => target.startsWith('nat-')));
    return readReferenced(
      { ids, ...(!tables.ok && { incomplete: tables }) },
      (values) =>
        byFilter(
          'nat-gateway-id',
          values,
          ({ Filters, ...page }) =>
            call('ec2:DescribeNatGateways', (ec2, options) =>
              ec2.send(new DescribeNatGatewaysCommand({ ...page, Filter: Filters, MaxResults: 1000 }), options),
            ),
          (page) => list(page.NatGateways, 'NatGateways').map(reduced),
        ),
      [],
    );
  },
});
