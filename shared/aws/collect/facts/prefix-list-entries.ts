import { GetManagedPrefixListEntriesCommand } from '@aws-sdk/client-ec2';
import { endpointServices } from '../../../core/network/resources.ts';
import { tryRead } from '../../client/errors.ts';
import { collector } from '../collector.ts';
import { distinct, readByKey } from '../referenced.ts';
import { after, allPages, block, list } from '../response.ts';

const byAws = /^(cn\.)?com\.amazonaws\./;

/** Of S3's list, of those that security groups name, and of those that someone made and routes. */
export default collector({
  fact: 'prefixListEntries',
  grants: [
    {
      action: 'ec2:GetManagedPrefixListEntries',
      // The account in the ARN of AWS's own lists is `aws`, in that of a shared one its owner.
      resources: (_, { partition }) => [`arn:${partition}:ec2:*:*:prefix-list/*`],
      why: 'addresses behind the prefix lists that rules and routes name',
    },
  ],
  collect: async ({ call, region, ...scope }) => {
    const [lists, groups, tables] = await Promise.all([scope.fact('prefixLists'), scope.fact('securityGroups'), scope.fact('routeTables')]);
    const names = new Map(lists.ok ? lists.value.map((l) => [l.id, l.name]) : []);
    const routed = tables.ok ? tables.value.flatMap((t) => t.routes.flatMap((r) => r.prefixList ?? [])) : [];
    const ids = distinct([
      ...[...names].filter(([, name]) => endpointServices(region, 's3').includes(name)).map(([id]) => id),
      ...(groups.ok ? groups.value.flatMap((g) => g.rules.flatMap((r) => r.prefixLists)) : []),
      ...routed.filter((id) => !byAws.test(names.get(id) ?? '')),
    ]);
    return readByKey(ids, (id) =>
      tryRead(() =>
        allPages(
          (token) =>
            call('ec2:GetManagedPrefixListEntries', (ec2, options) =>
              ec2.send(new GetManagedPrefixListEntriesCommand({ PrefixListId: id, MaxResults: 100, ...after(token) }), options),
            ),
          (page) => list(page.Entries, 'Entries').map((e) => block(e.Cidr, 'Cidr')),
        ),
      ),
    );
  },
});
