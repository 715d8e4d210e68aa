import { DescribeInstanceTypeOfferingsCommand } from '@aws-sdk/client-ec2';
import { collector } from '../collector.ts';
import { distinct, namedBy, readReferenced, typesOf } from '../referenced.ts';
import { byFilter, list, text } from '../response.ts';

export default collector({
  fact: 'offerings',
  grants: [{ action: 'ec2:DescribeInstanceTypeOfferings', why: 'zones that offer the types in use' }],
  collect: async ({ call, ...scope }) =>
    readReferenced(
      await namedBy(scope, typesOf),
      async (types) => {
        const rows = await byFilter(
          'instance-type',
          types,
          (request) =>
            call('ec2:DescribeInstanceTypeOfferings', (ec2, options) =>
              ec2.send(
                new DescribeInstanceTypeOfferingsCommand({
                  LocationType: 'availability-zone-id',
                  ...request,
                  MaxResults: 1000,
                }),
                options,
              ),
            ),
          (page) =>
            list(page.InstanceTypeOfferings, 'InstanceTypeOfferings').map((row) => ({
              type: text(row.InstanceType, 'InstanceType'),
              zone: text(row.Location, 'Location'),
            })),
        );
        const offered = types.map((type) => [type, distinct(rows.filter((row) => row.type === type).map((row) => row.zone))] as const);
        return Object.fromEntries(offered.filter(([, zones]) => zones.length > 0));
      },
      {},
    ),
});
