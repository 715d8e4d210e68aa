/** S3: buckets with their region and policy, objects with their bytes. */
import { createHash } from 'node:crypto';
import { type OperationOutput, RefusalError, text } from '../call.ts';
import type { AccountCall, SandboxBucket } from '../description.ts';
import { deniedTo } from '../faults.ts';
import { restXml } from '../protocol/rest-xml.ts';
import type { Service } from './service.ts';

/** Bucket names are one space for all accounts, but only the owner and accounts that it shares a bucket with have access. */
function bucketOf(call: AccountCall): { readonly name: string; readonly bucket: SandboxBucket } {
  const name = text(call.input, 'Bucket') ?? '';
  for (const [owner, account] of Object.entries(call.description.accounts)) {
    const bucket = account.buckets[name];
    if (!bucket) continue;
    if (owner !== call.caller.account && !bucket.sharedWith.includes(call.caller.account))
      throw new RefusalError('AccessDenied', 'Access Denied', 403, { 'x-amz-bucket-region': bucket.region });
    return { name, bucket };
  }
  throw new RefusalError('NoSuchBucket', 'The specified bucket does not exist', 404);
}

/** The bucket, asked for in its own region: elsewhere S3 points there. */
function bucketHere(call: AccountCall): { readonly name: string; readonly bucket: SandboxBucket } {
  const found = bucketOf(call);
  if (found.bucket.region !== call.region)
    throw new RefusalError(
      'PermanentRedirect',
      'The bucket you are attempting to access must be addressed using the specified endpoint. Please send all future requests to this endpoint.',
      301,
      { 'x-amz-bucket-region': found.bucket.region },
    );
  return found;
}

const deniedActions = ({ home, here }: AccountCall): readonly string[] => [...home.denied, ...here.denied];

function objectOf(call: AccountCall): Buffer {
  const { bucket } = bucketHere(call);
  const content = bucket.objects[text(call.input, 'Key') ?? ''];
  if (content !== undefined) return Buffer.from(content);
  // Without permission to list the bucket, a missing object is answered as access denied.
  const denied = deniedActions(call);
  if (denied.includes('s3:ListBucket')) throw deniedTo(call.caller, 's3', 's3:ListBucket');
  throw new RefusalError('NoSuchKey', 'The specified key does not exist.', 404);
}

/** The content of an object, for a caller that may decrypt it. */
function contentOf(call: AccountCall): Buffer {
  const bytes = objectOf(call);
  const isEncrypted = bucketHere(call).bucket.kmsKey !== undefined;
  if (isEncrypted && deniedActions(call).includes('kms:Decrypt')) throw deniedTo(call.caller, 's3', 'kms:Decrypt');
  return bytes;
}

function described(call: AccountCall, bytes: Buffer): OperationOutput {
  const { kmsKey } = bucketHere(call).bucket;
  return {
    ...(kmsKey !== undefined && { ServerSideEncryption: 'aws:kms', SSEKMSKeyId: kmsKey }),
    AcceptRanges: 'bytes',
    ContentLength: bytes.length,
    ContentType: 'binary/octet-stream',
    ETag: `"${createHash('md5').update(bytes).digest('hex')}"`,
    LastModified: '2026-10-02T14:05:00.000Z',
  };
}

/** First and last byte of `bytes=0-99`, `bytes=100-` or `bytes=-100`; a range S3 cannot read means the whole object. */
function rangeOf(range: string | undefined, size: number): readonly [number, number] | undefined {
  const [, first = '', last = ''] = /^bytes=(\d*)-(\d*)$/.exec(range ?? '') ?? [];
  if (first === '' && last === '') return undefined;
  const from = first === '' ? Math.max(0, size - Number(last)) : Number(first);
  const to = first === '' || last === '' ? size - 1 : Math.min(Number(last), size - 1);
  if (from >= size) throw new RefusalError('InvalidRange', 'The requested range is not satisfiable', 416);
  return from > to ? undefined : [from, to];
}

const service: Service<AccountCall> = {
  name: 's3',
  protocol: restXml,
  operations: {
    GetObject: (call) => {
      const bytes = contentOf(call);
      const range = rangeOf(text(call.input, 'Range'), bytes.length);
      if (!range) return { ...described(call, bytes), Body: bytes };
      const part = bytes.subarray(range[0], range[1] + 1);
      return {
        ...described(call, bytes),
        ContentLength: part.length,
        ContentRange: `bytes ${range[0]}-${range[1]}/${bytes.length}`,
        Body: part,
      };
    },
    HeadObject: (call) => described(call, objectOf(call)),
    HeadBucket: (call) => ({ BucketRegion: bucketHere(call).bucket.region }),
    ListObjectsV2: (call) => {
      const { name, bucket } = bucketHere(call);
      const prefix = text(call.input, 'Prefix') ?? '';
      const most = Number(call.input.MaxKeys ?? 1000);
      const all = Object.entries(bucket.objects).filter(([key]) => key.startsWith(prefix));
      const shown = all.toSorted(([a], [b]) => (a < b ? -1 : 1)).slice(0, most);
      return {
        Name: name,
        Prefix: prefix,
        MaxKeys: most,
        KeyCount: shown.length,
        IsTruncated: shown.length < all.length,
        Contents: shown.map(([Key, content]) => {
          const { ContentLength: Size, ETag, LastModified } = described(call, Buffer.from(content));
          return { Key, Size, ETag, LastModified, StorageClass: 'STANDARD' };
        }),
      };
    },
    // us-east-1 answers for every bucket, and has no name here: the oldest rule of S3.
    GetBucketLocation: (call) => {
      const { bucket } = call.region === 'us-east-1' ? bucketOf(call) : bucketHere(call);
      return bucket.region === 'us-east-1' ? {} : { LocationConstraint: bucket.region };
    },
    GetBucketPolicy: (call) => {
      const { bucket } = bucketHere(call);
      if (!bucket.policy) throw new RefusalError('NoSuchBucketPolicy', 'The bucket policy does not exist', 404);
      return { Policy: JSON.stringify(bucket.policy) };
    },
  },
};

export default service;
