import { DescribeAvailabilityZonesCommand } from '@aws-sdk/client-ec2';
import { tryRead } from '../../client/errors.ts';
import { collector } from '../collector.ts';
import { list, text } from '../response.ts';

export default collector({
  fact: 'zones',
  grants: [{ action: 'ec2:DescribeAvailabilityZones', why: 'states of zones, and ids of their names, which AWS shuffles per account' }],
  collect: ({ call }) =>
    tryRead(async () => {
      const Filters = [{ Name: 'zone-type', Values: ['availability-zone', 'local-zone'] }];
      const { AvailabilityZones } = await call('ec2:DescribeAvailabilityZones', (ec2, options) =>
        ec2.send(new DescribeAvailabilityZonesCommand({ Filters }), options),
      );
      return list(AvailabilityZones, 'AvailabilityZones')
        .map((z) => ({ id: text(z.ZoneId, 'ZoneId'), name: text(z.ZoneName, 'ZoneName'), state: text(z.State, 'State') }))
        .toSorted((a, b) => (a.id < b.id ? -1 : 1));
    }),
});
