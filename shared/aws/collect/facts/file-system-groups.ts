import { DescribeNetworkInterfacesCommand } from '@aws-sdk/client-ec2';
import { AwsError, tryRead } from '../../client/errors.ts';
import { collector } from '../collector.ts';
import { distinct, readByKey } from '../referenced.ts';
import { byFilter, list, text, texts } from '../response.ts';

/** FSx does not say them itself: they stand on the interfaces. */
export default collector({
  fact: 'fileSystemGroups',
  grants: [{ action: 'ec2:DescribeNetworkInterfaces', why: 'security groups on the interfaces of file systems' }],
  collect: async ({ call, ...scope }) => {
    const fileSystems = await scope.fact('fileSystems');
    const existing = Object.keys(fileSystems).filter((id) => {
      const read = fileSystems[id];
      return read !== undefined && !(read.ok && read.value === null);
    });
    return readByKey(existing, async (id) => {
      const fileSystem = fileSystems[id];
      if (!fileSystem?.ok) return fileSystem ?? { ok: false, reason: `file system ${id} was not read` };
      const interfaces = fileSystem.value?.interfaces ?? [];
      return tryRead(async () => {
        const groups = await byFilter(
          'network-interface-id',
          interfaces,
          (request) =>
            call('ec2:DescribeNetworkInterfaces', (ec2, options) =>
              ec2.send(
                new DescribeNetworkInterfacesCommand({
                  ...request,
                  MaxResults: 1000,
                }),
                options,
              ),
            ),
          (page) =>
            list(page.NetworkInterfaces, 'NetworkInterfaces')
              .filter((face) => interfaces.includes(text(face.NetworkInterfaceId, 'NetworkInterfaceId')))
              .map((face) =>
                texts(
                  list(face.Groups, 'Groups').map((g) => g.GroupId),
                  'GroupId',
                ),
              ),
        );
        if (interfaces.length > 0 && groups.length === 0)
          throw new AwsError({ ok: false, reason: `none of the network interfaces of file system ${id} is visible in this account` });
        return distinct(groups.flat());
      });
    });
  },
});
