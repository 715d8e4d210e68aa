import { DescribeDhcpOptionsCommand, type DhcpOptions as DhcpOptionsRow } from '@aws-sdk/client-ec2';
import type { DhcpOptions } from '../../../core/evaluation/facts.ts';
import { collector } from '../collector.ts';
import { distinct, readReferenced } from '../referenced.ts';
import { byFilter, list, text, texts } from '../response.ts';

function reduced(row: DhcpOptionsRow): DhcpOptions {
  const servers = list(row.DhcpConfigurations, 'DhcpConfigurations').filter((c) => c.Key === 'domain-name-servers');
  return {
    id: text(row.DhcpOptionsId, 'DhcpOptionsId'),
    dnsServers: texts(
      servers.flatMap((c) => list(c.Values, 'DHCP option Values').map((v) => v.Value)),
      'DHCP option Value',
    ),
  };
}

export default collector({
  fact: 'dhcpOptions',
  grants: [{ action: 'ec2:DescribeDhcpOptions', why: 'which DNS servers nodes in the VPCs in use are given' }],
  collect: async ({ call, fact }) => {
    const vpcs = await fact('vpcs');
    const ids = distinct(vpcs.ok ? vpcs.value.flatMap((v) => v.dhcpOptions ?? []).filter((id) => id !== 'default') : []);
    return readReferenced(
      { ids, ...(!vpcs.ok && { incomplete: vpcs }) },
      (values) =>
        byFilter(
          'dhcp-options-id',
          values,
          (request) =>
            call('ec2:DescribeDhcpOptions', (ec2, options) =>
              ec2.send(new DescribeDhcpOptionsCommand({ ...request, MaxResults: 1000 }), options),
            ),
          (page) => list(page.DhcpOptions, 'DhcpOptions').map(reduced),
        ),
      [],
    );
  },
});
