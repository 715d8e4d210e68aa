import { DescribeImagesCommand, DescribeSnapshotsCommand, type Image as ImageRow } from '@aws-sdk/client-ec2';
import type { Image, Read } from '../../../core/evaluation/facts.ts';
import { customImage, groupsOfRequest } from '../../../core/plan/provisioning.ts';
import { orNull, tryRead } from '../../client/errors.ts';
import { collector } from '../collector.ts';
import { distinct, readByKey } from '../referenced.ts';
import { list, text, unreadable } from '../response.ts';

/** Images that groups of the plan bring themselves. */
export default collector({
  fact: 'images',
  grants: [
    { action: 'ec2:DescribeImages', why: 'state, owner, architecture and volumes of the images that groups name' },
    { action: 'ec2:DescribeSnapshots', why: 'the KMS keys of encrypted images' },
  ],
  collect: async ({ call, ...scope }) => {
    const ids = distinct(scope.planned.flatMap(({ request }) => groupsOfRequest(request)).flatMap((group) => customImage(group) ?? []));

    const keyOf = (SnapshotId: string): Promise<Read<string>> =>
      tryRead(async () => {
        const answer = await call('ec2:DescribeSnapshots', (ec2, o) =>
          ec2.send(new DescribeSnapshotsCommand({ SnapshotIds: [SnapshotId] }), o),
        );
        const snapshot = list(answer.Snapshots, 'Snapshots').find((s) => s.SnapshotId === SnapshotId);
        return text(snapshot?.KmsKeyId, 'KmsKeyId');
      });

    const volumesOf = (row: ImageRow): Promise<Image['volumes']> =>
      Promise.all(
        list(row.BlockDeviceMappings, 'BlockDeviceMappings').flatMap(({ Ebs }) =>
          // A mapping without Ebs is instance storage.
          Ebs
            ? [
                (async () =>
                  Ebs.Encrypted ? { encrypted: true, key: await keyOf(text(Ebs.SnapshotId, 'SnapshotId')) } : { encrypted: false })(),
              ]
            : [],
        ),
      );

    return readByKey(ids, (id) =>
      tryRead(() =>
        orNull(
          async (): Promise<Image> => {
            const answer = await call('ec2:DescribeImages', (ec2, o) =>
              ec2.send(new DescribeImagesCommand({ ImageIds: [id], IncludeDeprecated: true, IncludeDisabled: true }), o),
            );
            const row = list(answer.Images, 'Images').find((image) => image.ImageId === id) ?? unreadable(`row for ${id}`);
            return {
              state: text(row.State, 'State'),
              owner: text(row.OwnerId, 'OwnerId'),
              ...(row.ImageOwnerAlias && { ownerAlias: text(row.ImageOwnerAlias, 'ImageOwnerAlias') }),
              architecture: text(row.Architecture, 'Architecture'),
              volumes: await volumesOf(row),
            };
          },
          'InvalidAMIID.NotFound',
          'InvalidAMIID.Malformed',
          'InvalidAMIID.Unavailable',
        ),
      ),
    );
  },
});
