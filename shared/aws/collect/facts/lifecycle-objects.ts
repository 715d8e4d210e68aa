import { HeadObjectCommand } from '@aws-sdk/client-s3';
import { specOf } from '../../../core/evaluation/cluster.ts';
import type { LifecycleObject } from '../../../core/evaluation/facts.ts';
import { scriptsOf } from '../../../core/iam/lifecycle-scripts.ts';
import { AwsError, orNull, tryRead } from '../../client/errors.ts';
import { listing, objectReading } from '../../policies/s3-grants.ts';
import { collector } from '../collector.ts';
import { atAddress, encryptionKey, listedSize, type ObjectHead, objectHead } from '../object-head.ts';
import { namedBy, readByKey } from '../referenced.ts';
import { count, text } from '../response.ts';

const reduced = ({ bytes, size, key }: ObjectHead): LifecycleObject => {
  const script = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return { bytes: size, key, crlf: script.includes('\r\n'), shebang: script.subarray(0, 2).toString('latin1') === '#!' };
};

/**
 * Scripts of planned and running clusters: the object, its line ends and its first line. Of scripts that only running clusters
 * have, whether they exist, unless the plan lets them be read.
 */
export default collector({
  fact: 'lifecycleObjects',
  grants: [objectReading('whether lifecycle scripts exist, their line ends, first line and encryption'), listing],
  collect: async (scope) => {
    const { call } = scope;
    const planned = new Set(scope.planned.flatMap(({ request }) => scriptsOf(specOf(request)).map((s) => s.uri)));
    const { ids } = await namedBy(scope, (c) => scriptsOf(c).map((s) => s.uri));

    /** Size and key alone, which S3 tells without decrypting: https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadObject.html */
    async function described(Bucket: string, Key: string, region: string): Promise<LifecycleObject> {
      const answer = await call('s3:GetObject', (s3, options) => s3.send(new HeadObjectCommand({ Bucket, Key }), options), region);
      text(answer.ETag, 'ETag');
      return { bytes: count(answer.ContentLength, 'ContentLength'), key: encryptionKey(answer) };
    }

    async function objectOf(Bucket: string, Key: string, region: string): Promise<LifecycleObject> {
      try {
        const start = await orNull(() => objectHead(call, Bucket, Key, region), 'InvalidRange');
        // An empty object has no range to read.
        return start ? reduced(start) : { ...(await described(Bucket, Key, region)), crlf: false, shebang: false };
      } catch (error) {
        if (error instanceof AwsError && error.read.action === 'kms:Decrypt') return described(Bucket, Key, region);
        throw error;
      }
    }

    async function listed(Bucket: string, Key: string, region: string): Promise<LifecycleObject | null> {
      const bytes = await listedSize(call, Bucket, Key, region);
      return bytes === null ? null : { bytes, isOnlyListed: true };
    }

    return readByKey(ids, (uri) => tryRead(() => atAddress(scope, uri, scope.readsRunningScripts || planned.has(uri) ? objectOf : listed)));
  },
});
