import { GetObjectCommand, type GetObjectCommandOutput, HeadObjectCommand } from '@aws-sdk/client-s3';
import type { LifecycleObject } from '../../../core/evaluation/facts.ts';
import { s3Address, scriptsOf } from '../../../core/iam/lifecycle-scripts.ts';
import { AwsError, orNull, tryRead } from '../../client/errors.ts';
import { objectArns } from '../../policies/s3-grants.ts';
import { collector } from '../collector.ts';
import { namedBy, readByKey } from '../referenced.ts';
import { count, present, text, unreadable } from '../response.ts';

/** How much of a script is read. */
const head = 64 * 1024;
/** The SDK tries a call again, but not the reading of a body. */
const bodyAttempts = 3;

type Encryption = Pick<LifecycleObject, 'key'>;

interface ScriptHead extends Encryption {
  readonly bytes: Uint8Array;
  readonly size: number;
}

const keyOf = ({ SSEKMSKeyId }: Pick<GetObjectCommandOutput, 'SSEKMSKeyId'>): Encryption => ({
  key: SSEKMSKeyId === undefined ? null : text(SSEKMSKeyId, 'SSEKMSKeyId'),
});

const sizeOf = (range: string | undefined): number | undefined => {
  const total = /\/(\d+)$/.exec(range ?? '')?.[1];
  return total === undefined ? undefined : Number(total);
};

const reduced = ({ bytes, size, key }: ScriptHead): LifecycleObject => {
  const script = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return {
    bytes: size,
    ...(key !== undefined && { key }),
    crlf: script.includes('\r\n'),
    shebang: script.subarray(0, 2).toString('latin1') === '#!',
  };
};

/** Scripts of planned and running clusters: the object, its line ends and its first line. */
export default collector({
  fact: 'lifecycleObjects',
  grants: [
    { action: 's3:GetObject', resources: objectArns, why: 'whether lifecycle scripts exist, their line ends, first line and encryption' },
  ],
  collect: async ({ call, ...scope }) => {
    const [{ ids }, buckets] = await Promise.all([namedBy(scope, (c) => scriptsOf(c).map((s) => s.uri)), scope.fact('buckets')]);

    const startOf = (Bucket: string, Key: string, region: string): Promise<ScriptHead> =>
      call(
        's3:GetObject',
        async (s3, options) => {
          for (let attempt = 1; ; attempt++) {
            const answer = await s3.send(new GetObjectCommand({ Bucket, Key, Range: `bytes=0-${head - 1}` }), options);
            // Any page a proxy sends would do as a script: only S3 names an object's version of content.
            text(answer.ETag, 'ETag');
            const body = present(answer.Body, 'Body');
            try {
              const bytes = await body.transformToByteArray();
              return { bytes, size: count(sizeOf(answer.ContentRange) ?? answer.ContentLength, 'ContentLength'), ...keyOf(answer) };
            } catch (error) {
              if (attempt === bodyAttempts || options.abortSignal.aborted || error instanceof AwsError) throw error;
            }
          }
        },
        region,
      );

    /** Size and key alone, which S3 tells without decrypting: https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadObject.html */
    async function described(Bucket: string, Key: string, region: string): Promise<LifecycleObject> {
      const answer = await call('s3:GetObject', (s3, options) => s3.send(new HeadObjectCommand({ Bucket, Key }), options), region);
      text(answer.ETag, 'ETag');
      return { bytes: count(answer.ContentLength, 'ContentLength'), ...keyOf(answer) };
    }

    async function objectOf(Bucket: string, Key: string, region: string): Promise<LifecycleObject> {
      try {
        const start = await orNull(() => startOf(Bucket, Key, region), 'InvalidRange');
        // An empty object has no range to read.
        return start ? reduced(start) : { ...(await described(Bucket, Key, region)), crlf: false, shebang: false };
      } catch (error) {
        if (error instanceof AwsError && error.read.action === 'kms:Decrypt') return described(Bucket, Key, region);
        throw error;
      }
    }

    return readByKey(ids, (uri) =>
      tryRead(() =>
        orNull(
          async () => {
            const { bucket, key } = s3Address(uri) ?? unreadable(`address in ${uri}`);
            const home = buckets[bucket];
            if (home?.ok && home.value === null) return null;
            const region = home?.ok && home.value ? home.value.region : scope.region;
            return objectOf(bucket, key, region);
          },
          'NoSuchKey',
          'NoSuchBucket',
        ),
      ),
    );
  },
});
