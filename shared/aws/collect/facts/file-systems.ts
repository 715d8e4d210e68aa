import { DescribeFileSystemsCommand } from '@aws-sdk/client-fsx';
import type { FileSystem } from '../../../core/evaluation/facts.ts';
import { orNull, tryRead } from '../../client/errors.ts';
import { collector } from '../collector.ts';
import { distinct, namedBy, readByKey } from '../referenced.ts';
import { flag, list, text, texts, unreadable } from '../response.ts';

/** The id of a file system from its DNS name: fs-0123456789abcdef0.fsx.us-west-2.amazonaws.com. */
const idOf = (dnsName: string): readonly string[] => /^(fs-[0-9a-f]+)\./.exec(dnsName)?.slice(1) ?? [];

/** Those that the plan names, those in requests, and those of running clusters. One by one, because a missing one fails a whole list. */
export default collector({
  fact: 'fileSystems',
  grants: [{ action: 'fsx:DescribeFileSystems', why: 'state, network and mount name of the file systems in use' }],
  collect: async ({ call, ...scope }) => {
    const mounted = await namedBy(scope, (c) =>
      c.groups.flatMap((g) => [...g.fsxLustre.map((f) => f.dnsName), ...(g.openZfs ?? [])].flatMap(idOf)),
    );
    const ids = distinct([...mounted.ids, ...scope.planned.flatMap((p) => p.fsxLustre ?? [])]);
    return readByKey(ids, (id) =>
      tryRead(() =>
        orNull(async (): Promise<FileSystem> => {
          const { FileSystems } = await call('fsx:DescribeFileSystems', (fsx, options) =>
            fsx.send(new DescribeFileSystemsCommand({ FileSystemIds: [id] }), options),
          );
          const found = list(FileSystems, 'FileSystems').find((f) => f.FileSystemId === id) ?? unreadable(`row for ${id}`);
          const lustre = found.LustreConfiguration;
          return {
            id,
            type: text(found.FileSystemType, 'FileSystemType'),
            lifecycle: text(found.Lifecycle, 'Lifecycle'),
            vpc: text(found.VpcId, 'VpcId'),
            subnets: texts(found.SubnetIds, 'SubnetIds'),
            interfaces: texts(found.NetworkInterfaceIds, 'NetworkInterfaceIds'),
            // One that is still being made may have none.
            dnsName: found.DNSName ? text(found.DNSName, 'DNSName') : '',
            ...(lustre?.MountName !== undefined && { mountName: text(lustre.MountName, 'MountName') }),
            efa: flag(lustre?.EfaEnabled ?? false, 'EfaEnabled'),
          };
        }, 'FileSystemNotFound'),
      ),
    );
  },
});
