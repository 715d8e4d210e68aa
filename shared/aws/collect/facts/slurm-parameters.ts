import { slurmParameterUris } from '../../../core/iam/lifecycle-scripts.ts';
import { AwsError, orNull, tryRead } from '../../client/errors.ts';
import { listing, objectReading } from '../../policies/s3-grants.ts';
import { collector } from '../collector.ts';
import { atAddress, objectHead } from '../object-head.ts';
import { distinct, readByKey } from '../referenced.ts';

/** provisioning_parameters.json next to the lifecycle scripts of planned Slurm clusters. */
export default collector({
  fact: 'slurmParameters',
  grants: [objectReading('Slurm topology that is stored next to lifecycle scripts'), listing],
  collect: async (scope) => {
    const { call } = scope;
    const uris = distinct(scope.planned.flatMap(({ request }) => slurmParameterUris(request)));
    return readByKey(uris, (uri) =>
      tryRead(() =>
        atAddress(scope, uri, async (bucket, key, region) => {
          const start = await orNull(() => objectHead(call, bucket, key, region), 'InvalidRange');
          if (!start) return '';
          if (start.size > start.bytes.length)
            throw new AwsError({ ok: false, reason: `the file has ${start.size} bytes, of which ${start.bytes.length} are read` });
          return new TextDecoder().decode(start.bytes);
        }),
      ),
    );
  },
});
