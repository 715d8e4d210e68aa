import { DescribeRegionsCommand } from '@aws-sdk/client-ec2';
import { tryRead } from '../../client/errors.ts';
import { callInDefaultRegion } from '../../inventory/account-wide-regions.ts';
import { collector } from '../collector.ts';
import { list, oneOf, unreadable } from '../response.ts';

const states = ['opt-in-not-required', 'opted-in', 'not-opted-in'] as const;

/** Asked where an answer is sure to come from: a region that is off refuses this as it refuses everything. */
export default collector({
  fact: 'regionOptIn',
  grants: [{ action: 'ec2:DescribeRegions', why: 'whether the region is enabled for the account' }],
  collect: ({ call, partition, homeRegion, region }) =>
    tryRead(() =>
      callInDefaultRegion(partition, homeRegion, async (home) => {
        const { Regions } = await call(
          'ec2:DescribeRegions',
          (ec2, options) =>
            ec2.send(new DescribeRegionsCommand({ AllRegions: true, Filters: [{ Name: 'region-name', Values: [region] }] }), options),
          home,
        );
        const found = list(Regions, 'Regions').find((r) => r.RegionName === region);
        return found
          ? oneOf(states, found.OptInStatus, 'OptInStatus')
          : unreadable(`row for ${region}; AWS may have no region of that name`);
      }),
    ),
});
