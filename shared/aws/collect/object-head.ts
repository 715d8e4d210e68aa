/** The beginning of an S3 object. */
import { GetObjectCommand, type GetObjectCommandOutput, ListObjectsV2Command } from '@aws-sdk/client-s3';
import { s3Address } from '../../core/iam/lifecycle-scripts.ts';
import type { CallAws } from '../client/calls.ts';
import { AwsError, orNull, tryRead } from '../client/errors.ts';
import type { CollectorScope } from './collector.ts';
import { count, list, present, text, unreadable } from './response.ts';

/** How much of an object is read. */
const head = 64 * 1024;
/** The SDK tries a call again, but not the reading of a body. */
const bodyAttempts = 3;

export interface ObjectHead {
  readonly bytes: Uint8Array;
  readonly size: number;
  /** The KMS key that encrypts it, if one does. */
  readonly key: string | null;
}

export const encryptionKey = ({ SSEKMSKeyId }: Pick<GetObjectCommandOutput, 'SSEKMSKeyId'>): string | null =>
  SSEKMSKeyId === undefined ? null : text(SSEKMSKeyId, 'SSEKMSKeyId');

const sizeOf = (range: string | undefined): number | undefined => {
  const total = /\/(\d+)$/.exec(range ?? '')?.[1];
  return total === undefined ? undefined : Number(total);
};

/** Reads the first 64 KiB. An empty object is refused as InvalidRange. */
export const objectHead = (call: CallAws<'s3:GetObject'>, Bucket: string, Key: string, region: string): Promise<ObjectHead> =>
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
          const size = count(sizeOf(answer.ContentRange) ?? answer.ContentLength, 'ContentLength');
          return { bytes, size, key: encryptionKey(answer) };
        } catch (error) {
          if (attempt === bodyAttempts || options.abortSignal.aborted || error instanceof AwsError) throw error;
        }
      }
    },
    region,
  );

/** Size of an object as a list of its bucket shows it; `null` where there is none. Only an object of this key is listed. */
export const listedSize = (call: CallAws<'s3:ListBucket'>, Bucket: string, Key: string, region: string): Promise<number | null> =>
  call(
    's3:ListBucket',
    async (s3, options) => {
      // Keys come in order, so the object comes before those whose keys are longer.
      const answer = await s3.send(new ListObjectsV2Command({ Bucket, Prefix: Key, MaxKeys: 1 }), options);
      text(answer.Name, 'Name');
      const found = list(answer.Contents ?? [], 'Contents').find((object) => object.Key === Key);
      return found ? count(found.Size, 'Size') : null;
    },
    region,
  );

/**
 * Whether S3 refused to read an object that does not exist. It says so only to callers who may list the whole bucket, and the
 * audit role may list single objects.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html
 */
async function isMissing(error: unknown, listed: () => Promise<number | null>): Promise<boolean> {
  if (!(error instanceof AwsError) || !['s3:GetObject', 's3:ListBucket'].includes(error.read.action ?? '')) return false;
  const size = await tryRead(listed);
  return size.ok && size.value === null;
}

/** Reads an object at an `s3://` address in the region of its bucket; `null` where the object or its bucket does not exist. */
export async function atAddress<T>(
  scope: Pick<CollectorScope<'s3:ListBucket'>, 'call' | 'fact' | 'region'>,
  uri: string,
  read: (bucket: string, key: string, region: string) => Promise<T | null>,
): Promise<T | null> {
  const { bucket, key } = s3Address(uri) ?? unreadable(`address in ${uri}`);
  const home = (await scope.fact('buckets'))[bucket];
  if (home?.ok && home.value === null) return null;
  const region = home?.ok && home.value ? home.value.region : scope.region;
  try {
    return await orNull(() => read(bucket, key, region), 'NoSuchKey', 'NoSuchBucket');
  } catch (error) {
    if (await isMissing(error, () => listedSize(scope.call, bucket, key, region))) return null;
    throw error;
  }
}
