import { DescribeNetworkInterfacesCommand } from '@aws-sdk/client-ec2';
import { AwsError, tryRead } from '../../client/errors.ts';
import { collector } from '../collector.ts';
import { namedBy, networksOf } from '../referenced.ts';
import { after, allPages, list, text, unreadable } from '../response.ts';

/** All interfaces of the region, because the quota counts all. Counted page by page: there may be tens of thousands. */
export default collector({
  fact: 'interfaces',
  grants: [{ action: 'ec2:DescribeNetworkInterfaces', why: 'how many network interfaces each zone holds' }],
  collect: async ({ call, ...scope }) => {
    const { ids, incomplete } = await namedBy(scope, (c) => networksOf(c).flatMap((n) => n.subnets));
    if (ids.length === 0)
      return incomplete ?? { ok: false, reason: 'no cluster of this region names a subnet, so interfaces were not counted' };
    return tryRead(async () => {
      const byPlace = new Map<string, number>();
      await allPages(
        (token) =>
          call('ec2:DescribeNetworkInterfaces', (ec2, options) =>
            ec2.send(new DescribeNetworkInterfacesCommand({ MaxResults: 1000, ...after(token) }), options),
          ),
        (page) => {
          for (const face of list(page.NetworkInterfaces, 'NetworkInterfaces')) {
            const place = text(face.AvailabilityZoneId ?? face.AvailabilityZone, 'AvailabilityZone');
            byPlace.set(place, (byPlace.get(place) ?? 0) + 1);
          }
          return [];
        },
      );
      const zones = await zoneIds([...byPlace.keys()]);
      const byZone: Record<string, number> = {};
      for (const [place, count] of [...byPlace].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
        const zone = zones(place);
        byZone[zone] = (byZone[zone] ?? 0) + count;
      }
      return { total: Object.values(byZone).reduce((a, b) => a + b, 0), byZone };
    });

    /** Zone ids of places; names that no zone of the region has (Local Zones that are not opted in) stay what they are. */
    async function zoneIds(places: readonly string[]): Promise<(place: string) => string> {
      if (places.every((place) => /-az\d+$/.test(place))) return (place) => place;
      const zones = await scope.fact('zones');
      if (!zones.ok) throw new AwsError(zones);
      const ids = new Map(zones.value.map((z) => [z.name, z.id]));
      if (ids.size === 0) unreadable('AvailabilityZones');
      return (place) => ids.get(place) ?? place;
    }
  },
});
