import { GetBucketPolicyCommand, HeadBucketCommand } from '@aws-sdk/client-s3';
import type { Bucket } from '../../../core/evaluation/facts.ts';
import { scriptsOf } from '../../../core/iam/lifecycle-scripts.ts';
import { AwsError, headerOf, statusOf, tryRead } from '../../client/errors.ts';
import { bucketArns, listing, ofKnownAccounts } from '../../policies/s3-grants.ts';
import { collector } from '../collector.ts';
import { namedBy, readByKey } from '../referenced.ts';
import { text, unreadable } from '../response.ts';

const regionName = (value: string | undefined): string =>
  value !== undefined && /^[a-z]{2,}(-[a-z]+)+-\d+$/.test(value) ? value : unreadable('x-amz-bucket-region');

/**
 * Buckets of lifecycle scripts. S3 returns a bucket's region to every caller, also with a refusal and from any region, so the
 * region is known even where nothing else may be read. The audit role is refused, since it may list single objects alone.
 */
export default collector({
  fact: 'buckets',
  grants: [
    listing,
    {
      action: 's3:GetBucketPolicy',
      resources: bucketArns,
      conditions: ofKnownAccounts,
      why: 'whether the bucket policy lets nodes read their scripts',
    },
  ],
  collect: async ({ call, ...scope }) => {
    const { ids } = await namedBy(scope, (c) => scriptsOf(c).map((s) => s.bucket));

    async function regionOf(name: string): Promise<string | null> {
      try {
        const answer = await call('s3:ListBucket', (s3, o) => s3.send(new HeadBucketCommand({ Bucket: name }), o));
        return regionName(answer.BucketRegion);
      } catch (error) {
        if (!(error instanceof AwsError)) throw error;
        if (statusOf(error.cause) === 404) return null;
        const header = headerOf(error.cause, 'x-amz-bucket-region');
        if (header !== undefined) return regionName(header);
        throw error;
      }
    }

    async function policyOf(name: string, region: string): Promise<string | null> {
      try {
        const answer = await call('s3:GetBucketPolicy', (s3, o) => s3.send(new GetBucketPolicyCommand({ Bucket: name }), o), region);
        const policy = text(answer.Policy, 'Policy');
        return isDocument(policy) ? policy : unreadable('Policy');
      } catch (error) {
        if (error instanceof AwsError && error.code === 'NoSuchBucketPolicy') return null;
        if (error instanceof AwsError && error.code === 'MethodNotAllowed')
          throw new AwsError({ ok: false, reason: `bucket ${name} belongs to another account, and only that may read its policy` }, error);
        throw error;
      }
    }

    return readByKey(ids, (name) =>
      tryRead(async (): Promise<Bucket | null> => {
        const region = await regionOf(name);
        return region === null ? null : { region, policy: await tryRead(() => policyOf(name, region)) };
      }),
    );
  },
});

/** Whether text is a JSON object: anything may come in place of an answer whose body is the document itself. */
function isDocument(policy: string): boolean {
  try {
    const parsed: unknown = JSON.parse(policy);
    return typeof parsed === 'object' && parsed !== null;
  } catch {
    return false;
  }
}
